"""What a run reads before it parses and judges, and what the command line says about it."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from archlint.intake import rulefiles, settings
from archlint.intake.baseline import wanted_baseline
from archlint.intake.cache import Store, cache_directory
from archlint.intake.changes import Changes, changes_since
from archlint.intake.config import Config, Known
from archlint.intake.contracts import contract_inputs
from archlint.intake.extent import resolve
from archlint.intake.gathering import Gathered
from archlint.intake.judgements import Inferred, Judged, Judgements
from archlint.intake.kept import Kept
from archlint.intake.plugins import Plugin, find_plugins
from archlint.intake.processors import available_processors
from archlint.intake.reports import Reports
from archlint.intake.settings import SETTINGS, has_settings
from archlint.intake.sources import Sources, find, read_all
from archlint.model import Baseline, Failure, Severity
from archlint.outcome.baseline import Seen, looked_at
from archlint.project.library import Library
from archlint.rulebook import pages
from archlint.rulebook.contract_help import with_contracts
from archlint.rulebook.model import Rule
from archlint.rulebook.pages import Page
from archlint.rulebook.selection import active
from archlint.wording import counted, from_here


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line decides; selectors are codes, names, families or `ALL`, `None` is as configured.

    With `changed_since`, a git revision, only what concerns changes since is reported. With `fixes` violations carry
    their fix, for which some files are parsed again. `unsaved` are contents by absolute path that stand for those of
    the files. With `cache` what was worked out is kept for the next run, in `cache_dir` or else in the project.
    `baseline` names a file that must be there; the mode is lenient, strict (stale entries are errors) or off.
    `rule_pages` are directories of rule pages beside those that are configured. With `show_suppressed` the report has
    what is accepted, too.
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
    rule_pages: tuple[Path, ...] = ()
    show_suppressed: bool = False


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run reads before it parses: settings, rules, the third-party table, sources, contracts, baseline.

    `chosen` are the rules that run, `data` the bytes of the sources by path, `changes` what the report is to be about
    if not everything, `plugins` the checks of installed packages. A report depends on this and nothing else.
    """

    options: Options
    config: Config
    rules: Mapping[str, Rule]
    chosen: Mapping[str, Rule]
    tables: Mapping[str, str]
    sources: Sources
    data: Mapping[str, bytes]
    unread: tuple[Failure, ...]
    contracts: Mapping[str, bytes]
    changes: Changes | None
    baseline: Baseline | None
    plugins: tuple[Plugin, ...] = ()

    @property
    def seen(self) -> Seen:
        """The test for entries of a baseline that this run can judge."""
        files = self.sources.files
        selected = [file.module for file in files if file.path in self.sources.selected]
        others = [file.module for file in files if file.path not in self.sources.selected]
        return looked_at(selected, others, self.chosen)

    @property
    def home(self) -> Path:
        """The directory of the settings, or that in which they would be looked for; contracts and cache are there."""
        return self.config.root or self.sources.base

    @property
    def jobs(self) -> int:
        """How many processes parse."""
        return self.options.jobs or available_processors()

    def store(self) -> Store:
        """Return where this run keeps what it works out."""
        options = self.options
        directory = cache_directory(self.home, options.cache_dir) if options.cache else None
        return Store(directory)

    def reports(self, store: Store) -> Reports | None:
        """Return the reports of earlier runs, if one of them may be that of this run."""
        if not self.options.cache or self.unread or self.sources.failures or self._uses_foreign_code():
            return None
        options = msgspec.structs.replace(self.options, jobs=None, cache=True, cache_dir=None)
        sources = msgspec.structs.replace(self.sources, selected=frozenset())
        named = {path: sha256(data).digest() for path, data in self.data.items()}
        inputs = msgspec.structs.replace(self, options=options, sources=sources, data=named)
        try:
            return Reports(store, inputs, sorted(self.sources.selected))
        except UnicodeEncodeError:  # the working directory or a changed file has a name that is no text
            return None

    @property
    def basis(self) -> tuple[object, ...]:
        """All that judging depends on, but for the modules."""
        config = self.config
        architecture = (config.preset, config.layers, config.contracts, config.blocking)
        return (self.sources.root, architecture, self.chosen, self.tables)

    def judgements(self, store: Store) -> Judgements | None:
        """Return what earlier runs judged on the same files by the same rules, whatever these files said.

        What they inferred may be about other files.
        """
        basis, files = self.basis, self.sources.files
        try:
            return Judgements(Kept(store, "judged", Judged, *basis, files), Kept(store, "inferred", Inferred, *basis))
        except UnicodeEncodeError:  # as in `reports`
            return None

    def _uses_foreign_code(self) -> bool:
        return bool(self.plugins) or any(b"contract_types" in data for data in self.contracts.values())


