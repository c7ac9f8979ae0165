"""The format of one line a violation, which editors, problem matchers and grep read."""

from collections.abc import Mapping

from archlint.model import Report, Violation
from archlint.outcome.reporters.paint import Paint
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.visible import visible
from archlint.rulebook.model import Rule


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write a line each: `path:line:col: CODE message`, `path:line:1: failure message`."""
    lines = [violation_line(report, violation, paint) for violation in report.violations]
    for failure in report.failures:
        where = f"{place(report, failure.path, failure.line or 1, 1)} " if failure.path else ""
        lines.append(f"{where}{paint('failure', 'error')} {visible(failure.message)}")
    return "".join(f"{line}\n" for line in lines)


def place(report: Report, path: str, line: int, column: int) -> str:
    """Return `path:line:col:`, the path relative to the report's working directory."""
    return f"{shown(path, report.cwd)}:{line}:{column}:"


def shown(path: str, cwd: str) -> str:
    """Return a path relative to the working directory, as it may begin a line."""
    text = visible(relative(path, cwd))
    return f"./{text}" if text.lstrip().startswith("::") else text


def violation_line(report: Report, violation: Violation, paint: Paint) -> str:
    """Return the line of one violation, without a line end."""
    where = report.location(violation.place)
    head = place(report, violation.place.path, where.line, where.column)
    return f"{head} {paint(violation.code, violation.severity)} {visible(violation.message)}"
