"""The trees of the parsing process, without plain white space, are else the trees that LibCST gives."""

import subprocess
import sys

import libcst as cst

from archlint.facts.syntax import source_of
from tests.support import ROOT
from tests.trees import digest

_FILES = sorted((ROOT / "src").rglob("*.py"))[::25]
_LEFT_OUT = (cst.SimpleWhitespace, cst.Newline, cst.Dot)
_LEAN = """
import sys
from pathlib import Path
from archlint.facts.lean import load_lean
load_lean()
import libcst as cst
from archlint.facts.parsing import parse
from tests.trees import digest
cst.Name("a").value = "b"
cst.Name("")
for path in sys.argv[1:]:
    print(digest(parse(Path(path).read_text(encoding="utf-8"))))
"""
_WRITTEN = """
import sys
from archlint.facts.lean import load_lean
load_lean()
from archlint.facts.parsing import parse
from archlint.facts.syntax import source_of
for text in sys.argv[1:]:
    print(source_of(parse(text).body[0].body[0].value))
"""
_USUAL = {
    "f( a,b = not  c , *d )": "f(a, b=not c, *d)",
    "( x . y [ 1 : ] )": "(x.y[1:])",
    "(  # why\n    a+b,  # because\n)": "(a + b,)",
    "[ i async for i in x if i ]": "[i async for i in x if i]",
    "lambda a,b = 1 : a": "lambda a, b=1: a",
    "f'{ a }' 'b'": "f'{a}''b'",
    "{'a' : 1, **b}": "{'a': 1, **b}",
    "(yield)": "(yield)",
    "a if b else(c)": "a if b else (c)",
    "a is  not b": "a is not b",
    "a[ 1:2 , :: 3 ]": "a[1:2, ::3]",
}
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
    command = [sys.executable, "-c", _LEAN, *map(str, _FILES)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.splitlines() == [
        digest(cst.parse_module(path.read_text(encoding="utf-8")), without=_LEFT_OUT) for path in _FILES
    ]


def test_an_expression_is_written_with_the_usual_spaces() -> None:
    run = subprocess.run([sys.executable, "-c", _WRITTEN, *_USUAL], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == list(_USUAL.values())
    for text, usual in _USUAL.items():
        line = cst.ensure_type(cst.parse_module(text).body[0], cst.SimpleStatementLine)
        assert source_of(cst.ensure_type(line.body[0], cst.Expr).value) == usual


def test_the_parsing_process_loads_neither_what_judges_nor_all_of_libcst() -> None:
    run = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["[]", "PositionProvider True"]


def test_what_judges_loads_no_parser() -> None:
    run = subprocess.run([sys.executable, "-c", _JUDGES], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
