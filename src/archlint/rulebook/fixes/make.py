"""Makes the fixes that are wished for in one module."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.extract import look
from archlint.model import Fix
from archlint.rulebook.fixable import Wish
from archlint.rulebook.fixes.asynchrony import awaited_sleep, handed_over
from archlint.rulebook.fixes.decorators import wrapped
from archlint.rulebook.fixes.http import timeout_added
from archlint.rulebook.fixes.names import known_error, logged_exception
from archlint.rulebook.fixes.redis import scanned
from archlint.rulebook.fixes.site import Site, Source
from archlint.rulebook.fixes.time import with_time_zone

Fixer: TypeAlias = Callable[[Any, Site], Fix | None]
"""Returns the fix for the node that a violation flags (see `_FLAGGED`), `None` where there is none."""

FIXES: Mapping[str, Fixer] = {
    "ASY001": awaited_sleep,
    "ASY013": handed_over,
    "DEC001": wrapped,
    "HTP001": timeout_added,
    "OBS002": logged_exception,
    "RDS001": scanned,
    "SEC003": known_error,
    "TIM001": with_time_zone,
}
"""Code -> what makes the fix; `rulebook/fixable.py` says for which violations it is tried."""

_FLAGGED: Mapping[type[cst.CSTNode], Callable[[Any], cst.CSTNode]] = {
    cst.Attribute: lambda attribute: attribute,
    cst.Call: lambda call: call.func,
    cst.FunctionDef: lambda function: function.name,
}
"""Class of nodes that violations flag -> the part of such a node that is their place.

An attribute is one that is read; that of a call comes as the call.
"""


def make_fixes(text: str, module: str, is_package: bool, wishes: Sequence[Wish]) -> list[Fix | None]:
    """Return the fix for each wish, `None` where there is none.

    Raises what LibCST raises on text that it cannot parse.
    """
    tree = cst.parse_module(text)
    if not text.startswith(tree.code):  # a last lone CR may be missing; else places would not be those of the text
        return [None] * len(wishes)
    source = Source(text, tree)
    wished: dict[tuple[int, int], list[Wish]] = {}
    for wish in wishes:
        wished.setdefault(wish[1:], []).append(wish)
    made: dict[Wish, Fix | None] = {}

    def make(node: cst.CSTNode, context: ModuleContext) -> Iterable[Sighting]:
        for wish in wished.get(source.span(_FLAGGED[node.__class__](node)), ()):
            made[wish] = FIXES[wish[0]](node, Site(source, context))
        return ()

    look(tree, module, is_package, dict.fromkeys(_FLAGGED, (make,)))
    return [made.get(wish) for wish in wishes]
