"""Trees of lean nodes are the trees that LibCST gives, and nodes protect themselves again afterwards."""

from dataclasses import FrozenInstanceError

import libcst as cst
import pytest

from archlint.facts.lean import lean_nodes
from archlint.facts.parsing import parse
from tests.support import ROOT


def test_the_tree_is_the_same() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py"))[:40]]
    with lean_nodes():
        trees = [parse(text) for text in texts]
    for text, tree in zip(texts, trees, strict=True):
        assert tree.deep_equals(cst.parse_module(text))
        assert repr(tree) == repr(cst.parse_module(text))


def test_nodes_are_protected_again() -> None:
    with pytest.raises(cst.ParserSyntaxError), lean_nodes():
        parse("def f(:\n")
    with pytest.raises(cst.CSTValidationError):
        cst.Name("")
    name = cst.Name("a")
    with pytest.raises(FrozenInstanceError):
        name.value = "b"  # type: ignore[misc]
    assert hash(name) != hash(cst.Name("a"))
