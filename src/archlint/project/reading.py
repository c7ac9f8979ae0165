"""Which modules an answer about the program has read, so that it holds until one of them says something else.

Sets of modules are numbers, a bit for each module and aspect of it; where there are more modules than bits neighbours
share one, and an answer may then be thought to have read a module that it has not. Neighbours lie in one package: who
reads one of them often reads the others too.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Annotated, Generic, TypeAlias, TypeVar

import msgspec

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_BITS = 1024
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=_BITS)]
"""Which bit a module has."""
CUT = 1 << _BITS
"""The bit of answers that are cut short where references lead on too far: they depend on what was asked first."""
NAMESPACES = CUT << 1
"""The bit of answers that have read what all modules hang onto objects that are made for it."""
_BODIES = _BITS + 2


class Reading:
    """What is being read: `reads` for the answer that is worked out now, `missed` the names not found in any module.

    A name is missed as `module.name`: an answer may change when the module gets one. `cuts` counts the answers
    that were cut short, because they go in a circle or lead on too far: what is worked out of one is nothing to keep.
    """

    def __init__(self, modules: Collection[str]) -> None:
        """Take the names of all modules, in the order of their files."""
        most = max(len(modules), _BITS)
        self._spread = {name: number * _BITS // most for number, name in enumerate(modules)}
        self.one: dict[int, int] = {}
        """By each set that was read an equal one, the same object for all answers."""
        self.reads = 0
        self.cuts = 0
        self.missed: set[str] = set()
        self.spread()

    def number(self, module: str) -> int:
        """Return which bit a module has."""
        return self._numbers[module]

    def spread(self) -> None:
        """Give the modules bits as evenly as can be. To be done before anything is read."""
        self.renumber(self._spread)

    def renumber(self, earlier: Mapping[str, int]) -> None:
        """Give the modules the bits that they had in an earlier state, of which sets are to be understood.

        A new module has one that is spare, or else that of the module before it. To be done before anything is read.
        """
        spare = iter(sorted({*range(_BITS)}.difference(earlier.values())))
        number = 0
        self._numbers: dict[str, int] = {}
        for name in self._spread:
            number = earlier[name] if name in earlier else next(spare, number)
            self._numbers[name] = number
        self._bits = {name: 1 << number for name, number in {**earlier, **self._numbers}.items()}

    def add(self, module: str) -> None:
        """Note that a module is read: what it imports, defines and binds."""
        self.reads |= self._bits[module]

    def add_body(self, module: str) -> None:
        """Note that of a module everything is read, its calls and all."""
        self.reads |= self._bits[module] << _BODIES

    def set(self) -> int:
        """Return what is read, the same object for the same set."""
        return self.one.setdefault(self.reads, self.reads)

    def set_of(self, modules: Iterable[str]) -> int:
        """Return modules as a set."""
        found = 0
        for name in modules:
            found |= self._bits[name]
        return found

    def bodies_of(self, modules: Iterable[str]) -> int:
        """Return everything in modules as a set."""
        return self.set_of(modules) << _BODIES


class Memo(Generic[K, T]):
    """What `find` answers, worked out once for each key; who asks again has read the same."""

    def __init__(self, reading: Reading, find: Callable[[K], T]) -> None:
        self._reading = reading
        self._find = find
        self._known: dict[K, tuple[T, int]] = {}

    def __call__(self, key: K) -> T:
        """Return the answer to `key`."""
        reading = self._reading
        known = self._known.get(key)
        if known is None:
            before, reading.reads = reading.reads, 0
            try:
                found = self._find(key)
                # As `set` does it, without a call for each answer: there are more of these than of anything else.
                known = self._known[key] = found, reading.one.setdefault(reading.reads, reading.reads)
            finally:
                reading.reads |= before
        elif known[1]:
            reading.reads |= known[1]
        return known[0]
