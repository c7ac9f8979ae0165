"""Parses a module's text, with like white space made once, and with names as Python compares them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from keyword import iskeyword
from types import FunctionType
from unicodedata import is_normalized, normalize

import libcst as cst
from libcst import native  # type: ignore[attr-defined]  # compiled, without stubs

from archlint.facts.syntax import descend
from archlint.facts.tokens import names

_SHARED = {
    name: cache(getattr(cst, name))
    for name in (
        *("SimpleWhitespace", "Newline", "TrailingWhitespace", "EmptyLine", "ParenthesizedWhitespace"),
        *("Comma", "Dot", "AssignEqual", "LeftParen", "RightParen", "LeftSquareBracket", "RightSquareBracket"),
    )
}
"""What two nodes in three are: white space and punctuation. Nothing here looks at which of its likes one of them is."""

for _name in _SHARED:
    # The same number by the same rule, without a call of Python code for each node that `cache` looks for.
    getattr(cst, _name).__hash__ = object.__hash__


_parse_here = FunctionType(
    (lambda parser, text: parser(text, "utf-8")).__code__,
    {"__builtins__": {"__import__": lambda *_: None}},
)
"""Calls the parser from a place where `import` does nothing.

The parser asks Python to import LibCST for each node that it makes, as code that is called from Python does: with
`__import__` of its caller (`PyImport_Import` in CPython's C API). LibCST is there already, and is then taken from
`sys.modules` whatever that returned. This saves a twelfth of the parser's time.
"""


def parse(text: str) -> cst.Module:
    """Return the tree of a module, with normalised names; like white space and punctuation may be one node.

    Raises `ParserSyntaxError`, `CSTLogicError` or `SyntaxError`.
    """
    tree = parse_as_written(text)
    if not is_normalized("NFKC", text) and any(normalised(word) != word for word in names(text)[0]):
        _normalise(tree)
    return tree


def parse_as_written(text: str) -> cst.Module:
    """Return the tree of a module that gives its text back. Raises as `parse` does."""
    with _shared():
        tree: cst.Module = _parse_here(native.parse_module, text)
        return tree


def normalised(name: str) -> str:
    """Return a name as Python compares it: in the normal form NFKC (language reference, 2.3 "Names")."""
    if name.isascii():
        return name
    plain = normalize("NFKC", name)
    return name if iskeyword(plain) else plain


def _normalise(tree: cst.Module) -> None:
    for node in descend(tree):
        if node.__class__ is cst.Name and not node.value.isascii():
            object.__setattr__(node, "value", normalised(node.value))  # nodes are frozen


@contextmanager
def _shared() -> Iterator[None]:
    """Let the parser, which asks LibCST for each class by its name, have each of `_SHARED` made once a module."""
    classes = {name: getattr(cst, name) for name in _SHARED}
    for name, maker in _SHARED.items():
        setattr(cst, name, maker)
    try:
        yield
    finally:
        for name, node_class in classes.items():
            setattr(cst, name, node_class)
            _SHARED[name].cache_clear()
