"""What several coroutines or threads that are started together are given, on the syntax tree (SQL007)."""

from collections import Counter
from collections.abc import Iterator

import libcst as cst

from archlint.facts import model
from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, ancestors, descend
from archlint.rulebook.checks.sql.flow import Flow

SHARED = "shared"
"""The code of a candidate for something that coroutines which run at the same time are given."""
_GATHERS = frozenset({"asyncio.gather", "asyncio.wait", "anyio.gather"})
_COMPREHENSIONS = (cst.ListComp, cst.GeneratorExp, cst.SetComp)
_LOOPS = (cst.For, cst.While, *_COMPREHENSIONS)


def gathered_together(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """Note what two or more of the coroutines that `gather` runs are given, or call a method of."""
    if context.reference(node.func) not in _GATHERS:
        return
    flow = Flow(context.enclosing_function, node)
    given: Counter[str] = Counter()
    nodes: dict[str, cst.BaseExpression] = {}
    for argument in node.args:
        if argument.keyword is None:
            _count(_coroutines(argument.value, flow), given, nodes)
    yield from (_sighting(nodes[name], context, "together") for name, count in given.items() if count > 1)


def started_apart(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """Note what a coroutine that becomes a task is given; `loop` says that a loop gives it to each of many."""
    coroutine = node.args[0].value if node.args else None
    if not isinstance(coroutine, cst.Call):
        return
    repeated: set[str] = set()
    if context.flags & model.IN_LOOP and context.enclosing_function is not None:
        repeated = _outlives_loop(coroutine, node, context.enclosing_function)
    for name, each in _given(coroutine):
        yield _sighting(each, context, "loop" if name in repeated else "once")


def _sighting(node: cst.BaseExpression, context: ModuleContext, how: str) -> Sighting:
    return Sighting(code=SHARED, message=dotted_name(node), subject=how, values=(context.reference(node),))


def _coroutines(node: cst.BaseExpression, flow: Flow) -> Iterator[tuple[cst.Call, frozenset[str]]]:
    """Yield the calls that make coroutines, and for those of a comprehension the names that differ for each."""
    if isinstance(node, cst.Name):
        for binding in flow.bindings(node.value):
            if binding.how in ("set", "more", "element") and not isinstance(binding.node, cst.Name):
                yield from _coroutines(binding.node, flow)
    elif isinstance(node, cst.List | cst.Tuple):
        for element in node.elements:
            yield from _coroutines(element.value, flow)
    elif isinstance(node, _COMPREHENSIONS) and isinstance(node.elt, cst.Call):
        bound = {each.value for each in descend(node.for_in.target) if isinstance(each, cst.Name)}
        yield node.elt, frozenset({*bound, ""})
    elif isinstance(node, cst.Call):
        word = dotted_name(node.func).rpartition(".")[2]
        inner = (
            node.args[0].value if word in ("create_task", "ensure_future", "wait_for", "shield") and node.args else None
        )
        if isinstance(inner, cst.Call):
            yield from _coroutines(inner, flow)
        else:
            yield node, frozenset()


def _count(
    coroutines: Iterator[tuple[cst.Call, frozenset[str]]], given: Counter[str], nodes: dict[str, cst.BaseExpression]
) -> None:
    for coroutine, differing in coroutines:
        for name, node in dict(_given(coroutine)).items():
            if name.partition(".")[0] not in differing:
                given[name] += 2 if differing else 1
                nodes[name] = node


def _given(coroutine: cst.Call) -> Iterator[tuple[str, cst.BaseExpression]]:
    """Yield what a call is given as an argument, and the object whose method it is, when they are dotted names."""
    for argument in coroutine.args:
        if name := dotted_name(argument.value):
            yield name, argument.value
    if isinstance(coroutine.func, cst.Attribute) and (name := dotted_name(coroutine.func.value)):
        yield name, coroutine.func.value


def _outlives_loop(coroutine: cst.Call, node: cst.Call, function: cst.FunctionDef) -> set[str]:
    """Return what a call is given that the loop around it does not make anew."""
    loop = next((each for each in ancestors(function.body, node) if isinstance(each, _LOOPS)), None)
    if loop is None:
        return set()
    bound: set[str] = set()
    for each in descend(loop, but_not=FUNCTIONS):
        target = _target(each)
        if target is not None:
            bound.update(name.value for name in descend(target) if isinstance(name, cst.Name))
    return {name for name, _ in _given(coroutine) if name.partition(".")[0] not in bound}


def _target(node: cst.CSTNode) -> cst.CSTNode | None:
    match node:
        case cst.AssignTarget(target=target) | cst.AnnAssign(target=target) | cst.NamedExpr(target=target):
            return target
        case cst.For(target=target) | cst.CompFor(target=target):
            return target
        case cst.WithItem(asname=cst.AsName(name=target)):
            return target
    return None
