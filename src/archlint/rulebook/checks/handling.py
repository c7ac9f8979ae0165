"""What module checks ask about `except` clauses: which one a node stands in, what it catches, what becomes of it."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend

BROAD = frozenset({"builtins.Exception", "builtins.BaseException"})
"""The classes of whatever goes wrong."""


def handler_around(node: cst.CSTNode, context: ModuleContext) -> cst.ExceptHandler | None:
    """Return the innermost `except` clause of the function that a node stands in the body of."""
    function = context.enclosing_function
    found: cst.ExceptHandler | None = None
    for each in inside(function.body) if function is not None else ():
        if isinstance(each, cst.ExceptHandler) and any(part is node for part in inside(each.body)):
            found = each
    return found


def inside(block: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield a node and all below it that runs with it, in the order of the text: no inner functions and classes."""
    return descend(block, but_not=FUNCTIONS)


def is_broad(handler: cst.ExceptHandler, context: ModuleContext) -> bool:
    """Tell whether a clause catches whatever goes wrong."""
    if handler.type is None:
        return True
    kinds = [each.value for each in handler.type.elements] if isinstance(handler.type, cst.Tuple) else [handler.type]
    return any(context.reference(kind) in BROAD for kind in kinds)


def bound_name(handler: cst.ExceptHandler) -> str:
    """Return the name that the exception has in the clause, empty for none."""
    return dotted_name(handler.name.name) if handler.name is not None else ""


def raises(handler: cst.ExceptHandler) -> bool:
    """Tell whether the clause raises something, itself or by `with save_and_reraise_exception()`."""
    return any(isinstance(each, cst.Raise) or _raises_again(each) for each in inside(handler.body))


def _raises_again(node: cst.CSTNode) -> bool:
    if not isinstance(node, cst.WithItem) or not isinstance(node.item, cst.Call):
        return False
    return "reraise" in dotted_name(node.item.func).rpartition(".")[2]
