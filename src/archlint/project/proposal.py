"""What a project's layers could be: by conventional names, or else as its own imports have it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

from archlint.project.imports import ImportGraph, parents
from archlint.project.ranks import ranks

_MOST = 40
"""More packages than this side by side are no layers, but things of one kind."""


class Proposal(msgspec.Struct, frozen=True):
    """Layers from top to bottom, each with the packages or modules in it, below `container` (empty: at the top).

    `circle` counts the packages that reach themselves through imports of each other.
    """

    container: str
    layers: tuple[tuple[str, ...], ...]
    circle: int


def patterns(roles: Mapping[str, str], own: Callable[[str], str]) -> dict[str, list[str]]:
    """Return for each role the packages and modules that have it, outermost first, as few as say it all.

    `roles` maps modules to roles, those with none to nothing; `own` tells that of a package by its name alone. A
    package stands for all in it but what is listed, too.
    """
    inside: dict[str, set[str]] = {}
    children: dict[str, set[str]] = {}
    for module, role in roles.items():
        for outer, name in pairwise(("", *parents(module), module)):
            inside.setdefault(name, set()).add(role)
            children.setdefault(outer, set()).add(name)
    found: dict[str, list[str]] = {}
    waiting = [(name, "") for name in children.get("", ())]
    while waiting:
        name, around = waiting.pop()
        among = inside[name]
        role = next(iter(among)) if len(among) == 1 else (roles.get(name) or own(name)) if "" not in among else ""
        if role and role != around:
            found.setdefault(role, []).append(name)
        if len(among) > 1:
            waiting.extend((child, role or around) for child in children[name])
    return {role: sorted(names, key=lambda each: (each.count("."), each)) for role, names in found.items()}


def propose(graph: ImportGraph, modules: Iterable[str]) -> Proposal | None:
    """Return layers for the packages of a project in the order that most imports follow; None if there is none to see.

    They are the packages and modules below the outermost package that has more than one of them.
    """
    own = sorted(modules)
    container = _container(own)
    home = {name: child for name in own if (child := _child(name, container))}
    names = sorted(set(home.values()))
    number = {name: place for place, name in enumerate(names)}
    weights: Counter[tuple[int, int]] = Counter()
    for edge in graph.edges:
        one, other = home.get(edge.importer), home.get(edge.imported)
        if one and other and one != other:
            weights[number[one], number[other]] += 1
    busy = sorted({place for pair in weights for place in pair})
    if not 3 <= len(busy) <= _MOST:
        return None
    found: dict[int, list[str]] = {}
    for place, rank in ranks(busy, weights).items():
        found.setdefault(rank, []).append(names[place])
    layers = tuple(tuple(sorted(found[rank])) for rank in sorted(found))
    return Proposal(container, layers, _circle(busy, weights))


def _container(modules: Sequence[str]) -> str:
    """Return the innermost package that holds all modules."""
    container = ""
    while True:
        children = {_child(name, container) for name in modules} - {""}
        packages = {
            child for child in children if any(name.startswith(f"{_dotted(container, child)}.") for name in modules)
        }
        if len(children) != 1 or not packages:
            return container
        container = _dotted(container, packages.pop())


def _child(name: str, container: str) -> str:
    """Return which child of a package a module is or is in; empty when it is in none."""
    if not container:
        return name.partition(".")[0]
    return name[len(container) + 1 :].partition(".")[0] if name.startswith(f"{container}.") else ""


def _dotted(container: str, child: str) -> str:
    return f"{container}.{child}" if container else child


def _circle(nodes: Sequence[int], pairs: Iterable[tuple[int, int]]) -> int:
    """Return how many nodes reach themselves."""
    reach: dict[int, set[int]] = {node: set() for node in nodes}
    for source, target in pairs:
        reach[source].add(target)
    for middle in nodes:
        for node in nodes:
            if middle in reach[node]:
                reach[node] |= reach[middle]
    return sum(1 for node in nodes if node in reach[node])
