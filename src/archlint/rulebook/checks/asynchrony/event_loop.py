"""The rules about event loops inside event loops, and about locks and tasks that need the whole program."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archlint.facts import model
from archlint.facts.model import Call, Function
from archlint.model import Step, Violation
from archlint.project.asides import is_test
from archlint.project.calls import Site
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.reach import Hop, calls_along, is_one_of_several, reaching, way
from archlint.project.sites import Sites
from archlint.project.types import types
from archlint.project.uses import CalledWords, last_word, other_spellings, spellings
from archlint.project.withs import spot
from archlint.rulebook.model import Rule

_RUNNERS = frozenset(
    {
        "asyncio.run",
        "asyncio.Runner.run",
        "asyncio.AbstractEventLoop.run_until_complete",
        "asyncio.AbstractEventLoop.run_forever",
        "uvloop.run",
        "anyio.run",
        "trio.run",
        "asgiref.sync.AsyncToSync.__call__",
        "uvicorn.run",
        "aiohttp.web.run_app",
    }
)
_ASKS = frozenset(
    {
        "asyncio.get_running_loop",
        "asyncio._get_running_loop",
        "asyncio.current_task",
        "asyncio.AbstractEventLoop.is_running",
        "sniffio.current_async_library",
        "anyio.get_current_task",
        *("inspect.isawaitable", "inspect.iscoroutine", "inspect.iscoroutinefunction"),
        *("asyncio.iscoroutine", "asyncio.iscoroutinefunction"),
    }
)
"""What a function asks that may run a loop only where none is running, or only for what is a coroutine."""
_ALLOWS_NESTING = frozenset({"nest_asyncio.apply", "nest_asyncio2.apply"})

_MEANINGFUL = _RUNNERS | _ASKS | _ALLOWS_NESTING


def nested_event_loop(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY005: an async function starts an event loop, itself or through plain functions; one for each callee.

    Of the async functions that reach the same plain function in the end, only the nearest are reported.
    """
    known = project.query(_Runners)
    if known.nesting_allowed:
        return
    for module in project.modules:
        for index, function in enumerate(module.facts.functions):
            if function.is_async:
                calls = known.direct.get(f"{module.name}#{index}", ())
                yield from (_direct(rule, module, function, call, api) for call, api in calls)
    found = list(_arrivals(project, known))
    nearest: dict[str, int] = {}
    for arrival in found:
        nearest[arrival.end] = min(len(arrival.chain), nearest.get(arrival.end, len(arrival.chain)))
    for arrival in found:
        if len(arrival.chain) == nearest[arrival.end]:
            yield _through(project, rule, known, arrival)


class _Arrival(NamedTuple):
    """An async function's first call of a plain function that leads to a loop, and the chain from there."""

    function: Function
    site: Site
    chain: list[tuple[str, Hop]]

    @property
    def end(self) -> str:
        """The function that starts the loop."""
        return self.chain[-1][0]


def _arrivals(project: Project, known: "_Runners") -> Iterator[_Arrival]:
    sites = project.query(Sites)
    for module in project.modules:
        for index, function in enumerate(module.facts.functions):
            first: dict[str, Site] = {}
            own = sites.within(f"{module.name}#{index}") if function.is_async else ()
            for site in own:
                if site.target in known.hops and not _is_coroutine_of_another(project, site, own):
                    first.setdefault(site.target, site)
            for target, site in first.items():
                arrival = _Arrival(function, site, list(way(known.hops, target)))
                if not (is_test(module) and is_one_of_several(project, site, (hop for _, hop in arrival.chain))):
                    yield arrival


def _is_coroutine_of_another(project: Project, site: Site, sites: Iterable[Site]) -> bool:
    """Tell whether a call is awaited that may run a coroutine function of another class: so it does."""
    return bool(site.use.flags & model.AWAITED) and any(
        each.use is site.use and project.function(each.target)[1].is_async for each in sites
    )


