"""The rule about errors that are logged without their traceback."""

from collections.abc import Iterable

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import ancestors, is_name
from archlint.rulebook.checks.handling import bound_name, handler_around, inside, is_broad, raises

LOGGERS = (
    *("logging.Logger", "logging.LoggerAdapter", "structlog.stdlib.BoundLogger", "loguru._logger.Logger"),
    "logging",
)
_SAYS_WHERE = frozenset(
    {
        *("exception", "record_exception", "capture_exception", "print_exc", "print_exception", "format_exc"),
        *("format_exception", "exc_info", "set_exception", "notice_error", "opt", "excepthook"),
    }
)
"""Names of what keeps a traceback."""
_FORMATS = frozenset({"str", "repr", "type", "isinstance"})


def lost_traceback(node: cst.Call, context: ModuleContext) -> Iterable[Sighting]:
    """OBS002: an error is logged where everything is caught, and nothing in the clause says where it came from."""
    if not isinstance(node.func, cst.Attribute):
        return ()
    reference = context.reference(node.func)
    handler = handler_around(node, context) if reference and ".opt()" not in reference else None
    if handler is None or not is_broad(handler, context) or raises(handler) or _keeps_traceback(handler):
        return ()
    if _follows_another(node, handler):
        return ()
    method = node.func.attr.value
    return (
        Sighting(
            code="OBS002",
            message=f"the traceback of what is caught here is lost; {_advice(method, reference)}",
            subject=method,
            reference=reference,
            names=tuple(f"{logger}.{method}" for logger in LOGGERS),
        ),
    )


def _follows_another(node: cst.Call, handler: cst.ExceptHandler) -> bool:
    """Tell whether a statement before in the same block logs an error, too: one of them can have the traceback."""
    logger = dotted_name(node.func).rpartition(".")[0]
    block = next(each for each in ancestors(handler, node) if isinstance(each, cst.BaseSuite))
    calls = [_only_call(statement) for statement in block.body]
    before = calls[: calls.index(node)] if node in calls else ()
    return any(call and dotted_name(call.func) in (f"{logger}.error", f"{logger}.critical") for call in before)


def _only_call(statement: cst.CSTNode) -> cst.Call | None:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Call() as call)]):
            return call
    return None


def _advice(method: str, reference: str) -> str:
    if method == "error":
        return "log it with `exception(...)`"
    return "log it with `opt(exception=True)`" if reference.startswith("loguru.") else "pass `exc_info=True`"


def _keeps_traceback(handler: cst.ExceptHandler) -> bool:
    """Tell whether the clause keeps the traceback, or hands the exception on to who may."""
    name = bound_name(handler)
    logged = {id(part) for each in inside(handler.body) if _logs(each) for part in inside(each) if part is not each}
    for each in inside(handler.body):
        if isinstance(each, cst.Arg) and each.keyword is not None and each.keyword.value in _SAYS_WHERE:
            return True
        if isinstance(each, cst.Attribute) and each.attr.value in _SAYS_WHERE:
            return True
        if isinstance(each, cst.Name) and each.value in _SAYS_WHERE and each.value != name:
            return True
        if name and id(each) not in logged and _hands_on(each, name):
            return True
    return False


def _hands_on(node: cst.CSTNode, name: str) -> bool:
    """Tell whether a node gives the exception of this name to something that does not only describe it."""
    match node:
        case cst.Call(func=function, args=arguments):
            if dotted_name(function) in _FORMATS or _is_log(function):
                return False
            return any(is_name(argument.value, name) for argument in arguments)
        case cst.Return(value=value) | cst.Assign(value=value) | cst.AnnAssign(value=value) | cst.Yield(value=value):
            return is_name(value, name)
        case cst.Element(value=value) | cst.DictElement(value=value):
            return is_name(value, name)
    return False


def _logs(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and _is_log(node.func)


def _is_log(function: cst.CSTNode) -> bool:
    return isinstance(function, cst.Attribute) and function.attr.value in (
        *("debug", "info", "warning", "warn", "error", "critical", "fatal", "log"),
    )
