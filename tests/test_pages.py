"""Every example of every rule page, run through the whole pipeline."""

from pathlib import Path

import pytest

from archlint.engine import check
from archlint.intake.rulefiles import built_in_pages
from archlint.rulebook.examples import Example, examples, expected
from archlint.rulebook.pages import Page
from tests.goldens import COMMAND, GOLDEN, example_name, golden_examples, options_of_example, page_code, told
from tests.support import found

EXAMPLES = [(page, example) for page in built_in_pages() for example in examples(page.text)]


@pytest.mark.parametrize(
    ("page", "example"),
    EXAMPLES,
    ids=[f"{page_code(page)}-{example.section}-{example.line}" for page, example in EXAMPLES],
)
def test_example(page: Page, example: Example, tmp_path: Path) -> None:
    for path, text in example.files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for folder in {parent for path in example.files for parent in (tmp_path / path).parents}:
        if folder != tmp_path and tmp_path in folder.parents and not (folder / "__init__.py").exists():
            (folder / "__init__.py").touch()
    code = page_code(page)

    report = check([tmp_path], options_of_example(code)).report

    markers = sum((expected(path, text) for path, text in example.files.items()), start=expected("x.py", ""))
    assert report.failures == ()
    assert {each: count for each, count in found(report, tmp_path).items() if each[2] == code} == markers
    assert (example.section == "Bad") >= bool(markers)
    golden = golden_examples(code).get(example_name(example, page), "")
    assert told(report, tmp_path, code) == golden, f"read the difference; then run: {COMMAND}"


def test_golden_files_are_those_of_the_pages() -> None:
    named = {(page_code(page), example_name(example, page)) for page, example in EXAMPLES}

    assert {file.stem for file in GOLDEN.glob("rules/*.txt")} == {page_code(page) for page, _ in EXAMPLES}
    assert {(code, name) for code, _ in named for name in golden_examples(code)} <= named
