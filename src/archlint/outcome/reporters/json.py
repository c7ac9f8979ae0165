"""The report as JSON, version 1: keys may be added, none is renamed or removed."""

from collections import Counter
from collections.abc import Mapping

from archlint import __version__
from archlint.model import Accepted, Failure, Place, Report, Severity, Step, Violation
from archlint.outcome.reporters.dump import Json, dump
from archlint.outcome.reporters.paint import Paint
from archlint.outcome.reporters.paths import relative
from archlint.rulebook.model import Rule


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write `{version, tool, violations, accepted, failures, stats}`.

    Lines and columns are 1-based, columns count code points, `endColumn` is exclusive; paths are relative to
    the report's base. A failure's path and line are null when it has none, and so is the place of a step
    outside the checked files, and the fix of a violation that has none. `accepted` is empty unless it was asked for.
    """
    pairs = zip(report.violations, report.identities, strict=True)
    return dump(
        {
            "version": 1,
            "tool": {"name": "archlint", "version": __version__},
            "violations": [_violation(report, one, identity, rules[one.code]) for one, identity in pairs],
            "accepted": [_accepted(report, one, rules) for one in report.accepted],
            "failures": [_failure(report, failure) for failure in report.failures],
            "stats": _stats(report),
        }
    )


def _violation(report: Report, violation: Violation, identity: str, rule: Rule) -> Json:
    return {
        "code": violation.code,
        "name": rule.name,
        "severity": violation.severity.value,
        "message": violation.message,
        "help": violation.help,
        **_place(report, violation.place),
        "module": violation.module,
        "scope": violation.scope,
        "subject": violation.subject,
        "contract": violation.contract,
        "identity": identity,
        "trace": [_step(report, step) for step in violation.trace],
        "fix": _fix(report, violation),
        "url": rule.url,
    }


def _accepted(report: Report, accepted: Accepted, rules: Mapping[str, Rule]) -> Json:
    violation = _violation(report, accepted.violation, accepted.identity, rules[accepted.violation.code])
    by = "comment" if accepted.kind == "inSource" else "baseline"
    return {**violation, "acceptedBy": by, "reason": accepted.reason}


def _fix(report: Report, violation: Violation) -> Json | None:
    fix = violation.fix
    if fix is None:
        return None
    path = violation.place.path
    edits = [{**_region(report, Place(path, edit.start, edit.end)), "text": edit.text} for edit in fix.edits]
    return {"description": fix.description, "safe": fix.safe, "edits": edits}


def _place(report: Report, place: Place) -> Json:
    return {"path": relative(place.path, report.base), **_region(report, place)}


def _region(report: Report, place: Place) -> Json:
    where = report.location(place)
    return {
        "line": where.line,
        "column": where.column,
        "endLine": where.end_line,
        "endColumn": where.end_column,
    }


def _step(report: Report, step: Step) -> Json:
    if step.place is None:
        return {"message": step.message, "path": None, "line": None, "column": None}
    where = report.location(step.place)
    path = relative(step.place.path, report.base)
    return {"message": step.message, "path": path, "line": where.line, "column": where.column}


def _failure(report: Report, failure: Failure) -> Json:
    path = relative(failure.path, report.base) if failure.path else None
    return {"message": failure.message, "path": path, "line": failure.line or None}


def _stats(report: Report) -> Json:
    counts = Counter(violation.severity for violation in report.violations)
    return {
        "files": report.files,
        "violations": len(report.violations),
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "notes": counts[Severity.NOTE],
        "failures": len(report.failures),
        "suppressed": report.suppressed,
        "baselined": report.baselined or 0,
    }
