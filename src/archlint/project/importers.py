"""Which modules import something from which top-level package."""

from collections.abc import Mapping, Sequence

from archlint.project.program import Module, Project


class _Tops(dict[str, str]):
    """The first parts of dotted names: many modules import the same."""

    def __missing__(self, name: str) -> str:
        top = self[name] = name.partition(".")[0]
        return top


def importers(project: Project) -> Mapping[str, Sequence[Module]]:
    """Answer the query for the modules, in order, that import something from a package, by its first name."""
    tops = _Tops()
    found: dict[str, list[Module]] = {}
    for module in project.modules:
        for top in {tops[each.target] for each in module.facts.imports}:
            found.setdefault(top, []).append(module)
    return found


def importers_of(project: Project, packages: frozenset[str]) -> Sequence[Module]:
    """Return the modules, in order, that import something from one of these top-level packages."""
    known = project.query(importers)
    paths = {module.path for each in packages for module in known.get(each, ())}
    return [module for module in project.modules if module.path in paths]
