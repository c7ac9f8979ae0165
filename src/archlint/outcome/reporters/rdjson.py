"""Reviewdog's diagnostic format (reviewdog, proto/rdf/reviewdog.proto)."""

import re
from collections.abc import Iterator, Mapping

from archlint.model import Edit, Failure, Place, Report, Severity, Violation
from archlint.outcome.reporters.dump import Json, dump
from archlint.outcome.reporters.markdown import inert_text
from archlint.outcome.reporters.paint import Paint
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.visible import visible
from archlint.rulebook.model import Rule

_LIVE = re.compile(r"[<@]|\]\(")
_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write `{source, diagnostics}`.

    Lines are 1-based; columns are 1-based and count UTF-8 bytes, the end is exclusive; paths are relative to the
    report's base. A fix of one edit is a suggestion: of several edits a reader might take only some.
    """
    violations = (_violation(report, each, rules[each.code]) for each in report.violations)
    failures = (_failure(report, each) for each in report.failures)
    source = {"name": "archlint", "url": "https://github.com/archlint/archlint"}
    return dump({"source": source, "diagnostics": [*violations, *failures]})


def _violation(report: Report, violation: Violation, rule: Rule) -> Json:
    diagnostic: Json = {
        "message": _message(violation.message),
        "location": _location(report, violation.place),
        "severity": _SEVERITIES[violation.severity],
        "code": {"value": rule.code, "url": rule.url},
    }
    if related := list(_related(report, violation)):
        diagnostic["related_locations"] = related
    if violation.fix is not None and len(violation.fix.edits) == 1:
        diagnostic["suggestions"] = [_suggestion(report, violation.place.path, violation.fix.edits[0])]
    return diagnostic


def _related(report: Report, violation: Violation) -> Iterator[Json]:
    for step in violation.trace:
        if step.place is not None:
            yield {"message": _message(step.message), "location": _location(report, step.place)}


def _message(text: str) -> str:
    """Return a message as a comment on a pull request may have it, which is Markdown."""
    return inert_text(text) if _LIVE.search(text) else visible(text)


def _suggestion(report: Report, path: str, edit: Edit) -> Json:
    return {"range": _range(report, Place(path, edit.start, edit.end)), "text": edit.text}


def _failure(report: Report, failure: Failure) -> Json:
    path = relative(failure.path, report.base) if failure.path else "."
    return {
        "message": _message(failure.message),
        "location": {"path": path, "range": {"start": {"line": failure.line or 1}}},
        "severity": "ERROR",
        "code": {"value": "failure"},
    }


def _location(report: Report, place: Place) -> Json:
    return {"path": relative(place.path, report.base), "range": _range(report, place)}


def _range(report: Report, place: Place) -> Json:
    where = report.location(place)
    start = {"line": where.line, "column": _column(report, place, place.start, where.line)}
    return {
        "start": start,
        "end": {"line": where.end_line, "column": _column(report, place, place.end, where.end_line)},
    }


def _column(report: Report, place: Place, offset: int, line: int) -> int:
    source = report.texts[place.path]
    return 1 + len(source.text[source.line_start(line) : offset].encode("utf-8", "surrogatepass"))
