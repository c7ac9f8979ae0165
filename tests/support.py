"""What the tests share: `# expect:` markers, violations in the same form, and the fixture projects."""

from collections import Counter
from pathlib import Path

from click.testing import CliRunner, Result

from archlint.cli import archlint
from archlint.model import Report
from archlint.rulebook.examples import Finding, expected

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
FIXTURES = ROOT / "fixtures"


def run(*arguments: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(archlint, arguments)


def expected_in(project: Path) -> Counter[Finding]:
    """Collect the markers of every Python file below `project`, and of its baseline."""
    findings: Counter[Finding] = Counter()
    for file in sorted((*project.rglob("*.py"), *project.glob("*.json"))):
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
