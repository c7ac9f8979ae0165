"""What `isinstance`, `issubclass` and patterns ask for: seen in the tree, judged when all Protocols are known."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.syntax import parameters


def checked_instance(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """PRT011: note each class that `isinstance` or `issubclass` is asked for."""
    function = context.reference(node.func)
    if function in ("builtins.isinstance", "builtins.issubclass") and len(node.args) == 2:
        for each in _classes(node.args[1].value):
            yield from _sighting(each, f"`{function.removeprefix('builtins.')}` against", context)


def matched_class(node: cst.MatchClass, context: ModuleContext) -> Iterator[Sighting]:
    """PRT011: note the class that a pattern is of, which asks `isinstance`."""
    yield from _sighting(node.cls, "a pattern of", context)


def _sighting(node: cst.BaseExpression, what: str, context: ModuleContext) -> Iterator[Sighting]:
    reference = context.reference(node)
    if isinstance(node, cst.Name) and _is_given(node.value, context):  # some class of the kind, not the Protocol itself
        return
    if reference.endswith(".__class__"):  # that of an instance is what it was made of, never the Protocol it is seen as
        return
    if "()" in reference or "{}" in reference:  # a class that a function gives, or an object keeps, is one of the kind
        return
    if reference and not reference.startswith("builtins.") and "|" not in reference:
        word = node.value if isinstance(node, cst.Name) else reference.rpartition(".")[2]
        yield Sighting(
            code="PRT011",
            message=f"{what} the Protocol `{word}` raises TypeError; it is not `@runtime_checkable`",
            subject=word,
            reference=reference,
        )


def _is_given(name: str, context: ModuleContext) -> bool:
    """Tell whether a name is a parameter of the function."""
    function = context.enclosing_function
    return function is not None and name in parameters(function)


def _classes(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.Name | cst.Attribute):
        yield node
    elif isinstance(node, cst.Tuple):
        for element in node.elements:
            yield from _classes(element.value)
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        yield from _classes(node.left)
        yield from _classes(node.right)
