"""IMP002 where the tree is needed: an element of `os.environ` that is read."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting

_WORD = "environ"


def environment_element(node: cst.Subscript, context: ModuleContext) -> Iterator[Sighting]:
    """IMP002: `os.environ["NAME"]` where it is read; targets of assignments and `del` are no expressions."""
    holder = node.value
    word = holder.attr if holder.__class__ is cst.Attribute else holder
    if word.__class__ is not cst.Name or word.value != _WORD:
        return
    if context.reference(holder) == "os.environ":
        yield Sighting(
            code="IMP002",
            message="an environment variable is read here; read it where the program is configured, and pass it on",
            subject="os.environ",
        )
