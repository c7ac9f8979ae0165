"""What import-linter's contracts of direction forbid, as bans on paths: for all that their metadata leaves out."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from archlint.project.paths import Ban
from archlint.rulebook.checks.layers.contract_errors import listed

if TYPE_CHECKING:
    import grimp


def bans(type_: str, options: Mapping[str, Any], graph: "grimp.ImportGraph") -> list[Ban]:
    """Return what a contract of one of import-linter's types forbids in a graph; nothing for other types.

    `graph` is the one that was checked: without the imports that the contract ignores.
    """
    find = _FINDERS.get(type_)
    return list(find(options, graph)) if find else []


def links(graph: "grimp.ImportGraph") -> dict[str, set[str]]:
    """Return what each module of a graph imports."""
    return {
        name: graph.find_modules_directly_imported_by(name)
        for name in graph.modules
        if not graph.is_module_squashed(name)
    }


def _layers(options: Mapping[str, Any], graph: "grimp.ImportGraph") -> Iterator[Ban]:
    lines = [_siblings(line) for line in listed(options["layers"])]
    for container in sorted(_matching(options.get("containers"), graph)) or [""]:
        prefix = f"{container}." if container else ""
        layers = [([_package(prefix + name, graph) for name in names], independent) for names, independent in lines]
        walls = frozenset().union(*(modules for siblings, _ in layers for modules in siblings))
        above: frozenset[str] = frozenset()
        for siblings, independent in layers:
            line = frozenset().union(*siblings)
            for modules in siblings:
                yield Ban(modules, above | (line - modules if independent else frozenset()), walls)
            above |= line


def _siblings(line: str) -> tuple[list[str], bool]:
    """Return the names in a line of layers, and whether they are independent of each other."""
    independent = ":" not in line
    names = line.split("|" if independent else ":")
    return [name.strip().removeprefix("(").removesuffix(")") for name in names], independent


def _forbidden(options: Mapping[str, Any], graph: "grimp.ImportGraph") -> Iterator[Ban]:
    whole = not _is_false(options.get("as_packages"))
    direct = _is_true(options.get("allow_indirect_imports"))
    modules_of = (lambda name: _package(name, graph)) if whole else (lambda name: frozenset({name}))
    forbidden = {name: modules_of(name) for name in _matching(options["forbidden_modules"], graph)}
    for source in sorted(_matching(options["source_modules"], graph)):
        modules = modules_of(source)
        targets = [found for found in forbidden.values() if modules.isdisjoint(found)]
        yield Ban(modules, frozenset().union(*targets), direct=direct)


def _independence(options: Mapping[str, Any], graph: "grimp.ImportGraph") -> Iterator[Ban]:
    siblings = [_package(name, graph) for name in sorted(_matching(options["modules"], graph))]
    walls = frozenset().union(*siblings)
    for modules in siblings:
        yield Ban(modules, walls - modules, walls)


def _matching(expressions: object, graph: "grimp.ImportGraph") -> set[str]:
    found: set[str] = set()
    for expression in listed(expressions):
        found |= graph.find_matching_modules(expression) if "*" in expression else {expression} & graph.modules
    return found


def _package(name: str, graph: "grimp.ImportGraph") -> frozenset[str]:
    """Return a module and everything below it; nothing when it does not exist."""
    if name not in graph.modules:
        return frozenset()
    return frozenset({name} if graph.is_module_squashed(name) else {name, *graph.find_descendants(name)})


def _is_true(option: object) -> bool:
    return str(option).lower() == "true"


def _is_false(option: object) -> bool:
    return str(option).lower() == "false"


_FINDERS: dict[str, Callable[[Mapping[str, Any], "grimp.ImportGraph"], Iterator[Ban]]] = {
    "layers": _layers,
    "forbidden": _forbidden,
    "independence": _independence,
}
