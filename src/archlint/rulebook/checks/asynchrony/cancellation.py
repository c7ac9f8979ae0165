"""The rule about handlers that stop a cancellation."""

from collections.abc import Iterator, Sequence

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, ancestors, descend, is_name
from archlint.rulebook.checks.asynchrony.ending import ends_after, is_only_handed_on, waits

_BROAD = "builtins.BaseException"
_CATCHING = ("asyncio.CancelledError", "anyio.get_cancelled_exc_class", "trio.Cancelled", _BROAD)
_CATCHING_NAMES = frozenset(name.rpartition(".")[2] for name in _CATCHING)
_EXITS = frozenset({"sys.exit", "os._exit", "os.abort", "exit"})
_HANDS_ON = frozenset({"cancel", "uncancel", "throw", "__exit__", "__aexit__"})
"""Methods that cancel again, or raise in another place."""
_WAITERS = frozenset({"gather", "shield", "wait", "wait_for"})
_LOGS = frozenset(
    {"critical", "debug", "error", "exception", "format", "info", "log", "print", "repr", "str", "type", "warning"}
)
"""Calls that tell about an exception without passing it on."""


def swallowed_cancellation(node: cst.ExceptHandler, context: ModuleContext) -> Iterator[Sighting]:
    """ASY007: a handler in an async function that catches the cancellation of its task and lets the task go on."""
    function = context.enclosing_function
    if function is None or function.asynchronous is None:
        return
    caught = _caught(node, context)
    if not caught or _passes_on(node):
        return
    attempt = _attempt(function, node)
    if attempt is None or _caught_before(attempt, node, context):
        return
    if _swallows(function, attempt, node.body, caught) and not _ends_task(function, node, caught, context):
        yield _sighting(caught, "except")


def _ends_task(
    function: cst.FunctionDef, handler: cst.ExceptHandler, caught: tuple[str, ...], context: ModuleContext
) -> bool:
    """Tell whether what runs as a task of its own ends after a handler, by `return` or for want of a loop around it."""
    if "" in caught or _BROAD in caught or context.module is None:
        return False
    returns = any(isinstance(each, cst.Return) for each in descend(handler.body, but_not=FUNCTIONS))
    goes_round = any(isinstance(each, cst.While | cst.For) for each in ancestors(function.body, handler))
    return (returns or not goes_round) and is_only_handed_on(function, context.module)


def suppressed_cancellation(node: cst.With, context: ModuleContext) -> Iterator[Sighting]:
    """ASY007: `contextlib.suppress` in an async function does what such a handler does."""
    function = context.enclosing_function
    if function is None or function.asynchronous is None:
        return
    if any(_is_shield(item.item) for item in node.items):
        return
    for item in node.items:
        call = item.item
        if isinstance(call, cst.Call) and context.reference(call.func) == "contextlib.suppress":
            caught = _cancellations([argument.value for argument in call.args], context)
            if caught and _swallows(function, node, None, caught):
                yield _sighting(caught)


def _is_shield(node: cst.BaseExpression) -> bool:
    """Tell whether no cancellation comes into a scope: `CancelScope(shield=True)`."""
    return isinstance(node, cst.Call) and any(
        each.keyword is not None and each.keyword.value == "shield" and dotted_name(each.value) == "True"
        for each in node.args
    )


def _sighting(caught: tuple[str, ...], keyword: str = "") -> Sighting:
    what = " and ".join(f"`{each.rpartition('.')[2]}`" for each in caught if each) or "a bare `except`"
    return Sighting(
        code="ASY007",
        message=f"{what} stops the cancellation of the task, which goes on as if nothing had happened; raise it again",
        subject=caught[0] or "except",
        reference="|".join(caught),
        names=_CATCHING if caught[0] else (),
        keyword=keyword,
    )


def _caught(node: cst.ExceptHandler, context: ModuleContext) -> tuple[str, ...]:
    """Return references to the exceptions by which a handler catches a cancellation; an empty one for all of them."""
    if node.type is None:
        return ("",)
    if isinstance(node.type, cst.Tuple):
        return _cancellations([element.value for element in node.type.elements], context)
    return _cancellations([node.type], context)


def _cancellations(kinds: Sequence[cst.BaseExpression], context: ModuleContext) -> tuple[str, ...]:
    references = [context.reference(kind).removesuffix("()") for kind in kinds]
    return tuple(each for each in references if each.rpartition(".")[2] in _CATCHING_NAMES)


def _attempt(function: cst.FunctionDef, handler: cst.ExceptHandler) -> cst.Try | None:
    for each in descend(function.body, but_not=FUNCTIONS):
        if isinstance(each, cst.Try) and handler in each.handlers:
            return each
    return None


def _caught_before(attempt: cst.Try, handler: cst.ExceptHandler, context: ModuleContext) -> bool:
    earlier = attempt.handlers[: list(attempt.handlers).index(handler)]
    return any(_caught(each, context) for each in earlier)


