"""How the walk marks calls whose value is looked at on the spot: tested, compared, subscripted and the like."""

import libcst as cst

from archlint.facts import model
from archlint.facts.demands import instead
from archlint.facts.narrowing import asks_for_type, narrow
from archlint.facts.walk import Action, Walk, handles

_MARKED = frozenset({cst.Call, cst.BooleanOperation})
"""What is marked; `and` and `or` hand the mark on to their operands."""


def examined(node: cst.CSTNode, flags: int) -> tuple[cst.CSTNode | Action, ...]:
    """Visit an expression whose value is looked at on the spot; `flags` are those that hold around it."""
    if node.__class__ not in _MARKED:
        return (node,)
    return ((Walk.set_flags, flags | model.EXAMINED), node, (Walk.set_flags, flags))


@handles(cst.BooleanOperation)
def boolean(walk: Walk, node: cst.BooleanOperation) -> None:
    """Mark the left operand, which is tested, and the right one if the whole is."""
    flags = walk.flags
    walk.flags = plain = flags & ~model.EXAMINED
    is_and = node.operator.__class__ is cst.And
    right = examined(node.right, plain) if flags & model.EXAMINED else instead(walk, node.left, node.right, is_and)
    if is_and and asks_for_type(node.left):
        right = ((narrow, node.left, True), *right, (_forget, dict(walk.scope.env)))
    walk.push(*examined(node.left, plain), *right, (Walk.set_flags, flags))


def _forget(walk: Walk, env: dict[str, str]) -> None:
    """Go back to what names held before a test that need not hold any more."""
    walk.scope.env.update(env)


@handles(cst.Comparison)
def comparison(walk: Walk, node: cst.Comparison) -> None:
    """Mark both sides of each comparison."""
    flags = walk.flags
    others = (part for each in node.comparisons for part in examined(each.comparator, flags))
    walk.push(*examined(node.left, flags), *others)


@handles(cst.UnaryOperation)
def unary(walk: Walk, node: cst.UnaryOperation) -> None:
    """Mark what `not`, `-`, `+` and `~` are applied to."""
    walk.push(*examined(node.expression, walk.flags))


@handles(cst.IfExp)
def conditional(walk: Walk, node: cst.IfExp) -> None:
    """Mark the test of a conditional expression."""
    body, orelse = instead(walk, node.test, node.body, True), instead(walk, node.test, node.orelse, False)
    walk.push(*body, *examined(node.test, walk.flags), *orelse)


@handles(cst.Assert)
def assertion(walk: Walk, node: cst.Assert) -> None:
    """Mark what is asserted, which holds from there on."""
    walk.push(*examined(node.test, walk.flags), node.msg, (narrow, node.test, True))


@handles(cst.CompIf)
def comprehension_filter(walk: Walk, node: cst.CompIf) -> None:
    """Mark the test of a comprehension."""
    walk.push(*examined(node.test, walk.flags))


@handles(cst.Subscript)
def subscript(walk: Walk, node: cst.Subscript) -> None:
    """Mark what has an element taken."""
    walk.push(*examined(node.value, walk.flags), *node.slice)
