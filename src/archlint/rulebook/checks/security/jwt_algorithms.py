"""The rule about algorithms that must not be accepted together."""

from collections.abc import Iterable

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.rulebook.checks.security.jwt import JOSE, PYJWT, read_decode, signature_is_off, strings

_AUTHLIB = ("authlib.jose.JsonWebToken",)
_SYMMETRIC = frozenset({"HS256", "HS384", "HS512"})
_ASYMMETRIC = ("RS", "ES", "PS", "EdDSA")


def mixed_algorithms(node: cst.Call, context: ModuleContext) -> Iterable[Sighting]:
    """SEC005: tokens may be signed with a shared secret or with a private key, as their sender likes."""
    arguments = read_decode(node).arguments
    made = isinstance(node.func, cst.Name | cst.Attribute) and context.reference(node.func) in _AUTHLIB
    algorithms = _written(arguments.get("token" if made else "algorithms"), context)
    words = set(strings(algorithms)) if algorithms is not None else set()
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


def _written(node: cst.CSTNode | None, context: ModuleContext) -> cst.BaseExpression | None:
    if isinstance(node, cst.Name):
        node = context.assigned(node.value)
    return node if isinstance(node, cst.BaseExpression) else None
