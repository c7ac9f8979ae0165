"""What a function does only for some of its callers: under a condition on a parameter, which calls may hand on."""

from collections.abc import Iterable, Iterator

import libcst as cst

from archlint.facts.context import Sighting
from archlint.facts.model import VARIADIC
from archlint.facts.narrowing import asks_for_type
from archlint.facts.records import Anchor
from archlint.facts.references import (
    BEHIND,
    DEMAND,
    FALSE,
    IS_A,
    IS_NO,
    NOTHING,
    SOMETHING,
    TRUE,
)
from archlint.facts.scopes import Bindings, dotted_name
from archlint.facts.walk import Action, Walk

_BUILTIN, _OPEN = "builtins.", "builtins.open"
_SINGLETONS = {"None": NOTHING, "True": TRUE, "False": FALSE}
_OPPOSITE = {TRUE: FALSE, FALSE: TRUE, NOTHING: SOMETHING, SOMETHING: NOTHING, IS_A: IS_NO, IS_NO: IS_A}


def demanded(walk: Walk, node: cst.If) -> tuple[tuple[Action, ...], tuple[cst.CSTNode | Action, ...]]:
    """Return what to do around the body of an `if`, before and behind it, to note what it demands of parameters."""
    return _around(walk, _of_own(walk, node, node.test, True))


def otherwise(walk: Walk, node: cst.If) -> tuple[cst.CSTNode | Action | None, ...]:
    """Return what is behind the body of an `if`, with what it demands of parameters."""
    if node.orelse is None:
        return (None,)
    before, behind = _around(walk, _of_own(walk, node, node.test, False))
    return (*before, node.orelse, *behind)


def behind_leaving(walk: Walk, node: cst.If) -> tuple[Action, ...]:
    """Return what to do behind an `if` whose body leaves the function: all that follows is for other callers."""
    function = walk.scope.block.node
    if node.orelse is not None or not isinstance(function, cst.FunctionDef):
        return ()
    demands = _of_own(walk, node, node.test, False)
    if not demands or not any(each is node for each in function.body.body):
        return ()
    return ((_follow, demands),)


def instead(
    walk: Walk, test: cst.BaseExpression, node: cst.BaseExpression, holds: bool
) -> tuple[cst.CSTNode | Action, ...]:
    """Return a call that is made only if a test holds, or does not, with what that demands of parameters around it."""
    function = walk.function
    if function is None or not function.own or node.__class__ is not cst.Call:
        return (node,)
    before, behind = _around(walk, tuple(_demands(walk, node, test, holds)))
    return (*before, node, *behind)


def _around(walk: Walk, demands: tuple[Sighting, ...]) -> tuple[tuple[Action, ...], tuple[cst.CSTNode | Action, ...]]:
    if not demands:
        return (), ()
    anchor: Anchor = [0, 0]
    return ((_begin, anchor),), ((_end, anchor, demands),)


def _begin(walk: Walk, anchor: Anchor) -> None:
    anchor[0] = len(walk.names)


def _end(walk: Walk, anchor: Anchor, demands: Iterable[Sighting]) -> None:
    anchor[1] = len(walk.names) - 1
    if anchor[0] <= anchor[1]:
        _note(walk, anchor, demands)


def _follow(walk: Walk, demands: Iterable[Sighting]) -> None:
    last = len(walk.names) - 1
    _note(walk, [last, last], (_sighting(each.subject, BEHIND, each.values) for each in demands))


def _note(walk: Walk, anchor: Anchor, sightings: Iterable[Sighting]) -> None:
    walk.records.candidates.extend((anchor, each, walk.scope.function, walk.owner) for each in sightings)


def _sighting(parameter: str, message: str, values: tuple[str, ...]) -> Sighting:
    return Sighting(code=DEMAND, message=message, subject=parameter, values=values)


def _of_own(walk: Walk, asks: cst.CSTNode, test: cst.BaseExpression, holds: bool) -> tuple[Sighting, ...]:
    function = walk.function
    return tuple(_demands(walk, asks, test, holds)) if function is not None and function.parameters else ()


def _demands(walk: Walk, asks: cst.CSTNode, test: cst.BaseExpression, holds: bool) -> Iterator[Sighting]:
    """Yield what has to be true of parameters for a condition to hold, or not to hold."""
    if isinstance(test, cst.UnaryOperation):
        if isinstance(test.operator, cst.Not):
            yield from _demands(walk, asks, test.expression, not holds)
    elif isinstance(test, cst.BooleanOperation):
        if isinstance(test.operator, cst.And if holds else cst.Or):
            yield from _demands(walk, asks, test.left, holds)
            yield from _demands(walk, asks, test.right, holds)
    elif isinstance(test, cst.Name):
        yield from _demand(walk, asks, test, TRUE, holds)
    elif isinstance(test, cst.Comparison):
        compared, more = test.comparisons[0], test.comparisons[1:]
        kind = _SINGLETONS.get(dotted_name(compared.comparator))
        if kind is None or more or not isinstance(compared.operator, cst.Is | cst.IsNot):
            return
        is_that = holds == isinstance(compared.operator, cst.Is)
        if is_that or kind == NOTHING:
            yield from _demand(walk, asks, test.left, kind, is_that)
    elif isinstance(test, cst.Call) and asks_for_type(test):
        asked = test.args[1].value
        kinds = [each.value for each in asked.elements] if isinstance(asked, cst.Tuple) else [asked]
        named = tuple(walk.expressions.annotation(each) for each in kinds)
        if all(named):
            yield from _demand(walk, asks, test.args[0].value, IS_A, holds, named)


def _demand(
    walk: Walk,
    asks: cst.CSTNode,
    asked: cst.BaseExpression,
    kind: str,
    holds: bool,
    types: tuple[str, ...] = (),
) -> Iterator[Sighting]:
    if isinstance(asked, cst.Name) and _is_as_passed(walk, asks, asked.value):
        yield _sighting(asked.value, "", (kind if holds else _OPPOSITE[kind], *types))


def _is_as_passed(walk: Walk, asks: cst.CSTNode, name: str) -> bool:
    """Tell whether a name is a parameter as the caller passed it: no statement before the one that asks binds it."""
    record = walk.function
    if record is None or name in record.own:
        return record is not None
    function = walk.scope.node
    if function.__class__ is not cst.FunctionDef or not any(
        each.name == name and each.kind not in VARIADIC for _, each in record.parameters
    ):
        return False
    statements = function.body.body
    for index, statement in enumerate(statements):
        if any(each is asks for each in _branches(statement)):
            return name not in Bindings(statements[:index], "", False).names
    return False


def _branches(statement: cst.CSTNode | None) -> Iterator[cst.CSTNode]:
    """Yield the branches of an `if`."""
    while isinstance(statement, cst.If):
        yield statement
        statement = statement.orelse


def note_handed_on(walk: Walk, node: cst.Call, callee: str) -> None:
    """Note which parameters of its own a function hands on as they are in the call that was recorded last."""
    record = walk.function
    if record is None or not record.own or (callee.startswith(_BUILTIN) and callee != _OPEN):
        return
    own = record.own
    handed = {
        each.keyword.value if each.keyword is not None else str(place): each.value.value
        for place, each in enumerate(node.args)
        if each.value.__class__ is cst.Name and each.value.value in own and not each.star
    }
    if handed:
        walk.records.handed[len(walk.records.calls) - 1] = handed
