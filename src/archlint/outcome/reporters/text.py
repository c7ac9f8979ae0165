"""The format for people: where, what, the line of source, the trace and how to mend it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from archlint.model import Accepted, Failure, Fix, Report, Step, Violation
from archlint.outcome.reporters.concise import place, shown
from archlint.outcome.reporters.excerpt import excerpt
from archlint.outcome.reporters.paint import Paint, plain
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.visible import cells, visible, visible_line
from archlint.rulebook.model import Rule

MANY = 100
"""From how many violations on a kind of them is not shown whole each time."""
WHOLE = 3
"""How many of a kind are shown whole then."""
_EMPTY = "\n"


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write a block and an empty line for each violation, then a line for each failure, and for what is accepted.

    A block's first line is `path:line:col: severity: CODE [name] message`, as compilers write it. Of violations whose
    traces end in the same place only the first has more than that line, and the others stand below it. Where there are
    many violations only the first few of a kind, those of one rule about the same thing, have more. Only a terminal
    has sentences in lines of its width, and no location is ever cut.
    """
    told: Counter[tuple[str, str]] = Counter()
    parts: list[str] = []
    after_line = False
    for first, *others in _by_cause(report.violations):
        kind = (first.code, first.subject)
        is_line = len(report.violations) > MANY and told[kind] >= WHOLE
        told[kind] += 1
        title, *lines = (f"{_title(report, each, rules[each.code], paint)}\n" for each in (first, *others))
        block = "".join((title if is_line else _block(report, first, title, paint, alone=not lines), *lines))
        parts.append(block if is_line else f"{_EMPTY if after_line else ''}{block}{_EMPTY}")
        after_line = is_line
    failures = [f"{failure_line(failure, report.cwd, paint)}\n" for failure in report.failures]
    accepted = [f"{_accepted_line(report, each, rules, paint)}\n" for each in report.accepted]
    end = [_EMPTY] if after_line and (failures or accepted) else []
    between = [_EMPTY] if failures and accepted else []
    return "".join((*parts, *end, *failures, *between, *accepted))


def _accepted_line(report: Report, accepted: Accepted, rules: Mapping[str, Rule], paint: Paint) -> str:
    how = "suppressed" if accepted.kind == "inSource" else "in the baseline"
    reason = f" ({visible(accepted.reason)})" if accepted.reason else ""
    line = _title(report, accepted.violation, rules[accepted.violation.code], plain)
    return paint(paint.fold(f"{how}{reason}: {line}"), "dim")


def _by_cause(violations: Iterable[Violation]) -> Iterable[list[Violation]]:
    """Group violations of one rule whose traces end in the same place: mending that mends them all."""
    groups: dict[object, list[Violation]] = {}
    for number, violation in enumerate(violations):
        end = violation.trace[-1].place if len(violation.trace) > 1 else None
        groups.setdefault((violation.code, end) if end is not None else number, []).append(violation)
    return groups.values()


def _title(report: Report, violation: Violation, rule: Rule, paint: Paint) -> str:
    where = report.location(violation.place)
    location = place(report, violation.place.path, where.line, where.column)
    head = paint.link(paint(location, "path"), f"file://{quote(violation.place.path)}")
    severity = paint(f"{violation.severity}:", violation.severity)
    code = paint.link(paint(violation.code, "code"), rule.url)
    before = cells(f"{location} {violation.severity}: {violation.code} ")
    return f"{head} {severity} {code} {paint.fold(f'[{rule.name}] {visible(violation.message)}', before)}"


def _block(report: Report, violation: Violation, title: str, paint: Paint, *, alone: bool) -> str:
    lines, margin = excerpt(report, violation, paint)
    arrow, indent = f"{margin} {paint('->', 'dim')} ", len(f"{margin} -> ")
    steps = [f"{arrow}{paint.fold(_step(report, step), indent, indent)}" for step in violation.trace]
    labelled = (("help", violation.help), ("fix", _fix(violation.fix)))
    notes = [line for label, advice in labelled for line in _labelled_lines(label, advice, margin, paint)]
    others = [] if alone else [f"{margin} {paint('=', 'dim')} {paint('same cause:', 'help')}"]
    return title + "".join(f"{line}\n" for line in (*lines, *steps, *notes, *others))


def _step(report: Report, step: Step) -> str:
    if step.place is None:
        return visible(step.message)
    where = report.location(step.place)
    return f"{visible(relative(step.place.path, report.cwd))}:{where.line}: {visible(step.message)}"


def _labelled_lines(label: str, advice: str, margin: str, paint: Paint) -> list[str]:
    """Return the lines of `advice`, the label before the first and the others, which are code, indented to it."""
    head = f"{margin} {paint('=', 'dim')} {paint(f'{label}:', 'help')} "
    indent = len(f"{margin} = {label}: ")
    lines = [visible_line(line) for line in advice.rstrip("\n").split("\n")] if advice else []
    if len(lines) == 1:
        return [head + paint.fold(lines[0], indent, indent)]
    return [f"{' ' * indent if number else head}{line}".rstrip() for number, line in enumerate(lines)]


def _fix(fix: Fix | None) -> str:
    if fix is None:
        return ""
    return f"{fix.description} (--fix)" if fix.safe else f"{fix.description} (--fix --unsafe-fixes)"


def failure_line(failure: Failure, cwd: str, paint: Paint) -> str:
    """Return the line of one failure, its path relative to the directory `cwd`, without a line end."""
    path = f"{shown(failure.path, cwd)}:" if failure.path else ""
    line = f"{failure.line}:" if failure.path and failure.line else ""
    head = f"{paint(path + line, 'path')} " if path else ""
    message = paint.fold(visible(failure.message), cells(f"{path}{line} failure: "))
    return f"{head}{paint('failure:', 'error')} {message}"
