"""RPC002 to RPC004: streams, channels for single calls, and errors told to callers, on the syntax tree."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, ancestors, descend, source_of
from archlint.rulebook.checks.handling import is_broad

STREAM = "grpc-stream"
"""The code of a candidate for what `async for` iterates over, when it may be what a stub's method gives."""
_STARTS = frozenset({"__init__", "__enter__", "__aenter__", "__new__", "setup", "start", "connect", "main", "run"})


def channel_per_call(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """RPC003: a channel that a function makes, uses and lets go of, or gives to whoever calls it."""
    function = context.enclosing_function
    reference = context.reference(node.func)
    if function is None or not reference or function.name.value in _STARTS:
        return
    around = list(ancestors(function.body, node))
    name = _held(around)
    if name and not _escapes(function, name):
        subject = "channel" if context.enclosing_class is None else "method"
    elif _is_given(function, name, around):
        subject = "given"
    else:
        return
    yield Sighting(
        code="RPC003",
        message=(
            "each call opens a channel, with a connection and a TLS handshake of its own; "
            "open one at start-up and share it"
        ),
        subject=subject,
        reference=reference,
    )


def _is_given(function: cst.FunctionDef, name: str, around: list[cst.CSTNode]) -> bool:
    """Tell whether a function gives a new channel, or a stub on it, to its caller and keeps nothing itself."""
    if any("cache" in source_of(each.decorator).lower() for each in function.decorators):
        return False
    names = {name} if name else set()
    given = any(isinstance(each, cst.Return) for each in around[:3])
    for each in descend(function.body, but_not=FUNCTIONS):
        match each:
            case cst.Global() | cst.Nonlocal():
                return False
            case cst.AssignTarget(target=cst.Attribute() | cst.Subscript()):
                return False
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=stub))], value=cst.Call() as made):
                if _is_stub_of(made, names):
                    names.add(stub)
            case cst.Return(value=cst.Name(value=stub)) if stub in names:
                given = True
            case cst.Return(value=cst.Call() as made) if _is_stub_of(made, names):
                given = True
    return given


def _is_stub_of(made: cst.Call, names: set[str]) -> bool:
    return dotted_name(made.func).endswith("Stub") and any(
        isinstance(each.value, cst.Name) and each.value.value in names for each in made.args
    )


def _held(around: list[cst.CSTNode]) -> str:
    """Return the name that holds what is made at a place, by assignment or `with ... as`."""
    match around[0]:
        case cst.Arg() if len(around) > 2 and _makes_stub(around[1]):
            return _held(around[2:])
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name
        case cst.WithItem(asname=cst.AsName(name=cst.Name(value=name))):
            return name
    return ""


def _escapes(function: cst.FunctionDef, name: str) -> bool:
    """Tell whether a name outlives the function; a stub that is made of it is looked at in its place."""
    for each in descend(function.body):
        if not isinstance(each, cst.Name) or each.value != name:
            continue
        around = list(ancestors(function.body, each))
        if any(isinstance(outer, FUNCTIONS) for outer in around):
            return True
        if isinstance(around[0], cst.Attribute | cst.AssignTarget | cst.AsName | cst.WithItem | cst.Del):
            continue
        made = around[1] if isinstance(around[0], cst.Arg) and len(around) > 2 else None
        if not _makes_stub(made) and not (_makes_object(made) and isinstance(around[2], cst.Attribute)):
            return True
        stub = _held(around[2:])
        if stub != name and stub and _escapes(function, stub):
            return True
        if not stub and not isinstance(around[2], cst.Attribute):
            return True
    return False


def _makes_stub(node: cst.CSTNode | None) -> bool:
    return isinstance(node, cst.Call) and dotted_name(node.func).endswith("Stub")


def _makes_object(node: cst.CSTNode | None) -> bool:
    """Tell whether this makes an object, by the name of its class: `Prices(channel)`."""
    return isinstance(node, cst.Call) and dotted_name(node.func).rpartition(".")[2][:1].isupper()


def iterated_stream(node: cst.For, context: ModuleContext) -> Iterator[Sighting]:
    """Note what is called, now or before, for that `async for` iterates over its result."""
    if node.asynchronous is None:
        return
    callee = context.reference(node.iter).removesuffix("()")
    if callee.rpartition(".")[2][:1].isupper():
        yield Sighting(code=STREAM, message="", subject="", reference=callee)


def leaked_error_details(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """RPC004: the text of any error, told to the caller."""
    function = context.enclosing_function
    if function is None or not isinstance(node.func, cst.Attribute) or not node.args:
        return
    details = node.args[-1].value
    for each in ancestors(function.body, node):
        if isinstance(each, cst.ExceptHandler):
            name = dotted_name(each.name.name) if each.name is not None else ""
            told = _held_in(each, details)
            if name and is_broad(each, context) and any(_tells(text, name) for text in (details, *told)):
                yield Sighting(
                    code="RPC004",
                    message=(
                        "the caller is told the text of any error, with hosts, queries and paths in it; "
                        "log it, and send a text of your own"
                    ),
                    subject=node.func.attr.value,
                    reference=context.reference(node.func.value) or f"?{dotted_name(node.func.value)}",
                )
            return


def _held_in(handler: cst.ExceptHandler, details: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Yield what the handler has given a name to that is told: `message = f"failed: {error}"`."""
    for each in descend(handler.body) if isinstance(details, cst.Name) else ():
        match each:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                if name == dotted_name(details):
                    yield value


def _tells(details: cst.BaseExpression, name: str) -> bool:
    """Tell whether an expression has the text of the exception `name` in it, not only its type."""
    kinds = {
        id(part)
        for each in descend(details)
        if isinstance(each, cst.Call) and dotted_name(each.func) == "type"
        for part in descend(each)
    }
    return any(isinstance(each, cst.Name) and each.value == name and id(each) not in kinds for each in descend(details))
