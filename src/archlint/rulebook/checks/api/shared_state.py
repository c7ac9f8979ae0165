"""What module checks see of the rule about global state: a function changes what a module holds."""

from collections.abc import Iterable

import libcst as cst

from archlint.facts import model
from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.syntax import ancestors, descend, is_name, last_statement

MUTATORS = (
    *("add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove"),
    *("setdefault", "update"),
)
_STEPS = frozenset("(){}[]!^~*&<>$+%|#@")
_OWN = frozenset({"self", "cls"})
_CONTAINERS = frozenset({cst.Subscript, cst.Attribute})


def assigned_global(node: cst.Assign | cst.AugAssign | cst.AnnAssign, context: ModuleContext) -> Iterable[Sighting]:
    """API002: `NAME[key] = ...`, `name.attribute = ...`, and `name = ...` under `global name`."""
    for target in (each.target for each in node.targets) if isinstance(node, cst.Assign) else (node.target,):
        if target.__class__ in _CONTAINERS:
            return _changed(target.value, context)
        if target.__class__ is cst.Name and context.is_declared_global(target.value):
            return () if _is_made_once(node, target.value, context) else _changed(target, context, rebound=True)
    return ()


def _is_made_once(node: cst.CSTNode, name: str, context: ModuleContext) -> bool:
    """Tell whether a global is bound only while there is none: `if client is None: client = Client()`.

    Or behind `if client is not None: return client`.
    """
    function = context.enclosing_function
    if function is None:
        return False
    around = list(ancestors(function.body, node))
    if any(isinstance(each, cst.If) and _asks_for(name, each.test) for each in around):
        return True
    before = [each for each in function.body.body if each not in around and isinstance(each, cst.If)]
    return any(_gives(name, each) for each in before)


def _gives(name: str, node: cst.If) -> bool:
    """Tell whether a global is returned if there is one."""
    asks = _asks_for(name, node.test) or (isinstance(node.test, cst.Name) and node.test.value == name)
    ending = last_statement(node.body)
    return asks and isinstance(ending, cst.Return) and is_name(ending.value, name)


def _asks_for(name: str, test: cst.BaseExpression) -> bool:
    for each in descend(test):
        match each:
            case cst.UnaryOperation(operator=cst.Not(), expression=cst.Name(value=asked)) if asked == name:
                return True
            case cst.Comparison(left=cst.Name(value=asked), comparisons=[part]) if asked == name:
                if isinstance(part.operator, cst.Is | cst.IsNot) and isinstance(part.comparator, cst.Name):
                    return part.comparator.value == "None"
    return False


def deleted_global(node: cst.Del, context: ModuleContext) -> Iterable[Sighting]:
    """API002: `del NAME[key]`."""
    return _changed(node.target.value, context) if isinstance(node.target, cst.Subscript) else ()


def mutated_global(node: cst.Call, context: ModuleContext) -> Iterable[Sighting]:
    """API002: `NAME.append(...)` and its like."""
    return (
        _changed(node.func.value, context, "." + node.func.attr.value) if isinstance(node.func, cst.Attribute) else ()
    )


def _changed(
    holder: cst.CSTNode, context: ModuleContext, method: str = "", *, rebound: bool = False
) -> Iterable[Sighting]:
    if holder.__class__ is cst.Name and holder.value in _OWN:
        return ()
    if context.flags & (model.IN_WITH | model.MADE_ONCE) or context.enclosing_function is None:
        return ()
    reference = context.reference(holder)
    if "." not in reference or not _STEPS.isdisjoint(reference) or reference.startswith("builtins."):
        return ()
    name = reference.rpartition(".")[2]
    return (
        Sighting(
            code="API002",
            message=(
                f"a request {'rebinds' if rebound else 'changes'} the global `{name}`, which each worker process has "
                "for itself and all requests share; keep it in a store, or in an object that is passed in"
            ),
            subject=name,
            reference=reference + method,
        ),
    )
