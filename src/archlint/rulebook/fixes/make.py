"""Makes the fixes that are wished for in one module."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.extract import look
from archlint.model import Fix
from archlint.rulebook.fixable import Wish
from archlint.rulebook.fixes.asynchrony import awaited_sleep
from archlint.rulebook.fixes.site import Site, Source

Fixer: TypeAlias = Callable[[cst.Call, Site], Fix | None]
"""Returns the fix for the call that a violation flags, `None` where there is none."""

FIXES: Mapping[str, Fixer] = {"ASY001": awaited_sleep}
"""Code -> what makes the fix; `rulebook/fixable.py` says for which violations it is tried."""


def make_fixes(text: str, module: str, is_package: bool, wishes: Sequence[Wish]) -> list[Fix | None]:
    """Return the fix for each wish, `None` where there is none.

    Raises what LibCST raises on text that it cannot parse.
    """
    tree = cst.parse_module(text)
    if not text.startswith(tree.code):  # a last lone CR may be missing; else places would not be those of the text
        return [None] * len(wishes)
    source = Source(text, tree)
    wished = {(start, end): (code, start, end) for code, start, end in wishes}
    made: dict[Wish, Fix | None] = {}

    def make(node: cst.Call, context: ModuleContext) -> Iterable[Sighting]:
        wish = wished.get(source.span(node.func))
        if wish is not None:
            made[wish] = FIXES[wish[0]](node, Site(source, context))
        return ()

    look(tree, module, is_package, {cst.Call: (make,)})
    return [made.get(wish) for wish in wishes]
