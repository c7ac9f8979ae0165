"""EVT004: a loop that reads a Redis stream from `$`, on the syntax tree."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts import model
from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import descend, text_of
from archlint.rulebook.checks.sql.flow import Flow

_DOLLARS = ("$", b"$")


def lost_position(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """EVT004: `xread` in a loop asks for what comes after the call, and misses what came since the one before."""
    if not context.flags & model.IN_LOOP:
        return
    streams = _streams(node)
    if streams is None:
        return
    flow = Flow(context.enclosing_function, node)
    if isinstance(streams, cst.Name):
        if _is_moved_on(streams.value, context):
            return
        bound = flow.bindings(streams.value)
        given: list[cst.CSTNode | None] = [each.node for each in bound if each.how == "set"]
        given = given or [context.assigned(streams.value)]
    else:
        given = [streams]
    if any(isinstance(each, cst.BaseExpression) and _asks_for_new(each, context) for each in given):
        yield Sighting(
            code="EVT004",
            message="`$` is what comes after this call, so entries between two reads are lost; go on from the last id",
            subject="xread",
            reference=context.reference(node.func),
        )


def _streams(node: cst.Call) -> cst.BaseExpression | None:
    for argument in node.args:
        if not argument.star and (argument.keyword is None or argument.keyword.value == "streams"):
            return argument.value
    return None


def _asks_for_new(node: cst.BaseExpression, context: ModuleContext) -> bool:
    """Tell whether a dictionary maps streams to `$`."""
    if isinstance(node, cst.DictComp):
        return _is_dollar(node.value, context)
    if isinstance(node, cst.Dict):
        return any(isinstance(each, cst.DictElement) and _is_dollar(each.value, context) for each in node.elements)
    if isinstance(node, cst.Call) and dotted_name(node.func) == "dict.fromkeys" and len(node.args) == 2:
        return _is_dollar(node.args[1].value, context)
    return False


def _is_dollar(node: cst.BaseExpression, context: ModuleContext) -> bool:
    """Tell whether this is `$`, or a constant of the module that is."""
    if isinstance(node, cst.Name) and node.value.isupper() and context.is_of_module(node.value):
        held = context.assigned(node.value)
        return isinstance(held, cst.BaseExpression) and text_of(held) in _DOLLARS
    return text_of(node) in _DOLLARS


def _is_moved_on(name: str, context: ModuleContext) -> bool:
    """Tell whether the function writes ids into the dictionary: `streams[stream] = last_id`, or `update`."""
    function = context.enclosing_function
    for each in descend(function.body) if function is not None else ():
        target = each.target if isinstance(each, cst.AssignTarget) else None
        if isinstance(target, cst.Subscript) and dotted_name(target.value) == name:
            return True
        if isinstance(each, cst.Call) and dotted_name(each.func) == f"{name}.update":
            return True
    return False
