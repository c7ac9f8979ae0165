"""What is assigned to `app.state.x`, `g.x` and `app["x"]`, on the syntax tree; no rule, types need it."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.expressions import key_of_application
from archlint.facts.references import KEPT, kept_under
from archlint.facts.syntax import text_of

_HOLDERS = frozenset({"state", "g"})


def kept_attribute(node: cst.Assign, context: ModuleContext) -> Iterator[Sighting]:
    """Note what becomes an attribute of something that is called like an object made for that."""
    target = node.targets[0].target
    if target.__class__ is cst.Subscript:
        yield from _kept_element(target, node.value, context)
    if target.__class__ is not cst.Attribute:
        return
    holder = target.value
    word = holder.attr.value if holder.__class__ is cst.Attribute else getattr(holder, "value", "")
    if word not in _HOLDERS:
        return
    reference, value = context.reference(holder), context.reference(node.value)
    if reference and value:
        yield Sighting(code=KEPT, message="", subject=target.attr.value, reference=reference, values=(value,))


def _kept_element(target: cst.Subscript, given: cst.BaseExpression, context: ModuleContext) -> Iterator[Sighting]:
    key = key_of_application(target)
    if not isinstance(key, cst.SimpleString):
        return
    reference, value = context.reference(target.value), context.reference(given)
    if reference and value:
        name = kept_under(str(text_of(key)))
        yield Sighting(code=KEPT, message="", subject=name, reference=reference, values=(value,))
