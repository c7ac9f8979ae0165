"""What the targets of assignments and imports hold from there on."""

import libcst as cst

from archlint.facts import model
from archlint.facts.displays import MAX_CHOICES, type_of
from archlint.facts.references import alternatives, generic, step, union
from archlint.facts.scopes import Scope
from archlint.facts.syntax import text_of
from archlint.facts.walk import Walk

_COLLECTIONS = ("builtins.", "collections.", "typing.")


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
            held = reference or _passed(walk, value)
            owner.add_attribute(target.attr.value, "", held, False, [ordinal, ordinal])
    elif isinstance(target, cst.Tuple | cst.List):
        _bind_elements(walk, target, reference, value, scope)


def _passed(walk: Walk, value: cst.CSTNode | None) -> str:
    """Return the reference of a constructor's parameter that an attribute keeps, when nothing else is known of it."""
    record, bindings = walk.function, walk.scope.bindings
    if value.__class__ is not cst.Name or record is None or record.name != "__init__" or bindings is None:
        return ""
    is_own = any(each.name == value.value and not each.annotation for _, each in record.parameters)
    return f"{walk.module}#{walk.scope.function}:{value.value}" if is_own and value.value not in bindings.names else ""


def _bind_elements(
    walk: Walk, target: cst.Tuple | cst.List, reference: str, value: cst.CSTNode | None, scope: Scope
) -> None:
    """Let each target of `a, b = ...` hold its part; a starred one holds some of the whole."""
    targets = target.elements
    star = next((index for index, each in enumerate(targets) if isinstance(each, cst.StarredElement)), len(targets))
    written = value.elements if isinstance(value, cst.Tuple | cst.List) else ()
    nodes: list[cst.CSTNode | None] = [None] * len(targets)
    if star < len(targets):
        behind = [f"[{index - len(targets)}]" for index in range(star + 1, len(targets))]
        parts = [step(reference, each) for each in (*(f"[{index}]" for index in range(star)), "+", *behind)]
    elif len(written) == len(targets):
        nodes = [each.value for each in written]
        parts = [walk.expressions.value(each.value) for each in written]
    else:
        parts = [step(reference, f"[{index}]") for index in range(len(targets))]
    for each, part, node in zip(targets, parts, nodes, strict=True):
        bind(walk, each.value, part, node, scope)


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


def add_element(walk: Walk, container: cst.CSTNode, kind: str, held: str) -> None:
    """Let a collection of the type `kind` hold `held`, too: `x[key] = held`, `x.append(held)`."""
    element = type_of(held)
    if not element or (element.startswith("builtins.") and "<" not in element):
        return
    reference = step(generic(kind, ["", element] if kind == "builtins.dict" else [element]), "{}")
    if container.__class__ is cst.Name:
        _add_to_name(walk, container.value, reference)
    elif container.__class__ is cst.Attribute:
        owner = walk.own_class(walk.expressions.value(container.value))
        record = owner.attributes.get(container.attr.value) if owner is not None else None
        if record is not None and _is_collection(*record.values):
            record.add_value(reference)


def _add_to_name(walk: Walk, name: str, reference: str) -> None:
    scope: Scope | None = walk.scope
    while scope is not None and scope.parent is not None:
        if not scope.is_class and name in scope.env:
            if _is_collection(scope.env[name]):
                scope.env[name] = union(scope.env[name], reference)
            return
        scope = scope.parent
    bound = walk.records.bindings.get(name, ())
    if _is_collection(*bound) and reference not in bound:
        walk.records.bind(name, reference)


def _is_collection(*references: str) -> bool:
    """Tell whether something is known to be a collection, and does not hold too much already."""
    known = [part for each in references for part in alternatives(each)]
    return 0 < len(known) <= MAX_CHOICES and all(each.startswith(_COLLECTIONS) for each in (*known, *references))


def bind_in_module(walk: Walk, name: str, reference: str) -> None:
    """Bind a name of the module; an assignment that always happens hides the earlier ones.

    Not so one that is made of the name itself, nor a `def` after a `def`, which may be its overload.
    """
    certain = not walk.flags & (model.IN_CONDITION | model.IN_TRY | model.IN_LOOP)
    own = f"{walk.module}#"
    overload = reference.startswith(own) and any(each.startswith(own) for each in walk.records.bindings.get(name, ()))
    itself = f"{walk.module}.{name}" in reference
    if certain and name in walk.records.bindings:
        _keep_bases(walk, name)
    walk.records.bind(name, reference, only=certain and not itself and not overload)


def _keep_bases(walk: Walk, name: str) -> None:
    """Let the classes above still derive from the class that a name held so far, when it holds something else."""
    bound = walk.records.bindings[name]
    if len(bound) != 1 or not bound[0].startswith(f"{walk.module}@"):
        return
    written = f"{walk.module}.{name}"
    for record in walk.records.classes:
        if written in record.bases:
            record.bases = tuple(bound[0] if each == written else each for each in record.bases)


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
