"""The rule about exceptions that a JWT library does not have; its names are data here and in the rule's fix."""

from collections.abc import Iterable, Iterator, Mapping

from archlint.model import Violation
from archlint.project.importers import importers_of
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.rulebook.model import Rule

_PYJWT = {
    "JWTError": "PyJWTError",
    "JWSError": "PyJWTError",
    "JOSEError": "PyJWTError",
    "JoseError": "PyJWTError",
    "JwtError": "PyJWTError",
    "JWTClaimsError": "InvalidTokenError",
    "InvalidClaimError": "InvalidTokenError",
    "InvalidToken": "InvalidTokenError",
    "ExpiredTokenError": "ExpiredSignatureError",
    "TokenExpiredError": "ExpiredSignatureError",
    "BadSignatureError": "InvalidSignatureError",
    "SignatureError": "InvalidSignatureError",
}
_JOSE = {
    "PyJWTError": "JWTError",
    "InvalidTokenError": "JWTError",
    "DecodeError": "JWTError",
    "InvalidSignatureError": "JWTError",
    "BadSignatureError": "JWTError",
    "ExpiredTokenError": "ExpiredSignatureError",
    "InvalidAudienceError": "JWTClaimsError",
    "InvalidIssuerError": "JWTClaimsError",
    "ImmatureSignatureError": "JWTClaimsError",
}
_AUTHLIB = {
    "JWTError": "JoseError",
    "PyJWTError": "JoseError",
    "JOSEError": "JoseError",
    "ExpiredSignatureError": "ExpiredTokenError",
    "InvalidSignatureError": "BadSignatureError",
}
_MODULES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "jwt": ("PyJWT", _PYJWT),
    "jwt.exceptions": ("PyJWT", _PYJWT),
    "jose.jwt": ("python-jose", _JOSE),
    "jose.exceptions": ("python-jose", _JOSE),
    "jose": ("python-jose", {name: right for name, right in _JOSE.items() if right != "JWTClaimsError"}),
    "authlib.jose.errors": ("Authlib", _AUTHLIB),
}
"""Module -> its library, and the names that it does not have, each with the one that is meant."""
_ROOTS = frozenset(module.partition(".")[0] for module in _MODULES)


def meant(reference: str) -> str:
    """Return the name that a library has for what is written, empty when it has that or nothing is known."""
    module, _, name = reference.rpartition(".")
    return _MODULES[module][1].get(name, "") if module in _MODULES else ""


def unknown_jwt_error(project: Project, rule: Rule) -> Iterator[Violation]:
    """SEC003: an exception is imported or read that a JWT library does not have."""
    for module in importers_of(project, _ROOTS):
        roots = _ROOTS.intersection(each.target.partition(".")[0] for each in module.facts.imports)
        if not roots.intersection(each.partition(".")[0] for each in project.by_name):
            yield from _in_module(project, module, rule)


def _in_module(project: Project, module: Module, rule: Rule) -> Iterator[Violation]:
    for each in module.facts.imports:
        if each.kind != "conditional":
            reference = f"{each.target}.{each.name}"
            yield from _judged(rule, module, (each.start, each.end), [reference], each.function)
    resolver = project.query(types)
    for load in module.facts.loads:
        last = load.reference.rpartition(".")[2]
        if load.end - load.start > len(last) and last.endswith(("Error", "InvalidToken")):
            span = (load.start, load.end)
            yield from _judged(rule, module, span, resolver.names(load.reference), load.function, load.owner)


def _judged(
    rule: Rule, module: Module, span: tuple[int, int], references: Iterable[str], function: int, owner: int = -1
) -> Iterator[Violation]:
    for reference in references:
        right = meant(reference)
        if right:
            home, _, name = reference.rpartition(".")
            yield rule.violation(
                module,
                span,
                message=f"{_MODULES[home][0]} has no `{name}`, and this raises an error of its own; use `{right}`",
                subject=reference,
                scope=module.scope(function, owner),
            )
            return
