"""What `isinstance` and `issubclass` are given: seen in the tree, judged when all Protocols are known."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting


def checked_instance(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """PRT011: note each class that `isinstance` or `issubclass` is asked for."""
    function = context.reference(node.func)
    if function not in ("builtins.isinstance", "builtins.issubclass") or len(node.args) != 2:
        return
    name = function.removeprefix("builtins.")
    for each in _classes(node.args[1].value):
        reference = context.reference(each)
        if reference and not reference.startswith("builtins.") and "|" not in reference:
            word = reference.rpartition(".")[2]
            word = each.value if isinstance(each, cst.Name) else word
            yield Sighting(
                code="PRT011",
                message=f"`{name}` against the Protocol `{word}` raises TypeError; it is not `@runtime_checkable`",
                subject=word,
                reference=reference,
            )


def _classes(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.Name | cst.Attribute):
        yield node
    elif isinstance(node, cst.Tuple):
        for element in node.elements:
            yield from _classes(element.value)
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        yield from _classes(node.left)
        yield from _classes(node.right)
