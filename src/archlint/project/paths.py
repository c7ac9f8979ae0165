"""Import paths that may not be: where they start, the shortest ones, and the fewest imports to remove."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping

import msgspec

Links = Mapping[str, Collection[str]]
"""Importer -> what it imports."""
Link = tuple[str, str]
"""The importer and what it imports."""


class Ban(msgspec.Struct, frozen=True):
    """No path may lead from one of `sources` to one of `targets`.

    A path ends where it enters `walls`, which sources and targets are without being named: what lies behind is the
    wall's own affair. `direct` bans paths of one import alone.
    """

    sources: frozenset[str]
    targets: frozenset[str]
    walls: frozenset[str] = frozenset()
    direct: bool = False


class Paths:
    """The links of a graph, from both ends; they may be asked for many bans."""

    def __init__(self, links: Links) -> None:
        self._forward = {importer: tuple(sorted(links[importer])) for importer in sorted(links)}
        self._backward: dict[str, list[str]] = {}
        for importer, imported in self._forward.items():
            for each in imported:
                self._backward.setdefault(each, []).append(importer)

    def illegal(self, ban: Ban) -> list[tuple[str, ...]]:
        """Return a shortest path for each link that starts an illegal one, as the names along it, sorted by link."""
        onward = {} if ban.direct else self._onward(ban)
        found = []
        for source in sorted(ban.sources):
            for imported in self._forward.get(source, ()):
                if imported in ban.targets or imported in onward:
                    path = [source, imported]
                    while path[-1] not in ban.targets:
                        path.append(onward[path[-1]])
                    found.append(tuple(path))
        return found

    def fewest(self, bans: Iterable[Ban]) -> list[Link]:
        """Return few links without which no path is illegal, sorted; none of them can be left out.

        For one ban they are the fewest there can be; for several each is added to those that the others need.
        """
        wanted = list(bans)
        removed: set[Link] = set()
        for ban in wanted:
            removed |= self._cut(ban, removed)
        for link in sorted(removed) if len(wanted) > 1 else ():
            illegal_itself = any(link[0] in ban.sources and link[1] in ban.targets for ban in wanted)
            if not illegal_itself and not any(self._cut(ban, removed - {link}) for ban in wanted):
                removed.remove(link)
        return sorted(removed)

    def _onward(self, ban: Ban) -> dict[str, str]:
        """Return, for what lies between, the next name on a shortest path to a target."""
        onward: dict[str, str] = {}
        queue = deque(sorted(ban.targets))
        while queue:
            name = queue.popleft()
            for importer in self._backward.get(name, ()):
                if importer not in onward and _is_between(importer, ban):
                    onward[importer] = name
                    queue.append(importer)
        return onward

    def _cut(self, ban: Ban, removed: Collection[Link]) -> set[Link]:
        """Return a minimum cut: as many links as there are paths without a common link, nearest the targets."""
        between = set() if ban.direct else self._onward(ban).keys()
        capacity: dict[str, dict[str, int]] = {}
        for name in sorted(between | ban.sources):
            for imported in self._forward.get(name, ()):
                if (name, imported) not in removed and (imported in between or imported in ban.targets):
                    capacity.setdefault(name, {})[imported] = 1
                    capacity.setdefault(imported, {}).setdefault(name, 0)
        while _augment(capacity, ban):
            pass
        reaching = _reaching(capacity, ban.targets)
        return {
            (name, imported)
            for name in between | ban.sources
            if name not in reaching
            for imported in self._forward.get(name, ())
            if imported in reaching and (name, imported) not in removed
        }


def _is_between(name: str, ban: Ban) -> bool:
    return name not in ban.walls and name not in ban.sources and name not in ban.targets


def _augment(capacity: dict[str, dict[str, int]], ban: Ban) -> bool:
    """Send one more path through what is left of the capacities; false when there is none."""
    previous: dict[str, str] = {}
    queue = deque(sorted(ban.sources & capacity.keys()))
    seen = set(queue)
    while queue:
        name = queue.popleft()
        for following, left in capacity[name].items():
            if not left or following in seen:
                continue
            seen.add(following)
            previous[following] = name
            if following in ban.targets:
                _take(capacity, previous, following)
                return True
            queue.append(following)
    return False


def _take(capacity: dict[str, dict[str, int]], previous: Mapping[str, str], end: str) -> None:
    while end in previous:
        start = previous[end]
        capacity[start][end] -= 1
        capacity[end][start] += 1
        end = start


def _reaching(capacity: Mapping[str, Mapping[str, int]], targets: Iterable[str]) -> set[str]:
    """Return what still reaches a target through capacities that are left."""
    backward: dict[str, list[str]] = {}
    for name, following in capacity.items():
        for each, left in following.items():
            if left:
                backward.setdefault(each, []).append(name)
    reached = set(targets)
    queue = deque(sorted(reached))
    while queue:
        for name in backward.get(queue.popleft(), ()):
            if name not in reached:
                reached.add(name)
                queue.append(name)
    return reached
