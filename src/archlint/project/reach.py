"""Which plain functions reach something when they are called: the shortest way, over the call graph."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from archlint.facts.model import Call, Load
from archlint.model import Step
from archlint.project.blocking import Cause
from archlint.project.calls import Site
from archlint.project.program import Module, Project
from archlint.project.sites import Sites
from archlint.project.withs import spot


class Hop(NamedTuple):
    """What brings a function nearer: a use in it, and the function (`module#index`) run there; empty at the end."""

    module: Module
    use: Call | Load
    callee: str = ""


def reaching(project: Project, ends: Iterable[tuple[str, Hop]], never: frozenset[str]) -> dict[str, Hop]:
    """Return the first hop of the shortest way to one of `ends`, for every plain function that has one.

    `ends` are functions by key with their last hop; no way leads through the functions `never`.
    """
    callers = project.query(Sites).callers
    hops: dict[str, Hop] = {}
    for key, hop in ends:
        if key not in never:
            hops.setdefault(key, hop)
    queue = deque(hops)
    while queue:
        callee = queue.popleft()
        for caller, site in callers(callee):
            is_async = site.module.facts.functions[site.use.function].is_async
            if not is_async and caller not in hops and caller not in never:
                hops[caller] = Hop(site.module, site.use, callee)
                queue.append(caller)
    return hops


def way(hops: Mapping[str, Hop], key: str) -> Iterator[tuple[str, Hop]]:
    """Yield the functions from `key` to the end, each with its hop."""
    while key:
        yield key, hops[key]
        key = hops[key].callee


def calls_along(
    project: Project, caller: str, site: Site, onward: Iterable[tuple[str, Hop | Cause]], end: str
) -> Iterator[Step]:
    """Yield the calls of a way: that of a site in `caller`, those of the functions onward, and the last, of `end`."""
    module, use = site.module, site.use
    for key, hop in onward:
        _, callee = project.function(key)
        yield Step(f"`{caller}` calls `{callee.qualname}`", module.place(*spot(module, use)))
        caller, module, use = callee.qualname, hop.module, hop.use
    yield Step(f"`{caller}` calls {end}", module.place(*spot(module, use)))


def is_one_of_several(project: Project, site: Site, onward: Iterable[Hop | Cause]) -> bool:
    """Tell whether something on the way from a site is only what one of several functions does that may run there."""
    sites = (Site(each.module, each.use, each.callee) for each in onward if each.callee)
    return any(may_be_another(project, each) for each in (site, *sites))


def may_be_another(project: Project, site: Site) -> bool:
    """Tell whether the call may run something else as well: a port's method runs one adapter of several."""
    return project.query(_Alternatives).are_there(site)


class _Alternatives:
    """The uses in each function that may run several functions of one name."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._sites = project.query(Sites)
        self._known: dict[str, frozenset[tuple[int, int, str]]] = {}

    def are_there(self, site: Site) -> bool:
        caller = site.caller
        if caller not in self._known:
            self._known[caller] = frozenset(self._in(caller))
        return self._named(site) in self._known[caller]

    def _in(self, caller: str) -> Iterator[tuple[int, int, str]]:
        targets: dict[tuple[int, int, str], set[str]] = {}
        for site in self._sites.within(caller):
            targets.setdefault(self._named(site), set()).add(site.target)
        return (named for named, found in targets.items() if len(found) > 1)

    def _named(self, site: Site) -> tuple[int, int, str]:
        return site.use.start, site.use.end, self._project.function(site.target)[1].name
