"""The import graph of the checked code: which module imports which, by which alias."""

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType

import msgspec

from archlint.facts.model import Import, ModuleFacts

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


class ImportGraph(msgspec.Struct, frozen=True):
    """All import edges of a project.

    `modules` are the facts it was built from. `edges` are sorted by importer, then position. `unresolved`
    (sorted likewise, never in `edges`) are imports of a module that could only be the project's own but does
    not exist there, such as an extension module. `by_importer` and `by_imported` hold the same `edges` in the
    same order.
    """

    modules: Mapping[str, ModuleFacts]
    edges: tuple[Edge, ...]
    unresolved: tuple[Edge, ...]
    by_importer: Mapping[str, tuple[Edge, ...]]
    by_imported: Mapping[str, tuple[Edge, ...]]


def import_graph(modules: Mapping[str, ModuleFacts]) -> ImportGraph:
    """Build the graph from the facts of every module, keyed by dotted name."""
    known = modules.keys() | namespaces(modules)
    edges: list[Edge] = []
    unresolved: list[Edge] = []
    targets = {import_.target for facts in modules.values() for import_ in facts.imports}
    own = {target for target in targets if _must_be_own(target, modules)}
    by_imported: dict[str, list[Edge]] = {}
    meant = Meant(known)
    for importer in sorted(modules):
        for import_ in sorted(modules[importer].imports, key=_POSITION):
            module = meant[written(import_)]
            edge = Edge(importer, module or import_.target, import_, module is not None)
            if module is None and import_.target in own:
                unresolved.append(edge)
            else:
                edges.append(edge)
                by_imported.setdefault(edge.imported, []).append(edge)
    return ImportGraph(
        modules=modules,
        edges=tuple(edges),
        unresolved=tuple(unresolved),
        by_importer=MappingProxyType({name: tuple(group) for name, group in groupby(edges, attrgetter("importer"))}),
        by_imported=MappingProxyType({name: tuple(by_imported[name]) for name in sorted(by_imported)}),
    )


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


def _must_be_own(target: str, modules: Mapping[str, ModuleFacts]) -> bool:
    # Only what lies in no regular package can come from another distribution.
    return any(parent in modules for parent in parents(target))
