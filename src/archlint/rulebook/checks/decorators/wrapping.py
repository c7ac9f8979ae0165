"""The rules about decorators."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import descend

_SETS_ITSELF = frozenset({"__name__", "__wrapped__", "__signature__", "__qualname__", "__doc__"})


def unwrapped_decorator(node: cst.FunctionDef, context: ModuleContext) -> Iterator[Sighting]:
    """DEC001: an inner function that is returned, passes on what it is given, and carries nobody's name."""
    outer = context.enclosing_function
    if outer is None or node.decorators or not _takes_anything(node.params) or _is_fixture(outer):
        return
    called = wrapped_parameter(node, outer)
    name = node.name.value
    if called and _is_only_returned(outer, name):
        yield Sighting(
            code="DEC001",
            message=(
                f"`{name}` wraps `{called}` without `functools.wraps` and hides the name and signature of what it wraps"
            ),
            subject=name,
        )


def _is_fixture(function: cst.FunctionDef) -> bool:
    """Tell whether pytest gives a function other fixtures, so that it decorates nothing."""
    made = [
        each.decorator.func if isinstance(each.decorator, cst.Call) else each.decorator for each in function.decorators
    ]
    return any(dotted_name(each).rpartition(".")[2] == "fixture" for each in made)


def wrapped_parameter(wrapper: cst.FunctionDef, outer: cst.FunctionDef) -> str:
    """Return the parameter of `outer` that an inner function passes all it was given on to; empty for none."""
    given = {each.name.value for each in (*outer.params.posonly_params, *outer.params.params)}
    return _called_with_everything(wrapper, given)


def _takes_anything(parameters: cst.Parameters) -> bool:
    return isinstance(parameters.star_arg, cst.Param) and parameters.star_kwarg is not None


def _called_with_everything(node: cst.FunctionDef, given: set[str]) -> str:
    """Return the parameter of the decorator that the wrapper calls with all it was given; empty for none.

    What it was given first, `self` say, must come first; in an inner function of the wrapper nothing is looked for.
    What gets another parameter of the decorator in front is bound to it, as by `functools.partial`, and not decorated.
    """
    own = [each.name.value for each in (*node.params.posonly_params, *node.params.params)]
    star = node.params.star_arg.name.value if isinstance(node.params.star_arg, cst.Param) else ""
    double = node.params.star_kwarg.name.value if node.params.star_kwarg else ""
    for call in descend(node.body, but_not=(cst.FunctionDef, cst.Lambda)):
        if isinstance(call, cst.Call) and dotted_name(call.func) in given:
            passed = [(argument.star, dotted_name(argument.value)) for argument in call.args]
            if (
                ("*", star) in passed
                and ("**", double) in passed
                and passed[: len(own[:1])] == [("", name) for name in own[:1]]
                and (given - set(own)).isdisjoint(name for _, name in passed[: passed.index(("*", star))])
            ):
                return dotted_name(call.func)
    return ""


def _returned_names(value: cst.BaseExpression | None) -> set[str]:
    """Return the names that a returned expression may be as it stands: itself, or the branches of a conditional."""
    if isinstance(value, cst.IfExp):
        return _returned_names(value.body) | _returned_names(value.orelse)
    return {value.value} if isinstance(value, cst.Name) else set()


def _is_only_returned(outer: cst.FunctionDef, name: str) -> bool:
    """Tell whether the decorator returns the wrapper as it is, and does nothing that could give it a name."""
    returned = False
    for node in descend(outer.body):
        if isinstance(node, cst.Return) and name in _returned_names(node.value):
            returned = True
        elif (isinstance(node, cst.Call) and any(dotted_name(argument.value) == name for argument in node.args)) or (
            isinstance(node, cst.AssignTarget)
            and isinstance(node.target, cst.Attribute)
            and dotted_name(node.target.value) == name
            and node.target.attr.value in _SETS_ITSELF
        ):
            return False
    return returned
