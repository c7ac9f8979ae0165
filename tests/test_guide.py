"""The guide shows what archlint does, its reference describes all that the code has, and its links lead somewhere."""

import html.parser
import importlib.util
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from archlint.engine import Options, configure
from archlint.intake import contract_keys, keys
from archlint.rulebook.pages import PAGE_KEYS
from tests.shown import GUIDE, transcribed
from tests.support import ROOT

DOCS = ROOT / "docs"


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_commands_and_their_output_are_real(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert transcribed(text) == text, "run: python -m tests.readme"


def test_the_reference_describes_what_the_code_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DOCS)
    import reference  # noqa: PLC0415 -- a script of the folder

    assert reference.KEYS.keys() == {*keys.READERS, "rule-pages"}
    options = {name for listed in contract_keys.OPTIONS.values() for name in listed}
    assert reference.OPTIONS.keys() == options | contract_keys.COMMON.keys()
    assert reference.PAGE.keys() == PAGE_KEYS.keys()
    _, rules = configure(ROOT, Options(isolated=True))
    page = reference.page(rules)
    assert 'archlint.toml:1: select: unknown rule "RSD"; did you mean "RES"?' in page
    assert "| LAY002 | `allow` | `[]` |" in page


class Links(html.parser.HTMLParser):
    """The targets and anchors of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.anchors = {""}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            if name in ("href", "src") and value:
                self.targets.add(value)


@pytest.mark.outside
@pytest.mark.skipif(importlib.util.find_spec("furo") is None, reason="the group docs is not installed")
def test_the_site_is_built_and_no_link_leads_nowhere() -> None:
    done = subprocess.run([sys.executable, DOCS / "build.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    site = ROOT / "build" / "docs" / "html"
    pages = {file: Links() for file in site.rglob("*.html")}
    for file, links in pages.items():
        links.feed(file.read_text(encoding="utf-8"))
    broken = [
        f"{file.relative_to(site)}: {target}"
        for file, links in pages.items()
        for target in links.targets
        if not target.startswith(("https:", "data:")) and not _leads_somewhere(file, target, pages)
    ]
    assert broken == []
    rules = {file.stem[:6] for file in pages if file.parent.parent.name == "rules"}
    assert rules == {file.name[:6] for file in (ROOT / "rules").glob("*/*.md")}


def _leads_somewhere(file: Path, target: str, pages: dict[Path, Links]) -> bool:
    path, anchor = urldefrag(target)
    meant = (file.parent / unquote(path.partition("?")[0])).resolve() if path else file
    return meant.is_file() and (not anchor or meant not in pages or unquote(anchor) in pages[meant].anchors)
