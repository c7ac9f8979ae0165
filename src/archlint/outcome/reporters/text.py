"""The format for people: where, what, the line of source, the trace and how to mend it."""

from collections.abc import Mapping

from archlint.model import Failure, Report, Step, Violation
from archlint.outcome.reporters.concise import place
from archlint.outcome.reporters.excerpt import excerpt
from archlint.outcome.reporters.paint import Paint
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.visible import visible
from archlint.rulebook.model import Rule


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write a block and an empty line for each violation, then a line for each failure.

    A block's first line is `path:line:col: severity: CODE [name] message`, as compilers write it. No line is
    wrapped.
    """
    blocks = [_block(report, violation, rules[violation.code].name, paint) for violation in report.violations]
    failures = [_failure_line(report, failure, paint) for failure in report.failures]
    return "".join((*(f"{block}\n" for block in blocks), *failures))


def _block(report: Report, violation: Violation, name: str, paint: Paint) -> str:
    where = report.location(violation.place)
    head = paint(place(report, violation.place.path, where.line, where.column), "path")
    severity = paint(f"{violation.severity}:", violation.severity)
    title = f"{head} {severity} {paint(violation.code, 'code')} [{name}] {visible(violation.message)}"
    shown, margin = excerpt(report, violation, paint)
    arrow = f"{margin} {paint('->', 'dim')} "
    steps = [f"{arrow}{_step(report, step)}" for step in violation.trace]
    return "".join(
        f"{line}\n" for line in (title, *shown, *steps, *_help_lines(violation.help, margin, paint))
    )


def _step(report: Report, step: Step) -> str:
    if step.place is None:
        return visible(step.message)
    where = report.location(step.place)
    return f"{visible(relative(step.place.path, report.cwd))}:{where.line}: {visible(step.message)}"


def _help_lines(advice: str, margin: str, paint: Paint) -> list[str]:
    """Return the lines of `advice`, `help:` before the first and the others indented to it."""
    label = f"{margin} {paint('=', 'dim')} {paint('help:', 'help')} "
    indent = " " * len(f"{margin} = help: ")
    lines = [visible(line) for line in advice.rstrip("\n").split("\n")] if advice else []
    return [f"{indent if number else label}{line}".rstrip() for number, line in enumerate(lines)]


def _failure_line(report: Report, failure: Failure, paint: Paint) -> str:
    path = f"{visible(relative(failure.path, report.cwd))}:" if failure.path else ""
    line = f"{failure.line}:" if failure.path and failure.line else ""
    head = f"{paint(path + line, 'path')} " if path else ""
    return f"{head}{paint('failure:', 'error')} {visible(failure.message)}\n"
