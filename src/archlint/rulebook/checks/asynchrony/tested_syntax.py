"""What a name holds that is tested in place of a result: seen in the tree, judged when all coroutine functions are."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.syntax import FUNCTIONS, descend, parameters

_TARGETS = (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For, cst.AsName, cst.CompFor)
"""What binds names."""


def tested_coroutine(node: cst.If | cst.While | cst.Assert, context: ModuleContext) -> Iterator[Sighting]:
    """ASY003: a name that is tested, and was given what one call returns, without `await`, and nothing else."""
    if not context.in_async_function:
        return
    for name in _tested(node.test):
        call = context.assigned(name.value)
        if call.__class__ is not cst.Call:
            continue
        reference = context.reference(name)
        if reference.endswith("()") and "|" not in reference and _is_bound_once(context, name.value):
            callee = reference.removesuffix("()")
            yield Sighting(code="ASY003", message="", subject=name.value, reference=callee)
            return


def _tested(test: cst.BaseExpression) -> Iterator[cst.Name]:
    if test.__class__ is cst.Name:
        yield test
    elif test.__class__ is cst.UnaryOperation and test.operator.__class__ is cst.Not:
        yield from _tested(test.expression)
    elif test.__class__ is cst.BooleanOperation:
        yield from _tested(test.left)
        yield from _tested(test.right)
    elif test.__class__ is cst.Comparison and not any(_asks_identity(each) for each in test.comparisons):
        yield from (each for each in (test.left, test.comparisons[0].comparator) if each.__class__ is cst.Name)


def _asks_identity(target: cst.ComparisonTarget) -> bool:
    """Tell whether a comparison asks what a value is, as `is None` does, which may be asked of a coroutine."""
    return target.operator.__class__ in (cst.Is, cst.IsNot)


def _is_bound_once(context: ModuleContext, name: str) -> bool:
    function = context.enclosing_function
    if function is None or name in parameters(function) or context.is_declared_global(name):
        return False
    bound = (each for each in descend(function.body, but_not=FUNCTIONS) if isinstance(each, _TARGETS))
    return sum(_binds(each, name) for each in bound) == 1


def _binds(node: cst.CSTNode, name: str) -> bool:
    target = getattr(node, "name" if node.__class__ is cst.AsName else "target")
    return any(isinstance(each, cst.Name) and each.value == name for each in descend(target))
