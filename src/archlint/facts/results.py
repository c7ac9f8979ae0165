"""What calls give whose result is made of their arguments: `next(x)`, `cast(T, x)`, `getattr(x, "name")`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

from archlint.facts.displays import type_of
from archlint.facts.references import COGS, CONTEXT_MANAGERS, WANTED, generic, kept_under, step, union
from archlint.facts.syntax import text_of

if TYPE_CHECKING:
    from archlint.facts.expressions import Expressions

_Made: TypeAlias = "Callable[[Expressions, cst.Call, str, int], str]"
_STEPS_FROM_FIRST = {
    **dict.fromkeys(("builtins.reversed", "builtins.iter"), ""),
    **dict.fromkeys(("asyncio.shield", "asyncio.wait_for", "copy.copy", "copy.deepcopy"), ""),
    **dict.fromkeys(("builtins.sorted", "builtins.list", "builtins.tuple"), "+"),
    "builtins.next": "*",
    **dict.fromkeys(
        (
            *("asyncio.to_thread", "anyio.to_thread.run_sync"),
            *("starlette.concurrency.run_in_threadpool", "fastapi.concurrency.run_in_threadpool"),
        ),
        "()",  # when it is awaited
    ),
    "functools.partial": "$",
    "functools.partialmethod": "$",
    "builtins.type": ".__class__",
    "dependency_injector.providers.Container": "{}",
    **dict.fromkeys(
        (
            *("django.shortcuts.get_object_or_404", "django.shortcuts.aget_object_or_404"),
            *(
                f"{session}{{}}.{method}"
                for session in (
                    *("sqlalchemy.orm.Session", "sqlalchemy.orm.session.Session", "sqlmodel.Session"),
                    *("sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.ext.asyncio.session.AsyncSession"),
                )
                for method in ("get", "get_one")
            ),
        ),
        "{}",
    ),
}
"""What is to be done with the first argument of a call to get its result."""
_LAZY = frozenset({"builtins.map", "builtins.filter", "itertools.starmap", "itertools.filterfalse"})
"""What calls its first argument when it is iterated over; the function stands as the type's argument."""
_PROVIDERS = frozenset(
    f"dependency_injector.providers.{name}"
    for name in (
        *("Factory", "Singleton", "ThreadSafeSingleton", "ThreadLocalSingleton", "ContextLocalSingleton"),
        *("Resource", "Callable", "Coroutine", "Object"),
    )
) | {"lagom.Singleton"}
"""What provides the results of its first argument, which stands as the type's argument."""
ENTERED = {"enter_context": ("^", ".__enter__"), "enter_async_context": ("~", ".__aenter__")}
"""Methods of exit stacks: what they give of their argument, and what they call of it."""


def made(expressions: "Expressions", node: cst.Call, callee: str, depth: int) -> str:
    """Return what a call gives whose result is made of its arguments; empty for other calls."""
    if not node.args:
        return ""
    suffix = _STEPS_FROM_FIRST.get(callee)
    if suffix is not None:
        return step(expressions.value(node.args[0].value, depth), suffix)
    maker = _MAKERS.get(callee)
    if maker is not None:
        return maker(expressions, node, callee, depth)
    if node.func.__class__ is not cst.Attribute:
        return ""
    name = node.func.attr.value
    if name in ENTERED:
        return step(expressions.value(node.args[0].value, depth), ENTERED[name][0])
    if name == "get_cog":
        return _cog(node.args[0].value)
    of_loop = _OF_LOOP.get(name) if callee.startswith("asyncio.") else None
    return of_loop(expressions, node, callee, depth) if of_loop is not None else ""


def _cog(name: cst.BaseExpression) -> str:
    """Return the part of a Discord bot that is asked for by name, whatever holds the bot."""
    return f"{COGS}.{kept_under(str(text_of(name)))}" if isinstance(name, cst.SimpleString) else ""


def _typed_by_first(expressions: "Expressions", node: cst.Call, callee: str, depth: int) -> str:
    return step(generic(callee, [expressions.value(node.args[0].value, depth)]), "{}")


def _closing(expressions: "Expressions", node: cst.Call, callee: str, depth: int) -> str:
    return step(generic(callee, [type_of(expressions.value(node.args[0].value, depth))]), "{}")


def _cast(expressions: "Expressions", node: cst.Call, _callee: str, _depth: int) -> str:
    return step(expressions.annotation(node.args[0].value), "{}")


def _field(expressions: "Expressions", node: cst.Call, _callee: str, depth: int) -> str:
    """Return what a field holds that is declared by a call: of its type, what its factory makes, or its default."""
    found = ""
    for each in node.args:
        word = each.keyword.value if each.keyword is not None else ""
        if word == "type":
            return step(expressions.annotation(each.value), "{}")
        if word in ("factory", "default_factory"):
            found = step(expressions.value(each.value, depth), "()")
        elif word == "default" and isinstance(each.value, cst.Call):
            found = expressions.value(each.value, depth)
    return found


def _session_maker(expressions: "Expressions", node: cst.Call, callee: str, _depth: int) -> str:
    """Keep as the argument of a maker of sessions the class of session that it is told to make."""
    told = [each.value for each in node.args if each.keyword is not None and each.keyword.value == "class_"]
    return step(generic(callee, [expressions.annotation(each) for each in told]), "{}") if told else ""


