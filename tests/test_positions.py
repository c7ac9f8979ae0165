"""Where facts say that code stands, against LibCST's own positions on real code."""

import ast
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from archlint.facts.extract import extract
from archlint.facts.model import Call
from archlint.facts.text import decode
from archlint.facts.tokens import names
from archlint.facts.walk import Walk
from archlint.model import SourceText

SAMPLE = {
    "click": ("core", "types", "_compat"),
    "rich": ("console", "text", "pretty"),
    "importlinter": ("application.use_cases", "contracts.layers"),
    "msgspec": ("_utils", "_json_schema"),
    "pathspec": ("gitignore", "pathspec"),
    "_pytest": ("fixtures", "python"),
}


def _files() -> list[Path]:
    found = []
    for package, modules in SAMPLE.items():
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        files = [Path(spec.origin).parent / f"{module.replace('.', '/')}.py" for module in modules]
        found += [file for file in files if file.exists()]
    return found


FILES = _files()


def test_the_sample_is_there() -> None:
    assert len(FILES) >= 10


Stretch: TypeAlias = tuple[tuple[int, int], tuple[int, int]]


class _Callees(cst.CSTVisitor):
    """Collects where the first name of every callee starts, and where its last one ends."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        self.found: list[Stretch] = []

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802 -- LibCST's naming
        inner = _Names()
        node.func.visit(inner)
        if inner.found:
            ranges = sorted(
                (self.get_metadata(PositionProvider, each) for each in inner.found),
                key=lambda place: (place.start.line, place.start.column),
            )
            first, last = ranges[0].start, ranges[-1].end
            self.found.append(((first.line, first.column + 1), (last.line, last.column + 1)))


class _Names(cst.CSTVisitor):
    def __init__(self) -> None:
        self.found: list[cst.Name] = []

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802 -- LibCST's naming
        self.found.append(node)


def _is_implicit(call: Call) -> bool:
    statements = not call.arguments and call.callee.endswith(("enter__", "exit__", ".__iter__"))
    return statements or call.callee.endswith(".__setitem__")


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_calls_stand_where_libcst_sees_them(file: Path) -> None:
    text = decode(file.read_bytes())
    tree = cst.parse_module(text)
    walk = Walk(tree, "m", is_package=False, checks={})
    walk.run()
    words, starts = names(text)
    assert walk.names == words, "the module needs the slow way to its positions"
    callees = _Callees()
    MetadataWrapper(tree, unsafe_skip_copy=True).visit(callees)

    source = SourceText(text)
    ends, plain = [], Counter[Stretch]()
    for call in extract(text, "m", is_package=False).calls:
        if not _is_implicit(call):
            code = text[call.start : call.end]
            ast.parse(f"({code})")  # brackets and all
            last = max(index for index, start in enumerate(starts) if start < call.end)
            place = source.location(call.start, starts[last] + len(words[last]))
            ends.append((place.end_line, place.end_column))
            if re.search(r"[(\[{]", code) is None and text[call.start - 1] != ".":
                plain[(place.line, place.column), ends[-1]] += 1
    assert sorted(ends) == sorted(end for _, end in callees.found)
    assert sum(plain.values()) > len(ends) / 2
    assert plain <= Counter(callees.found)
