"""Which plain functions block, and by which calls: a fixpoint over the call graph."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from archlint.facts import model
from archlint.facts.model import Call, Load
from archlint.facts.references import parameter_of
from archlint.model import Severity
from archlint.project.calls import CallGraph, Site, call_graph
from archlint.project.handovers import handovers
from archlint.project.library import Blocking
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.types import Types, Value, types
from archlint.project.wishes import Wishes

OWN = "configured"
"""The kind of what the user's own configuration calls blocking."""
_IN_MEMORY = ("'/proc/", '"/proc/', "'/sys/", '"/sys/')
_STREAMS = frozenset({"io.BytesIO", "io.StringIO"})
_TO_DISK = (".save", ".extract", ".extractall")
"""Methods that work with the file that they are given, wherever what they are called on was read from."""
_STREAM_ARGUMENTS = frozenset({"file", "fileobj", "fp"})
_REMEMBERING = frozenset({"functools.cache", "functools.lru_cache", "functools.cached_property"})
_READY_MADE = frozenset({"http_client", "transport", "verify"})
"""Arguments with which a client does not load the certificates of the system when it is made."""
_IMPORTS = frozenset({"importlib.import_module", "builtins.__import__"})
"""What Python remembers: whoever is far from it pays once, if the module is not there already."""
_FUTURE = "concurrent.futures.Future."
_QUEUES = ("queue.Queue.get", "queue.SimpleQueue.get")
_AWAITABLE = "asyncio.wrap_future"
_FLAGS = {
    "socket.getaddrinfo": "socket.AI_NUMERICHOST",
    **dict.fromkeys(("os.waitpid", "os.wait3", "os.wait4", "os.waitid"), "os.WNOHANG"),
}
"""The flags with which functions wait for nothing: no name is looked up, no process has to end."""
_AT_ONCE = (".connect", ".connect_ex", ".send", ".sendall", ".sendmsg", ".sendto")
_DATAGRAMS = "SOCK_DGRAM"
"""The kind of socket that connects without asking the other side, and sends without waiting for it."""
_OPENS_ADDRESS = "urllib.request.urlopen"
_LOCKS = frozenset({"threading.Lock.acquire", "threading.RLock.acquire"})
_NO_WAIT = frozenset({"block", "blocking", "timeout", "wait"})


class Cause(NamedTuple):
    """Why a function blocks: the API at the end, the place in this function, what is called there (or nothing).

    `callee` is a function's key, or a reference to a parameter of it: that function blocks if this is passed.
    """

    blocking: Blocking
    module: Module
    use: Call | Load
    callee: str = ""


