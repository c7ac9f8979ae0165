"""The rule about algorithms that must not be accepted together."""

from collections.abc import Iterable, Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.rulebook.checks.security.jwt import JOSE, PYJWT, held_by, read_decode, signature_is_off, strings

_AUTHLIB = ("authlib.jose.JsonWebToken",)
_SYMMETRIC = frozenset({"HS256", "HS384", "HS512"})
_MAX_DEPTH = 5
_ASYMMETRIC = ("RS", "ES", "PS", "EdDSA")


def mixed_algorithms(node: cst.Call, context: ModuleContext) -> Iterable[Sighting]:
    """SEC005: tokens may be signed with a shared secret or with a private key, as their sender likes."""
    arguments = read_decode(node).arguments
    made = isinstance(node.func, cst.Name | cst.Attribute) and context.reference(node.func) in _AUTHLIB
    words = set(_words(arguments.get("token" if made else "algorithms"), context))
    symmetric = sorted(words & _SYMMETRIC)
    asymmetric = sorted(word for word in words if word.startswith(_ASYMMETRIC))
    if not symmetric or not asymmetric or signature_is_off(node, context):
        return ()
    return (
        Sighting(
            code="SEC005",
            message=(
                f"`{symmetric[0]}` and `{asymmetric[0]}` are accepted together, so a token signed with the public "
                "key as its secret may pass; accept one kind"
            ),
            subject="algorithms",
            reference=context.reference(node.func),
            names=_AUTHLIB if made else PYJWT + JOSE,
        ),
    )


def _words(node: cst.CSTNode | None, context: ModuleContext, depth: int = 0) -> Iterator[str]:
    """Yield the texts of a collection that is written out, under a name, or put together of such ones."""
    if depth > _MAX_DEPTH:
        return
    match node:
        case cst.Name(value=name):
            yield from _words(context.assigned(name), context, depth + 1)
        case cst.Attribute() if (held := held_by(node, context)) is not node:
            yield from _words(held, context, depth + 1)
        case cst.BinaryOperation(left=left, operator=cst.Add() | cst.BitOr(), right=right):
            yield from _words(left, context, depth + 1)
            yield from _words(right, context, depth + 1)
        case cst.Call(
            func=cst.Name(value="frozenset" | "list" | "set" | "sorted" | "tuple"), args=[cst.Arg(value=held)]
        ):
            yield from _words(held, context, depth + 1)
        case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
            for each in elements:
                starred = isinstance(each, cst.StarredElement)
                yield from _words(each.value, context, depth + 1) if starred else strings(each.value)
        case cst.BaseExpression():
            yield from strings(node)
