"""HTP001: calls over HTTP that may wait for ever."""

from collections.abc import Callable, Collection, Iterator
from itertools import chain

from msgspec.structs import replace

from archlint.facts.model import Call
from archlint.model import Violation
from archlint.project.asides import is_test
from archlint.project.classes import ClassTable
from archlint.project.library import Timeout
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls, last_word
from archlint.project.waits import has_data_inside
from archlint.rulebook.model import Rule

_SESSION = "requests.Session"
_STREAMING = ("httpx.", "aiohttp.")
_STREAMS = frozenset({"stream", "aconnect_sse", "connect_sse", "ws_connect"})
_LOCAL = ("='file:", '="file:', "='data:", '="data:')


def missing_timeout(project: Project, rule: Rule) -> Iterator[Violation]:
    """HTP001: a request without a timeout, by a client that has none of its own, or with `timeout=None`."""
    resolver, apis = project.query(types), project.library.timeouts
    defaults = project.query(_Defaults)

    def api(callee: str) -> str:
        if callee.startswith("builtins."):  # most calls of `get` are of dictionaries
            return ""
        return next((name for name in resolver.names(callee) if name in apis), "")

    calls = project.query(Calls)
    for module, call, name in chain(calls.meaning(map(last_word, apis), api), _bound(project, calls, api)):
        if not call.arguments or any(name in ("*", "**") for name, _ in call.arguments) or is_test(module):
            continue
        timeout = apis[name]
        if not timeout.is_given(call.arguments) and not defaults.apply(module, call, name):
            yield rule.violation(
                module,
                (call.start, call.end),
                message=_message(name, timeout),
                subject=_subject(name, timeout, call),
                scope=module.scope(call.function, call.owner),
            )


def _bound(project: Project, calls: Calls, api: Callable[[str], str]) -> Iterator[tuple[Module, Call, str]]:
    """Yield the requests that `partial` makes ready, where they are called, or else made to be run elsewhere."""
    ready: dict[tuple[str, int, str], list[tuple[Module, Call]]] = {}
    for module, call, _ in calls.of_apis({"functools.partial"}):
        if call.arguments:
            ready.setdefault((module.path, call.function, call.arguments[0][1]), []).append((module, call))
    for (_, function, request), made in ready.items():
        name = api(request)
        if not name:
            continue
        module = made[0][0]
        given = tuple(chain.from_iterable(each.arguments[1:] for _, each in made))
        names = {f"{request}$", *(module.names_of(f"{request}$") if function < 0 else ())}
        for place, call in calls.of(names):
            if "$" not in call.callee or (place is module and call.function == function):
                yield place, replace(call, callee=request, arguments=given + call.arguments), name
        more = _handed(module, function, names, project.library.offloader_words)
        if more is not None:
            yield from (
                (module, replace(each, callee=request, arguments=each.arguments[1:] + more), name) for _, each in made
            )


def _handed(
    module: Module, function: int, names: Collection[str], elsewhere: Collection[str]
) -> tuple[tuple[str, str], ...] | None:
    """Return what is passed along with it where a function hands it over to run `elsewhere`; `None` if it does not."""
    found = None
    for call in module.facts.calls:
        if call.function == function and last_word(call.callee) in elsewhere:
            place = next((place for place, (_, value) in enumerate(call.arguments) if value in names), None)
            if place is not None:
                found = (*(found or ()), *call.arguments[place + 1 :])
    return found


def _message(name: str, timeout: Timeout) -> str:
    if timeout.default:
        return f"`{timeout.name}=None` lets this wait for ever when the other side does not answer; give it a number"
    return f"`{last_word(name)}` without `timeout` waits for ever when the other side does not answer; pass one"


def _subject(name: str, timeout: Timeout, call: Call) -> str:
    given = any(keyword == timeout.name for keyword, _ in call.arguments)
    return f"{name} with {timeout.name}=None" if given else name


class _Defaults:
    """Where the project sets timeouts that calls need not name; reached by `project.query(_Defaults)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        calls = project.query(Calls)
        self._of_sockets = any(
            "socket.setdefaulttimeout" in self._types.names(call.callee)
            for _, call in calls.named(("setdefaulttimeout",))
        )
        self._of_pools = any(
            keyword == "timeout"
            for _, call in calls.named(("PoolManager", "ProxyManager", "HTTPConnectionPool", "HTTPSConnectionPool"))
            for keyword, _ in call.arguments
        )
        self._of_sessions = {module.name for module in self._mounting(calls)}

    def _mounting(self, calls: Calls) -> Iterator[Module]:
        """Yield the modules that give a session an adapter of their own, or a `request` with a timeout."""
        for module, call in calls.named(("mount",)):
            given = call.arguments[-1][1] if call.arguments else ""
            for value in self._types.infer(given):
                if value.is_class and self._overrides(value.name, ("send",)):
                    yield module
        for module, call in calls.named(("partial",)):
            names = [name for name, _ in call.arguments]
            if "timeout" in names and last_word(call.arguments[0][1]) in ("request", "send"):
                yield module

    def apply(self, module: Module, call: Call, name: str) -> bool:
        """Tell whether a call of `name` has a timeout that stands elsewhere, or needs none."""
        if name.startswith("urllib.request."):
            first = call.arguments[0][1]
            return self._of_sockets or first.startswith(_LOCAL) or has_data_inside(module, call)
        if name.startswith("urllib3."):
            return self._of_sockets or self._of_pools
        if name.startswith(_SESSION):
            return self._is_own_session(call) or self._of_sessions_in(module)
        return name.startswith(_STREAMING) and self._streams(module, call, name)

    def _is_own_session(self, call: Call) -> bool:
        receivers = self._types.infer(call.callee.rpartition(".")[0])
        return any(value.is_class and self._overrides(value.name, ("request", "send")) for value in receivers)

    def _overrides(self, key: str, methods: tuple[str, ...]) -> bool:
        table = self._project.query(ClassTable)
        return any(
            not table.own_members(owner).keys().isdisjoint(methods) for owner in self._types.order(key) if "@" in owner
        )

    def _of_sessions_in(self, module: Module) -> bool:
        imported = {f"{each.target}.{each.name}" for each in module.facts.imports} | {
            each.target for each in module.facts.imports
        }
        return module.name in self._of_sessions or not self._of_sessions.isdisjoint(imported)

    def _streams(self, module: Module, call: Call, name: str) -> bool:
        """Tell whether a client or request is one for a stream, which lasts as long as it lasts, or says more."""
        if last_word(name) in _STREAMS or ("stream", "=True") in call.arguments:
            return True
        if last_word(name).endswith("Timeout"):
            return len(call.arguments) > 1
        if not last_word(name)[:1].isupper():
            return False
        return any(
            other.function == call.function and last_word(other.callee) in _STREAMS for other in module.facts.calls
        )
