"""Where the facts of a module stand, apart from what they say.

A comment or an empty line moves facts and changes none of them. Checks compare places of one module with each other
and look at the length of a stretch; so as long as all places keep their order, and all stretches their length, whatever
was judged before holds, elsewhere.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import TypeVar, cast

import msgspec

from archlint.facts.module import ModuleFacts, Parts

_S = TypeVar("_S", bound=msgspec.Struct)
_PLACES = frozenset({"start", "end", "statement"})


def moves(before: ModuleFacts, after: ModuleFacts) -> Mapping[int, int] | None:
    """Return where each place of a module is now, `None` if anything else has changed but comments.

    Comments with suppressions may be others: nobody judges them.
    """
    old: list[int] = []
    new: list[int] = []
    if without_places(before, old) != without_places(after, new):
        return None
    moved = dict(zip(old, new, strict=True))
    ordered = [moved[place] for place in sorted(moved)]
    if list(map(moved.__getitem__, old)) != new or any(one >= other for one, other in pairwise(ordered)):
        return None
    return moved


def without_places(facts: ModuleFacts, places: list[int]) -> ModuleFacts:
    """Return the facts of a module, but suppressions, with lengths in the place of places; `places` gets them."""
    parts = {name: _without(value, places) for name, value in facts.parts().items()}
    return ModuleFacts.of(facts.name, facts.is_package, facts.exports, (), cast(Parts, parts))


def _without(value: object, places: list[int]) -> object:
    if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        return tuple(_fact_without(each, places) for each in value)
    return value


def _fact_without(fact: _S, places: list[int]) -> _S:
    changed: dict[str, object] = {}
    for name in fact.__struct_fields__:
        value = getattr(fact, name)
        if name in _PLACES:
            places.append(value)
            changed[name] = value - getattr(fact, "start", 0) if name == "end" else 0
        else:
            changed[name] = _without(value, places)
    return msgspec.structs.replace(fact, **changed)
