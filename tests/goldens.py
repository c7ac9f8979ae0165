"""All that is said about the fixtures and the examples of rule pages, word for word: `python -m tests.goldens`.

The markers in that code say which rule is broken in which line. The files in `tests/golden` have the rest: columns and
ends, the text there, severity, scope, subject, message, trace and help. The command writes them anew; read the diff.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from archlint.engine import Options, check
from archlint.intake.rulefiles import built_in_pages
from archlint.intake.workers import kept_workers
from archlint.model import Place, Report, Violation
from archlint.outcome.examples import written
from archlint.outcome.reporters.paths import relative
from archlint.rulebook.examples import Example, examples
from archlint.rulebook.pages import Page
from tests.port_verdicts import told_of_pairs
from tests.support import ROOT, fixture_projects

GOLDEN = ROOT / "tests" / "golden"
COMMAND = "python -m tests.goldens"
_SHOWN = 60
"""How much of a flagged text is shown at most, from its begin and its end."""


def told(report: Report, root: Path, code: str = "") -> str:
    """Write all that a report says of the files below `root`; if a `code` is given, of that rule's violations alone."""
    blocks = [_block(report, root, each) for each in report.violations if code in ("", each.code)]
    notes = [f"note: {each}\n" for each in report.notes] if not code else []
    return "\n".join((*blocks, *notes))


def _block(report: Report, root: Path, violation: Violation) -> str:
    name = "/".join(filter(None, (violation.code, violation.contract)))
    lines = [
        f"{_where(report, root, violation.place)}: {violation.severity} {name} {violation.message}",
        f"  at {_flagged(report, violation.place)}",
        f"  in {violation.module}:{violation.scope} about {violation.subject}",
    ]
    for step in violation.trace:
        where = f"{_where(report, root, step.place)}: " if step.place is not None else ""
        lines.append(f"  -> {where}{step.message}")
        if step.place is not None:
            lines.append(f"     at {_flagged(report, step.place)}")
    lines += [f"  = {line}".rstrip() for line in violation.help.splitlines()]
    return "".join(f"{line}\n" for line in lines)


def _where(report: Report, root: Path, place: Place) -> str:
    at = report.location(place)
    return f"{relative(place.path, root.as_posix())}:{at.line}:{at.column}-{at.end_line}:{at.end_column}"


def _flagged(report: Report, place: Place) -> str:
    text = " ".join(report.texts[place.path].text[place.start : place.end].split())
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[: _SHOWN // 2]} ... {text[-_SHOWN // 2 :]}`"


def page_code(page: Page) -> str:
    """Return the code of the rule that a page is about."""
    return Path(page.path).name[:6]


def example_name(example: Example, page: Page) -> str:
    """Return the name of an example in the golden file of its page, which no other text of the page changes."""
    before = [each for each in examples(page.text) if each.section == example.section and each.line <= example.line]
    return f"{example.section} {len(before)}"


def options_of_example(code: str) -> Options:
    """Return how an example of a rule's page is checked: by that rule alone, unless it is about suppressions."""
    return Options(select=None if code in ("ARC001", "ARC002") else (code,), jobs=1)


def golden_fixture(project: Path) -> str:
    """Return what the golden file of a fixture says."""
    return (GOLDEN / "fixtures" / f"{project.name}.txt").read_text(encoding="utf-8")


def golden_pairs() -> str:
    """Return what the golden file of pairs of a port and an adapter says."""
    return (GOLDEN / "pairs.txt").read_text(encoding="utf-8")


def golden_examples(code: str) -> Mapping[str, str]:
    """Return what the golden file of a rule page says, by the names of examples; Good ones are not in it."""
    file = GOLDEN / "rules" / f"{code}.txt"
    parts = file.read_text(encoding="utf-8").split("=== ")[1:] if file.exists() else []
    return {name: text for name, _, text in (part.partition(" ===\n") for part in parts)}


def _examples_told(page: Page) -> Iterator[str]:
    code = page_code(page)
    for example in examples(page.text):
        with written(example) as root:
            text = told(check([root], options_of_example(code)).report, root, code)
        if text:
            yield f"=== {example_name(example, page)} ===\n{text}"


def main() -> None:
    """Write all golden files."""
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for folder in ("fixtures", "rules"):
        (GOLDEN / folder).mkdir(parents=True)
    for project in fixture_projects():
        report = check([project], Options(jobs=1)).report
        (GOLDEN / "fixtures" / f"{project.name}.txt").write_text(told(report, project), encoding="utf-8")
    (GOLDEN / "pairs.txt").write_text(told_of_pairs(), encoding="utf-8")
    for page in built_in_pages():
        text = "".join(_examples_told(page))
        (GOLDEN / "rules" / f"{page_code(page)}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with kept_workers():
        main()
