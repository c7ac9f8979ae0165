"""The rules about the claims of a token: that it expires, and that somebody looks whether it has."""

from collections.abc import Iterable

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import descend
from archlint.rulebook.checks.security.jwt import strings

_ENCODERS = ("jwt.encode", "jwt.PyJWT.encode", "jose.jwt.encode")
_AUTHLIB_ENCODERS = ("authlib.jose.JsonWebToken.encode",)
_AUTHLIB_DECODERS = ("authlib.jose.JsonWebToken.decode",)


def token_without_expiry(node: cst.Call, context: ModuleContext) -> Iterable[Sighting]:
    """SEC004: the claims of a new token are written in the function, and `exp` is not among them."""
    reference = context.reference(node.func)
    positional = [each.value for each in node.args if each.keyword is None and not each.star]
    named = [each.value for each in node.args if each.keyword is not None and each.keyword.value == "payload"]
    found = []
    for names, position in ((_ENCODERS, 0), (_AUTHLIB_ENCODERS, 1)):
        payload = next(iter(positional[position : position + 1] + named), None)
        if reference and payload is not None and _never_expires(payload, context) and not _is_tried(node, context):
            message = "this token is good for ever; give it an `exp`"
            found.append(
                Sighting(code="SEC004", message=message, subject="jwt.encode", reference=reference, names=names)
            )
    return found


def _never_expires(payload: cst.BaseExpression, context: ModuleContext) -> bool:
    """Tell whether claims are written out, and neither they nor anything in the function say `exp`."""
    claims = context.assigned(payload.value) if isinstance(payload, cst.Name) else payload
    if claims is None or not _is_written_out(claims):
        return False
    function = context.enclosing_function
    places = [claims] if function is None or claims is payload else [claims, function.body]
    return not any(_says_exp(each) for place in places for each in descend(place))


def _is_tried(node: cst.Call, context: ModuleContext) -> bool:
    """Tell whether nothing is done with a token but to decode it again, as where a pair of keys is tried."""
    function = context.enclosing_function
    parts = [*descend(function.body)] if function is not None else []
    made = (each.targets[0].target for each in parts if isinstance(each, cst.Assign) and each.value is node)
    name = next(map(dotted_name, made), "")
    uses = sum(isinstance(each, cst.Name) and each.value == name for each in parts)
    decoded = sum(isinstance(each, cst.Call) and _decodes(each, name) for each in parts)
    return bool(name) and uses == decoded + 1 and decoded > 0


def _decodes(call: cst.Call, name: str) -> bool:
    return dotted_name(call.func).endswith(".decode") and bool(call.args) and dotted_name(call.args[0].value) == name


def _is_written_out(claims: cst.CSTNode) -> bool:
    """Tell whether a dictionary is a literal, or made by `dict`, with keys that all can be read."""
    if isinstance(claims, cst.Dict):
        keys = [each.key if isinstance(each, cst.DictElement) else None for each in claims.elements]
        return all(isinstance(key, cst.SimpleString) for key in keys)
    return (
        isinstance(claims, cst.Call)
        and dotted_name(claims.func) == "dict"
        and all(each.keyword is not None for each in claims.args)
    )


def _says_exp(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.SimpleString):
        return strings(node) == ["exp"]
    return isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == "exp"


def unvalidated_claims(node: cst.Call, context: ModuleContext) -> Iterable[Sighting]:
    """SEC002: Authlib checks the signature; the claims are read, and `validate()` is never called on them."""
    function = context.enclosing_function
    name = _holder(node, function) if function is not None else ""
    if function is None or not name or _leaves(name, function):
        return ()
    return (
        Sighting(
            code="SEC002",
            message="Authlib looks at the expiry of a token only when `validate()` is called; call it on the claims",
            subject="jwt.decode",
            severity="warning",
            reference=context.reference(node.func),
            names=_AUTHLIB_DECODERS,
        ),
    )


def _holder(node: cst.Call, function: cst.FunctionDef) -> str:
    """Return the name that the result of a call gets, empty for none."""
    for each in descend(function.body):
        match each:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value) if value is node:
                return name
            case cst.AnnAssign(target=cst.Name(value=name), value=value) if value is node:
                return name
    return ""


def _leaves(name: str, function: cst.FunctionDef) -> bool:
    """Tell whether what has this name is validated, or goes to somebody who may do it."""
    for each in descend(function.body):
        match each:
            case cst.Attribute(value=cst.Name(value=used), attr=cst.Name(value="validate")) if used == name:
                return True
            case cst.Arg(value=value) | cst.Return(value=value) | cst.Yield(value=value) | cst.Element(value=value):
                pass
            case cst.DictElement(value=value) | cst.Assign(value=value) | cst.AnnAssign(value=value):
                pass
            case _:
                continue
        if isinstance(value, cst.Name) and value.value == name:
            return True
    return False
