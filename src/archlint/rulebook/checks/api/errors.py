"""The rule about what a response says of an unexpected error."""

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import ancestors
from archlint.rulebook.checks.handling import bound_name, handler_around, inside, is_broad

_OF_DJANGO = ("HttpResponse", "HttpResponseBadRequest", "HttpResponseServerError", "JsonResponse")
_ERRORS = (
    *("fastapi.HTTPException", "starlette.exceptions.HTTPException", "litestar.exceptions.HTTPException"),
    *("starlette.responses.Response", "starlette.responses.JSONResponse", "starlette.responses.PlainTextResponse"),
    *("starlette.responses.HTMLResponse", "fastapi.responses.ORJSONResponse"),
    *("aiohttp.web.json_response", "aiohttp.web.Response", "aiohttp.web.HTTPBadRequest", "aiohttp.web.HTTPBadGateway"),
    *("aiohttp.web.HTTPInternalServerError", "aiohttp.web.HTTPServiceUnavailable"),
    *(f"django.http.{name}" for name in _OF_DJANGO),
    *(f"django.http.response.{name}" for name in _OF_DJANGO),
    *("rest_framework.response.Response", "flask.jsonify", "flask.json.jsonify", "quart.jsonify", "quart.json.jsonify"),
)
RESPONSES = frozenset(name.rpartition(".")[2] for name in _ERRORS)
_POSITIONS = {"HTTPException": 1}
_TEXTS = frozenset({"detail", "content", "data", "text", "body", "reason"})
_CLEANS = re.compile(r"saniti[sz]e|redact|scrub|censor|mask|filter_secrets|strip_secrets", re.I)
"""Functions after which a text is one that somebody has thought about."""
_DEBUG = re.compile(r"debug|^(?:is_)?dev(?:elopment)?(?:_mode)?$", re.I)
"""What a program is asked whether it runs for its developers."""
_READS = re.compile(r"(?:^|\.)req(?:uest)?\.(?:json|get_json|body|form)$")
_PARSES = frozenset({"json.loads", "orjson.loads", "ujson.loads"})
_DESCRIBES = frozenset({"str", "repr", "format_exc", "format_exception", "jsonable_encoder"})


def leaked_exception_text(node: cst.Call, context: ModuleContext) -> Iterable[Sighting]:
    """API004: the response to whatever went wrong has the text of the exception."""
    reference = context.reference(node.func)
    handler = handler_around(node, context) if reference and node.args else None
    if handler is None or not is_broad(handler, context):
        return ()
    if _is_told_apart(node, handler) or _only_reads_request(handler, context):
        return ()
    kind = reference.rpartition(".")[2]
    name = bound_name(handler)
    if not any(_tells(each, name, context, 0) for each in _texts(node, kind)):
        return ()
    return (
        Sighting(
            code="API004",
            message=("the text of an unexpected exception is sent to the client; log it, and answer with a fixed text"),
            subject=kind,
            reference=reference,
            names=_ERRORS,
        ),
    )


def _is_told_apart(node: cst.Call, handler: cst.ExceptHandler) -> bool:
    """Tell whether a response stands where the exception is known to be of some kind, or only developers look."""
    name = bound_name(handler)
    return any(
        isinstance(each, cst.If)
        and (_asks_kind(each.test, name) or _asks_debug(each.test))
        and any(part is node for part in inside(each.body))
        for each in ancestors(handler.body, node)
    )


def _asks_debug(test: cst.BaseExpression) -> bool:
    return any(isinstance(each, cst.Name) and _DEBUG.search(each.value) for each in inside(test))


def _only_reads_request(handler: cst.ExceptHandler, context: ModuleContext) -> bool:
    """Tell whether all that can go wrong is what the caller has sent: `data = await request.json()`."""
    function = context.enclosing_function
    blocks = (each for each in inside(function.body) if isinstance(each, cst.Try)) if function is not None else ()
    tried = next((each.body for each in blocks if any(kept is handler for kept in each.handlers)), None)
    calls = [each.func for each in inside(tried) if isinstance(each, cst.Call)] if tried is not None else []
    read = [each for each in calls if _READS.search(dotted_name(each))]
    return bool(read) and all(each in read or context.reference(each) in _PARSES for each in calls)


def _asks_kind(test: cst.BaseExpression, name: str) -> bool:
    if isinstance(test, cst.BooleanOperation):
        return isinstance(test.operator, cst.And) and (_asks_kind(test.left, name) or _asks_kind(test.right, name))
    return (
        isinstance(test, cst.Call)
        and dotted_name(test.func) == "isinstance"
        and bool(test.args)
        and _is(test.args[0].value, name)
    )


def _texts(node: cst.Call, kind: str) -> list[cst.BaseExpression]:
    position = _POSITIONS.get(kind, 0)
    positional = [each.value for each in node.args if each.keyword is None and not each.star]
    keywords = ((each.keyword.value, each.value) for each in node.args if each.keyword is not None)
    named = [value for keyword, value in keywords if keyword in _TEXTS or kind == "jsonify"]
    return positional[position : position + 1] + named


def _tells(value: cst.CSTNode, name: str, context: ModuleContext, depth: int) -> bool:
    """Tell whether an expression has the text of the exception of this name in it, or a traceback."""
    for each in _unguarded(value):
        match each:
            case cst.Call(func=function, args=arguments) if dotted_name(function).rpartition(".")[2] in _DESCRIBES:
                if not arguments or any(_is(argument.value, name) for argument in arguments):
                    return True
            case cst.FormattedStringExpression(expression=cst.Name(value=used)):
                if name and used == name:
                    return True
            case cst.Attribute(value=cst.Name(value=used), attr=cst.Name(value="args" | "message")):
                if name and used == name:
                    return True
            case cst.Name(value=used) if depth < 2 and used != name:
                held = context.assigned(used)
                if held is not None and _is_local(used, context) and _tells(held, name, context, depth + 1):
                    return True
    return _is(value, name) or (
        isinstance(value, cst.BinaryOperation) and (_is(value.right, name) or _is(value.left, name))
    )


def _unguarded(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield a node and what is below it, without what a function has cleaned and what is said of one kind of error."""
    passed = {
        id(part) for each in inside(node) for kept in (_guarded(each),) if kept is not None for part in inside(kept)
    }
    return (each for each in inside(node) if id(each) not in passed)


def _guarded(node: cst.CSTNode) -> cst.CSTNode | None:
    match node:
        case cst.Call(func=function) if _CLEANS.search(dotted_name(function).rpartition(".")[2]):
            return node
        case cst.IfExp(test=cst.Call(func=cst.Name(value="isinstance")), body=body):
            return body
        case cst.IfExp(test=test) if _asks_debug(test):
            return node
    return None


def _is_local(name: str, context: ModuleContext) -> bool:
    function = context.enclosing_function
    return function is not None and any(
        isinstance(each, cst.AssignTarget) and _is(each.target, name) for each in inside(function.body)
    )


def _is(node: cst.CSTNode | None, name: str) -> bool:
    return bool(name) and isinstance(node, cst.Name) and node.value == name
