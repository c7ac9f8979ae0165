"""The pipeline on one screen: intake, facts, project, rulebook, outcome."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from archlint.facts.text import DecodeError, decode
from archlint.intake import rulefiles, settings
from archlint.intake.baseline import wanted_baseline
from archlint.intake.cache import Answers, Store, cache_directory
from archlint.intake.changes import Changes, changes_since
from archlint.intake.config import Config, Known
from archlint.intake.contracts import find_contracts
from archlint.intake.gathering import Gathered, gather, wished_fixes
from archlint.intake.git import provenance
from archlint.intake.gitignore import patterns
from archlint.intake.sources import Sources, contents, find
from archlint.intake.version import parser_version
from archlint.model import Baseline, Failure, Report, Severity, SourceText, Violation
from archlint.outcome.baseline import STALE, Compared, Entry, Seen, compare, looked_at, stale_entries
from archlint.outcome.suppressions import apply
from archlint.project.imports import import_graph
from archlint.project.layers import empty_layers, layers
from archlint.project.library import Library
from archlint.project.program import Architecture, Module, Project
from archlint.rulebook import pages
from archlint.rulebook.fixable import Wish, may_be_fixed, wish
from archlint.rulebook.judge import judge
from archlint.rulebook.model import Rule
from archlint.rulebook.selection import active, meant_by


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line decides; selectors are codes, names, families or `ALL`, `None` is as configured.

    With `changed_since`, a git revision, only what concerns changes since is reported. With `fixes` violations carry
    their fix, for which some files are parsed again. `unsaved` are contents by absolute path that stand for those of
    the files. With `cache` what was worked out is kept for the next run, in `cache_dir` or else in the project.
    `baseline` names a file that must be there; the mode is lenient, strict (stale entries are errors) or off.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    config: Path | None = None
    isolated: bool = False
    jobs: int | None = None
    fail_on: Severity | None = None
    changed_since: str | None = None
    unsaved: Mapping[str, bytes] = {}
    fixes: bool = False
    cache: bool = False
    cache_dir: Path | None = None
    baseline: Path | None = None
    baseline_mode: str = "lenient"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What a run takes in before it judges: the project's sources and facts, all rules, and those `chosen` to run.

    `changes` are what the report is to be about, if not everything.
    """

    sources: Sources
    gathered: Gathered
    rules: Mapping[str, Rule]
    chosen: Mapping[str, Rule]
    config: Config
    options: Options
    notes: tuple[str, ...] = ()
    changes: Changes | None = None
    baseline: Baseline | None = None

    @property
    def seen(self) -> Seen:
        """The test for entries of a baseline that this run can judge."""
        files = self.sources.files
        selected = [file.module for file in files if file.path in self.sources.selected]
        others = [file.module for file in files if file.path not in self.sources.selected]
        return looked_at(selected, others, self.chosen)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run comes to: the report, the rules that ran (by code), and the settings it ran with.

    `harmless` are codes that are reported and never fail the run.
    """

    report: Report
    rules: Mapping[str, Rule]
    config: Config
    harmless: frozenset[str] = frozenset()

    @property
    def exit_code(self) -> int:
        """0 when clean, 1 with violations at or above `fail-on`, 2 when something could not be checked."""
        if self.report.failures:
            return 2
        counted = (each for each in self.report.violations if each.code not in self.harmless)
        return int(any(each.severity.rank >= self.config.fail_on.rank for each in counted))


def check(paths: Sequence[Path], options: Options) -> Outcome:
    """Check the project that `paths` belong to, and report on what they select of it.

    Raises `ConfigError`, `PageError`, `SourceError`, `BaselineError`, `LibraryError` or `WorkerError` when it cannot be
    done at all.
    """
    return assess(take_in(paths, options))


def take_in(paths: Sequence[Path], options: Options) -> Taken:
    """Read and parse the project that `paths` belong to. Raises as `check` does."""
    config, rules = configure(paths[0], options)
    chosen = _chosen(rules, config, options)
    baseline = None if options.baseline_mode == "off" else wanted_baseline(config, options.baseline)
    sources = find(paths, config, options.unsaved)
    changes = changes_since(sources.base, options.changed_since) if options.changed_since is not None else None
    store = Store(cache_directory(config.root or sources.base, options.cache_dir) if options.cache else None)
    known = Answers(store, parser_version(), sources.root.as_posix()) if options.cache else None
    gathered = gather(sources.files, options.jobs or available_jobs(), sources.root, known, contents(options.unsaved))
    return Taken(
        sources=sources,
        gathered=gathered,
        rules=rules,
        chosen=chosen,
        config=config,
        options=options,
        notes=(store.problem,) if store.problem else (),
        changes=changes,
        baseline=baseline,
    )


def assess(taken: Taken) -> Outcome:
    """Judge a project that was taken in, and report on what is selected of it. Raises as `check` does."""
    sources, gathered, config = taken.sources, taken.gathered, taken.config
    project = _project(sources, gathered, config)
    texts = _Texts(gathered.data)
    found = [
        *judge(project, taken.chosen),
        *_contracts(project, sources, texts, taken.chosen),
        *_vacuous_layers(project, config),
    ]
    violations = [each for each in found if isinstance(each, Violation)]
    kept, accepted = apply(violations, project, texts.of, taken.rules, taken.chosen)
    kept = sorted(
        _reported(_severities(kept, config), sources, config, taken.rules),
        key=lambda each: (each.place, each.code, each.subject, each.message),
    )
    failures = (*sources.failures, *gathered.failures, *(each for each in found if isinstance(each, Failure)))
    compared = _compared(kept, taken, texts, complete=not failures and taken.changes is None)
    entries = list(_concerned(compared.entries, taken.changes, texts))
    kept = [each for each, _ in entries]
    kept, unmade = _with_fixes(kept, taken) if taken.options.fixes else (kept, [])
    report = Report(
        violations=tuple(kept),
        identities=tuple(identity for _, identity in entries),
        failures=(*failures, *unmade),
        notes=(
            *sources.notes,
            *taken.notes,
            *_layer_notes(project, taken.chosen),
            *(each for each in found if isinstance(each, str)),
        ),
        suppressed=sum(1 for _ in _reported(accepted, sources, config, taken.rules)),
        files=len(sources.selected),
        base=sources.base.as_posix(),
        cwd=Path.cwd().as_posix(),
        texts={path: texts.of(path) for path in _named_paths(kept)},
        provenance=provenance(sources.base),
        baselined=None if taken.baseline is None else compared.accepted,
    )
    return Outcome(report=report, rules=taken.chosen, config=config, harmless=_harmless(taken))


def configure(start: Path, options: Options) -> tuple[Config, dict[str, Rule]]:
    """Return the settings that hold for a path, and all rules, the user's own pages included."""
    built_in = list(rulefiles.built_in_pages())
    rules: dict[str, Rule] = {}

    def known(directories: tuple[Path, ...]) -> Known:
        rules.update(pages.load([*built_in, *rulefiles.user_pages(directories)]))
        return Known(
            {code: rule.name for code, rule in rules.items()},
            {code: {name: _type(value) for name, value in rule.options.items()} for code, rule in rules.items()},
        )

    config = settings.load(start, options.config, options.isolated, known)
    if options.fail_on is not None:
        config = msgspec.structs.replace(config, fail_on=options.fail_on)
    return config, {code: _with_options(rule, config) for code, rule in (rules or pages.load(built_in)).items()}


