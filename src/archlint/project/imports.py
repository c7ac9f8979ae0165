"""The import graph of the checked code: which module imports which, by which alias."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType

import msgspec

from archlint.facts.model import Import
from archlint.facts.module import ModuleFacts

_POSITION = attrgetter("start")


class Edge(msgspec.Struct, frozen=True, gc=False):
    """One import alias, seen from the project.

    `imported` is the module of the project that is meant if `internal`, else the `target` as written. A
    folder without `__init__.py` that holds modules is a module too (it has no facts).
    """

    importer: str
    imported: str
    import_: Import
    internal: bool


class ImportGraph(msgspec.Struct, frozen=True, dict=True):
    """All import edges of a project.

    `modules` are the facts it was built from. `edges` are sorted by importer, then position. `unresolved`
    (sorted likewise, never in `edges`) are imports of a module that could only be the project's own but does
    not exist there, such as an extension module.
    """

    modules: Mapping[str, ModuleFacts]
    edges: tuple[Edge, ...]
    unresolved: tuple[Edge, ...]

    @cached_property
    def by_importer(self) -> Mapping[str, tuple[Edge, ...]]:
        """The same `edges` in the same order, by the module that they start from."""
        return _grouped(self.edges, attrgetter("importer"))

    @cached_property
    def by_imported(self) -> Mapping[str, tuple[Edge, ...]]:
        """The same `edges` in the same order, by what they lead to."""
        return _grouped(self.edges, attrgetter("imported"))


def _grouped(edges: Iterable[Edge], end: Callable[[Edge], str]) -> Mapping[str, tuple[Edge, ...]]:
    return MappingProxyType({name: tuple(group) for name, group in groupby(sorted(edges, key=end), end)})


def import_graph(modules: Mapping[str, ModuleFacts]) -> ImportGraph:
    """Build the graph from the facts of every module, keyed by dotted name."""
    edges: list[Edge] = []
    unresolved: list[Edge] = []
    meant = Meant(modules.keys() | namespaces(modules))
    own = _Own(modules)
    for importer in sorted(modules):
        for import_ in sorted(modules[importer].imports, key=_POSITION):
            target = import_.target
            module = meant[written(import_)]
            if module is not None:
                edges.append(Edge(importer, module, import_, True))
            else:
                (unresolved if own[target] else edges).append(Edge(importer, target, import_, False))
    return ImportGraph(modules=modules, edges=tuple(edges), unresolved=tuple(unresolved))


def written(import_: Import) -> str:
    """Return the dotted name an alias spells out: `a.b` for `import a.b`, `a.b.c` for `from a.b import c`."""
    return f"{import_.target}.{import_.name}" if import_.name else import_.target


class Meant(dict[str, str | None]):
    """Which of the `known` modules an alias imports, by the name that it spells out; `None` when there is none.

    That is the module with that name or else its parent, as grimp has it: `import a.b` is an import of `a` when there
    is no module `a.b`, like `from a import b`.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._known = known

    def __missing__(self, name: str) -> str | None:
        both = (name, name.rpartition(".")[0])
        found = self[name] = next((each for each in both if each in self._known), None)
        return found


def namespaces(modules: Iterable[str]) -> frozenset[str]:
    """Return the packages above `modules` that are not among them: folders without `__init__.py`."""
    own = set(modules)
    return frozenset(parent for name in own for parent in parents(name) if parent not in own)


def parents(name: str) -> tuple[str, ...]:
    """Return the packages above a dotted name, outermost first: `a` and `a.b` for `a.b.c`."""
    parts = name.split(".")
    return tuple(".".join(parts[:count]) for count in range(1, len(parts)))


class _Own(dict[str, bool]):
    """Whether a module, by its name, can only be the project's own: another distribution adds to no regular package."""

    def __init__(self, modules: Collection[str]) -> None:
        self._modules = modules

    def __missing__(self, name: str) -> bool:
        found = self[name] = any(parent in self._modules for parent in parents(name))
        return found
