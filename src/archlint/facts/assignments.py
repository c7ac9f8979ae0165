"""How the walk takes what binds names to values: assignments of all kinds, and the targets of whatever else binds."""

import libcst as cst

from archlint.facts import model
from archlint.facts.binding import add_element, bind
from archlint.facts.elements import assigned_names, of_element
from archlint.facts.examined import examined
from archlint.facts.records import Anchor
from archlint.facts.references import step, union
from archlint.facts.scopes import dotted_name
from archlint.facts.spelling import spell
from archlint.facts.uses import chain
from archlint.facts.walk import Action, Walk, handles

_NAMES = frozenset({cst.Name, cst.Attribute})
_TYPE_ALIAS = frozenset({"typing.TypeAlias", "typing_extensions.TypeAlias"})


@handles(cst.Assign)
def assign(walk: Walk, node: cst.Assign) -> None:
    """Walk targets and value, then bind."""
    reference = walk.expressions.value(node.value)
    targets = [target.target for target in node.targets]
    if targets[0].__class__ is cst.Subscript:
        _set_item(walk, targets[0], reference)
        add_element(walk, targets[0].value, "builtins.dict", reference)
    if of_element(node.value, walk):
        walk.elements |= assigned_names(targets)
    gives_name = node.value.__class__ in _NAMES and targets[0].__class__ is cst.Name and dotted_name(node.value)
    walk.push(
        *((count_target, target) for target in targets),
        *(_aliased(walk, node.value) if gives_name else (node.value,)),
        (_bind_all, targets, reference, node.value),
    )


def _aliased(walk: Walk, value: cst.BaseExpression) -> tuple[cst.CSTNode | Action, ...]:
    """Visit a dotted name to which an assignment gives another name."""
    return (Walk.set_flags, walk.flags | model.ALIASED), value, (Walk.set_flags, walk.flags)


def _set_item(walk: Walk, target: cst.Subscript, value: str) -> None:
    """Record `container[Port] = Adapter` as a call of `__setitem__`, when all three are known by name."""
    index = target.slice[0].slice
    if not value or not isinstance(index, cst.Index) or index.value.__class__ not in (cst.Name, cst.Attribute):
        return
    container = walk.expressions.value(target.value)
    key = walk.expressions.value(index.value)
    if container and key:
        anchor = [len(walk.names), len(walk.names)]
        record = (step(container, ".__setitem__"), anchor, (("", key), ("", value)), walk.scope.function, walk.owner)
        walk.records.calls.append((*record, walk.flags))


def _bind_all(walk: Walk, targets: list[cst.BaseExpression], reference: str, value: cst.BaseExpression) -> None:
    for target in targets:
        bind(walk, target, reference, value)


@handles(cst.AnnAssign)
def annotated_assign(walk: Walk, node: cst.AnnAssign) -> None:
    """Walk an annotated assignment; the annotation is the type, the value says what is really there."""
    annotation = walk.expressions.annotation(node.annotation.annotation)
    value = walk.expressions.value(node.value) if node.value is not None else None
    anchor = [len(walk.names), len(walk.names)]
    if annotation and value:
        walk.records.assignments.append((annotation, value, anchor, walk.scope.function))
    walk.push(
        (count_target, node.target),
        (_annotation_anchor, anchor),
        node.annotation,
        (_annotation_end, anchor),
        node.value,
        (_bind_annotated, node, annotation, value, anchor),
    )


def _annotation_anchor(walk: Walk, anchor: Anchor) -> None:
    anchor[:] = [len(walk.names), len(walk.names)]


def _annotation_end(walk: Walk, anchor: Anchor) -> None:
    """End at the annotation's last name; one without names is a text, and the target stands for it."""
    if len(walk.names) > anchor[0]:
        anchor[1] = len(walk.names) - 1
    else:
        anchor[:] = [anchor[0] - 1, anchor[0] - 1]


def _bind_annotated(walk: Walk, node: cst.AnnAssign, annotation: str, value: str | None, anchor: Anchor) -> None:
    if annotation in _TYPE_ALIAS and node.value is not None:
        bind(walk, node.target, walk.expressions.annotation(node.value), None)
        return
    if value and annotation and value.startswith(f"{annotation}<") and value.endswith(">{}") and "|" not in value:
        annotation = value[:-2]  # the annotation leaves the arguments of its type open
    held = step(annotation, "{}") or value or ""
    if "Callable" in annotation and value:
        held = union(held, value)
    target = node.target
    scope = walk.scope.block
    if isinstance(target, cst.Attribute):
        owner = walk.own_class(walk.expressions.value(target.value))
        if owner is not None:
            spelled = spell(walk.expressions, node.annotation.annotation)
            owner.add_attribute(target.attr.value, annotation, value, False, anchor, spelled)
    elif isinstance(target, cst.Name) and scope.is_class:
        scope.env[target.value] = held
        spelled = spell(walk.expressions, node.annotation.annotation)
        walk.records.classes[scope.owner].add_attribute(target.value, annotation, value, True, anchor, spelled)
    elif isinstance(target, cst.Name):
        bind(walk, target, held, node.value)


@handles(cst.AugAssign)
def augmented_assign(walk: Walk, node: cst.AugAssign) -> None:
    """Walk `x += ...`; what `x` holds keeps its type."""
    walk.push((count_target, node.target), node.value)


@handles(cst.Del)
def deleted(walk: Walk, node: cst.Del) -> None:
    """Walk what is deleted: it is no more read than the target of an assignment."""
    walk.push((count_target, node.target))


@handles(cst.NamedExpr)
def walrus(walk: Walk, node: cst.NamedExpr) -> None:
    """Bind in the block around any comprehension."""
    reference = walk.expressions.value(node.value)
    block = walk.scope.block
    if block.bindings is not None and isinstance(node.target, cst.Name):
        block.bindings.names.add(node.target.value)
    walk.push((count_target, node.target), node.value, (bind, node.target, reference, node.value, block))


@handles(cst.TypeAlias)
def type_alias(walk: Walk, node: cst.TypeAlias) -> None:
    """Bind the name of a `type X = ...` statement to the type itself."""
    walk.soft_keyword("type")
    reference = walk.expressions.annotation(node.value)
    walk.push((count_target, node.name), node.type_parameters, node.value, (bind, node.name, reference, None))


def count_target(walk: Walk, target: cst.CSTNode) -> None:
    """Count the identifiers of an assignment target without taking them, or the whole, for reads."""
    if target.__class__ is cst.Name:
        walk.targets[id(target)] = len(walk.names)
        walk.names.append(target.value)
    elif target.__class__ is cst.Attribute:
        chain(walk, target, (_note_target, target))
    elif target.__class__ is cst.Subscript:
        walk.push(*examined(target.value, walk.flags), *target.slice)
    elif isinstance(target, cst.Tuple | cst.List):
        walk.push(*((count_target, element.value) for element in target.elements))
    elif isinstance(target, cst.StarredElement):
        count_target(walk, target.value)
    else:
        walk.push(target)


def _note_target(walk: Walk, target: cst.CSTNode) -> None:
    walk.targets[id(target)] = len(walk.names) - 1
