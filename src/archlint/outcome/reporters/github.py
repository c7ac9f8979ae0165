"""Annotations of GitHub Actions: workflow commands on standard output."""

from collections.abc import Mapping

from archlint.model import Failure, Report, Severity, Violation
from archlint.outcome.reporters import concise
from archlint.outcome.reporters.limits import ANNOTATIONS
from archlint.outcome.reporters.paint import Paint, plain
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.visible import visible
from archlint.rulebook.model import Rule

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write a workflow command for each failure and violation, the gravest first.

    GitHub shows ten of each kind: those beyond are plain lines of the log. Paths are relative to the report's base,
    columns count code points.
    """
    lines = [_failure(report, failure) for failure in report.failures]
    left = dict.fromkeys(Severity, ANNOTATIONS)
    left[Severity.ERROR] -= min(len(lines), ANNOTATIONS)
    for violation in sorted(report.violations, key=lambda each: -each.severity.rank):
        if left[violation.severity] > 0:
            left[violation.severity] -= 1
            lines.append(_annotation(report, violation, rules[violation.code]))
        else:
            lines.append(concise.violation_line(report, violation, plain))
    return "".join(f"{line}\n" for line in lines)


def _annotation(report: Report, violation: Violation, rule: Rule) -> str:
    where = report.location(violation.place)
    properties = {
        "title": f"{rule.code} {rule.name}",
        "file": relative(violation.place.path, report.base),
        "line": str(where.line),
        "col": str(where.column),
        "endLine": str(where.end_line),
        "endColumn": str(where.end_column),
    }
    message = f"{violation.message}\n{violation.help}" if violation.help else violation.message
    return _command(_COMMANDS[violation.severity], properties, message)


def _failure(report: Report, failure: Failure) -> str:
    properties = {"title": "archlint failure"}
    if failure.path:
        properties |= {"file": relative(failure.path, report.base), "line": str(failure.line or 1)}
    return _command("error", properties, failure.message)


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {written}::{_data(message)}"


def _data(text: str) -> str:
    """Escape as the runner unescapes (actions/toolkit, `escapeData`); lines stay lines, other controls are shown."""
    lines = [visible(line).replace("%", "%25") for line in text.rstrip("\n").split("\n")]
    return "%0A".join(lines)


def _property(text: str) -> str:
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
