"""The rules about many coroutines that are started at once, on the syntax tree."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from archlint.facts import model
from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name, last_name
from archlint.facts.syntax import FUNCTIONS, ancestors, brief, descend, last_statement, source_of

_GATHER = "asyncio.gather"
_SPAWNS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
_WRAPS = _SPAWNS | {"asyncio.wait_for", "asyncio.shield"}
_COMPREHENSIONS = (cst.ListComp, cst.GeneratorExp, cst.SetComp)
_LISTENERS = re.compile(r"(handler|subscriber|listener|callback|observer|consumer|hook|receiver|watcher)s?\d*$", re.I)
_TELLS = re.compile(
    r"^_*(a|async_)?(on_|handle|notify|emit|send|call|consume|receive|publish|dispatch|invoke|process|trigger)"
)
"""Names of methods by which a listener is told of an event."""
_REGISTERED = re.compile(r"(handler|listener|callback|hook|middleware|plugin)s?\d*$", re.I)
"""Names of what the program itself registers: it knows how many there are."""
_BOUNDING = re.compile(r"semaphore|sem$|limit|throttle|batch|chunk|page", re.I)
_CHOSEN = re.compile(r"workers?(_|$)|concurren|parallel", re.I)
"""Names of the number of workers, which somebody has chosen."""


class _FanOut(NamedTuple):
    """What is started for each element: the coroutine's expression, what is iterated over, the loop's target."""

    element: cst.BaseExpression
    iterable: cst.BaseExpression
    target: cst.CSTNode


def gathered(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """ASY008 and ASY009: `asyncio.gather(*(... for ... in ...))`, one of each rule."""
    starred = [each.value for each in node.args if each.star == "*"]
    if not starred or not context.in_async_function or context.reference(node.func) != _GATHER:
        return
    seen: set[str] = set()
    for value in starred:
        fan_out = _fan_out(value, context)
        if fan_out is None:
            continue
        coroutine = _unwrapped(fan_out.element, context)
        callee = coroutine.func if isinstance(coroutine, cst.Call) else coroutine
        started = (isinstance(value, cst.Name) and coroutine is not fan_out.element) or _is_at_hand(fan_out)
        for sighting in (
            *(() if _collects_exceptions(node) else _unguarded(fan_out, callee, context)),
            *(() if started else _unbounded(fan_out, context, context.reference(callee))),
        ):
            if sighting.code not in seen:
                seen.add(sighting.code)
                yield sighting


def _unguarded(fan_out: _FanOut, callee: cst.BaseExpression, context: ModuleContext) -> Iterator[Sighting]:
    if not (_is_for_listeners(fan_out) and _tells(callee, fan_out.target)):
        return
    yield Sighting(
        code="ASY008",
        message=(
            f"if one of `{brief(fan_out.iterable)}` raises, `gather` raises and leaves the others running "
            "unobserved; use `asyncio.TaskGroup`, or `return_exceptions=True` and look at the results"
        ),
        subject=dotted_name(callee) or _GATHER,
        reference=context.reference(callee),
    )


def spawned(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """ASY009: `create_task` in a `for` loop or comprehension."""
    function = context.enclosing_function
    if function is None or function.asynchronous is None or not node.args:
        return
    if not context.flags & (model.IN_LOOP | model.IN_COMPREHENSION):
        return
    if context.reference(node.func) not in _SPAWNS:
        return
    around = [*ancestors(function.body, node)]
    if any(isinstance(each, cst.Call) and context.reference(each.func) == _GATHER for each in around):
        return
    loop = next((each for each in around if isinstance(each, (cst.For, cst.While, *_COMPREHENSIONS))), None)
    coroutine = node.args[0].value
    callee = context.reference(coroutine.func) if isinstance(coroutine, cst.Call) else ""
    if isinstance(loop, cst.For) and not _leaves(loop):
        yield from _unbounded(_FanOut(node, loop.iter, loop.target), context, callee)
    elif isinstance(loop, _COMPREHENSIONS):
        yield from _unbounded(_FanOut(node, loop.for_in.iter, loop.for_in.target), context, callee)


def _unbounded(fan_out: _FanOut, context: ModuleContext, reference: str) -> Iterator[Sighting]:
    function = context.enclosing_function
    if function is None or _is_bounded(fan_out.iterable, context) or any(map(_BOUNDING.search, _words(function))):
        return
    if any(map(_REGISTERED.search, _words(_unindexed(fan_out.iterable)))):
        return
    yield Sighting(
        code="ASY009",
        message=(
            f"every element of `{brief(fan_out.iterable)}` gets its task at once, however many there are; "
            "bound them with `asyncio.Semaphore`"
        ),
        subject=source_of(fan_out.iterable),
        reference=reference,
    )


def _is_at_hand(fan_out: _FanOut) -> bool:
    """Tell whether each element is a task or future that something keeps already, as in `[t for t in tasks if ...]`."""
    element, target = fan_out.element, fan_out.target
    if isinstance(element, cst.Name):
        return element is not target and isinstance(target, cst.Name) and element.value == target.value
    return element is not target and isinstance(element, cst.Attribute | cst.Subscript)


def _fan_out(node: cst.BaseExpression, context: ModuleContext) -> _FanOut | None:
    if isinstance(node, cst.Name):
        name = node.value
        assigned = context.assigned(name)
        if isinstance(assigned, cst.List) and not assigned.elements:
            return _appended(name, context)
        if not isinstance(assigned, cst.BaseExpression):
            return None
        node = assigned
    if isinstance(node, _COMPREHENSIONS):
        return _FanOut(node.elt, node.for_in.iter, node.for_in.target)
    if isinstance(node, cst.Call) and dotted_name(node.func) == "map" and len(node.args) == 2:
        return _FanOut(node.args[0].value, node.args[1].value, node.args[0].value)
    return None


def _appended(name: str, context: ModuleContext) -> _FanOut | None:
    """Return what a loop of the function appends to an empty list, if that is all that fills it."""
    function = context.enclosing_function
    if function is None:
        return None
    loops = [each for each in descend(function.body, but_not=FUNCTIONS) if isinstance(each, cst.For)]
    found = [
        _FanOut(call.args[0].value, loop.iter, loop.target)
        for loop in loops
        for call in descend(loop.body, but_not=(*FUNCTIONS, cst.For))
        if isinstance(call, cst.Call) and dotted_name(call.func) == f"{name}.append" and len(call.args) == 1
    ]
    return found[0] if len(found) == 1 else None


def _unwrapped(node: cst.BaseExpression, context: ModuleContext) -> cst.BaseExpression:
    """Return the coroutine in `create_task(...)` and its like."""
    while isinstance(node, cst.Call) and node.args and context.reference(node.func) in _WRAPS:
        node = node.args[0].value
    return node


def _collects_exceptions(node: cst.Call) -> bool:
    return any(
        each.star == "**"
        or (each.keyword and each.keyword.value == "return_exceptions" and dotted_name(each.value) != "False")
        for each in node.args
    )


def _is_for_listeners(fan_out: _FanOut) -> bool:
    return any(map(_LISTENERS.search, (*_words(fan_out.iterable), *_words(fan_out.target))))


def _tells(callee: cst.BaseExpression, target: cst.CSTNode) -> bool:
    """Tell whether a listener is told of an event, and not asked for something else that it can do."""
    if not (isinstance(callee, cst.Attribute) and isinstance(callee.value, cst.Name)):
        return True
    return callee.value.value not in _words(target) or bool(_TELLS.search(callee.attr.value))


def _is_bounded(iterable: cst.BaseExpression, context: ModuleContext) -> bool:
    """Tell whether the number of elements is written in the program."""
    if isinstance(iterable, cst.List | cst.Tuple | cst.Set | cst.Dict):
        return True
    if isinstance(iterable, cst.Call) and dotted_name(iterable.func) in ("range", "enumerate", "zip"):
        return any(_is_number(each.value, context) or _is_bounded(each.value, context) for each in iterable.args)
    return any(isinstance(each, cst.Slice) for each in descend(iterable)) or any(map(str.isupper, _words(iterable)))


def _is_number(node: cst.BaseExpression, context: ModuleContext) -> bool:
    """Tell whether a number is written in the program, is at most one that is, or is how many workers there are."""
    if _CHOSEN.search(last_name(node)):
        return True
    made = context.assigned(node.value) if isinstance(node, cst.Name) else node
    if isinstance(made, cst.Call) and dotted_name(made.func) == "min":
        return any(isinstance(each.value, cst.Integer) for each in made.args)
    return isinstance(node, cst.Integer)


def _leaves(loop: cst.For) -> bool:
    """Tell whether a loop ends with its first round."""
    return isinstance(last_statement(loop.body), cst.Return | cst.Break)


def _words(node: cst.CSTNode) -> Iterator[str]:
    return (each.value for each in descend(node) if isinstance(each, cst.Name))


def _unindexed(node: cst.BaseExpression) -> cst.BaseExpression:
    while isinstance(node, cst.Subscript):
        node = node.value
    return node
