"""Turns what was found in a project into the report: suppressions, severities, selection, baseline and fixes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from archlint.inputs import Inputs, Taken
from archlint.intake.changes import Changes
from archlint.intake.config import Config
from archlint.intake.gathering import wished_fixes
from archlint.intake.git import provenance
from archlint.intake.gitignore import patterns
from archlint.intake.sources import Sources
from archlint.intake.texts import Texts
from archlint.model import Accepted, Failure, Report, Severity, Violation
from archlint.outcome.baseline import STALE, Compared, Entry, compare, stale_entries
from archlint.outcome.identity import identities
from archlint.outcome.suppressions import Excused, apply
from archlint.project.layer_names import ROLES
from archlint.project.layers import layers
from archlint.project.program import Project
from archlint.rulebook.fixable import Wish, may_be_fixed, wish
from archlint.rulebook.model import Rule
from archlint.rulebook.selection import meant_by
from archlint.wording import counted


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


def conclude(taken: Taken, project: Project, texts: Texts, found: Sequence[Violation | Failure | str]) -> Outcome:
    """Report on what was `found` in a project (violations, failures and notes), as far as it is selected.

    Suppressions, the settings of files and rules, and the baseline are applied to it.
    """
    inputs, gathered = taken.inputs, taken.gathered
    sources, config = inputs.sources, inputs.config
    violations = [each for each in found if isinstance(each, Violation)]
    kept, excused = apply(violations, project, texts.of, inputs.rules, inputs.chosen)
    is_reported = _reported(sources, config, inputs.rules)
    kept = sorted(filter(is_reported, _severities(kept, config)), key=_order)
    excused = sorted((each for each in excused if is_reported(each[0])), key=lambda each: _order(each[0]))
    failures = (
        *sources.failures,
        *inputs.unread,
        *gathered.failures,
        *(each for each in found if isinstance(each, Failure)),
    )
    compared = _compared(kept, inputs, texts, complete=not failures and inputs.changes is None)
    entries = list(_concerned(compared.entries, inputs.changes, texts))
    kept = [each for each, _ in entries]
    kept, unmade = _with_fixes(kept, taken) if inputs.options.fixes else (kept, [])
    accepted = _accepted(kept, excused, compared, config) if inputs.options.show_suppressed else ()
    report = Report(
        violations=tuple(kept),
        identities=tuple(identity for _, identity in entries),
        failures=(*failures, *unmade),
        notes=(
            *sources.notes,
            *taken.notes,
            *_layer_notes(project, inputs.chosen),
            *(each for each in found if isinstance(each, str)),
        ),
        suppressed=len(excused),
        files=len(sources.selected),
        base=sources.base.as_posix(),
        cwd=Path.cwd().as_posix(),
        texts={path: texts.of(path) for path in _named_paths([*kept, *(each.violation for each in accepted)])},
        provenance=provenance(sources.base),
        baselined=None if inputs.baseline is None else len(compared.accepted),
        accepted=accepted,
    )
    return Outcome(report=report, rules=inputs.chosen, config=config, harmless=_harmless(inputs))


def remembered(inputs: Inputs, report: Report, others: Mapping[str, str]) -> Outcome:
    """Return what an earlier run with these inputs came to."""
    texts = Texts(inputs.data)
    for path, text in others.items():
        texts.add(path, text)
    shown = [*report.violations, *(each.violation for each in report.accepted)]
    report = msgspec.structs.replace(
        report,
        texts={path: texts.of(path) for path in _named_paths(shown)},
        provenance=provenance(inputs.sources.base),
    )
    return Outcome(report=report, rules=inputs.chosen, config=inputs.config, harmless=_harmless(inputs))


def _layer_notes(project: Project, rules: Mapping[str, Rule]) -> Iterator[str]:
    asked = {"LAY001", "PRT001", "DOM004", "DOM005"}.intersection(rules) or any(each.layers for each in rules.values())
    known = project.query(layers) if asked else None
    if known is None or not known.inferred:
        return
    members = known.members()
    roles = {role: len(members[role]) for role in ROLES if role in members and role != "tests"}
    if roles:
        said = ", ".join(f"{role} ({counted(count, 'module')})" for role, count in roles.items())
        yield f"layers inferred from package names: {said}; name them under [tool.archlint.layers] to be sure"


def _compared(kept: list[Violation], inputs: Inputs, texts: Texts, *, complete: bool) -> Compared:
    """Take out what the baseline accepts; unless the run is `complete`, nobody knows what is stale in it."""
    baseline = inputs.baseline
    if baseline is None:
        return compare(kept, None, ())
    stale: list[Violation] = []
    if complete and STALE in inputs.chosen:
        severity = Severity.ERROR if inputs.options.baseline_mode == "strict" else inputs.rules[STALE].severity
        found = stale_entries(kept, baseline, inputs.seen, inputs.rules, severity)
        stale = list(_severities(found, inputs.config))
        texts.add(baseline.path, baseline.text)
    return compare(kept, baseline, stale)


def _harmless(inputs: Inputs) -> frozenset[str]:
    """Return what fails no run: stale entries, unless the user says how grave they are."""
    own = inputs.config.rules.get(STALE)
    wanted = inputs.options.baseline_mode == "strict" or (own is not None and own.severity is not None)
    return frozenset() if wanted else frozenset({STALE})


def _severities(violations: Iterable[Violation], config: Config) -> Iterator[Violation]:
    """Let the user's severity for a rule stand above every other, but that of a contract."""
    firm = {contract.name for contract in config.contracts if contract.severity}
    for each in violations:
        own = config.rules.get(each.code)
        wanted: Severity | None = own.severity if own is not None and each.contract not in firm else None
        yield msgspec.structs.replace(each, severity=wanted) if wanted else each


