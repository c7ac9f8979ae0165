"""HTP002: HTTP clients that are made anew for each request, on the syntax tree."""

import re
from collections.abc import Iterator

import libcst as cst

from archlint.facts import model
from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, ancestors, descend, source_of

CLIENTS = (
    *("AsyncClient", "Client", "ClientSession", "HTTPSConnectionPool", "OAuth2Session", "PoolManager", "ProxyManager"),
    *("Session", "TCPConnector", "HTTPTransport", "AsyncHTTPTransport"),
)
"""Names of classes of HTTP clients and of what they are made with."""
_WITHOUT_NETWORK = frozenset({"ASGITransport", "WSGITransport", "MockTransport"})
_ATTEMPTS = re.compile(r"retr(?:y|ies)|attempt|(?:^|_)tries\b", re.I)
"""What a loop that tries again goes over."""
_LASTING = frozenset({"ws_connect", "stream", "aconnect_sse", "connect_sse"})


def client_per_call(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """HTP002: a client that a function makes, uses and lets go of, in a loop or for each request."""
    function = context.enclosing_function
    reference = context.reference(node.func)
    if function is None or not reference or context.flags & model.IN_COMPREHENSION or _stays_inside(node, context):
        return
    around = list(ancestors(function.body, node))
    if not _is_local(function, node, around) or _lasts(around) or _is_of_element(node, around):
        return
    yield Sighting(
        code="HTP002",
        message=(
            "each {} makes a client and with it new connections (and TLS handshakes); "
            "make one client at start-up and share it"
        ).format("round" if _in_own_loop(around) else "request"),
        subject="loop" if _in_own_loop(around) else "handler",
        reference=reference,
    )


def _stays_inside(node: cst.Call, context: ModuleContext) -> bool:
    """Tell whether a client opens no connections of its own: to an application here, or by a shared transport."""
    given = {argument.keyword.value: argument.value for argument in node.args if argument.keyword is not None}
    transport: cst.CSTNode | None = given.get("transport")
    if isinstance(transport, cst.Attribute) or isinstance(given.get("connector"), cst.Attribute):
        return True
    if isinstance(transport, cst.Name):
        held = context.assigned(transport.value)
        if held is None or context.is_of_module(transport.value):
            return True
        transport = held
    made = dotted_name(transport.func) if isinstance(transport, cst.Call) else ""
    return "app" in given or made.rpartition(".")[2] in _WITHOUT_NETWORK


def _in_own_loop(around: list[cst.CSTNode]) -> bool:
    return any(
        isinstance(each, cst.While) or (isinstance(each, cst.For) and _ATTEMPTS.search(source_of(each.iter)) is None)
        for each in around
    )


def _is_of_element(node: cst.Call, around: list[cst.CSTNode]) -> bool:
    """Tell whether a loop makes a client for each of several servers: with what the loop is about."""
    targets = (each.target for each in around if isinstance(each, cst.For))
    elements = {part.value for target in targets for part in descend(target) if isinstance(part, cst.Name)}
    return any(
        isinstance(part, cst.Name) and part.value in elements
        for argument in node.args
        for part in descend(argument.value, but_not=FUNCTIONS)
    )


def _is_local(function: cst.FunctionDef, node: cst.Call, around: list[cst.CSTNode]) -> bool:
    """Tell whether the client is entered or used at once, or held by a name that the function keeps to itself."""
    parent = around[0]
    if isinstance(parent, cst.WithItem):
        return True
    if isinstance(parent, cst.Attribute):
        return True
    match parent:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return not _escapes(function, name, parent)
    return False


def _escapes(function: cst.FunctionDef, name: str, assignment: cst.CSTNode) -> bool:
    """Tell whether a local name is returned, stored, passed on or used by an inner function."""
    for each in descend(function.body):
        if isinstance(each, cst.Name) and each.value == name:
            around = list(ancestors(function.body, each))
            if assignment in around[:2]:
                continue
            inner = any(isinstance(outer, FUNCTIONS) for outer in around)
            if inner or not isinstance(around[0], cst.Attribute | cst.WithItem):
                return True
    return False


def _lasts(around: list[cst.CSTNode]) -> bool:
    """Tell whether the client is made for a connection or a loop of its own: whoever reconnects may make it anew."""
    block = next((each for each in around if isinstance(each, cst.With)), None)
    if block is None:
        return False
    for each in descend(block.body, but_not=FUNCTIONS):
        if isinstance(each, cst.For | cst.While):
            return True
        if isinstance(each, cst.Call) and isinstance(each.func, cst.Attribute) and each.func.attr.value in _LASTING:
            return True
        if isinstance(each, cst.Yield):
            return True
    return False
