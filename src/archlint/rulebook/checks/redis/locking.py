"""RDS008: locks made of `SET NX`, on the syntax tree."""

import re
from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import ancestors, descend, parameters, source_of

_EXPIRIES = frozenset({"ex", "px", "exat", "pxat", "**"})
_RELEASES = frozenset({"delete", "unlink", "eval", "evalsha"})
_LOCKS = re.compile(r"lock|acquire|mutex|claim|lease|guard|once|reserve|begin|start|enter", re.I)
_NAMED_LOCK = re.compile(r"""[bfr]*["'](?:\w+[:.])?lock[:.]""", re.I)
"""Texts of keys that say what they are for: `f"lock:{name}"`, `"orders:lock:7"`."""
_EXPIRING = frozenset({"expire", "pexpire", "expireat", "pexpireat"})


def lasting_lock(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """RDS008: `setnx`, or `set` with `nx` and no expiry, whose answer is used and whose key must go away again."""
    function = context.enclosing_function
    if function is None or not isinstance(node.func, cst.Attribute) or not node.args:
        return
    method = node.func.attr.value
    keywords = {each.keyword.value if each.keyword else each.star: each.value for each in node.args}
    if method == "set" and ("nx" not in keywords or dotted_name(keywords["nx"]) == "False"):
        return
    reference = context.reference(node.func)
    if not reference or keywords.keys() & _EXPIRIES or _is_dropped(function, node):
        return
    key = source_of(node.args[0].value)
    where = function if _is_wrapper(function, key) else context.enclosing_class or function
    expires = _names_key(function, _EXPIRING, key)
    if expires or _NAMED_LOCK.match(key) or _names_key(where, _RELEASES, key):
        gap = " before `expire` is called" if expires else ""
        yield Sighting(
            code="RDS008",
            message=(
                f"if the holder of this lock crashes{gap}, it stays locked for ever; "
                "set key and expiry in one command, with `set(key, token, nx=True, ex=seconds)`"
            ),
            subject=method,
            reference=reference,
        )


def _is_wrapper(function: cst.FunctionDef, key: str) -> bool:
    """Tell whether a function passes on a command for any key that it is given, and is not about locks by its name."""
    return key in parameters(function) and not _LOCKS.search(function.name.value)


def _is_dropped(function: cst.FunctionDef, node: cst.Call) -> bool:
    around = (each for each in ancestors(function.body, node) if not isinstance(each, cst.Await))
    return isinstance(next(around, None), cst.Expr)


def _names_key(where: cst.CSTNode, methods: frozenset[str], key: str) -> bool:
    return any(
        isinstance(each, cst.Call)
        and isinstance(each.func, cst.Attribute)
        and each.func.attr.value in methods
        and any(source_of(argument.value) == key for argument in each.args)
        for each in descend(where)
    )