class BlockingFunctions:
    """The cause for every plain function that blocks, by key; of the gravest severity, by the shortest chain.

    A function that blocks only if it is asked to, by a parameter that is false by default, has that parameter's
    reference as key. A function that runs on the loop, async or not, is judged by itself and hands nothing on to its
    callers.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        graph: CallGraph = project.query(call_graph)
        self._on_loop = project.query(handovers).on_loop
        self._wishes = Wishes(project)
        self.sites: dict[str, list[Site]] = {}
        self.causes: dict[str, Cause] = {}
        self._asked: dict[str, list[str]] = {}
        callers: dict[str, list[tuple[str, Site]]] = {}
        plain: dict[str, bool] = {}
        for site in graph.sites():
            caller = f"{site.module.name}#{site.use.function}"
            if caller not in plain:
                plain[caller] = self._is_plain(site.module, site.use.function)
                self.sites.setdefault(caller, [])
            self.sites[caller].append(site)
            if plain[caller]:
                callers.setdefault(site.target, []).append((caller, site))
        calls = blocking_calls(project)
        plain_calls = [
            each for each in calls if each[2].api not in _IMPORTS and self._is_plain(each[0], each[1].function)
        ]
        direct = [
            (f"{module.name}#{call.function}", Cause(blocking, module, call)) for module, call, blocking in plain_calls
        ]
        for severity in sorted(Severity, key=lambda each: -each.rank):
            self._spread([each for each in direct if each[1].blocking.severity is severity], callers)

    def _is_plain(self, module: Module, function: int) -> bool:
        return (
            function >= 0
            and not module.facts.functions[function].is_async
            and f"{module.name}#{function}" not in self._on_loop
        )

    def _spread(self, found: list[tuple[str, Cause]], callers: dict[str, list[tuple[str, Site]]]) -> None:
        queue: deque[str] = deque()
        for key, cause in found:
            self._note(key, cause, queue)
        while queue:
            reached = queue.popleft()
            cause = self.causes[reached]
            function, parameter = parameter_of(reached) or (reached, "")
            for caller, site in callers.get(function, ()):
                if not parameter or self._wishes.asks(site, parameter):
                    self._note(caller, Cause(cause.blocking, site.module, site.use, reached), queue)

    def _note(self, key: str, cause: Cause, queue: deque[str]) -> None:
        if key in self.causes:
            return
        parameter = self._wishes.wanted(cause.module, cause.use)
        reached = f"{key}:{parameter}" if parameter else key
        if reached not in self.causes:
            self.causes[reached] = cause
            queue.append(reached)
            if parameter:
                self._asked.setdefault(key, []).append(parameter)

    def reached(self, site: Site) -> str:
        """Return the key of the cause why what runs at a site blocks; empty if it does not, or is not asked to."""
        if site.target in self.causes:
            return site.target
        asked = (each for each in self._asked.get(site.target, ()) if self._wishes.asks(site, each))
        return next((f"{site.target}:{each}" for each in asked), "")

    def remembers(self, key: str) -> bool:
        """Tell whether a function keeps its result, so that it blocks only the first time it is called."""
        _, function = self._project.function(key)
        return any(decorator.removesuffix("()") in _REMEMBERING for decorator in function.decorators)

    def chain(self, key: str) -> Iterator[tuple[str, Cause]]:
        """Yield the functions from that of the cause `key` to the blocking call, each with its cause."""
        while key:
            cause = self.causes[key]
            yield (parameter_of(key) or (key, ""))[0], cause
            key = cause.callee


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
    """Yield every call that waits for a blocking API, in order of file and position."""
    known = project.query(BLOCKING_CALLS)
    for module in project.modules:
        for index, blocking in known[module.path]:
            yield module, module.facts.calls[index], blocking


def _find_calls(project: Project, module: Module) -> tuple[tuple[int, Blocking], ...]:
    resolver, api = project.query(types), project.query(BlockingApis).api
    calls = module.facts.calls
    known = {callee: found for callee in {call.callee for call in calls} if callee and (found := api(callee))}
    return tuple(
        (index, blocking)
        for index, call in enumerate(calls)
        if (blocking := known.get(call.callee)) and _waits(resolver, module, call, blocking)
    )


BLOCKING_CALLS = ModuleWise("blocking calls", tuple[tuple[int, Blocking], ...], _find_calls)
"""The query for the calls of each module, by their index, that wait for a blocking API."""


def _waits(resolver: Types, module: Module, call: Call, blocking: Blocking) -> bool:
    """Tell whether a call of a blocking API can really block, as far as its literal arguments say."""
    arguments = dict(call.arguments)
    first = call.arguments[0][1] if call.arguments and not call.arguments[0][0] else ""
    if blocking.kind == "sleep":
        return first not in ("=0", "=0.0")
    if blocking.kind == "lock":
        return _waits_for_other(module, call, blocking, first)
    if blocking.kind == "file" and any(arguments.get(name, "=True") != "=True" for name in _READY_MADE):
        return False
    if blocking.kind == "file":
        if _in_memory(module, call, first) or _reads_stream(resolver, call, blocking):
            return False
        openings = () if blocking.api.endswith(_TO_DISK) else _openings(module, call)
        return not any(_reads_stream(resolver, opening, blocking) for opening in openings)
    if blocking.api.startswith("socket.socket."):
        return not _is_nonblocking(module, call, blocking)
    if blocking.api == _OPENS_ADDRESS and _has_data_inside(module, call):
        return False
    flag = _FLAGS.get(blocking.api)
    return flag is None or not any(flag in value for _, value in call.arguments)


def _waits_for_other(module: Module, call: Call, blocking: Blocking, first: str) -> bool:
    """Tell whether a call waits for a lock, a queue or a future, whoever calls the function that it is in."""
    arguments = dict(call.arguments)
    if any(arguments.get(name) in ("=False", "=0", "=0.0") for name in _NO_WAIT):
        return False
    if any(not arguments.get(name, "=True").startswith("=") for name in ("block", "blocking")):
        return False
    if first == "=False" and blocking.api.endswith((".acquire", ".get", ".shutdown")):
        return False
    if blocking.api in _LOCKS and _is_section(module, call):
        return False
    if blocking.api in _QUEUES:
        return not _has_looked(module, call)
    if blocking.api.startswith(_FUTURE):
        return first not in ("=0", "=0.0") and not _is_done(module, call)
    return True


def _is_section(module: Module, call: Call) -> bool:
    """Tell whether a plain function takes a lock and gives it back, as `with lock` does for a few statements."""
    lock = call.callee.rpartition(".")[0]
    return not module.facts.functions[call.function].is_async and any(
        each.function == call.function and each.start > call.start and each.callee == f"{lock}.release"
        for each in module.facts.calls
    )


def _has_looked(module: Module, call: Call) -> bool:
    """Tell whether the same function has asked before whether a queue has something: `while not queue.empty()`."""
    queue = call.callee.rpartition(".")[0]
    return any(
        each.function == call.function and each.start < call.start and each.callee == f"{queue}.empty"
        for each in module.facts.calls
    )


def _is_done(module: Module, call: Call) -> bool:
    """Tell whether the same function has asked before whether a future is done, or has awaited it."""
    future = call.callee.rpartition(".")[0]
    return any(
        each.function == call.function
        and each.start < call.start
        and (each.callee == f"{future}.done" or (each.callee == _AWAITABLE and ("", future) in each.arguments[:1]))
        for each in module.facts.calls
    )


def _in_memory(module: Module, call: Call, first: str) -> bool:
    """Files under `/proc` and `/sys` are answered from memory, opened directly or through a `Path`."""
    if first[1:].startswith(_IN_MEMORY):
        return True
    if not call.callee.startswith("pathlib.Path()."):
        return False
    inner = [each for each in module.facts.calls if each.callee == "pathlib.Path" and each.start == call.start]
    return any(argument[1:].startswith(_IN_MEMORY) for each in inner for _, argument in each.arguments[:1])


def _openings(module: Module, call: Call) -> list[Call]:
    """Return the calls in the same function that may have made what a method is called on."""
    maker = call.callee.rpartition(".")[0].removesuffix("^").removesuffix("()")
    return [each for each in module.facts.calls if each.callee == maker and each.function == call.function]


def _is_nonblocking(module: Module, call: Call, blocking: Blocking) -> bool:
    """Tell whether the same function makes the socket one that never waits, or knows that it is one."""
    receiver = call.callee.rpartition(".")[0]
    if call.flags & model.IN_TRY_BLOCKING_ERROR:
        return True
    if blocking.api.endswith(_AT_ONCE) and receiver.endswith("()"):
        return any(_DATAGRAMS in value for each in _openings(module, call) for _, value in each.arguments)
    settings = {(f"{receiver}.setblocking", "=False"), (f"{receiver}.settimeout", "=0")}
    return any(
        each.function == call.function and (each.callee, value) in settings
        for each in module.facts.calls
        for _, value in each.arguments[:1]
    )


def _has_data_inside(module: Module, call: Call) -> bool:
    """Tell whether the same function has asked before whether the address has the data in it: `"data:..."`."""
    return any(
        each.function == call.function
        and each.start < call.start
        and each.callee.endswith(".startswith")
        and [value[1:].strip("'\"") for _, value in each.arguments[:1]] == ["data:"]
        for each in module.facts.calls
    )


def _reads_stream(resolver: Types, call: Call, blocking: Blocking) -> bool:
    """Tell whether what is opened is no file but bytes or text in memory."""
    if blocking.api == "shutil.copyfileobj":
        return False  # Either end may be a file.
    opened = [value for name, value in call.arguments[:1] if not name]
    opened += [value for name, value in call.arguments if name in _STREAM_ARGUMENTS]
    found = [each for value in opened if not value.startswith("=") for each in resolver.infer(value)]
    return any(each.kind == "instance" and each.name in _STREAMS for each in found)
