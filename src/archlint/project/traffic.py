"""The imports of some kinds as links between names, with the aliases behind each link."""

import sys
from collections.abc import Mapping

from archlint.facts.model import Import
from archlint.project.contracts import IMPORT_KINDS
from archlint.project.imports import Edge, ImportGraph, import_graph, namespaces, parents, written
from archlint.project.paths import Paths
from archlint.project.program import Project

STDLIB = frozenset(sys.stdlib_module_names) | {"__main__", ""}


def graph(project: Project) -> ImportGraph:
    """Answer the query for the import graph of the project."""
    return import_graph({name: module.facts for name, module in project.by_name.items()})


def absent(project: Project) -> tuple[Edge, ...]:
    """Return the imports of modules that are not there though a package around them is, folders included."""
    imports = project.query(graph)
    folders = namespaces(imports.modules)
    return imports.unresolved + tuple(
        edge for edge in imports.edges if not edge.internal and not folders.isdisjoint(parents(edge.imported))
    )


def kind(import_: Import) -> str:
    """Return which of `IMPORT_KINDS` an alias is."""
    if import_.lazy:
        return "lazy"
    return "runtime" if import_.kind == "conditional" else import_.kind


def is_third_party(edge: Edge) -> bool:
    """Tell whether an import is of a package from outside the project and the standard library."""
    return not edge.internal and edge.imported.partition(".")[0] not in STDLIB


class Traffic:
    """All imports of some kinds: `links` has the aliases, in source order, by importer and imported name.

    What lies outside the project is named as it is written, `django.db` for `from django import db`.
    """

    def __init__(self, imports: ImportGraph, kinds: frozenset[str]) -> None:
        links: dict[str, dict[str, list[Edge]]] = {}
        for edge in imports.edges:
            if kind(edge.import_) in kinds:
                name = edge.imported if edge.internal else written(edge.import_)
                links.setdefault(edge.importer, {}).setdefault(name, []).append(edge)
        self.links: Mapping[str, Mapping[str, list[Edge]]] = links
        self.paths = Paths(links)


class AllTraffic:
    """Traffic by kinds of imports, each made when it is first asked for; reached by `project.query(AllTraffic)`."""

    def __init__(self, project: Project) -> None:
        self._graph = project.query(graph)
        self._made: dict[frozenset[str], Traffic] = {}

    def of(self, kinds: frozenset[str] = frozenset(IMPORT_KINDS)) -> Traffic:
        """Return the imports of these kinds."""
        if kinds not in self._made:
            self._made[kinds] = Traffic(self._graph, kinds)
        return self._made[kinds]