def _type(default: object) -> type:
    return list if isinstance(default, tuple) else type(default)


def _with_options(rule: Rule, config: Config) -> Rule:
    wished = config.rules.get(rule.code)
    return msgspec.structs.replace(rule, options={**rule.options, **wished.options}) if wished else rule


def available_jobs() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chosen(rules: Mapping[str, Rule], config: Config, options: Options) -> dict[str, Rule]:
    select = options.select if options.select is not None else config.select
    return active(rules, select, (*config.extend_select, *options.extend_select), (*config.ignore, *options.ignore))


def _project(sources: Sources, gathered: Gathered, config: Config) -> Project:
    modules = tuple(
        Module(gathered.facts[file.path], file.path) for file in sources.files if file.path in gathered.facts
    )
    architecture = Architecture(root=sources.root.as_posix(), layers=config.layers, blocking=config.blocking)
    return Project(modules, Library.parse(rulefiles.data_tables()), architecture)


def _contracts(
    project: Project, sources: Sources, texts: "_Texts", rules: Mapping[str, Rule]
) -> Iterator[Violation | Failure | str]:
    if "LAY007" not in rules:
        return
    contracts, failures = find_contracts(sources.root, sources.base)
    yield from failures
    if contracts is not None:
        from archlint.rulebook.checks.layers.contracts import broken_contracts  # noqa: PLC0415 -- loads grimp and import-linter

        texts.add(contracts.path, contracts.text)
        paths = {name: module.path for name, module in project.by_name.items()}
        graph = import_graph({name: module.facts for name, module in project.by_name.items()})
        yield from broken_contracts(
            contracts, graph, paths, lambda name: texts.of(paths[name]), sources.root.as_posix()
        )


def _vacuous_layers(project: Project, config: Config) -> Iterator[Failure]:
    file = config.file.as_posix() if config.file else ""
    for role, pattern, hint in empty_layers(project):
        did_you_mean = f'; did you mean "{hint}"?' if hint else "; name modules of the project"
        yield Failure(file, 0, f'the {role} layer "{pattern}" matches no module{did_you_mean}')


