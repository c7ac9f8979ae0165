"""What is assigned to `app.state.x`, `request.state.x` and `g.x`, on the syntax tree; no rule, types need it."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting

KEPT = "kept"
_HOLDERS = frozenset({"state", "g"})


def kept_attribute(node: cst.Assign, context: ModuleContext) -> Iterator[Sighting]:
    """Note what becomes an attribute of something that is called like an object made for that."""
    target = node.targets[0].target
    if target.__class__ is not cst.Attribute:
        return
    holder = target.value
    word = holder.attr.value if holder.__class__ is cst.Attribute else getattr(holder, "value", "")
    if word not in _HOLDERS:
        return
    reference, value = context.reference(holder), context.reference(node.value)
    if reference and value:
        yield Sighting(code=KEPT, message="", subject=target.attr.value, reference=reference, values=(value,))