class _Runners:
    """Where loops are run: `direct` calls by function, and the `hops` of plain functions that lead there."""

    def __init__(self, project: Project) -> None:
        self.nesting_allowed = False
        self.direct: dict[str, list[tuple[Call, str]]] = {}
        asking: set[str] = set()
        ends: list[tuple[str, Hop]] = []
        for module, call, names in _external_calls(project):
            key = f"{module.name}#{call.function}"
            self.nesting_allowed |= not names.isdisjoint(_ALLOWS_NESTING)
            if call.function < 0 or call.flags & model.AWAITED:
                continue
            plain = not module.facts.functions[call.function].is_async
            if plain and not names.isdisjoint(_ASKS):
                asking.add(key)
            for api in sorted(names & _RUNNERS):
                self.direct.setdefault(key, []).append((call, api))
                if plain and not call.flags & model.IN_TRY_RUNTIME_ERROR:
                    ends.append((key, Hop(module, call)))
        self.hops = reaching(project, ends, frozenset(asking | _callers(project, asking)))

    def api(self, key: str) -> str:
        """Return what runs the loop in a function at the end of a way."""
        return self.direct[key][0][1]


def _external_calls(project: Project) -> Iterator[tuple[Module, Call, frozenset[str]]]:
    """Yield every call that means something here, with the dotted names of its callee that do."""
    found = project.query(MEANINGFUL_CALLS)
    for module in project.modules:
        for number, names in found[module.path]:
            yield module, module.facts.calls[number], frozenset(names)


def _find(project: Project, module: Module) -> Iterator[tuple[int, tuple[str, ...]]]:
    resolver = project.query(types)
    named = project.query(CalledWords).callees(module, project.query(_words))
    known: dict[str, tuple[str, ...]] = {}
    for callee in module.facts.called:
        names = {f"{each.name}.__call__" for each in resolver.infer(callee) if each.kind == "instance"}
        if callee in named:
            names.update(resolver.names(callee))
        if not names.isdisjoint(_MEANINGFUL):
            known[callee] = tuple(sorted(_MEANINGFUL & names))
    for number, call in enumerate(module.facts.calls) if known else ():
        if call.callee in known:
            yield number, known[call.callee]


def _words(project: Project) -> frozenset[str]:
    return frozenset(other_spellings(map(last_word, _MEANINGFUL), project.query(spellings)))


MEANINGFUL_CALLS = ModuleWise(
    "calls about loops",
    tuple[tuple[int, tuple[str, ...]], ...],
    lambda project, module: tuple(_find(project, module)),
    lambda project: sorted(project.query(_words)),
)


def _callers(project: Project, functions: set[str]) -> set[str]:
    callers = project.query(Sites).callers
    return {caller for key in functions for caller, _ in callers(key)}


def _direct(rule: Rule, module: Module, function: Function, call: Call, api: str) -> Violation:
    return rule.violation(
        module,
        (call.start, call.end),
        message=f"`{_shown(api)}` starts an event loop in `async def {function.name}`, where one is running",
        subject=_shown(api),
        scope=function.qualname,
        help_="`await` the coroutine",
    )


def _through(project: Project, rule: Rule, known: _Runners, arrival: _Arrival) -> Violation:
    function, site, _ = arrival
    module, callee = project.function(site.target)
    api = _shown(known.api(arrival.end))
    return rule.violation(
        site.module,
        spot(site.module, site.use),
        message=(
            f"`{callee.qualname}` reaches `{api}`, which starts an event loop in `async def {function.name}`, "
            "where one is running"
        ),
        subject=f"{module.name}.{callee.qualname}",
        scope=function.qualname,
        help_="make what lies between async and `await` it",
        trace=tuple(_steps(project, arrival, api)),
    )


def _shown(api: str) -> str:
    return "async_to_sync" if api.endswith("AsyncToSync.__call__") else api


def _steps(project: Project, arrival: _Arrival, api: str) -> Iterator[Step]:
    end = f"`{api}`, which starts an event loop"
    return calls_along(project, arrival.function.qualname, arrival.site, arrival.chain, end)
