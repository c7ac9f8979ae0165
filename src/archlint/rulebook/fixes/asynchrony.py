"""The fixes of the rules about asynchronous code."""

from collections.abc import Mapping

import libcst as cst

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
