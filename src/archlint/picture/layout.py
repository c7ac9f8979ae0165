"""Arranges boxes in rows so that arrows point down where they can: ranks, then an order that crosses few arrows.

Nodes are any integers. Everything is a pure function of its arguments and the same on every machine.
"""

import itertools
from collections.abc import Mapping, Sequence

import msgspec

from archlint.project.ranks import Pair, ranks

ROW = 8
"""How many boxes stand in a row at most."""
_CROWD = 150
"""From this many boxes on arrows are not led around boxes: it would take long, and nobody could follow them."""
_SWEEPS = 12


class Route(msgspec.Struct, frozen=True):
    """How an arrow is drawn: its ends, the points it passes (negative numbers among the rows), if it points up."""

    source: int
    target: int
    points: tuple[int, ...]
    up: bool


class Arrangement(msgspec.Struct, frozen=True):
    """Rows from top to bottom, of nodes and of points that arrows pass; routes for the arrows that are drawn.

    `sizes` says how many rows each band has.
    """

    rows: tuple[tuple[int, ...], ...]
    routes: tuple[Route, ...]
    sizes: tuple[int, ...]


def arrange(bands: Sequence[Sequence[int]], weights: Mapping[Pair, int], marked: frozenset[Pair]) -> Arrangement:
    """Arrange nodes, given by band from top to bottom; `weights` are the arrows between them.

    When there are many arrows, those that longer ways imply are left out, but for the `marked` ones.
    """
    rows: list[list[int]] = []
    sizes: list[int] = []
    for nodes in bands:
        inside = frozenset(nodes)
        own = {pair: weight for pair, weight in weights.items() if inside.issuperset(pair)}
        found = _rows(nodes, own)
        sizes.append(len(found))
        rows.extend(found)
    level = {node: number for number, row in enumerate(rows) for node in row}
    drawn = _drawn(weights, marked, level)
    if len(level) > _CROWD:
        return Arrangement(tuple(map(tuple, rows)), (), tuple(sizes))
    routes = _lead(rows, drawn, level)
    _order(rows, routes)
    return Arrangement(tuple(map(tuple, rows)), tuple(routes), tuple(sizes))


def _rows(nodes: Sequence[int], weights: Mapping[Pair, int]) -> list[list[int]]:
    """Return the nodes of a band in rows: each below those that import it, and what stands alone at the end."""
    rank = ranks(nodes, weights)
    busy = {node for pair in weights for node in pair}
    last = max(rank.values(), default=0)
    rows: list[list[int]] = []
    for number in range(last + 1):
        row = [node for node in nodes if rank[node] == number and node in busy]
        rows.extend(_cut(row))
    alone = [node for node in nodes if node not in busy]
    if rows and len(rows[-1]) + len(alone) <= ROW:
        rows[-1].extend(alone)
    else:
        rows.extend(_cut(alone))
    return rows


def _cut(row: Sequence[int]) -> list[list[int]]:
    """Cut a row that is too long into rows of one length."""
    parts = -(-len(row) // ROW)
    return [list(row[len(row) * part // parts : len(row) * (part + 1) // parts]) for part in range(parts)]


def _drawn(weights: Mapping[Pair, int], marked: frozenset[Pair], level: Mapping[int, int]) -> list[Pair]:
    """Return the arrows to draw, upward ones and marked ones always."""
    pairs = sorted(weights)
    if len(pairs) <= max(24, 3 * len(level) // 2):
        return pairs
    down = {pair for pair in pairs if level[pair[0]] < level[pair[1]]}
    implied = _implied(down, level)
    return [pair for pair in pairs if pair not in implied or pair in marked]


def _implied(pairs: set[Pair], level: Mapping[int, int]) -> set[Pair]:
    """Return the arrows of an acyclic graph that longer ways imply."""
    below: dict[int, list[int]] = {}
    for source, target in pairs:
        below.setdefault(source, []).append(target)
    reach: dict[int, set[int]] = {}
    for node in sorted(level, key=lambda each: -level[each]):
        reach[node] = {node}.union(*(reach[target] for target in below.get(node, ())))
    return {
        (source, target)
        for source, target in pairs
        if any(target in reach[other] for other in below[source] if other != target)
    }


def _lead(rows: list[list[int]], pairs: Sequence[Pair], level: Mapping[int, int]) -> list[Route]:
    """Put points into the rows that arrows pass on their way."""
    routes: list[Route] = []
    point = 0
    for source, target in pairs:
        up = level[source] > level[target]
        top, bottom = (level[target], level[source]) if up else (level[source], level[target])
        points: list[int] = []
        for row in rows[top + 1 : bottom]:
            point -= 1
            row.append(point)
            points.append(point)
        routes.append(Route(source, target, tuple(points[::-1] if up else points), up))
    return routes


def _order(rows: list[list[int]], routes: Sequence[Route]) -> None:
    """Sort each row by where its neighbours above, then below, stand; keep the best order of several sweeps."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for one, other in segments(routes):
        below.setdefault(one, []).append(other)
        above.setdefault(other, []).append(one)
    best, least = [list(row) for row in rows], crossings(rows, below)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for number in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            _sort(rows[number], rows[number - 1 if down else number + 1], above if down else below)
        count = crossings(rows, below)
        if count < least:
            best, least = [list(row) for row in rows], count
    for row, found in zip(rows, best, strict=True):
        row[:] = found


def _sort(row: list[int], beside: Sequence[int], neighbours: Mapping[int, Sequence[int]]) -> None:
    where = {node: (number + 0.5) / len(beside) for number, node in enumerate(beside)}
    wanted: dict[int, float] = {}
    for number, node in enumerate(row):
        found = sorted(where[other] for other in neighbours.get(node, ()) if other in where)
        middle = len(found) // 2
        wanted[node] = (found[middle] + found[~middle]) / 2 if found else (number + 0.5) / len(row)
    row.sort(key=lambda node: wanted[node])


def segments(routes: Sequence[Route]) -> list[Pair]:
    """Return the pieces of all routes between rows that are neighbours, the upper end first."""
    pieces: list[Pair] = []
    for route in routes:
        stops = (route.source, *route.points, route.target)
        stops = stops[::-1] if route.up else stops
        pieces.extend(itertools.pairwise(stops))
    return pieces


def crossings(rows: Sequence[Sequence[int]], below: Mapping[int, Sequence[int]]) -> int:
    """Return how often pieces of routes cross between rows (as counted from left to right, by merging)."""
    total = 0
    for upper, lower in itertools.pairwise(rows):
        place = {node: number for number, node in enumerate(lower)}
        ends = [place[other] for node in upper for other in sorted(below.get(node, ()), key=lambda each: place[each])]
        total += _inversions(ends, len(lower))
    return total


def _inversions(ends: Sequence[int], size: int) -> int:
    """Count pairs in the wrong order, with a binary indexed tree."""
    tree = [0] * (size + 1)
    total = 0
    for count, end in enumerate(ends):
        index, seen = end + 1, 0
        while index:
            seen += tree[index]
            index &= index - 1
        total += count - seen
        index = end + 1
        while index <= size:
            tree[index] += 1
            index += index & -index
    return total
