"""The rule about spans that are started and never ended."""

from collections.abc import Iterable, Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import descend, is_name

_TRACERS = ("opentelemetry.trace.Tracer", "opentelemetry.sdk.trace.Tracer")
_ONLY_LOOKS = frozenset({"set_span_in_context", "use_span", "print", "str", "repr", "bool", "isinstance"})
"""What is given a span and does not end it (`use_span` without `end_on_exit=True`)."""

_DESCRIBE = frozenset({"add_event", "record_exception", "set_attribute", "set_attributes", "set_status", "update_name"})


def unended_span(node: cst.Call, context: ModuleContext) -> Iterable[Sighting]:
    """OBS004: `start_span` whose span nobody ends, `start_as_current_span` that nobody enters."""
    function = context.enclosing_function
    if function is None:
        return ()
    method = dotted_name(node.func).rpartition(".")[2] or "start_span"
    looking = frozenset(_looking(function, context))
    holder = _holder(node, function, looking)
    if holder is None or (holder and _is_cared_for(holder, function, looking, entered=method != "start_span")):
        return ()
    what = (
        "this span is never ended and never exported; use it in a `with` statement, or `end()` it in `finally`"
        if method == "start_span"
        else "nobody enters this context manager, so that no span is started; use it in a `with` statement"
    )
    names = tuple(f"{tracer}.{method}" for tracer in _TRACERS)
    return (Sighting(code="OBS004", message=what, subject=method, reference=context.reference(node.func), names=names),)


def _looking(function: cst.FunctionDef, context: ModuleContext) -> Iterator[cst.CSTNode]:
    """Yield the calls in a function that look at the spans they are given, and end none."""
    for each in descend(function.body):
        if isinstance(each, cst.Call):
            names = (dotted_name(each.func), context.reference(each.func))
            ends = any(given.keyword is not None and given.keyword.value == "end_on_exit" for given in each.args)
            if not ends and not _ONLY_LOOKS.isdisjoint(name.rpartition(".")[2] for name in names):
                yield each


def _holder(node: cst.Call, function: cst.FunctionDef, looking: frozenset[cst.CSTNode]) -> str | None:
    """Return the name that a call's result gets; empty when it is dropped, `None` when it goes elsewhere."""
    for each in descend(function.body):
        match each:
            case cst.Expr(value=value) if value is node or _describes(value, node):
                return ""
            case cst.Call(args=arguments) if each in looking and any(given.value is node for given in arguments):
                return ""
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value) if value is node:
                return name
            case cst.AnnAssign(target=cst.Name(value=name), value=value) if value is node:
                return name
    return None


def _describes(value: cst.CSTNode, span: cst.Call) -> bool:
    """Tell whether something is said about a span where it is started, after which nobody has it."""
    return (
        isinstance(value, cst.Call)
        and isinstance(value.func, cst.Attribute)
        and value.func.value is span
        and value.func.attr.value in _DESCRIBE
    )


def _is_cared_for(name: str, function: cst.FunctionDef, looking: frozenset[cst.CSTNode], *, entered: bool) -> bool:
    """Tell whether the function ends what has this name, enters it, or gives it to somebody who may."""
    return any(_cares(each, name, entered=entered) for each in descend(function.body) if each not in looking)


def _cares(node: cst.CSTNode, name: str, *, entered: bool) -> bool:
    match node:
        case cst.Attribute(value=value, attr=cst.Name(value=method)):
            return is_name(value, name) and method in (("__enter__",) if entered else ("end", "__enter__"))
        case cst.WithItem(item=value) | cst.Return(value=value) | cst.Yield(value=value) | cst.Await(expression=value):
            return is_name(value, name)
        case cst.Assign(value=value) | cst.AnnAssign(value=value) | cst.NamedExpr(value=value):
            return is_name(value, name)
        case cst.Element(value=value) | cst.DictElement(value=value):
            return is_name(value, name)
        case cst.Global() | cst.Nonlocal():
            return any(each.name.value == name for each in node.names)
        case cst.Call(args=arguments):
            return any(is_name(each.value, name) for each in arguments)
    return False
