"""The trees of the parsing process, whose nodes protect themselves in nothing, are the trees that LibCST gives."""

import subprocess
import sys
from hashlib import sha256

import libcst as cst

from tests.support import ROOT

_FILES = sorted((ROOT / "src").rglob("*.py"))[::25]
_LEAN = """
import sys
from hashlib import sha256
from pathlib import Path
from archlint.facts.lean import load_lean
load_lean()
import libcst as cst
from archlint.facts.parsing import parse
cst.Name("a").value = "b"
cst.Name("")
for path in sys.argv[1:]:
    tree = parse(Path(path).read_text(encoding="utf-8"))
    print(sha256(repr(tree).encode()).hexdigest(), tree.deep_equals(tree.deep_clone()))
"""
_LOADED = """
import sys
from archlint.facts.lean import load_lean
load_lean()
import archlint.answering
print([name for name in sys.modules if name.startswith(("archlint.project", "libcst.metadata.p"))])
import libcst.metadata
print(libcst.metadata.PositionProvider.__name__, libcst.MetadataWrapper is libcst.metadata.MetadataWrapper)
"""
_JUDGES = """
import sys
import archlint.cli.check, archlint.engine, archlint.rulebook.judge, archlint.rulebook.questions
print([name for name in sys.modules if name.partition(".")[0] in ("libcst", "grimp", "importlinter", "rich")])
"""


def test_the_tree_is_the_same() -> None:
    run = subprocess.run([sys.executable, "-c", _LEAN, *map(str, _FILES)], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [f"{_digest(path.read_text(encoding='utf-8'))} True" for path in _FILES]


def test_the_parsing_process_loads_neither_what_judges_nor_all_of_libcst() -> None:
    run = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["[]", "PositionProvider True"]


def test_what_judges_loads_no_parser() -> None:
    run = subprocess.run([sys.executable, "-c", _JUDGES], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def _digest(text: str) -> str:
    return sha256(repr(cst.parse_module(text)).encode()).hexdigest()
