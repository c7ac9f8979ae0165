"""Which plain functions block, and by which calls: a fixpoint over the call graph."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from archlint.facts import model
from archlint.facts.model import Call, Load
from archlint.facts.references import attributes
from archlint.model import Severity
from archlint.project.arguments import called_arguments
from archlint.project.calls import Site
from archlint.project.demands import NONE, Demands, DemandTable
from archlint.project.handovers import handovers
from archlint.project.library import Blocking
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.sites import Sites
from archlint.project.types import Types, types
from archlint.project.values import Value
from archlint.project.waits import openings, waits

OWN = "configured"
"""The kind of what the user's own configuration calls blocking."""
_REMEMBERING = frozenset({"functools.cache", "functools.lru_cache", "functools.cached_property"})
_REMEMBERED = frozenset({"importlib.import_module", "builtins.__import__", "linecache.getline", "linecache.getlines"})
"""What Python remembers: whoever is far from it pays once, if the module or file is not there already."""
_MOST_WAYS = 16
"""As many ways to block, each for other callers, are told apart in one function."""
_NEED_ARGUMENTS = frozenset({"file", "lock", "metadata", "sleep"})
"""Kinds of which only the arguments say whether they wait, which who is given the function decides."""


class Cause(NamedTuple):
    """Why a function blocks: the API at the end, the place in this function, what is called there (or nothing).

    `callee` is the key of the function that is called, `onward` that of the cause why it blocks.
    """

    blocking: Blocking
    module: Module
    use: Call | Load
    callee: str = ""
    onward: str = ""


class BlockingFunctions:
    """The cause for every plain function that blocks, by key; of the gravest severity, by the shortest chain.

    A function that blocks only for some of its callers, by what they pass, has a key for each such way, with a number
    behind a colon. A function that runs on the loop, async or not, is judged by itself and hands nothing on to its
    callers.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._sites = project.query(Sites)
        self._on_loop = project.query(handovers).on_loop
        self._demands = project.query(DemandTable)
        self.causes: dict[str, Cause] = {}
        self._ways: dict[str, list[Demands]] = {}
        self._for_all: set[str] = set()
        calls = blocking_calls(project)
        plain_calls = [
            each for each in calls if each[2].api not in _REMEMBERED and self._is_plain(each[0], each[1].function)
        ]
        direct = [
            (f"{module.name}#{call.function}", Cause(blocking, module, call)) for module, call, blocking in plain_calls
        ]
        for severity in sorted(Severity, key=lambda each: -each.rank):
            self._spread([each for each in direct if each[1].blocking.severity is severity])

    def _is_plain(self, module: Module, function: int) -> bool:
        return (
            function >= 0
            and not module.facts.functions[function].is_async
            and f"{module.name}#{function}" not in self._on_loop
        )

    def _spread(self, found: list[tuple[str, Cause]]) -> None:
        queue: deque[str] = deque()
        for key, cause in found:
            self._note(key, cause, self._opened(cause), queue)
        while queue:
            reached = queue.popleft()
            cause = self.causes[reached]
            function, demands = self._way(reached)
            for caller, site in self._sites.callers(function):
                if caller in self._for_all or not self._is_plain(site.module, site.use.function):
                    continue
                onward = self._demands.onward(site, demands)
                if onward is not None:
                    self._note(caller, Cause(cause.blocking, site.module, site.use, function, reached), onward, queue)

    def _opened(self, cause: Cause) -> Demands:
        """Return what callers have to pass for a call that reads a file to have one."""
        if cause.blocking.kind != "file" or not isinstance(cause.use, Call):
            return NONE
        return self._demands.opened(cause.module, openings(cause.module, cause.use, cause.blocking))

    def _note(self, key: str, cause: Cause, onward: Demands, queue: deque[str]) -> None:
        """Add a way to block, if none is known for the same callers already, which is graver or shorter."""
        if key in self._for_all:
            return
        ways = self._ways.setdefault(key, [])
        demands = self._demands.demanded(cause.module, cause.use) | onward
        if len(ways) < _MOST_WAYS and not any(way <= demands for way in ways):
            ways.append(demands)
            if not demands:
                self._for_all.add(key)
            reached = f"{key}:{len(ways) - 1}"
            self.causes[reached] = cause
            queue.append(reached)

    def _way(self, reached: str) -> tuple[str, Demands]:
        function, _, number = reached.rpartition(":")
        return function, self._ways[function][int(number)]

    def reached(self, site: Site) -> str:
        """Return the key of the cause why what runs at a site blocks; empty if it does not for what it is passed."""
        for number, demands in enumerate(self._ways.get(site.target, ())):
            if self._demands.onward(site, demands) is not None:
                return f"{site.target}:{number}"
        return ""

    def remembers(self, key: str) -> bool:
        """Tell whether a function keeps its result, so that it blocks only the first time it is called."""
        _, function = self._project.function(key)
        return any(decorator.removesuffix("()") in _REMEMBERING for decorator in function.decorators)

    def chain(self, key: str) -> Iterator[tuple[str, Cause]]:
        """Yield the functions from that of the cause `key` to the blocking call, each with its cause."""
        while key:
            cause = self.causes[key]
            yield key.rpartition(":")[0], cause
            key = cause.onward


def blocking_functions(project: Project) -> BlockingFunctions:
    """Answer the query for blocking functions."""
    return BlockingFunctions(project)


class BlockingApis:
    """The blocking API that each callee is, found when first asked for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self.api = Memo(project.reading, self._find)
        """Gives the blocking API that a callee is; `None` when it may also be something that does not block."""

    def _find(self, callee: str) -> Blocking | None:
        found: Blocking | None = None
        for value in self._types.infer(callee):
            blocks = self._blocking(value)
            if blocks is None:
                return None
            found = found or blocks
        return found

    def _blocking(self, value: Value) -> Blocking | None:
        """Look up the user's own APIs by all names, others by the nearest: a pipeline queues what its base sends."""
        if value.kind not in ("object", "partial"):
            return None
        own = self._project.architecture.blocking
        if not own and not value.is_function and not value.is_class:
            return self._project.library.blocking(value.name)
        names = self._types.names_of(value)
        configured = next((each for each in names if each in own), None)
        if configured is not None:
            return Blocking(configured, OWN, Severity.ERROR, own[configured])
        return self._project.library.blocking(names[0])


