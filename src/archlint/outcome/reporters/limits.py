"""What the readers of a format do not show, said as notes for standard error."""

from collections import Counter

from archlint.model import Report
from archlint.outcome.reporters.github import SHOWN
from archlint.outcome.reporters.sarif import RESULT_LIMIT, SHOWN_LIMIT


def beyond(output_format: str, report: Report) -> str:
    """Return the sentence about violations that a reader of this format does not see; empty if it sees all."""
    found = len(report.violations)
    if output_format == "sarif" and found > RESULT_LIMIT:
        return f"SARIF: only the gravest {RESULT_LIMIT:,} of {found:,} violations are written, as GitHub takes no more"
    if output_format == "sarif" and found > SHOWN_LIMIT:
        return f"SARIF: GitHub shows only the gravest {SHOWN_LIMIT:,} of {found:,} violations"
    if output_format == "github":
        counts = Counter(violation.severity for violation in report.violations)
        more = sum(max(0, count - SHOWN) for count in counts.values())
        return f"GitHub shows {SHOWN} annotations of a kind; {more:,} more are lines of the log" if more else ""
    return ""
