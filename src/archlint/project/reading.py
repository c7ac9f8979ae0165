"""Which modules an answer about the program has read, so that it holds until one of them says something else.

Sets of modules are numbers, a bit for each module; where there are more modules than bits some share one, and an answer
may then be thought to have read a module that it has not.
"""

from collections.abc import Iterable

_BITS = 1024
CUT = 1 << _BITS
"""The bit of answers that are cut short in a circle: they depend on what was asked first."""


class Reading:
    """What is being read: `reads` for the answer that is worked out now, `missed` the names not found in any module.

    A name is missed as `module.name`: an answer may change when the module gets one.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        self._bits = {name: 1 << number % _BITS for number, name in enumerate(modules)}
        self._sets: dict[int, int] = {}
        self.reads = 0
        self.missed: set[str] = set()

    def add(self, module: str) -> None:
        """Note that facts of a module are read."""
        self.reads |= self._bits[module]

    def set(self) -> int:
        """Return what is read, the same object for the same set."""
        return self._sets.setdefault(self.reads, self.reads)

    def set_of(self, modules: Iterable[str]) -> int:
        """Return modules as a set."""
        found = 0
        for name in modules:
            found |= self._bits[name]
        return found
