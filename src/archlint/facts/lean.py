"""Makes LibCST's nodes cheap to build, in a process that only parses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field, fields, make_dataclass
from typing import Any

import libcst as cst

_FREQUENT = (
    *("Name", "Attribute", "Call", "Arg", "SimpleString", "Element", "Comparison", "ComparisonTarget"),
    *("SimpleStatementLine", "IndentedBlock", "Expr", "Assign", "AssignTarget", "Return", "If", "Comment"),
    *("FunctionDef", "Parameters", "Param"),
)
"""What nearly all nodes are that are not made once for all (`facts/parsing.py`)."""


@contextmanager
def lean_nodes() -> Iterator[None]:
    """Let nodes be built without what protects them; no other thread may build any when this begins or ends.

    No node checks itself: that is for people who build nodes by hand, and what the parser builds is never refused. And
    no node is frozen: a frozen dataclass sets each field by a call of its own. Together a fifth of the parser's time.
    """
    changes: list[tuple[type, str, Any]] = [(cst.CSTNode, "__post_init__", _nothing)]
    changes += [(each, "__init__", _plain_init(each)) for each in (getattr(cst, name) for name in _FREQUENT)]
    frozen = [(each, name) for each in _node_classes(cst.CSTNode) for name in ("__setattr__", "__delattr__")]
    changes += [(each, name, getattr(object, name)) for each, name in frozen if name in each.__dict__]
    before = [(each, name, each.__dict__[name]) for each, name, _ in changes]
    try:
        for change in changes:
            setattr(*change)
        yield
    finally:
        for change in before:
            setattr(*change)


def _nothing(_: cst.CSTNode) -> None:
    """Check nothing."""


def _plain_init(node_class: type[cst.CSTNode]) -> object:
    """Return what `__init__` would be if the dataclass were not frozen."""
    like = [
        (each.name, object, field(default=each.default, default_factory=each.default_factory))
        for each in fields(node_class)
    ]
    plain = make_dataclass("_", like, namespace={"__doc__": "-"}, eq=False, repr=False, match_args=False)
    return plain.__dict__["__init__"]


def _node_classes(base: type) -> Iterator[type]:
    yield base
    below: list[type] = type.__subclasses__(base)
    for each in below:
        yield from _node_classes(each)
