"""What a run comes to: one sentence, and the count of each rule."""

from collections import Counter
from collections.abc import Mapping

from archlint.model import Report, Severity
from archlint.outcome.reporters.text import MANY
from archlint.rulebook.fixable import is_never_safe, may_be_fixed
from archlint.rulebook.model import Rule
from archlint.wording import counted


def summary(report: Report) -> str:
    """Return the sentence that ends a run, without a line end."""
    found = len(report.violations)
    sentence = f"Found {counted(found, 'violation')} ({_by_severity(report)})" if found else "No violations"
    if report.failures:
        sentence += f" and {counted(len(report.failures), 'failure')}"
    sentence += f" in {counted(report.files, 'file')}"
    accepted = ((report.suppressed, "suppressed"), (report.baselined, "in the baseline"))
    told = ", ".join(f"{number:,} {how}" for number, how in accepted if number)
    return f"{sentence}; {told}." if told else f"{sentence}."


def vacuous(report: Report, rules: Mapping[str, Rule]) -> str:
    """Return the sentence about a run that could not find anything, empty if it could."""
    if not rules:
        return "no rule ran; what is selected is ignored, or nothing is selected"
    if not report.files:
        return "no file was checked; what is named is no Python file, or `exclude` leaves it out"
    return ""


def statistics(report: Report, rules: Mapping[str, Rule]) -> str:
    """Write a table of count, code and name, the rules with most violations first."""
    counts = Counter(violation.code for violation in report.violations)
    width = max((len(str(count)) for count in counts.values()), default=0)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return "".join(f"{count:>{width}}  {code}  {rules[code].name}\n" for code, count in rows)


def fixable(report: Report) -> str:
    """Return the sentence about what a fix is known for, empty if nothing; whether it fits each time is not known."""
    found = list(filter(may_be_fixed, report.violations))
    unsafe = sum(map(is_never_safe, found))
    safe = len(found) - unsafe
    if not safe:
        how = "may be fixed with --fix --unsafe-fixes; --diff --unsafe-fixes shows how"
        return f"{counted(unsafe, 'violation')} {how}" if unsafe else ""
    more = f", {unsafe:,} more with --unsafe-fixes" if unsafe else ""
    return f"{counted(safe, 'violation')} may be fixed with --fix{more}; --diff shows how"


def advice(report: Report, rules: Mapping[str, Rule]) -> list[str]:
    """Return sentences on what to do about many violations; none when there are few."""
    counts = Counter(violation.code for violation in report.violations)
    if counts.total() <= MANY:
        return []
    frequent = [f"{count:,} {code} [{rules[code].name}]" for code, count in counts.most_common(3)]
    most, rule = ", ".join(frequent), counts.most_common(1)[0][0]
    sentences = [f"most are {most}; --statistics counts all, --select {rule} shows one rule alone"]
    if report.baselined is None:
        sentences.append("`archlint baseline` accepts what is there today; from then on only what is new is reported")
    return sentences


def fixed(count: int, files: int, unsafe: int, *, would: bool) -> str:
    """Return the sentence about what was fixed, or `would` be, without a line end."""
    verb = "Would fix" if would else "Fixed"
    sentence = f"{verb} {counted(count, 'violation')} in {counted(files, 'file')}" if count else "Nothing to fix"
    return f"{sentence}; {unsafe:,} more with --unsafe-fixes." if unsafe else f"{sentence}."


def _by_severity(report: Report) -> str:
    counts = Counter(violation.severity for violation in report.violations)
    return ", ".join(counted(counts[severity], severity) for severity in Severity if counts[severity])
