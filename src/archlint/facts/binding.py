"""What the targets of assignments and imports hold from there on."""

import libcst as cst

from archlint.facts import model
from archlint.facts.references import step, union
from archlint.facts.scopes import Scope
from archlint.facts.syntax import text_of
from archlint.facts.walk import Walk


def bind(
    walk: Walk, target: cst.CSTNode, reference: str, value: cst.CSTNode | None, scope: Scope | None = None
) -> None:
    """Let a target hold what `reference` stands for; `value` is its syntax, when that is at hand."""
    scope = scope or walk.scope.block
    if target.__class__ is cst.Name:
        _bind_name(walk, scope, target, reference, value)
    elif target.__class__ is cst.Attribute:
        owner = walk.own_class(walk.expressions.value(target.value))
        if owner is not None:
            ordinal = walk.targets.get(id(target), 0)
            owner.add_attribute(target.attr.value, "", reference, False, [ordinal, ordinal])
    elif isinstance(target, cst.Tuple | cst.List):
        _bind_elements(walk, target, reference, value, scope)


def _bind_elements(
    walk: Walk, target: cst.Tuple | cst.List, reference: str, value: cst.CSTNode | None, scope: Scope
) -> None:
    """Let each target of `a, b = ...` hold its part; a starred one and those behind it hold something unknown."""
    targets = [element.value for element in target.elements if isinstance(element, cst.Element)]
    known = next(
        (index for index, each in enumerate(target.elements) if isinstance(each, cst.StarredElement)),
        len(targets),
    )
    written = value.elements if isinstance(value, cst.Tuple | cst.List) else ()
    values: list[cst.CSTNode | None] = [None] * len(targets)
    parts = [step(reference, f"[{index}]") if index < known else "" for index in range(len(targets))]
    if len(written) == len(target.elements) == len(targets):
        values = [each.value for each in written]
        parts = [walk.expressions.value(each.value) for each in written]
    for each, part, node in zip(targets, parts, values, strict=True):
        bind(walk, each, part, node, scope)
    for element in target.elements:
        if isinstance(element, cst.StarredElement):
            bind(walk, element.value, "", None, scope)


def _bind_name(walk: Walk, scope: Scope, target: cst.Name, reference: str, value: cst.CSTNode | None) -> None:
    name, bindings = target.value, scope.bindings
    where = bindings.outer.get(name) if bindings is not None else None
    if value is not None:
        scope.nodes[name] = value
    if where == "global":
        walk.records.bound_by_functions.setdefault(name, []).append(reference)
        return
    if scope.parent is None:
        bind_in_module(walk, name, reference)
        if name == "__all__":
            walk.records.exports = _exports(value)
        return
    if where == "nonlocal":
        _bind_nonlocal(scope, name, reference)
        return
    scope.env[name] = reference
    if scope.is_class and value is not None:
        ordinal = walk.targets.get(id(target), 0)
        walk.records.classes[scope.owner].add_attribute(name, "", reference, True, [ordinal, ordinal])


def bind_in_module(walk: Walk, name: str, reference: str) -> None:
    """Bind a name of the module; an assignment that always happens hides the earlier ones.

    Not so one that is made of the name itself, nor a `def` after a `def`, which may be its overload.
    """
    certain = not walk.flags & (model.IN_CONDITION | model.IN_TRY | model.IN_LOOP)
    own = f"{walk.module}#"
    overload = reference.startswith(own) and any(each.startswith(own) for each in walk.records.bindings.get(name, ()))
    itself = f"{walk.module}.{name}" in reference
    walk.records.bind(name, reference, only=certain and not itself and not overload)


def _bind_nonlocal(scope: Scope, name: str, reference: str) -> None:
    outer = scope.parent
    while outer is not None and name not in outer.env:
        outer = outer.parent
    if outer is not None:
        outer.env[name] = union(outer.env[name], reference)


def _exports(value: cst.CSTNode | None) -> list[str] | None:
    if not isinstance(value, cst.List | cst.Tuple):
        return None
    words = [text_of(element.value) for element in value.elements]
    return [word for word in words if isinstance(word, str)]
