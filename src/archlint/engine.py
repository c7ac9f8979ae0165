"""The pipeline on one screen: intake, facts, project, rulebook, outcome."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import msgspec

from archlint.concluding import Outcome, conclude, remembered
from archlint.import_linter import judged_contracts
from archlint.inputs import Inputs, Options, Taken, configure, read_inputs
from archlint.intake.cache import Answers, Store
from archlint.intake.gathering import Told, gather
from archlint.intake.kept import kept
from archlint.intake.plugins import PluginError, load_plugin
from archlint.intake.texts import Texts
from archlint.intake.version import parser_version
from archlint.intake.workers import worker_ahead
from archlint.judging import judged, load_checks
from archlint.memories import KeptMemory, Memory
from archlint.model import Failure, Location, Place, Violation
from archlint.project.library import Library
from archlint.project.library_files import read_tables
from archlint.project.library_tables import Tables
from archlint.project.program import Architecture, Module, Project
from archlint.project.twins import told_apart
from archlint.rulebook.checks.layers.vacuous import empty_rules

__all__ = [
    "Inputs",
    "Options",
    "Outcome",
    "Taken",
    "assess",
    "check",
    "configure",
    "survey",
    "take_in",
]

RECURSION_LIMIT = 20_000
"""Classes may derive from each other, and functions return what others return, a thousand times over."""


def check(paths: Sequence[Path], options: Options, told: Told | None = None) -> Outcome:
    """Check the project that `paths` belong to, and report on what they select of it; `told` hears how parsing goes on.

    Raises `ConfigError`, `PageError`, `SourceError`, `BaselineError`, `LibraryError` or `WorkerError` when it cannot be
    done at all.
    """
    with worker_ahead():
        return _check(read_inputs(paths, options), told)


def _check(inputs: Inputs, told: Told | None) -> Outcome:
    store = inputs.store()
    reports = inputs.reports(store)
    earlier = reports.get() if reports else None
    if earlier is not None:
        return remembered(inputs, *earlier)
    known = _answers(inputs, store)
    taken = parse(inputs, store, known, told)
    judgements = inputs.judgements(store) if known is not None else None
    memory = KeptMemory(judgements, known) if judgements is not None and known is not None else None
    outcome = assess(taken, memory=memory)
    if reports and taken.gathered.lasting and outcome.report.failures == tuple(taken.gathered.failures):
        others = outcome.report.texts.keys() - inputs.data.keys()
        reports.put(outcome.report, {path: outcome.report.texts[path].text for path in others})
    return outcome


def _answers(inputs: Inputs, store: Store) -> Answers | None:
    """Return what the parsing process said in earlier runs, if anything is kept."""
    if not inputs.options.cache:
        return None
    version = kept(store, "parser", bytes, parser_version)  # many files are read for it
    return Answers(store, version, inputs.sources.root.as_posix())


def parse(inputs: Inputs, store: Store, known: Answers | None, told: Told | None = None) -> Taken:
    """Take in the facts of all sources, those that are `known` or by parsing them. Raises as `check` does."""
    library = cache(lambda: _library(inputs, store))

    def meanwhile() -> None:
        load_checks(inputs.jobs)
        library()

    gathered = gather(inputs.sources.files, inputs.data, inputs.jobs, inputs.home, known, told, meanwhile)
    return Taken(inputs, gathered, library(), (store.problem,) if store.problem else ())


def _library(inputs: Inputs, store: Store) -> Library:
    """Return the third-party table, which takes long to read."""
    if not inputs.options.cache:
        return Library.parse(inputs.tables)
    return Library(kept(store, "library", Tables, partial(read_tables, inputs.tables), inputs.tables))


def take_in(paths: Sequence[Path], options: Options) -> Taken:
    """Read and parse the project that `paths` belong to. Raises as `check` does."""
    inputs = read_inputs(paths, options)
    store = inputs.store()
    return parse(inputs, store, _answers(inputs, store))


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """A project to ask questions of, without judging it: `locate` turns its places into lines and columns."""

    project: Project
    locate: Callable[[Place], Location]
    failures: tuple[Failure, ...]


def survey(paths: Sequence[Path], options: Options) -> Survey:
    """Read the project that `paths` belong to. Raises as `check` does."""
    taken = take_in(paths, options)
    texts = Texts(taken.gathered.data)
    return Survey(
        project=project_of(taken),
        locate=lambda place: texts.of(place.path).location(place.start, place.end),
        failures=(*taken.inputs.sources.failures, *taken.gathered.failures),
    )


def assess(taken: Taken, project: Project | None = None, *, memory: Memory | None = None) -> Outcome:
    """Judge a project that was taken in, and report on what is selected of it. Raises as `check` does.

    `project` is what `project_of` makes of it, if that was done before: what it has answered it knows. `memory` knows
    what was judged in an earlier state of the project.
    """
    inputs = taken.inputs
    project = project or project_of(taken)
    texts = Texts(taken.gathered.data)
    with _deep_recursion():
        found = [
            *judged(project, inputs, taken.gathered, memory),
            *_judge_by_plugins(project, inputs),
            *judged_contracts(project, inputs, texts),
            *empty_rules(project, inputs.config.file.as_posix() if inputs.config.file else "", inputs.config.lines),
        ]
    return conclude(taken, project, texts, found)


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def project_of(taken: Taken) -> Project:
    """Return the whole program that was taken in."""
    inputs, gathered = taken.inputs, taken.gathered
    sources, config = inputs.sources, inputs.config
    modules = told_apart(
        Module(gathered.facts[file.path], file.path) for file in sources.files if file.path in gathered.facts
    )
    architecture = Architecture(
        root=sources.root.as_posix(),
        preset=config.preset,
        layers=config.layers,
        contracts=config.contracts,
        blocking=config.blocking,
    )
    return Project(modules, taken.library, architecture)


def _judge_by_plugins(project: Project, inputs: Inputs) -> Iterator[Violation | Failure]:
    if not inputs.plugins:
        return
    from archlint.rulebook.judge import judge_foreign  # noqa: PLC0415 -- loads all checks

    for plugin in inputs.plugins:
        rule = inputs.chosen.get(plugin.code)
        if rule is None:
            where = f"the folder `archlint_rules` of its package needs a page `{plugin.code}-*.md`"
            yield Failure("", 0, f"there is no rule {plugin.code} for the check of {plugin.distribution}; {where}")
            continue
        try:
            check = load_plugin(plugin)
        except PluginError as error:
            yield Failure("", 0, str(error))
        else:
            yield from judge_foreign(project, rule, check, plugin.distribution)
