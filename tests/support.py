"""What the tests share: `# expect:` markers, violations in the same form, and the fixture projects."""

import re
from collections import Counter
from pathlib import Path
from typing import TypeAlias

from archlint.model import Report

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
FIXTURES = ROOT / "fixtures"

Finding: TypeAlias = tuple[str, int, str]
"""Path relative to the project (forward slashes), line (1-based), rule code."""

_CODE = r"[A-Z]{3}\d{3}"
_MARKER = re.compile(rf"# expect: ({_CODE}(?:, {_CODE})*)$")


def expected(path: str, text: str) -> Counter[Finding]:
    """Collect the `# expect: CODE, CODE` markers that end lines of `text`; a malformed one is an error."""
    findings: Counter[Finding] = Counter()
    for number, line in enumerate(text.split("\n"), start=1):
        if "expect:" not in line:
            continue
        marker = _MARKER.search(line)
        if marker is None:
            raise ValueError(f"{path}:{number}: malformed marker; end the line with `# expect: ABC123, ABC123`")
        findings.update((path, number, code) for code in marker[1].split(", "))
    return findings


def expected_in(project: Path) -> Counter[Finding]:
    """Collect the markers of every Python file below `project`."""
    findings: Counter[Finding] = Counter()
    for file in sorted(project.rglob("*.py")):
        findings += expected(file.relative_to(project).as_posix(), file.read_text(encoding="utf-8"))
    return findings


def found(report: Report, project: Path) -> Counter[Finding]:
    """Bring the report's violations, all of which lie below `project`, into the form of the markers."""
    return Counter(
        (
            Path(violation.place.path).relative_to(project).as_posix(),
            report.location(violation.place).line,
            violation.code,
        )
        for violation in report.violations
    )


def fixture_projects() -> list[Path]:
    """Return the folder of every fixture project, sorted."""
    return sorted(file.parent for file in FIXTURES.glob("*/pyproject.toml"))


def rule_codes() -> set[str]:
    """Return the codes of all rule pages, read from their file names."""
    return {page.name.split("-")[0] for page in RULES.glob("*/*.md")}