class Taken(msgspec.Struct, frozen=True):
    """What a run judges: facts, third-party knowledge and all else that it has read, and notes on how that went."""

    inputs: Inputs
    gathered: Gathered
    library: Library
    notes: tuple[str, ...] = ()


def read_inputs(paths: Sequence[Path], options: Options) -> Inputs:
    """Read all that the project depends on that `paths` belong to.

    Raises `ConfigError`, `PageError`, `SelectorError`, `BaselineError`, `SourceError` or `ChangesError`.
    """
    resolve(paths, options.unsaved)
    config, rules = configure(paths[0], options)
    chosen = with_contracts(_chosen(rules, config, options), config.contracts)
    baseline = None if options.baseline_mode == "off" else wanted_baseline(config, options.baseline)
    sources = find(paths, config, options.unsaved)
    if not options.isolated and options.config is None:
        sources = msgspec.structs.replace(sources, notes=(*sources.notes, *_unused_settings(sources, config)))
    data, unread = read_all(sources.files, options.unsaved)
    return Inputs(
        options=options,
        config=config,
        rules=rules,
        chosen=chosen,
        tables=rulefiles.data_tables(),
        sources=sources,
        data=data,
        unread=unread,
        contracts=contract_inputs(sources.root, sources.base, sources.settings),
        changes=changes_since(sources.base, options.changed_since) if options.changed_since is not None else None,
        baseline=baseline,
        plugins=_plugins(paths[0], chosen, rules),
    )


def _unused_settings(sources: Sources, config: Config) -> Iterator[str]:
    """Yield a note on settings for a part of what is selected, which a run of the whole does not look at."""
    others = [
        folder
        for file in map(Path, sources.settings)
        if file.name in SETTINGS
        and file != config.file
        and sources.selects_below(folder := file.parent)
        and has_settings(file)
    ]
    if len(others) == 1:
        yield f"{from_here(others[0])} has settings of its own, which this run does not use; check it in another run"
    elif others:
        what = f"{counted(len(others), 'folder')} have settings of their own, which this run does not use"
        yield f"{what}; check each in another run, the first with `archlint check {from_here(others[0])}`"


def reselected(inputs: Inputs, start: Path, options: Options) -> Inputs:
    """Return inputs that were read for `start` with the selection of other options. Raises `SelectorError`."""
    chosen = with_contracts(_chosen(inputs.rules, inputs.config, options), inputs.config.contracts)
    plugins = _plugins(start, chosen, inputs.rules)
    return msgspec.structs.replace(inputs, options=options, chosen=chosen, plugins=plugins)


def _plugins(start: Path, chosen: Mapping[str, Rule], rules: Mapping[str, Rule]) -> tuple[Plugin, ...]:
    """Return the checks of installed packages that run, and those that lack their rule."""
    plugins, _ = find_plugins(start)
    return tuple(each for each in plugins if each.code in chosen or each.code not in rules)


def configure(start: Path, options: Options) -> tuple[Config, dict[str, Rule]]:
    """Return the settings that hold for a path, and all rules, those of installed packages and the user's included."""
    installed = [*rulefiles.built_in_pages(), *find_plugins(start)[1]]
    rules: dict[str, Rule] = {}

    def known(directories: tuple[Path, ...]) -> Known:
        rules.update(_load(installed, (*directories, *options.rule_pages)))
        return Known(
            {code: rule.name for code, rule in rules.items()},
            {code: {name: _type(value) for name, value in rule.options.items()} for code, rule in rules.items()},
        )

    config = settings.load(start, options.config, options.isolated, known, options.unsaved)
    if options.fail_on is not None:
        config = msgspec.structs.replace(config, fail_on=options.fail_on)
    return config, {
        code: _with_options(rule, config) for code, rule in (rules or _load(installed, options.rule_pages)).items()
    }


def _load(installed: Sequence[Page], directories: Sequence[Path]) -> dict[str, Rule]:
    """Return the rules of pages, and of those in directories; a page that is there by both ways is there once."""
    if not directories:
        return pages.load(sorted(installed, key=lambda page: page.path))
    by_path = {Path(page.path).resolve(): page for page in (*rulefiles.user_pages(directories), *installed)}
    return pages.load(sorted(by_path.values(), key=lambda page: (page not in installed, page.path)))


def _type(default: object) -> type:
    return list if isinstance(default, tuple) else type(default)


def _with_options(rule: Rule, config: Config) -> Rule:
    wished = config.rules.get(rule.code)
    return msgspec.structs.replace(rule, options={**rule.options, **wished.options}) if wished else rule


def _chosen(rules: Mapping[str, Rule], config: Config, options: Options) -> dict[str, Rule]:
    select = options.select if options.select is not None else config.select
    return active(rules, select, (*config.extend_select, *options.extend_select), (*config.ignore, *options.ignore))
