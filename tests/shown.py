"""What documents show of archlint is what it does: blocks of commands are run, and their output put below them.

In a page of the guide that says `<!-- begins as: fixtures/shop -->` every block in the language `console` is a
transcript: its lines that begin with `$` are run by bash, one after the other in a copy of that folder (an empty one if
the page says `nothing`), and all they print stands below them. A block below a line with a path in backquotes and a
colon is a file of the folder.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support import ROOT

_BEGINS = re.compile(r"<!-- begins as: (\S+) -->")
GUIDE = tuple(page for page in sorted((ROOT / "docs").glob("*.md")) if _BEGINS.search(page.read_text(encoding="utf-8")))
"""The pages with transcripts."""
_PART = re.compile(
    r"^(?:`(?P<path>[\w./-]+)`:\n\n)?(?P<fence>`{3,4})(?P<language>\w+)\n(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"^\$ (.*)\n", re.MULTILINE)


PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


class Block(NamedTuple):
    """A block of a page: its language, what is in it, and the path of the file that it is, if the page says so."""

    page: Path
    language: str
    body: str
    path: str

    def __str__(self) -> str:
        return f"{self.page.stem}: {self.path or self.language}"


def blocks(*languages: str) -> list[Block]:
    """Return all blocks of README and guide, or those in these languages."""
    return [
        Block(page, part["language"], part["body"], part["path"] or "")
        for page in PAGES
        for part in _PART.finditer(page.read_text(encoding="utf-8"))
        if not languages or part["language"] in languages
    ]


def transcribed(text: str) -> str:
    """Return a page of the guide with the output of all its commands made anew."""
    with tempfile.TemporaryDirectory() as folder:
        begins = _BEGINS.search(text)
        assert begins is not None
        home = Path(folder) / Path(begins[1]).name
        if begins[1] == "nothing":
            home.mkdir()
        else:
            shutil.copytree(ROOT / begins[1], home, ignore=shutil.ignore_patterns(".archlint_cache"))
        parts = list(_PART.finditer(text))
        pieces, end = [], 0
        for part in parts:
            if part["path"]:
                (home / part["path"]).parent.mkdir(parents=True, exist_ok=True)
                (home / part["path"]).write_text(part["body"], encoding="utf-8")
            elif part["language"] == "console":
                pieces += [text[end : part.start("body")], *_run(part["body"], home)]
                end = part.end("body")
        return "".join((*pieces, text[end:]))


def _run(body: str, home: Path) -> Iterator[str]:
    for command in _COMMAND.findall(body):
        environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.endswith("_COLOR") and "PYTEST" not in name
            },
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # what else is installed here says something of its own
        }
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )
        yield f"$ {command}\n{done.stdout}"
