"""The rules about tokens and secrets."""

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import descend, source_of, text_of

PYJWT = (
    "jwt.decode",
    "jwt.api_jwt.decode",
    "jwt.decode_complete",
    "jwt.PyJWT.decode",
    "jwt.PyJWT.decode_complete",
)
JOSE = ("jose.jwt.decode",)
_CLAIMS_READERS = ("jose.jwt.get_unverified_claims",)
_ONLY_READ = "the token is read without being verified; trust nothing that it says"
_HEADER_READERS = ("get_unverified_header", "get_unverified_headers")


class Decode(NamedTuple):
    """A call that may decode a token: its arguments by name, and whether some are unpacked."""

    arguments: dict[str, cst.BaseExpression]
    unpacked: bool


class _Fault(NamedTuple):
    message: str
    severity: str
    names: tuple[str, ...] = PYJWT + JOSE


def unverified_jwt(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """SEC002: the worst that a `decode` call of PyJWT or python-jose lets pass, one violation a library."""
    reference = context.reference(node.func)
    if not node.args or not reference:
        return
    decode = read_decode(node)
    seen: set[str] = set()
    for fault in _faults(node, decode, context):
        names = tuple(each for each in fault.names if each not in seen)
        seen.update(names)
        if names:
            yield Sighting(
                code="SEC002",
                message=fault.message,
                subject="jwt.decode",
                severity=fault.severity,
                reference=reference,
                names=names,
            )


def unverified_claims(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """SEC002: python-jose's reader of claims that nobody has verified; its name says so."""
    reference = context.reference(node.func)
    if reference:
        yield Sighting(
            code="SEC002",
            message=_ONLY_READ,
            subject="jwt.decode",
            severity="note",
            reference=reference,
            names=_CLAIMS_READERS,
        )


def read_decode(node: cst.Call) -> Decode:
    """Return the arguments of a call, those by position under the names that `decode` has for them."""
    positions = ("token", "key", "algorithms", "options")
    arguments: dict[str, cst.BaseExpression] = {}
    for position, argument in enumerate(each for each in node.args if each.keyword is None and not each.star):
        if position < len(positions):
            arguments[positions[position]] = argument.value
    arguments.update((each.keyword.value, each.value) for each in node.args if each.keyword is not None)
    return Decode(arguments, any(each.star for each in node.args))


def signature_is_off(node: cst.Call, context: ModuleContext) -> bool:
    """Tell whether a `decode` call verifies nothing, so that the algorithms do not matter."""
    return _is_off(_options(read_decode(node), context), "verify_signature")


def _faults(node: cst.Call, decode: Decode, context: ModuleContext) -> Iterator[_Fault]:
    """Yield what is wrong, the worst first."""
    options = _options(decode, context)
    algorithms = decode.arguments.get("algorithms")
    signature_off = _is_off(options, "verify_signature")
    if signature_off and _verified_elsewhere(node, context):
        yield _Fault("the token is read before it is verified; trust nothing of it but what finds the key", "note")
        return
    if signature_off and _onlyread_decode(node, context):
        yield _Fault(_ONLY_READ, "note")
        return
    if signature_off:
        yield _Fault(
            "the signature of the token is not verified, so anybody can write one; pass the key and `algorithms`",
            "error",
        )
    if algorithms is not None:
        yield from _algorithm_faults(algorithms, context)
    elif not decode.unpacked and not signature_off:
        yield _Fault(
            "`jwt.decode` without `algorithms` raises `DecodeError` for every token; pass a fixed list",
            "error",
            PYJWT,
        )
        yield _Fault(
            "without `algorithms`, `jose` accepts the algorithm that the token names; pass a fixed list",
            "error",
            JOSE,
        )
    for option, what in (("verify_exp", "expiry"), ("verify_aud", "audience")):
        if _is_off(options, option) and option.removeprefix("verify_") not in _required(options):
            yield _Fault(f"the {what} of the token is not checked; leave `{option}` on", "warning")
    verify = decode.arguments.get("verify")
    if verify is not None and dotted_name(verify) == "False":
        yield _Fault(
            "`verify=False` is a dead argument since PyJWT 2, and the signature is verified all the same; delete it",
            "note",
            PYJWT,
        )


def _algorithm_faults(algorithms: cst.BaseExpression, context: ModuleContext) -> Iterator[_Fault]:
    if dotted_name(algorithms) == "None":
        yield _Fault("`algorithms=None` raises `DecodeError` for every token; pass a fixed list", "error", PYJWT)
        yield _Fault(
            "with `algorithms=None`, `jose` accepts the algorithm that the token names; pass a fixed list",
            "error",
            JOSE,
        )
    elif _comes_from_header(algorithms, context, depth=0) and not _is_checked(algorithms, context):
        yield _Fault(
            "the token's own header says which algorithm verifies it, so a forger chooses; pass a fixed list",
            "error",
        )
    elif any(word.lower() == "none" for word in strings(held_by(algorithms, context))):
        yield _Fault('the algorithm "none" needs no signature, so anybody can write a token; remove it', "error")


def held_by(value: cst.BaseExpression, context: ModuleContext) -> cst.BaseExpression:
    """Return what a name of the function or module, or an attribute in the body of the class, is assigned."""
    if isinstance(value, cst.Name):
        held = context.assigned(value.value)
        return held if isinstance(held, cst.BaseExpression) else value
    holder, _, name = dotted_name(value).rpartition(".")
    owner = context.enclosing_class
    if owner is None or holder not in ("self", "cls", owner.name.value):
        return value
    lines = [each for line in owner.body.body if isinstance(line, cst.SimpleStatementLine) for each in line.body]
    for each in lines:
        match each:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=known))], value=held) if known == name:
                return held
            case cst.AnnAssign(target=cst.Name(value=known), value=cst.BaseExpression() as held) if known == name:
                return held
    return value


