"""Every example of every rule page, run through the whole pipeline."""

from pathlib import Path

import pytest

from archlint.engine import Options, check
from archlint.intake.rulefiles import built_in_pages
from archlint.rulebook.examples import Example, examples, expected
from archlint.rulebook.pages import Page
from tests.support import found

EXAMPLES = [(page, example) for page in built_in_pages() for example in examples(page.text)]


def _code(page: Page) -> str:
    return Path(page.path).name[:6]


@pytest.mark.parametrize(
    ("page", "example"),
    EXAMPLES,
    ids=[f"{_code(page)}-{example.section}-{example.line}" for page, example in EXAMPLES],
)
def test_example(page: Page, example: Example, tmp_path: Path) -> None:
    for path, text in example.files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for folder in {parent for path in example.files for parent in (tmp_path / path).parents}:
        if folder != tmp_path and tmp_path in folder.parents and not (folder / "__init__.py").exists():
            (folder / "__init__.py").touch()
    code = _code(page)
    select = None if code in ("ARC001", "ARC002") else (code,)

    report = check([tmp_path], Options(select=select, jobs=1)).report

    markers = sum((expected(path, text) for path, text in example.files.items()), start=expected("x.py", ""))
    assert report.failures == ()
    assert {each: count for each, count in found(report, tmp_path).items() if each[2] == code} == markers
    assert (example.section == "Bad") >= bool(markers)
