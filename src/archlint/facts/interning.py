"""Makes one object of equal texts in the facts of all modules, which take a third less memory for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import force_setattr

from archlint.facts.module import ModuleFacts

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "imports": ("target", "name", "alias"),
    "functions": ("name", "returns", "decorators"),
    "calls": ("callee", "arguments"),
    "loads": ("reference",),
    "candidates": ("message", "subject", "reference", "values"),
}
"""By part of the facts, the fields in which many modules say the same: texts, and tuples of them."""
_OF_PARAMETERS = ("name", "annotation")

_Getters: TypeAlias = tuple[tuple[str, Callable[[Any], Any]], ...]


class Interner:
    """Knows the texts of all facts that it was given."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}
        self._getters = {part: _getters(fields) for part, fields in _FIELDS.items()}
        self._of_parameters = _getters(_OF_PARAMETERS)

    def intern(self, facts: ModuleFacts) -> None:
        """Put what is known already into the place of what equals it; the facts say the same as before."""
        same = self._known.setdefault
        for part, getters in self._getters.items():
            self._replace(getattr(facts, part), getters)
        self._replace([each for function in facts.functions for each in function.parameters], self._of_parameters)
        bindings = {same(name, name): same(references, references) for name, references in facts.bindings.items()}
        facts.bindings.clear()
        facts.bindings.update(bindings)

    def _replace(self, values: Sequence[Struct], getters: _Getters) -> None:
        same = self._known.setdefault
        for field, get in getters:
            for value, text in zip(values, map(get, values), strict=True):
                force_setattr(value, field, same(text, text))


def _getters(fields: Iterable[str]) -> _Getters:
    return tuple((field, attrgetter(field)) for field in fields)
