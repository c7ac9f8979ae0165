"""RDS007: pipelines whose commands are never sent, on the syntax tree."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import ancestors, descend

_SENDS = frozenset({"execute", "execute_transaction", "immediate_execute_command", "watch", "reset", "discard"})
"""Methods that send what was queued, give it up on purpose, or make commands go out at once."""


def unexecuted_pipeline(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """RDS007: a pipeline that only this function knows, to which it gives commands and that it never executes."""
    function = context.enclosing_function
    reference = context.reference(node.func)
    if function is None or not reference:
        return
    around = list(ancestors(function.body, node))
    target = _target(around)
    methods = _chain(node, around) if target is None else _uses(function, target)
    if methods and _SENDS.isdisjoint(methods):
        yield Sighting(
            code="RDS007",
            message="the commands of this pipeline are queued and never sent; call `execute()`",
            subject="pipeline",
            reference=reference,
        )


def _target(around: list[cst.CSTNode]) -> cst.Name | None:
    """Return the local name that holds the pipeline, if it is given to one at once."""
    match [each for each in around[:2] if not isinstance(each, cst.Await)]:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]), *_]:
            return name
        case [cst.AnnAssign(target=cst.Name() as name), *_]:
            return name
        case [cst.WithItem(asname=cst.AsName(name=cst.Name() as name)), *_]:
            return name
    return None


def _uses(function: cst.FunctionDef, target: cst.Name) -> list[str]:
    """Return the methods called on a local name; empty when it is used in any other way."""
    found: list[str] = []
    for each in descend(function.body):
        if isinstance(each, cst.Global | cst.Nonlocal) and any(
            dotted_name(item.name) == target.value for item in each.names
        ):
            return []
        if isinstance(each, cst.Name) and each.value == target.value and each is not target:
            around = list(ancestors(function.body, each))
            if isinstance(around[0], cst.Attribute) and around[0].attr is each:
                continue
            if isinstance(around[0], cst.Arg) and around[0].keyword is each:
                continue
            methods = _chain(each, around)
            if not methods:
                return []
            found += methods
    return found


def _chain(node: cst.CSTNode, around: list[cst.CSTNode]) -> list[str]:
    """Return the methods of `pipe.a().b()` as a statement; empty when its value goes anywhere."""
    methods: list[str] = []
    child = node
    for each in around:
        if isinstance(each, cst.Attribute) and each.value is child:
            methods.append(each.attr.value)
        elif isinstance(each, cst.Expr):
            return methods
        elif not _passes_on(each, child):
            break
        child = each
    return methods if not _SENDS.isdisjoint(methods) else []


def _passes_on(node: cst.CSTNode, child: cst.CSTNode) -> bool:
    """Tell whether a node is the call of a method, awaits one, or is a list of one for each element."""
    if isinstance(node, cst.Call):
        return node.func is child
    return isinstance(node, cst.Await) or (isinstance(node, cst.ListComp) and node.elt is child)
