"""Markdown for job summaries and comments on pull requests."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from archlint.model import Report, Violation
from archlint.outcome.reporters.paint import Paint
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.summary import summary
from archlint.outcome.reporters.visible import visible
from archlint.rulebook.model import Rule

_LIMIT = 60_000
"""Characters of table: GitHub takes no comment of more than 65,536."""
_SPECIAL = re.compile(r"([\\*_\[\]~#!|`])")


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write a heading with the sum, a table of the violations, the gravest first, and a list of the failures.

    Of more than a comment can hold the rest is counted by rule. Paths are relative to the report's base.
    """
    parts = [f"### archlint\n\n{inert_text(summary(report))}\n"]
    if report.violations:
        parts.append("\n".join(_table(report, rules)) + "\n")
    if report.failures:
        parts.append("".join(f"- **failure** {_failure(report, number)}\n" for number in range(len(report.failures))))
    return "\n".join(parts)


def _table(report: Report, rules: Mapping[str, Rule]) -> Iterator[str]:
    yield "| | where | rule | what |\n|---|---|---|---|"
    left = _LIMIT
    ordered = sorted(report.violations, key=lambda each: -each.severity.rank)
    for number, violation in enumerate(ordered):
        row = _row(report, violation, rules[violation.code])
        left -= len(row)
        if left < 0:
            counts = Counter(each.code for each in ordered[number:])
            said = ", ".join(f"{count} {code}" for code, count in sorted(counts.items()))
            yield f"\n... and {len(ordered) - number} more: {said}"
            return
        yield row


def _row(report: Report, violation: Violation, rule: Rule) -> str:
    where = report.location(violation.place)
    path = _code(f"{relative(violation.place.path, report.base)}:{where.line}")
    name = f"[{rule.code}]({rule.url}) {rule.name}" if rule.url else f"{rule.code} {rule.name}"
    return f"| {violation.severity} | {path} | {name} | {inert_text(violation.message)} |"


def _failure(report: Report, number: int) -> str:
    failure = report.failures[number]
    path = f"{_code(f'{relative(failure.path, report.base)}:{failure.line or 1}')} " if failure.path else ""
    return f"{path}{inert_text(failure.message)}"


def inert_text(message: str) -> str:
    """Return a message with its code spans, visible; nothing else in it is Markdown, HTML or a mention."""
    parts = visible(message).split("`")
    if len(parts) % 2 == 0:
        return _inert(visible(message))
    return "".join(_code(part) if number % 2 else _inert(part) for number, part in enumerate(parts))


def _code(text: str) -> str:
    inner = visible(text).replace("|", "\\|")
    return f"`{inner}`" if "`" not in inner and inner else _inert(visible(text))


def _inert(text: str) -> str:
    escaped = _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return escaped.replace("@", "&#64;")
