"""The shortest ways from some modules to others through imports."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from archlint.project.imports import Edge, ImportGraph

Hop = tuple[Edge, ...]
"""All import aliases from one module to another, in the order of the source."""


class Chains(msgspec.Struct, frozen=True):
    """The shortest chains from one place to another: how many there are, and the first of them in order of names."""

    count: int
    chains: tuple[tuple[Hop, ...], ...]


def shortest_chains(graph: ImportGraph, sources: Collection[str], targets: Collection[str], limit: int) -> Chains:
    """Return the shortest chains from a module of `sources` to one of `targets`, at most `limit` of them.

    A chain is a list of hops, and names each module once. `targets` may be from outside the project, as written.
    """
    hops = _hops(graph)
    distances = _distances(hops, targets)
    reached = {name: distances[name] for name in sources if name in distances and name not in targets}
    nearest = min(reached.values(), default=0)
    starts = sorted(name for name, distance in reached.items() if distance == nearest)
    counts = dict.fromkeys(targets, 1)
    count = sum(_count(name, hops, distances, counts) for name in starts)
    chains: list[tuple[Hop, ...]] = []
    for start in starts:
        for chain in _walk(start, hops, distances):
            if len(chains) == limit:
                return Chains(count, tuple(chains))
            chains.append(chain)
    return Chains(count, tuple(chains))


def _hops(graph: ImportGraph) -> dict[str, dict[str, Hop]]:
    """Return what each module imports, sorted by name, with the aliases of each import."""
    hops: dict[str, dict[str, list[Edge]]] = {}
    for edge in graph.edges:
        if edge.importer != edge.imported:
            hops.setdefault(edge.importer, {}).setdefault(edge.imported, []).append(edge)
    return {name: {to: tuple(edges) for to, edges in sorted(found.items())} for name, found in hops.items()}


def _distances(hops: Mapping[str, Mapping[str, Hop]], targets: Collection[str]) -> dict[str, int]:
    """Return how many imports away from the nearest of the targets each module is that reaches one."""
    importers: dict[str, list[str]] = {}
    for name, imported in hops.items():
        for to in imported:
            importers.setdefault(to, []).append(name)
    distances = dict.fromkeys(targets, 0)
    queue = deque(sorted(targets))
    while queue:
        name = queue.popleft()
        for importer in importers.get(name, ()):
            if importer not in distances:
                distances[importer] = distances[name] + 1
                queue.append(importer)
    return distances


def _next(name: str, hops: Mapping[str, Mapping[str, Hop]], distances: Mapping[str, int]) -> Iterator[str]:
    for to in hops[name]:
        if distances.get(to) == distances[name] - 1:
            yield to


def _count(
    start: str, hops: Mapping[str, Mapping[str, Hop]], distances: Mapping[str, int], counts: dict[str, int]
) -> int:
    """Return how many shortest chains begin at a module; `counts` has what is known, the targets at least."""
    waiting = [start]
    while waiting:
        name = waiting[-1]
        unknown = [to for to in _next(name, hops, distances) if to not in counts] if name not in counts else []
        if unknown:
            waiting.extend(unknown)
            continue
        if name not in counts:
            counts[name] = sum(counts[to] for to in _next(name, hops, distances))
        waiting.pop()
    return counts[start]


def _walk(start: str, hops: Mapping[str, Mapping[str, Hop]], distances: Mapping[str, int]) -> Iterator[tuple[Hop, ...]]:
    """Yield the shortest chains from a module, one after the other, without holding all of them."""
    path: list[Hop] = []
    ways: list[Iterator[str]] = [_next(start, hops, distances)]
    names: list[str] = [start]
    while ways:
        to = next(ways[-1], None)
        if to is None:
            ways.pop()
            names.pop()
            if path:
                path.pop()
            continue
        path.append(hops[names[-1]][to])
        if distances[to] == 0:
            yield tuple(path)
            path.pop()
        else:
            names.append(to)
            ways.append(_next(to, hops, distances))


def inside(package: str, names: Sequence[str]) -> frozenset[str]:
    """Return those of the dotted names that are the package or below it."""
    return frozenset(name for name in names if name == package or name.startswith(f"{package}."))