def _layer_notes(project: Project, rules: Mapping[str, Rule]) -> Iterator[str]:
    asked = {"LAY001", "PRT001", "DOM004", "DOM005"}.intersection(rules) or any(each.layers for each in rules.values())
    known = project.query(layers) if asked else None
    if known is None or not known.inferred:
        return
    roles = {role: len(names) for role, names in known.members().items() if role != "tests"}
    if roles:
        said = ", ".join(f"{role} ({count} module{'s' * (count != 1)})" for role, count in roles.items())
        yield f"layers inferred from package names: {said}; name them under [tool.archlint.layers] to be sure"


def _compared(kept: list[Violation], taken: Taken, texts: "_Texts", *, complete: bool) -> Compared:
    """Take out what the baseline accepts; unless the run is `complete`, nobody knows what is stale in it."""
    baseline = taken.baseline
    if baseline is None:
        return compare(kept, None, ())
    stale: list[Violation] = []
    if complete and STALE in taken.chosen:
        severity = Severity.ERROR if taken.options.baseline_mode == "strict" else taken.rules[STALE].severity
        found = stale_entries(kept, baseline, taken.seen, taken.rules, severity)
        stale = list(_severities(found, taken.config))
        texts.add(baseline.path, baseline.text)
    return compare(kept, baseline, stale)


def _harmless(taken: Taken) -> frozenset[str]:
    """Return what fails no run: stale entries, unless the user says how grave they are."""
    own = taken.config.rules.get(STALE)
    wanted = taken.options.baseline_mode == "strict" or (own is not None and own.severity is not None)
    return frozenset() if wanted else frozenset({STALE})


def _severities(violations: Iterable[Violation], config: Config) -> Iterator[Violation]:
    """Let the user's severity for a rule stand above every other."""
    for each in violations:
        own = config.rules.get(each.code)
        wanted: Severity | None = own.severity if own is not None else None
        yield msgspec.structs.replace(each, severity=wanted) if wanted else each


def _reported(
    violations: Iterable[Violation], sources: Sources, config: Config, rules: Mapping[str, Rule]
) -> Iterator[Violation]:
    """Leave out what the command line does not select and what the settings ignore in single files."""
    unselected = {file.path for file in sources.files} - sources.selected
    ignores = [
        (patterns(sources.root.as_posix(), [glob]), {code for each in selectors for code in meant_by(each, rules)})
        for glob, selectors in config.per_file_ignores
    ]
    for each in violations:
        path = each.place.path
        if path not in unselected and not any(
            each.code in codes and files.leave_out(path, is_folder=False) for files, codes in ignores
        ):
            yield each


def _concerned(entries: Iterable[Entry], changes: Changes | None, texts: "_Texts") -> Iterator[Entry]:
    """Leave out what is neither in a changed file nor explained by a changed line: those chains are not new."""
    for entry in entries:
        each = entry[0]
        if changes is None or changes.has_file(each.place.path):
            yield entry
            continue
        steps = (step.place for step in each.trace if step.place is not None and changes.has_file(step.place.path))
        if any(changes.has_line(step.path, texts.of(step.path).location(step.start, step.end).line) for step in steps):
            yield entry


def _with_fixes(violations: Sequence[Violation], taken: Taken) -> tuple[list[Violation], list[Failure]]:
    """Return the violations with their fixes, and what went wrong while these were made."""
    wishes: dict[str, list[Wish]] = {}
    for each in violations:
        if may_be_fixed(each):
            wishes.setdefault(each.place.path, []).append(wish(each))
    files = {file: tuple(wishes[file.path]) for file in taken.sources.files if file.path in wishes}
    if not files:
        return list(violations), []
    fixes, failures = wished_fixes(files, taken.gathered.data, taken.options.jobs or available_jobs())
    return [
        msgspec.structs.replace(each, fix=fixes.get((each.place.path, wish(each)))) for each in violations
    ], failures


def _named_paths(violations: Iterable[Violation]) -> list[str]:
    found = {each.place.path for each in violations}
    found |= {step.place.path for each in violations for step in each.trace if step.place is not None}
    return sorted(found)


class _Texts:
    """The decoded texts of the files, made when they are first asked for."""

    def __init__(self, data: Mapping[str, bytes]) -> None:
        self._data = data
        self._texts: dict[str, SourceText] = {}

    def of(self, path: str) -> SourceText:
        if path not in self._texts:
            data = self._data[path]
            try:
                self._texts[path] = SourceText(decode(data), data)
            except DecodeError:
                self._texts[path] = SourceText("")
        return self._texts[path]

    def add(self, path: str, text: str) -> None:
        self._texts[path] = SourceText(text)
