"""An order for things that depend on each other, also in circles, so that few dependencies go against it."""

from collections.abc import Mapping, Sequence

Pair = tuple[int, int]
"""Things are numbers here; the first depends on the second."""


def ranks(nodes: Sequence[int], weights: Mapping[Pair, int]) -> dict[int, int]:
    """Return how deep each node stands: 0 on top, and no two that depend on each other in one rank.

    `weights` say how much dependencies weigh; those against the order are the lighter ones.
    """
    place = {node: number for number, node in enumerate(in_order(nodes, weights))}
    below: dict[int, list[int]] = {}
    for pair in weights:
        upper, lower = sorted(pair, key=lambda each: place[each])
        below.setdefault(upper, []).append(lower)
    rank = dict.fromkeys(nodes, 0)
    for node in sorted(nodes, key=lambda each: place[each]):
        for other in below.get(node, ()):
            rank[other] = max(rank[other], rank[node] + 1)
    return rank


def in_order(nodes: Sequence[int], weights: Mapping[Pair, int]) -> list[int]:
    """Return the nodes in an order that few arrows go against, by weight (Eades, Lin and Smyth's heuristic)."""
    out: dict[int, dict[int, int]] = {node: {} for node in nodes}
    into: dict[int, dict[int, int]] = {node: {} for node in nodes}
    for (source, target), weight in weights.items():
        out[source][target] = weight
        into[target][source] = weight
    balance = {node: sum(out[node].values()) - sum(into[node].values()) for node in nodes}
    left: list[int] = []
    right: list[int] = []
    rest = list(nodes)
    while rest:
        sinks = [node for node in rest if not out[node]]
        node = sinks[-1] if sinks else max(rest, key=lambda each: (not into[each], balance[each]))
        (right if sinks else left).append(node)
        rest.remove(node)
        for other, weight in out[node].items():
            del into[other][node]
            balance[other] += weight
        for other, weight in into[node].items():
            del out[other][node]
            balance[other] -= weight
    return left + right[::-1]