def _factory(expressions: "Expressions", node: cst.Call, _callee: str, depth: int) -> str:
    return step(expressions.value(node.args[0].value, depth), "()")


def _new_type(expressions: "Expressions", node: cst.Call, _callee: str, _depth: int) -> str:
    return expressions.annotation(node.args[1].value) if len(node.args) == 2 else ""


def _type_variable(expressions: "Expressions", node: cst.Call, callee: str, _depth: int) -> str:
    """Keep as the argument of a type variable what it may stand for: its bound or one of its constraints."""
    bound = [each.value for each in node.args if each.keyword is not None and each.keyword.value == "bound"]
    kinds = bound or [each.value for each in node.args[1:] if each.keyword is None]
    return step(generic(callee, [union(*map(expressions.annotation, kinds))]), "{}")


def _key(expressions: "Expressions", node: cst.Call, callee: str, depth: int) -> str:
    """Keep as the argument of a key of an application the type of what is kept under it."""
    if len(node.args) < 2:
        return ""
    return step(generic(callee, [expressions.annotation(node.args[1].value, depth)]), "{}")


def _attribute(expressions: "Expressions", node: cst.Call, _callee: str, depth: int) -> str:
    """`getattr(x, "name")` is `x.name`, or else the third argument."""
    name = text_of(node.args[1].value) if len(node.args) > 1 else None
    if not isinstance(name, str) or not name.isidentifier():
        return step(expressions.value(node.args[0].value, depth), f".{WANTED}") if _delegates(expressions, node) else ""
    found = step(expressions.value(node.args[0].value, depth), f".{name}")
    return union(found, expressions.value(node.args[2].value, depth)) if len(node.args) > 2 else found


def _delegates(expressions: "Expressions", node: cst.Call) -> bool:
    """Tell whether a `__getattr__` hands on to something else what it is asked for."""
    function = expressions.scope.node
    if not isinstance(function, cst.FunctionDef) or function.name.value != "__getattr__" or len(node.args) != 2:
        return False
    wanted, parameters = node.args[1].value, function.params.params
    return isinstance(wanted, cst.Name) and len(parameters) == 2 and parameters[1].name.value == wanted.value


def _module(_expressions: "Expressions", node: cst.Call, _callee: str, _depth: int) -> str:
    """`import_module("a.b")` is the module `a.b`."""
    name = text_of(node.args[0].value) if len(node.args) == 1 else None
    return name if isinstance(name, str) and all(part.isidentifier() for part in name.split(".")) else ""


def _task(expressions: "Expressions", node: cst.Call, _callee: str, depth: int) -> str:
    """Return a task with the type of what it gives."""
    result = type_of(step(expressions.value(node.args[0].value, depth), "!"))
    return step(generic("asyncio.Task", [result]), "{}") if result else ""


def _executed(expressions: "Expressions", node: cst.Call, _callee: str, depth: int) -> str:
    """`run_in_executor(None, f)` gives, when it is awaited, what `f` returns."""
    return step(expressions.value(node.args[1].value, depth), "()") if len(node.args) > 1 else ""


def _gathered(expressions: "Expressions", node: cst.Call, _callee: str, depth: int) -> str:
    """Return what `gather` gives when it is awaited: the result of each argument, by its place."""
    given = [each for each in node.args if each.keyword is None]
    if len(given) == 1 and given[0].star:
        result = type_of(step(expressions.value(given[0].value, depth), "*!"))
        return step(generic("builtins.list", [result]), "{}") if result else ""
    if any(each.star for each in given):
        return ""
    results = [type_of(step(expressions.value(each.value, depth), "!")) for each in given]
    return step(generic("builtins.tuple", results), "{}") if any(results) else ""


_OF_LOOP: dict[str, _Made] = {"create_task": _task, "run_in_executor": _executed}
"""Methods of event loops and task groups."""
_MAKERS: dict[str, _Made] = {
    **dict.fromkeys(_LAZY | _PROVIDERS | CONTEXT_MANAGERS, _typed_by_first),
    **dict.fromkeys(("contextlib.closing", "contextlib.aclosing"), _closing),
    **dict.fromkeys(("asyncio.create_task", "asyncio.ensure_future"), _task),
    "asyncio.gather": _gathered,
    "typing.cast": _cast,
    **dict.fromkeys(("attr.ib", "attr.attrib", "attr.field", "attrs.field", "pydantic.PrivateAttr"), _field),
    **dict.fromkeys(("attr.Factory", "attrs.Factory"), _factory),
    **dict.fromkeys(
        (
            *("sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.session.sessionmaker"),
            *("sqlalchemy.ext.asyncio.async_sessionmaker", "sqlalchemy.ext.asyncio.session.async_sessionmaker"),
        ),
        _session_maker,
    ),
    "typing.NewType": _new_type,
    **dict.fromkeys(("typing.TypeVar", "typing_extensions.TypeVar"), _type_variable),
    **dict.fromkeys(("aiohttp.web.AppKey", "aiohttp.web.RequestKey"), _key),
    "builtins.getattr": _attribute,
    "importlib.import_module": _module,
}
