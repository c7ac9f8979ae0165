"""DOM006 where the tree is needed: `container[Orders]`."""

import re
from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name

LOCATED = "located"
"""The code of a candidate for something that may be looked up in a container; its reference is the `__getitem__`."""
_HOLDER = re.compile(r"(?:container|locator|injector)$|^di$", re.I)


def looked_up(node: cst.Subscript, context: ModuleContext) -> Iterator[Sighting]:
    """Note what is asked for by its class from something that is called like a container; its type decides."""
    holder = node.value
    word = holder.attr if holder.__class__ is cst.Attribute else holder
    if word.__class__ is not cst.Name or _HOLDER.search(word.value) is None:
        return
    index = node.slice[0].slice
    wanted = dotted_name(index.value).rpartition(".")[2] if isinstance(index, cst.Index) else ""
    reference = context.reference(holder)
    if reference and wanted[:1].isupper():
        yield Sighting(code=LOCATED, message="", subject=wanted, reference=f"{reference}.__getitem__")
