"""Cycles among the packages of one level, and the cheapest edges to cut."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

import msgspec

Weights = Mapping[str, Mapping[str, int]]
"""What an edge from one name to another costs to cut."""

_EXACT = 10
"""Up to how many names an order is tried out in full; 2 ** 10 sets of them."""
_ROUNDS = 20
"""How often all names of a larger order are moved at most."""


class Cycle(msgspec.Struct, frozen=True):
    """Names each of which reaches all others, sorted, and the edges to cut, sorted; cheap ones, if not the cheapest."""

    names: tuple[str, ...]
    cuts: tuple[tuple[str, str], ...]


def cycles(weights: Weights) -> Iterator[Cycle]:
    """Yield the cycles of a graph in order of their first name."""
    for names in sorted(tuple(sorted(component)) for component in components(weights) if len(component) > 1):
        inside = {name: {other: cost for other, cost in weights[name].items() if other in names} for name in names}
        order = _best_order(names, inside) if len(names) <= _EXACT else _good_order(names, inside)
        place = {name: index for index, name in enumerate(order)}
        cuts = sorted((name, other) for name in names for other in inside[name] if place[other] < place[name])
        yield Cycle(names, tuple(cuts))


def components(graph: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Yield the strongly connected components of a graph (Tarjan's algorithm without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in sorted(graph):
        work = [(root, iter(sorted(graph.get(root, ()))))] if root not in index else []
        while work:
            name, following = work[-1]
            if name not in index:
                index[name] = low[name] = len(index)
                stack.append(name)
                on_stack.add(name)
            unseen = False
            for other in following:
                if other not in index:
                    work.append((other, iter(sorted(graph.get(other, ())))))
                    unseen = True
                    break
                if other in on_stack:
                    low[name] = min(low[name], index[other])
            if unseen:
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[name])
            if low[name] == index[name]:
                component = stack[stack.index(name) :]
                del stack[stack.index(name) :]
                on_stack.difference_update(component)
                yield component


def shortest_way(graph: Mapping[str, Iterable[str]], start: str, end: str) -> list[str]:
    """Return the names on a shortest way; both ends alone when there is none."""
    previous = {start: ""}
    queue = deque([start])
    while queue and end not in previous:
        name = queue.popleft()
        for other in sorted(graph.get(name, ())):
            if other not in previous:
                previous[other] = name
                queue.append(other)
    way = [end]
    while previous.get(way[-1]):
        way.append(previous[way[-1]])
    return way[::-1] if way[-1] == start else [start, end]


def _best_order(names: Sequence[str], weights: Weights) -> list[str]:
    """Return the order whose edges back cost least: the best one of each set of first names, from smaller sets."""
    best: list[tuple[int, tuple[int, ...]]] = [(0, ())]
    for chosen in range(1, 1 << len(names)):
        inside = [index for index in range(len(names)) if chosen >> index & 1]
        options = []
        for last in inside:
            cost, order = best[chosen ^ (1 << last)]
            back = sum(weights[names[last]].get(names[index], 0) for index in inside)
            options.append((cost + back, (*order, last)))
        best.append(min(options))
    return [names[index] for index in best[-1][1]]


def _good_order(names: Sequence[str], weights: Weights) -> list[str]:
    """Return an order with cheap edges back: greedy, then each name is moved to where it costs least."""
    order = _greedy_order(names, weights)
    costs = _Costs(names, weights)
    for _ in range(_ROUNDS):
        before = list(order)
        for name in names:
            costs.move(order, name)
        if order == before:
            break
    return order


def _greedy_order(names: Sequence[str], weights: Weights) -> list[str]:
    """Take what imports most and is imported least, again and again of what is left."""
    importers = _importers(names, weights)
    surplus = {name: sum(weights[name].values()) - sum(importers[name].values()) for name in names}
    waiting = [(-each, name) for name, each in surplus.items()]
    heapify(waiting)
    order: list[str] = []
    while waiting:
        key, name = heappop(waiting)
        if surplus.get(name) != -key:
            continue  # taken, or weighed anew since
        order.append(name)
        del surplus[name]
        for others, sign in ((weights[name], 1), (importers[name], -1)):
            for other, cost in others.items():
                if other in surplus:
                    surplus[other] += sign * cost
                    heappush(waiting, (-surplus[other], other))
    return order


def _importers(names: Iterable[str], weights: Weights) -> dict[str, dict[str, int]]:
    importers: dict[str, dict[str, int]] = {name: {} for name in names}
    for name in names:
        for other, cost in weights[name].items():
            importers[other][name] = cost
    return importers


class _Costs:
    """What it costs to put a name at a place of an order."""

    def __init__(self, names: Sequence[str], weights: Weights) -> None:
        self._weights = weights
        self._importers = _importers(names, weights)

    def move(self, order: list[str], name: str) -> None:
        """Move a name to the first place where its edges back cost least."""
        order.remove(name)
        imports, importers = self._weights[name], self._importers[name]
        beside = imports.keys() | importers.keys()
        places = sorted((order.index(other), other) for other in beside if other != name)
        cost = sum(
            each for other, each in importers.items() if other != name
        )  # all others behind: their imports go back
        best, at = cost, 0
        for place, other in places:
            cost += imports.get(other, 0) - importers.get(other, 0)
            if cost < best:
                best, at = cost, place + 1
        order.insert(at, name)