def _options(decode: Decode, context: ModuleContext) -> dict[str, cst.BaseExpression]:
    """Return the options of the call, written there or in a dictionary that a local name holds."""
    node: cst.CSTNode | None = decode.arguments.get("options")
    if isinstance(node, cst.Name):
        return _written(context.assigned(node.value)) | _put_in(node.value, context)
    return _written(node)


def _put_in(name: str, context: ModuleContext) -> dict[str, cst.BaseExpression]:
    """Return what a function always puts into a dictionary by its keys: `options["verify_exp"] = False`."""
    function = context.enclosing_function
    found: dict[str, cst.BaseExpression] = {}
    for line in function.body.body if function is not None else ():
        match line:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript() as target)], value=value)]
            ) if dotted_name(target.value) == name and isinstance(target.slice[0].slice, cst.Index):
                found |= dict.fromkeys(strings(target.slice[0].slice.value), value)
    return found


def _written(node: cst.CSTNode | None) -> dict[str, cst.BaseExpression]:
    """Return the entries of a dictionary that is written out."""
    if isinstance(node, cst.Dict):
        return {
            str(text_of(element.key)): element.value
            for element in node.elements
            if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString)
        }
    if isinstance(node, cst.Call) and dotted_name(node.func) == "dict":
        return {each.keyword.value: each.value for each in node.args if each.keyword is not None}
    return {}


def _is_off(options: dict[str, cst.BaseExpression], name: str) -> bool:
    return name in options and dotted_name(options[name]) == "False"


def _required(options: dict[str, cst.BaseExpression]) -> list[str]:
    """Return the claims that must be there: one that is required but not checked is left to a check of one's own."""
    return strings(options["require"]) if "require" in options else []


def strings(node: cst.BaseExpression) -> list[str]:
    """Return the text of a literal, or the texts in a list, tuple or set of literals."""
    elements = [each.value for each in node.elements] if isinstance(node, cst.List | cst.Tuple | cst.Set) else [node]
    return [str(text_of(each)) for each in elements if isinstance(each, cst.SimpleString)]


def _comes_from_header(node: cst.CSTNode, context: ModuleContext, depth: int) -> bool:
    """Tell whether an expression reads the header of an unverified token, directly or through local names."""
    for each in descend(node):
        if isinstance(each, cst.Call) and dotted_name(each.func).rpartition(".")[2] in _HEADER_READERS:
            return True
        if isinstance(each, cst.Name) and depth < 4:
            value = context.assigned(each.value)
            if value is not None and value is not node and _comes_from_header(value, context, depth + 1):
                return True
    return False


def _is_checked(algorithms: cst.BaseExpression, context: ModuleContext) -> bool:
    """Tell whether the function turns away what is not among the algorithms that it accepts."""
    function = context.enclosing_function
    elements = algorithms.elements if isinstance(algorithms, cst.List | cst.Tuple | cst.Set) else ()
    return bool(elements) and all(
        any(_turns_away(each, element.value) for each in descend(function.body if function is not None else algorithms))
        for element in elements
    )


def _turns_away(node: cst.CSTNode, algorithm: cst.BaseExpression) -> bool:
    """Tell whether a node asks whether the algorithm is not among others, or is not another one."""
    if not isinstance(node, cst.Comparison) or source_of(node.left) != source_of(algorithm):
        return False
    target = node.comparisons[0]
    return isinstance(target.operator, cst.NotIn | cst.NotEqual)


def _verified_elsewhere(node: cst.Call, context: ModuleContext) -> bool:
    """Tell whether the same function decodes a token again, with a key and algorithms."""
    function = context.enclosing_function
    for each in descend(function.body) if function is not None else ():
        if isinstance(each, cst.Call) and each is not node and dotted_name(each.func) == dotted_name(node.func):
            other = read_decode(each)
            if "algorithms" in other.arguments and not _is_off(_options(other, context), "verify_signature"):
                return True
    return False


def _onlyread_decode(node: cst.Call, context: ModuleContext) -> bool:
    """Tell whether the claims are called unverified, by the function or the name they get, or only `exp` is read."""
    function = context.enclosing_function
    if function is None:
        return False
    inside = list(descend(function.body))
    target = next((_target(each) for each in inside if getattr(each, "value", None) is node), None)
    if "unverified" in f"{function.name.value} {target.value if target else ''}".lower():
        return True
    holders: list[cst.CSTNode] = [node]
    if target is not None:
        names = [each for each in inside if isinstance(each, cst.Name) and each.value == target.value]
        holders = [each for each in names if each is not target]
    expiries = [_holder_of_expiry(each) for each in inside]
    return all(any(each is holder for each in expiries) for holder in holders)


def _target(node: cst.CSTNode) -> cst.Name | None:
    """Return the name that an assignment binds."""
    match node:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
            return name
        case cst.AnnAssign(target=cst.Name() as name):
            return name
    return None


def _holder_of_expiry(node: cst.CSTNode) -> cst.CSTNode | None:
    """Return `claims` for `claims["exp"]` and `claims.get("exp")`."""
    match node:
        case cst.Subscript(value=holder, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            pass
        case cst.Call(func=cst.Attribute(value=holder, attr=cst.Name(value="get")), args=[cst.Arg(value=key), *_]):
            pass
        case _:
            return None
    return holder if strings(key) == ["exp"] else None
