"""Parses a module's text, without white space that says nothing, and with names as Python compares them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from keyword import iskeyword
from types import FunctionType
from typing import Any
from unicodedata import is_normalized, normalize

import libcst as cst
from libcst import native  # type: ignore[attr-defined]  # compiled, without stubs

from archlint.facts.syntax import descend
from archlint.facts.tokens import names

_SHARED = {
    name: cache(getattr(cst, name))
    for name in (
        *("TrailingWhitespace", "EmptyLine", "ParenthesizedWhitespace", "Comma", "AssignEqual"),
        *("LeftParen", "RightParen", "LeftSquareBracket", "RightSquareBracket"),
    )
}
"""Punctuation, and the white space that may have comments: nothing here looks at which of its likes one of them is."""

for _name in _SHARED:
    # The same number by the same rule, without a call of Python code for each node that `cache` looks for.
    getattr(cst, _name).__hash__ = object.__hash__

_nothing: Callable[..., None] = object.__init__.__get__(())
"""Returns `None`, whatever it is called with, without a call of Python code.

`object.__init__` refuses arguments only where a class has no `__new__` of its own either (CPython, `object_init` in
`Objects/typeobject.c`).
"""
_LEFT_OUT = () if hasattr(cst.CSTNode, "__post_init__") else ("SimpleWhitespace", "Newline", "Dot")
"""Nodes that are not made, unless others would look at them when they are made (see `facts/lean.py`)."""
_MAKERS: dict[str, Callable[..., Any]] = {**dict.fromkeys(_LEFT_OUT, _nothing), **_SHARED}

_parse_here = FunctionType(
    (lambda parser, text: parser(text, "utf-8")).__code__,
    {"__builtins__": {"__import__": _nothing}},
)
"""Calls the parser from a place where `import` does nothing.

The parser asks Python to import LibCST for each node that it makes, as code that is called from Python does: with
`__import__` of its caller (`PyImport_Import` in CPython's C API). LibCST is there already, and is then taken from
`sys.modules` whatever that returned. This saves a twelfth of the parser's time.
"""


def parse(text: str) -> cst.Module:
    """Return the tree of a module, with normalised names.

    Instead of plain white space, line ends and dots it may have `None`, and like punctuation may be one node. Raises
    `ParserSyntaxError`, `CSTLogicError` or `SyntaxError`.
    """
    with _made_lightly():
        tree = parse_as_written(text)
    if not is_normalized("NFKC", text) and any(normalised(word) != word for word in names(text)[0]):
        _normalise(tree)
    return tree


def parse_as_written(text: str) -> cst.Module:
    """Return the tree of a module that gives its text back. Raises as `parse` does."""
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
def _made_lightly() -> Iterator[None]:
    """Let the parser, which asks LibCST for each class by its name, find `_MAKERS` instead."""
    classes = {name: getattr(cst, name) for name in _MAKERS}
    for name, maker in _MAKERS.items():
        setattr(cst, name, maker)
    try:
        yield
    finally:
        for name, node_class in classes.items():
            setattr(cst, name, node_class)
        for shared in _SHARED.values():
            shared.cache_clear()
