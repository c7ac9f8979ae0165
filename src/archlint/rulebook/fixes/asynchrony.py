"""The fixes of the rules about asynchronous code."""

from collections.abc import Mapping
from itertools import islice

import libcst as cst

from archlint.facts.scopes import dotted_name
from archlint.model import Edit, Fix
from archlint.rulebook.fixes.imports import named
from archlint.rulebook.fixes.site import Site, Source

_NO_AWAIT = (
    cst.Annotation,
    cst.ClassDef,
    cst.CompFor,
    cst.Decorator,
    cst.DictComp,
    cst.GeneratorExp,
    cst.Lambda,
    cst.ListComp,
    cst.Param,
    cst.SetComp,
    cst.TypeAlias,
    cst.TypeParameters,
)
"""What may stand in an async function and cannot hold an `await`, or would become something else by it."""

_OPERANDS: Mapping[type, str] = {cst.Attribute: "value", cst.Call: "func", cst.Subscript: "value"}
"""What binds tighter than `await` -> the field of what it is done to."""

_PASSES_ON = frozenset(
    {
        *("to_thread", "run_in_executor", "run_sync", "submit", "run_in_threadpool", "deferToThread"),
        *("add_task", "BackgroundTask", "async_add_executor_job", "async_add_import_executor_job"),
    }
)
"""What takes the arguments of the function behind it."""
_POSITIONAL_ONLY = frozenset({"run_in_executor", "run_sync", "async_add_executor_job", "async_add_import_executor_job"})


def awaited_sleep(call: cst.Call, site: Site) -> Fix | None:
    """ASY001: `await asyncio.sleep(x)` for `time.sleep(x)`.

    Inside a plain `with` it is not safe: the block may hold a lock, for which other tasks then block the whole loop.
    """
    source = site.source
    start, end = source.span(call)
    callee = source.span(call.func)
    plain = [argument for argument in call.args if not argument.star and argument.keyword is None]
    if call.func.lpar or len(call.args) != 1 or not plain or "#" in source.text[slice(*callee)]:
        return None
    if not _may_await(source, call):
        return None
    sleep = named(site, call, "asyncio", "sleep")
    if sleep is None:
        return None
    opening, closing = ("(", (Edit(end, end, ")"),)) if _binds_tighter(source, call) else ("", ())
    replaced = Edit(start, callee[1], f"{opening}await {sleep.expression}")
    return Fix(
        f"Replace it with `await {sleep.expression}(...)`",
        tuple(sorted((*sleep.edits, replaced, *closing))),
        safe=not _in_plain_with(source, call),
    )


def _may_await(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether `node` is evaluated by the body of an async function itself."""
    for parent, _ in source.around(node):
        if isinstance(parent, _NO_AWAIT):
            return False
        if isinstance(parent, cst.FunctionDef):
            return parent.asynchronous is not None
    return False


def _binds_tighter(source: Source, call: cst.Call) -> bool:
    """Tell whether something would be done to the call before it is awaited."""
    parent, _ = next(source.around(call))
    operand = _OPERANDS.get(parent.__class__)
    return operand is not None and getattr(parent, operand) is call and not call.lpar


def _in_plain_with(source: Source, node: cst.CSTNode) -> bool:
    for parent, child in source.around(node):
        if isinstance(parent, cst.FunctionDef):
            return False
        if isinstance(parent, cst.With) and parent.asynchronous is None and child is parent.body:
            return True
    return False


def handed_over(call: cst.Call, site: Site) -> Fix | None:
    """ASY013: the function, and its arguments if they can be given too, for a call of it. Never safe."""
    source = site.source
    (argument, _), (offload, _) = islice(source.around(call), 2)
    if not isinstance(argument, cst.Arg) or not isinstance(offload, cst.Call) or argument.star or call.lpar:
        return None
    behind, end = source.span(call.func)[1], source.span(call)[1]
    if "#" in source.text[behind:end]:
        return None
    edits = _handed_arguments(call, argument, offload, source) if call.args else (Edit(behind, end, ""),)
    return Fix("Hand over the function itself", edits, safe=False) if edits else None


def _handed_arguments(call: cst.Call, argument: cst.Arg, offload: cst.Call, source: Source) -> tuple[Edit, ...]:
    """Return the edits that take a function's arguments out of its call."""
    api = dotted_name(offload.func).rpartition(".")[2]
    by_name = any(each.keyword is not None or each.star == "**" for each in call.args)
    if any(isinstance(each.value, cst.GeneratorExp) and not each.value.lpar for each in call.args):
        return ()
    opening, closing = ", ", ""
    if argument.keyword is not None:
        others = {each.keyword.value for each in offload.args if each.keyword is not None}
        if argument.keyword.value != "target" or by_name or "args" in others:
            return ()
        opening, closing = ", args=(", ",)"
    elif argument is not offload.args[-1] or api not in _PASSES_ON or (by_name and api in _POSITIONAL_ONLY):
        return ()
    behind, end = source.span(call.func)[1], source.span(call)[1]
    first, last = source.span(call.args[0])[0], source.span(call.args[-1])[1]
    return Edit(behind, first, opening), Edit(last, end, closing)