def blocking_calls(project: Project) -> Iterator[tuple[Module, Call, Blocking]]:
    """Yield every call that waits for a blocking API, in order of file, and reads of properties that do as calls."""
    known, read = project.query(BLOCKING_CALLS), project.query(BLOCKING_READS)
    for module in project.modules:
        for index, blocking in known[module.path]:
            yield module, module.facts.calls[index], blocking
        for call, blocking in read[module.path]:
            yield module, call, blocking


class _Reads(NamedTuple):
    """The packages with properties that block, and the last names of these."""

    packages: frozenset[str]
    words: frozenset[str]


def _reads(project: Project) -> _Reads:
    """Answer the query for what tells where properties that block may be read."""
    names = project.library.blocking_reads
    return _Reads(
        frozenset(name.partition(".")[0] for name in names), frozenset(name.rpartition(".")[2] for name in names)
    )


def _find_reads(project: Project, module: Module) -> Iterator[tuple[Call, Blocking]]:
    """Yield the first read of each property that blocks in each function, as the call that it is."""
    reads = project.query(_reads)
    if reads.packages.isdisjoint(each.target.partition(".")[0] for each in module.facts.imports):
        return
    api = project.query(BlockingApis).api
    seen: set[tuple[int, str]] = set()
    uses: list[Call | Load] = [*module.facts.calls, *module.facts.loads]
    for use in sorted(uses, key=lambda each: each.start):
        reference = use.callee if isinstance(use, Call) else use.reference
        for start, name in attributes(reference) if "|" not in reference else ():
            end = start + 1 + len(name)
            if name not in reads.words or reference[end : end + 1] == "(":
                continue
            blocking = api(reference[:end])
            if blocking is not None and (use.function, blocking.api) not in seen:
                seen.add((use.function, blocking.api))
                flags = use.flags & ~model.AWAITED
                yield Call(blocking.api, use.start, use.end, (), use.function, use.owner, flags), blocking


BLOCKING_READS = ModuleWise(
    "reads that block",
    tuple[tuple[Call, Blocking], ...],
    lambda project, module: tuple(_find_reads(project, module)),
)
"""The query for the reads in each module of properties that wait for a blocking API."""


def _find_calls(project: Project, module: Module) -> tuple[tuple[int, Blocking], ...]:
    resolver, api = project.query(types), project.query(BlockingApis).api
    facts = module.facts
    direct = {
        index: blocking
        for callee, indices in facts.called.items()
        if (blocking := api(callee))
        for index in indices
        if waits(resolver, module, facts.calls[index], blocking)
    }
    return tuple(sorted({**dict(_handed_on(project, module)), **direct}.items(), key=lambda found: found[0]))


def _handed_on(project: Project, module: Module) -> Iterator[tuple[int, Blocking]]:
    """Yield the calls that give a blocking API to a function which calls what it is given: `retry(requests.get)`."""
    resolver, api = project.query(types), project.query(BlockingApis).api
    for callee, indices in module.facts.called.items():
        values = resolver.infer(callee)
        if len(values) != 1 or not values[0].is_function or values[0].kind != "object":
            continue
        function = project.function(values[0].name)[1]
        for index in indices if function.called else ():
            called = called_arguments(function, module.facts.calls[index])
            found = next((blocking for each in called if each and (blocking := api(each))), None)
            if found is not None and found.kind not in _NEED_ARGUMENTS:
                yield index, found


BLOCKING_CALLS = ModuleWise("blocking calls", tuple[tuple[int, Blocking], ...], _find_calls)
"""The query for the calls of each module, by their index, that wait for a blocking API."""
