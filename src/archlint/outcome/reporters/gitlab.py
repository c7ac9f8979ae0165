"""GitLab's Code Quality report (docs.gitlab.com, ci/testing/code_quality)."""

from collections.abc import Mapping
from hashlib import sha256

from archlint.model import Failure, Report, Severity, Violation
from archlint.outcome.reporters.dump import Json, dump
from archlint.outcome.reporters.paint import Paint
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.visible import visible
from archlint.rulebook.model import Rule

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write an array with an object for each violation and failure.

    Lines and columns are 1-based, columns count code points; paths are relative to the report's base. The fingerprint
    is that of the violation's identity, so it outlives moved code.
    """
    pairs = zip(report.violations, report.identities, strict=True)
    return dump(
        [
            *(_violation(report, violation, identity) for violation, identity in pairs),
            *(_failure(report, failure) for failure in report.failures),
        ]
    )


def _violation(report: Report, violation: Violation, identity: str) -> Json:
    where = report.location(violation.place)
    return {
        "description": visible(violation.message),
        "check_name": violation.code,
        "fingerprint": _fingerprint(identity),
        "severity": _SEVERITIES[violation.severity],
        "location": {
            "path": relative(violation.place.path, report.base),
            "positions": {
                "begin": {"line": where.line, "column": where.column},
                "end": {"line": where.end_line, "column": where.end_column},
            },
        },
    }


def _failure(report: Report, failure: Failure) -> Json:
    path = relative(failure.path, report.base) if failure.path else "."
    return {
        "description": visible(failure.message),
        "check_name": "failure",
        "fingerprint": _fingerprint(f"failure|{path}|{failure.message}"),
        "severity": "blocker",
        "location": {"path": path, "lines": {"begin": failure.line or 1}},
    }


def _fingerprint(identity: str) -> str:
    return sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
