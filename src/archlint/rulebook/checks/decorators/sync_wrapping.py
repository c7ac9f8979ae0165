"""The rule about plain wrappers around coroutine functions: what they look like, and whether the program makes them."""

from collections.abc import Iterable, Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import descend
from archlint.rulebook.checks.handling import inside

_KNOWS_COROUTINES = frozenset(
    {
        *("iscoroutinefunction", "iscoroutine", "isawaitable", "is_async", "is_coroutine", "is_async_callable"),
        *("isasyncgenfunction", "__await__", "markcoroutinefunction", "is_coroutine_function", "Awaitable"),
        *("Coroutine", "iscoroutine_function", "is_async_func", "is_coro_func", "is_coroutine_callable"),
    }
)
"""Names in a decorator that thinks of coroutines by itself."""
CHECKS = "checks"
"""Work that is done before the call alone: whoever awaits the wrapper's result gets what it should give."""


def sync_wrapper(node: cst.FunctionDef, context: ModuleContext) -> Iterable[Sighting]:
    """DEC002: a plain inner function that is returned and does work around a call of what its decorator was given."""
    outer = context.enclosing_function
    if outer is None or node.asynchronous is not None or outer.asynchronous is not None:
        return ()
    given = {each.name.value for each in (*outer.params.posonly_params, *outer.params.params)} - {"self", "cls"}
    called = _called(node, given) if given and _is_returned(outer, node.name.value) else ""
    if not called or _thinks_of_coroutines(outer):
        return ()
    work = _work(node, called)
    if not work or (work == CHECKS and _says_coroutine(outer)):
        return ()
    return (
        Sighting(
            code="DEC002",
            message=f"`{node.name.value}` {_consequence(work, called)}; write an `async def` wrapper that awaits it",
            subject=outer.name.value,
            severity="note" if work == CHECKS else "",
        ),
    )


def _consequence(work: str, called: str) -> str:
    if work == CHECKS:
        return (
            f"checks before it calls `{called}`, which is async where it is decorated, and is no coroutine function "
            "itself, as frameworks ask"
        )
    return f"{work} around `{called}`, which is async where it is decorated, so calling it only makes a coroutine"


def _thinks_of_coroutines(outer: cst.FunctionDef) -> bool:
    """Tell whether a decorator asks what it was given, or has an async wrapper to return, too."""
    for each in descend(outer, but_not=(cst.Annotation,)):
        if isinstance(each, cst.Name) and each.value in _KNOWS_COROUTINES:
            return True
        if isinstance(each, cst.FunctionDef) and each.asynchronous and _is_returned(outer, each.name.value):
            return True
    return False


def _says_coroutine(outer: cst.FunctionDef) -> bool:
    """Tell whether a decorator says, in its annotations, that what it returns is to be awaited."""
    return any(isinstance(each, cst.Name) and each.value in _KNOWS_COROUTINES for each in descend(outer))


def _is_returned(outer: cst.FunctionDef, name: str) -> bool:
    for each in inside(outer.body):
        if isinstance(each, cst.Return) and each.value is not None:
            value = each.value
            if isinstance(value, cst.Call) and value.args:
                value = value.args[0].value
            if isinstance(value, cst.Name) and value.value == name:
                return True
    return False


def _called(node: cst.FunctionDef, given: set[str]) -> str:
    """Return the parameter of the decorator that the wrapper calls and does not hand to something that may await it."""
    calls = [each for each in inside(node.body) if isinstance(each, cst.Call) and dotted_name(each.func) in given]
    handed = [argument.value for each in inside(node.body) if isinstance(each, cst.Call) for argument in each.args]
    if not calls or any(each is value for each in calls for value in handed):
        return ""
    if any(isinstance(each, cst.Yield) for each in inside(node.body)):
        return ""
    return dotted_name(calls[0].func)


def _work(node: cst.FunctionDef, called: str) -> str:
    """Return what the wrapper does around its call that a coroutine escapes, empty for nothing of the kind."""
    if not isinstance(node.body, cst.IndentedBlock):
        return ""
    for statement in _statements(node.body):
        if isinstance(statement, cst.Try | cst.TryStar) and _calls(statement.body, called):
            return "catches errors" if statement.handlers else "cleans up"
        if isinstance(statement, cst.With) and _calls(statement.body, called):
            return "holds a context"
    blocks = [each for each in inside(node.body) if isinstance(each, cst.IndentedBlock)]
    for block in [node.body, *blocks]:
        for index, statement in enumerate(block.body):
            if _calls(statement, called) and isinstance(statement, cst.SimpleStatementLine):
                following = block.body[index + 1 :]
                if _goes_on(statement, following):
                    return "goes on"
    if any(isinstance(each, cst.Assign) and _stores(each, called) for each in inside(node.body)):
        return "stores a result"
    if any(isinstance(each, cst.Raise) for each in inside(node.body)):
        return CHECKS
    return ""


def _statements(block: cst.IndentedBlock) -> Iterator[cst.CSTNode]:
    return (each for each in inside(block) if isinstance(each, cst.Try | cst.TryStar | cst.With))


def _calls(node: cst.CSTNode, called: str) -> bool:
    return any(isinstance(each, cst.Call) and dotted_name(each.func) == called for each in inside(node))


def _stores(node: cst.Assign, called: str) -> bool:
    """Tell whether an assignment keeps what the call gave, in a collection or an attribute."""
    kept = any(isinstance(each.target, cst.Subscript | cst.Attribute) for each in node.targets)
    return kept and _calls(node.value, called)


def _goes_on(statement: cst.SimpleStatementLine, following: Iterable[cst.CSTNode]) -> bool:
    """Tell whether something happens after the call but for returning what it gave."""
    if isinstance(statement.body[-1], cst.Return):
        return False
    rest = list(following)
    if len(rest) == 1 and isinstance(rest[0], cst.SimpleStatementLine) and isinstance(rest[0].body[0], cst.Return):
        value = rest[0].body[0].value
        return not isinstance(value, cst.Name)
    return bool(rest)