def _swallows(
    function: cst.FunctionDef, statement: cst.Try | cst.With, handler: cst.BaseSuite | None, caught: tuple[str, ...]
) -> bool:
    """Tell whether a cancellation can arrive in a statement, is meant for this task, and does not end it on purpose."""
    if not _lets_out(statement.body) or _cancels_before(function, statement) or _cleans_up(function, statement):
        return False
    if "" in caught or _BROAD in caught:
        return True
    if handler is not None and _takes_note(handler):
        return False
    if _waits_for_ever(statement.body):
        return False
    return not (_waits_for_others(statement.body) or ends_after(function, statement, handler))


def _waits_for_ever(body: cst.BaseSuite) -> bool:
    """Tell whether a block only waits for what nothing can end but a cancellation: an event or future made there."""
    found = [each for each in descend(body, but_not=FUNCTIONS) if isinstance(each, cst.Await)]
    return bool(found) and all(_never_ends(each.expression) for each in found)


def _never_ends(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "wait":
        node = node.func.value
    if not isinstance(node, cst.Call):
        return False
    name = dotted_name(node.func).rpartition(".")[2]
    return (name in ("Event", "Future", "create_future") and not node.args) or name == "sleep_forever"


def _lets_out(body: cst.BaseSuite) -> bool:
    """Tell whether a cancellation can come out of a block: something is awaited, not all in a `try` that stops it."""
    stopped = {
        wait
        for each in descend(body, but_not=FUNCTIONS)
        if isinstance(each, cst.Try) and any(_stops(handler) for handler in each.handlers)
        for wait in waits(each.body)
    }
    return any(wait not in stopped for wait in waits(body))


def _stops(handler: cst.ExceptHandler) -> bool:
    """Tell whether a handler of some inner `try` looks as if it stopped a cancellation."""
    names = [each.value for each in descend(handler.type) if isinstance(each, cst.Name)] if handler.type else []
    return (not names or not _CATCHING_NAMES.isdisjoint(names)) and not _passes_on(handler)


def _cleans_up(function: cst.FunctionDef, statement: cst.CSTNode) -> bool:
    """Tell whether the statement stands in a `finally`, in a handler that raises, or before a raised cancellation."""
    for each in ancestors(function.body, statement):
        if isinstance(each, cst.Finally) or (isinstance(each, cst.ExceptHandler) and _passes_on(each)):
            return True
        if isinstance(each, cst.With) and any(_is_shield(item.item) for item in each.items):
            return True
    return any(
        isinstance(each, cst.Raise)
        and each.exc is not None
        and any(isinstance(part, cst.Name) and part.value == "CancelledError" for part in descend(each.exc))
        for each in descend(function.body, but_not=FUNCTIONS)
    )


def _cancels_before(function: cst.FunctionDef, statement: cst.CSTNode) -> bool:
    """Tell whether something is cancelled before the statement or first thing in it: then its end is awaited there."""
    for each in descend(function.body, but_not=FUNCTIONS):
        if isinstance(each, cst.Call) and dotted_name(each.func).rpartition(".")[2] == "cancel":
            return True
        if each is statement:
            break
    assert isinstance(statement, cst.Try | cst.With)
    return any(
        isinstance(each, cst.Call) and isinstance(each.func, cst.Attribute) and each.func.attr.value == "cancel"
        for each in descend(statement.body, but_not=FUNCTIONS)
    )


def _waits_for_others(body: cst.BaseSuite) -> bool:
    """Tell whether all that is awaited are tasks or futures at hand, which may have been cancelled themselves."""
    for each in descend(body, but_not=FUNCTIONS):
        if isinstance(each, cst.For | cst.With | cst.CompFor) and each.asynchronous is not None:
            return False
        if isinstance(each, cst.Await) and not _is_at_hand(each.expression):
            return False
    return True


def _is_at_hand(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call) and dotted_name(node.func).rpartition(".")[2] in _WAITERS:
        return bool(node.args) and _is_at_hand(node.args[0].value)
    if isinstance(node, cst.List | cst.Set | cst.Tuple):
        return bool(node.elements) and all(_is_at_hand(each.value) for each in node.elements)
    return isinstance(node, cst.Name | cst.Attribute | cst.Subscript)


def _passes_on(handler: cst.ExceptHandler) -> bool:
    """Tell whether a handler raises, ends the process, or hands the exception to somebody who may raise it."""
    name = dotted_name(handler.name.name) if handler.name is not None else ""
    for each in descend(handler.body, but_not=FUNCTIONS):
        if isinstance(each, cst.Raise):
            return True
        if isinstance(each, cst.Call):
            called = dotted_name(each.func)
            word = each.func.attr.value if isinstance(each.func, cst.Attribute) else called
            if called in _EXITS or word in _HANDS_ON:
                return True
            if word not in _LOGS and any(_hands_over(argument.value, name) for argument in each.args):
                return True
        elif isinstance(each, cst.Assign | cst.Return | cst.Yield) and is_name(each.value, name):
            return True
    return False


def _hands_over(node: cst.BaseExpression, name: str) -> bool:
    """Tell whether an argument is what a name stands for, alone or beside something else."""
    elements = [each.value for each in node.elements] if isinstance(node, cst.Tuple | cst.List) else [node]
    return any(is_name(each, name) for each in elements)


def _takes_note(handler: cst.BaseSuite) -> bool:
    """Tell whether a handler sets a flag (`cancelled = True`), by which the function ends in its own time."""
    return any(isinstance(each, cst.Assign) and is_name(each.value, "True") for each in descend(handler))
