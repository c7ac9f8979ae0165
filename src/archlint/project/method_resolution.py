"""The method resolution orders of the project's classes."""

from collections.abc import Callable

from archlint.project.classes import CONTEXT_BASES, STRUCTURAL
from archlint.project.program import Project
from archlint.project.values import Value

_CLASSES = frozenset({"builtins.type", "typing.Type"})


class MethodResolution:
    """Knows the method resolution orders of classes (`module@3`); `infer` tells what a base stands for."""

    def __init__(self, project: Project, infer: Callable[[str], tuple[Value, ...]]) -> None:
        self._project = project
        self._library = project.library
        self._reading = project.reading
        self._infer = infer
        self._orders: dict[str, tuple[str, ...]] = {}
        self._reads: dict[str, int] = {}

    def of(self, key: str) -> tuple[str, ...]:
        """Return the method resolution order of a class of the project: itself, its bases, external ones by name."""
        known = self._orders.get(key)
        reading = self._reading
        if known is not None:
            reads = self._reads[key]
            if reads < 0:
                reading.cuts += 1
            else:
                reading.reads |= reads
            return known
        cuts = reading.cuts
        self._orders[key], self._reads[key] = (key,), -1
        before, reading.reads = reading.reads, 0
        known = self._linearize(key)
        if cuts == reading.cuts:
            self._orders[key], self._reads[key] = known, reading.reads
        else:
            del self._orders[key]
        reading.reads |= before
        return known

    def _linearize(self, key: str) -> tuple[str, ...]:
        """Depth first, each class where it comes last: C3 for every hierarchy that does not mix orders."""
        _, fact = self._project.class_(key)
        found: list[str] = []
        for base in fact.bases:
            for value in self._infer(base):
                if value.kind != "object" or value.is_function:
                    continue
                found.extend(self.of(value.name) if value.is_class else self._library.ancestors(value.name))
        latest = {name: position for position, name in enumerate(found)}
        return (key, *sorted(latest, key=lambda name: latest[name]))

    def has_unknown_base(self, key: str, known: frozenset[str] = frozenset()) -> bool:
        """Tell whether some base of the class, at any depth, could not be resolved or is external and adds members.

        What `with` calls does not count, nor do bases that are `known` to the caller.
        """
        for owner in self.of(key):
            if "@" not in owner:
                if owner not in STRUCTURAL and owner not in CONTEXT_BASES and owner not in known:
                    return True
                continue
            _, fact = self._project.class_(owner)
            if any(_is_open(self._infer(base)) for base in fact.bases):
                return True
        return False


def _is_open(base: tuple[Value, ...]) -> bool:
    """Tell whether a base is nothing that is known, or some class, as a variable annotated with `type` has it."""
    return not base or any(value.kind == "instance" and value.name in _CLASSES for value in base)
