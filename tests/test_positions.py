"""Where facts say that code stands, against LibCST's own positions on real code."""

from importlib.util import find_spec
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

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


class _Callees(cst.CSTVisitor):
    """Collects the first and the last name of every callee, in code ranges."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        self.found: list[tuple[CodeRange, CodeRange]] = []

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802 -- LibCST's naming
        inner = _Names()
        node.func.visit(inner)
        if inner.found:
            ranges = sorted(
                (self.get_metadata(PositionProvider, each) for each in inner.found),
                key=lambda place: (place.start.line, place.start.column),
            )
            self.found.append((ranges[0], ranges[-1]))


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
    assert walk.names == names(text)[0], "the module needs the slow way to its positions"
    callees = _Callees()
    MetadataWrapper(tree, unsafe_skip_copy=True).visit(callees)

    source = SourceText(text)
    written = [call for call in extract(text, "m", is_package=False).calls if not _is_implicit(call)]
    places = [source.location(call.start, call.end) for call in written]

    assert sorted((place.line, place.column, place.end_line, place.end_column) for place in places) == sorted(
        (first.start.line, first.start.column + 1, last.end.line, last.end.column + 1) for first, last in callees.found
    )
