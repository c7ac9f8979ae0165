"""What the readers of a format do not show, said as notes for standard error."""

from collections import Counter

from archlint.model import Report

SARIF_TAKEN = 25_000
"""How many results of a run GitHub takes."""
SARIF_SHOWN = 5_000
"""How many results of a run GitHub shows, the gravest."""
ANNOTATIONS = 10
"""How many annotations of a kind GitHub shows for one step (actions/toolkit, docs/problem-matchers.md)."""


def beyond(output_format: str, report: Report) -> str:
    """Return the sentence about violations that a reader of this format does not see; empty if it sees all."""
    found = len(report.violations)
    if output_format == "sarif" and found > SARIF_TAKEN:
        return f"SARIF: only the gravest {SARIF_TAKEN:,} of {found:,} violations are written, as GitHub takes no more"
    if output_format == "sarif" and found > SARIF_SHOWN:
        return f"SARIF: GitHub shows only the gravest {SARIF_SHOWN:,} of {found:,} violations"
    if output_format == "github":
        counts = Counter(violation.severity for violation in report.violations)
        more = sum(max(0, count - ANNOTATIONS) for count in counts.values())
        return f"GitHub shows {ANNOTATIONS} annotations of a kind; {more:,} more are lines of the log" if more else ""
    return ""
