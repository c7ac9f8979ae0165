"""Turns a report into diagnostics."""

from collections.abc import Callable, Iterator

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
    Location,
)

from archlint.model import Place, Report, Severity, Violation
from archlint.outcome.reporters.paths import relative
from archlint.rulebook.model import Rule
from archlint.server.positions import Positions, line_range
from archlint.server.session import Checked

SOURCE = "archlint"

_SEVERITIES = {
    Severity.ERROR: DiagnosticSeverity.Error,
    Severity.WARNING: DiagnosticSeverity.Warning,
    Severity.NOTE: DiagnosticSeverity.Information,
}
_TAGS = {
    "API006": DiagnosticTag.Deprecated,
    "ARC001": DiagnosticTag.Unnecessary,
    "PRT009": DiagnosticTag.Unnecessary,
    "RDS003": DiagnosticTag.Deprecated,
}
"""Code -> how editors may show what breaks that rule: faded, or struck through."""


class Diagnostics:
    """Makes diagnostics for one client: its encoding, its URIs, and whether it shows `related` information."""

    def __init__(self, positions: Positions, uri_of: Callable[[str], str], *, related: bool) -> None:
        self.positions = positions
        self._uri_of = uri_of
        self._related = related

    def of(self, checked: Checked) -> dict[str, list[Diagnostic]]:
        """Return the diagnostics of a run by path; failures that concern no file are those of the configuration."""
        report, rules = checked.outcome.report, checked.outcome.rules
        found: dict[str, list[Diagnostic]] = {}
        for each in report.violations:
            if each.place.path not in checked.outdated:
                found.setdefault(each.place.path, []).append(self.violation(report, each, rules[each.code]))
        configuration = checked.outcome.config.file
        for failure in report.failures:
            path = failure.path or (configuration.as_posix() if configuration else "")
            if path:
                found.setdefault(path, []).append(mistake(failure.line, failure.message))
        return found

    def violation(self, report: Report, violation: Violation, rule: Rule) -> Diagnostic:
        """Return the diagnostic of one violation."""
        place = violation.place
        parts = [violation.message, violation.help, *(() if self._related else _steps(report, violation))]
        return Diagnostic(
            range=self.positions.range(report.texts[place.path], place.start, place.end),
            message="\n".join(part for part in parts if part),
            severity=_SEVERITIES[violation.severity],
            code=violation.code,
            code_description=CodeDescription(rule.url) if rule.url else None,
            source=SOURCE,
            tags=[_TAGS[violation.code]] if violation.code in _TAGS else None,
            related_information=self._chain(report, violation) if self._related and violation.trace else None,
        )

    def _chain(self, report: Report, violation: Violation) -> list[DiagnosticRelatedInformation]:
        """Return the steps of the trace; one outside the checked files stands where the one before it does."""
        chain = []
        place = violation.place
        for step in violation.trace:
            place = step.place or place
            chain.append(DiagnosticRelatedInformation(self._location(report, place), step.message))
        return chain

    def _location(self, report: Report, place: Place) -> Location:
        where = self.positions.range(report.texts[place.path], place.start, place.end)
        return Location(self._uri_of(place.path), where)


def mistake(line: int, message: str) -> Diagnostic:
    """Return the diagnostic of something that keeps archlint from looking, on a line (1-based, 0: unknown)."""
    return Diagnostic(line_range(line), message, severity=DiagnosticSeverity.Error, source=SOURCE)


def _steps(report: Report, violation: Violation) -> Iterator[str]:
    for step in violation.trace:
        if step.place is None:
            yield f"-> {step.message}"
        else:
            path = relative(step.place.path, report.base)
            yield f"-> {path}:{report.location(step.place).line}: {step.message}"
