"""What collections hold that are written out, element by element, or made by a comprehension."""

from typing import TYPE_CHECKING

import libcst as cst

from archlint.facts.references import alternatives, generic, step, union
from archlint.facts.scopes import Scope

if TYPE_CHECKING:
    from archlint.facts.expressions import Expressions

DISPLAYS: dict[type[cst.CSTNode], str] = {
    cst.SimpleString: "builtins.str{}",
    cst.ConcatenatedString: "builtins.str{}",
    cst.FormattedString: "builtins.str{}",
    cst.List: "builtins.list{}",
    cst.ListComp: "builtins.list{}",
    cst.Dict: "builtins.dict{}",
    cst.DictComp: "builtins.dict{}",
    cst.Set: "builtins.set{}",
    cst.SetComp: "builtins.set{}",
    cst.Tuple: "builtins.tuple{}",
    cst.Integer: "builtins.int{}",
    cst.Float: "builtins.float{}",
    cst.Comparison: "builtins.bool{}",
}
MAX_CHOICES = 24
"""How many things a collection may hold that is told from others by what is in it."""
_TOLD_APART = frozenset({cst.Name, cst.Attribute, cst.Lambda, cst.Call})
_NESTED = frozenset({cst.Dict, cst.List, cst.Tuple})
_PLAIN = ("builtins.str{}", "builtins.int{}", "builtins.float{}", "builtins.bool{}", "builtins.bytes{}")


def written_out(expressions: "Expressions", node: cst.Dict | cst.List | cst.Tuple, depth: int) -> str:
    """Return a collection with what it holds: a tuple by place, others if that is only names, calls and lambdas."""
    plain = DISPLAYS[node.__class__]
    if not 0 < len(node.elements) <= MAX_CHOICES:
        return plain
    types = [_element_type(expressions, each.value, depth) for each in node.elements]
    if isinstance(node, cst.Tuple) and not any(isinstance(each, cst.StarredElement) for each in node.elements):
        return step(generic("builtins.tuple", types), "{}")
    if not all(types):
        return plain
    held = union(*types)
    arguments = ["", held] if isinstance(node, cst.Dict) else [held]
    return step(generic(plain.removesuffix("{}"), arguments), "{}")


def _element_type(expressions: "Expressions", node: cst.BaseExpression, depth: int) -> str:
    if node.__class__ in _TOLD_APART:
        return type_of(expressions.value(node, depth))
    inner = expressions.value(node, depth) if node.__class__ in _NESTED else ""
    return type_of(inner) if "<" in inner else ""


def comprehended(
    expressions: "Expressions", node: cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp, depth: int
) -> str:
    """Return what a comprehension makes, with the type of its elements."""
    outer = expressions.scope
    scope = Scope(outer, None, function=outer.function, owner=outer.owner, qualname=outer.qualname)
    clause: cst.CompFor | None = node.for_in
    try:
        while clause is not None:
            element = step(expressions.value(clause.iter, depth), "&" if clause.asynchronous else "*")
            expressions.scope = scope
            _hold(scope, clause.target, element)
            clause = clause.inner_for_in
        made = node.value if isinstance(node, cst.DictComp) else node.elt
        held = type_of(expressions.value(made, depth))
    finally:
        expressions.scope = outer
    if isinstance(node, cst.GeneratorExp):
        return step(generic("typing.Iterator", [held]), "{}") if held else ""
    plain = DISPLAYS[node.__class__].removesuffix("{}")
    return step(generic(plain, ["", held] if isinstance(node, cst.DictComp) else [held]), "{}")


def _hold(scope: Scope, target: cst.BaseExpression, reference: str) -> None:
    if isinstance(target, cst.Name):
        scope.env[target.value] = reference
    elif isinstance(target, cst.Tuple | cst.List):
        for index, each in enumerate(target.elements):
            _hold(scope, each.value, step(reference, f"[{index}]") if isinstance(each, cst.Element) else "")


def type_of(reference: str) -> str:
    """Return a type whose instances are what a reference stands for."""
    parts = [part for part in alternatives(reference) if part not in _PLAIN]
    return union(*(part[:-2] if part.endswith("{}") else f"builtins.type<{part}>" for part in parts))
