"""Parses a module's text, without what the parser's result cannot need."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import libcst as cst

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


def parse(text: str) -> cst.Module:
    """Return the tree of a module, in which like white space and punctuation may be one node at many places.

    Raises `ParserSyntaxError`, `CSTLogicError` or `SyntaxError`.
    """
    with _unchecked(), _shared():
        return cst.parse_module(text)


@contextmanager
def _unchecked() -> Iterator[None]:
    """Let no node check itself when it is made.

    These checks are for people who build nodes by hand; what the parser builds they never refuse, and they take an
    eighth of its time.
    """
    check = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = _nothing  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = check  # type: ignore[method-assign]


def _nothing(node: cst.CSTNode) -> None:
    """Check nothing."""


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