def _order(violation: Violation) -> tuple[object, ...]:
    return violation.place, violation.code, violation.subject, violation.message


def _accepted(
    kept: Sequence[Violation], excused: Sequence[Excused], compared: Compared, config: Config
) -> tuple[Accepted, ...]:
    """Return what comments accept, then what the baseline does; identities go on counting from what is reported."""
    weighed = list(_severities((each for each, _ in excused), config))
    before = [*kept, *(each for each, _, _ in compared.accepted)]
    names = identities([*before, *weighed])[len(before) :]
    in_source = [
        Accepted(violation=each, identity=name, kind="inSource", reason=reason)
        for each, name, (_, reason) in zip(weighed, names, excused, strict=True)
    ]
    external = [
        Accepted(violation=each, identity=name, kind="external", reason=reason)
        for each, name, reason in compared.accepted
    ]
    return (*in_source, *external)


def _reported(sources: Sources, config: Config, rules: Mapping[str, Rule]) -> Callable[[Violation], bool]:
    """Return the test for what the command line selects, and the settings do not ignore in single files."""
    unselected = {file.path for file in sources.files} - sources.selected
    ignores = [
        (patterns(sources.root.as_posix(), [glob]), {code for each in selectors for code in meant_by(each, rules)})
        for glob, selectors in config.per_file_ignores
    ]

    def is_reported(each: Violation) -> bool:
        path = each.place.path
        return path not in unselected and not any(
            each.code in codes and files.leave_out(path, is_folder=False) for files, codes in ignores
        )

    return is_reported


def _concerned(entries: Iterable[Entry], changes: Changes | None, texts: Texts) -> Iterator[Entry]:
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
    files = {file: tuple(wishes[file.path]) for file in taken.inputs.sources.files if file.path in wishes}
    if not files:
        return list(violations), []
    fixes, failures = wished_fixes(files, taken.gathered.data, taken.inputs.jobs)
    return [
        msgspec.structs.replace(each, fix=fixes.get((each.place.path, wish(each)))) for each in violations
    ], failures


def _named_paths(violations: Iterable[Violation]) -> list[str]:
    found = {each.place.path for each in violations}
    found |= {step.place.path for each in violations for step in each.trace if step.place is not None}
    return sorted(found)
