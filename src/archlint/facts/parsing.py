"""Parses a module's text, without what the parser's result cannot need."""

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst


def parse(text: str) -> cst.Module:
    """Return the tree of a module. Raises `ParserSyntaxError`, `CSTLogicError` or `SyntaxError`."""
    with _unchecked():
        return cst.parse_module(text)


@contextmanager
def _unchecked() -> Iterator[None]:
    """Let no node check itself when it is made.

    These checks are for people who build nodes by hand; what the parser builds they never refuse, and they take a
    quarter of its time.
    """
    check = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = _nothing  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = check  # type: ignore[method-assign]


def _nothing(node: cst.CSTNode) -> None:
    """Check nothing."""
