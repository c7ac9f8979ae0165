"""What a test says of the names in it: where `isinstance(x, T)` holds, `x` is a `T`, and elsewhere none."""

from collections.abc import Sequence

import libcst as cst

from archlint.facts.expressions import Expressions
from archlint.facts.references import alternatives, step, union
from archlint.facts.walk import Walk


def narrow(walk: Walk, test: cst.BaseExpression, holds: bool) -> None:
    """Let names hold what a test says of them when it holds, or does not (an action for the stack)."""
    assume(walk.expressions, test, holds)


def assume(expressions: Expressions, test: cst.BaseExpression, holds: bool) -> None:
    """Let names of the scope that expressions are read in hold what a test says of them."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        assume(expressions, test.expression, not holds)
    elif isinstance(test, cst.BooleanOperation):
        if isinstance(test.operator, cst.And if holds else cst.Or):
            assume(expressions, test.left, holds)
            assume(expressions, test.right, holds)
    elif isinstance(test, cst.Call) and asks_for_type(test):
        kind = test.args[1].value
        kinds = [element.value for element in kind.elements] if isinstance(kind, cst.Tuple) else [kind]
        (_hold if holds else _rule_out)(expressions, test.args[0].value, kinds)


def asks_for_type(test: cst.CSTNode) -> bool:
    """Tell whether an expression is a call of `isinstance` with two arguments."""
    return (
        test.__class__ is cst.Call
        and test.func.__class__ is cst.Name
        and test.func.value == "isinstance"
        and len(test.args) == 2
    )


def narrow_subject(walk: Walk, subject: cst.BaseExpression, pattern: cst.MatchPattern) -> None:
    """Let the subject of a `match` hold what the pattern of a case asks for (an action for the stack)."""
    inner = pattern.pattern if isinstance(pattern, cst.MatchAs) else pattern
    parts = [each.pattern for each in inner.patterns] if isinstance(inner, cst.MatchOr) else [inner]
    kinds = [part.cls for part in parts if isinstance(part, cst.MatchClass)]
    if len(kinds) == len(parts):
        _hold(walk.expressions, subject, kinds)


def _hold(expressions: Expressions, subject: cst.BaseExpression, kinds: Sequence[cst.BaseExpression]) -> None:
    if isinstance(subject, cst.Name) and expressions.scope.parent is not None:
        narrowed = union(*(step(expressions.annotation(each), "{}") for each in kinds))
        if narrowed:
            expressions.scope.env[subject.value] = narrowed


def _rule_out(expressions: Expressions, subject: cst.BaseExpression, kinds: Sequence[cst.BaseExpression]) -> None:
    """Let a name hold what is left of its alternatives: unknown, if it cannot be anything that is known."""
    if not isinstance(subject, cst.Name) or expressions.scope.parent is None:
        return
    held = alternatives(expressions.scope.env.get(subject.value, ""))
    ruled_out = {step(expressions.annotation(each), "{}") for each in kinds} if held else set()
    left = [each for each in held if each not in ruled_out]
    if len(left) < len(held):
        expressions.scope.env[subject.value] = union(*left)
