"""What functions and properties give that stand in the same class or module as the text that they become part of."""

import libcst as cst

from archlint.facts.context import ModuleContext
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend

_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})


def giver(node: cst.BaseExpression, context: ModuleContext) -> cst.FunctionDef | None:
    """Return the function that an expression without arguments runs: `self.columns`, `self.columns()`, `columns()`."""
    called = isinstance(node, cst.Call)
    if isinstance(node, cst.Call):
        if node.args:
            return None
        node = node.func
    if isinstance(node, cst.Attribute):
        if dotted_name(node.value) not in ("self", "cls"):
            return None
        found = _defined(context.enclosing_class, node.attr.value)
        return found if found is not None and _is_property(found) is not called else None
    return _defined(context.module, node.value) if called and isinstance(node, cst.Name) else None


def given(function: cst.FunctionDef) -> list[cst.Return]:
    """Return what ends a function with a value; nothing for a generator."""
    inside = [each for statement in function.body.body for each in descend(statement, but_not=FUNCTIONS)]
    if any(isinstance(each, cst.Yield) for each in inside):
        return []
    return [each for each in inside if isinstance(each, cst.Return)]


def _defined(block: cst.CSTNode | None, name: str) -> cst.FunctionDef | None:
    """Return the only function of a name in the body of a class or module."""
    body = block.body if isinstance(block, cst.Module) else getattr(getattr(block, "body", None), "body", ())
    found = [each for each in body if isinstance(each, cst.FunctionDef) and each.name.value == name]
    return found[0] if len(found) == 1 else None


def _is_property(function: cst.FunctionDef) -> bool:
    return any(dotted_name(each.decorator) in _PROPERTIES for each in function.decorators)
