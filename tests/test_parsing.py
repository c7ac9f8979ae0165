"""Trees that are parsed without checks are the trees that LibCST gives, and its checks are back afterwards."""

import libcst as cst
import pytest

from archlint.facts.parsing import parse
from tests.support import ROOT


def test_the_tree_is_the_same() -> None:
    for path in sorted((ROOT / "src").rglob("*.py"))[:40]:
        text = path.read_text(encoding="utf-8")
        assert parse(text).deep_equals(cst.parse_module(text))


def test_nodes_are_checked_again() -> None:
    with pytest.raises(cst.ParserSyntaxError):
        parse("def f(:\n")
    with pytest.raises(cst.CSTValidationError):
        cst.Name("")
