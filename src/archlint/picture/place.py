"""Where the boxes of arranged rows stand: as near to their neighbours as the others in their row allow."""

import itertools
from collections.abc import Mapping, Sequence

from archlint.picture.layout import Arrangement, segments

_SWEEPS = 16
_POINT = 8.0
_GAP = 22.0
_POINT_GAP = 8.0


def centres(arrangement: Arrangement, widths: Mapping[int, float]) -> dict[int, float]:
    """Return the horizontal middle of every node and every point that an arrow passes; the leftmost edge is at 0."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for one, other in segments(arrangement.routes):
        below.setdefault(one, []).append(other)
        above.setdefault(other, []).append(one)
    gaps = [_gaps(row, widths) for row in arrangement.rows]
    x: dict[int, float] = {}
    for row, least in zip(arrangement.rows, gaps, strict=True):
        x.update(zip(row, _spread([0.0] * len(row), least), strict=True))
    for sweep in range(_SWEEPS):
        neighbours = above if sweep % 2 == 0 else below
        for row, least in zip(arrangement.rows, gaps, strict=True):
            wanted = [_mean([x[each] for each in neighbours.get(node, ())], x[node]) for node in row]
            x.update(zip(row, _spread(wanted, least), strict=True))
    left = min((x[node] - widths.get(node, _POINT) / 2 for node in x), default=0.0)
    return {node: middle - left for node, middle in x.items()}


def _gaps(row: Sequence[int], widths: Mapping[int, float]) -> list[float]:
    """Return how far apart the middles of neighbours in a row must be."""
    gaps: list[float] = []
    for one, other in itertools.pairwise(row):
        gap = _GAP if one in widths and other in widths else _POINT_GAP
        gaps.append((widths.get(one, _POINT) + widths.get(other, _POINT)) / 2 + gap)
    return gaps


def _mean(found: Sequence[float], otherwise: float) -> float:
    return sum(found) / len(found) if found else otherwise


def _spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return the places nearest to those wanted, by least squares, that keep the order and the gaps.

    Without the gaps it is an isotonic regression: blocks of neighbours that want to overlap stand around their mean.
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[tuple[float, int]] = []
    for number, place in enumerate(wanted):
        total, count = place - offsets[number], 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before = blocks.pop()
            total, count = total + before[0], count + before[1]
        blocks.append((total, count))
    means = [total / count for total, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=False)]
