"""The rules about what endpoints do that is not theirs: hold state, reach for infrastructure, return entities."""

import re
from collections.abc import Iterator

from archlint.facts.model import Call, Candidate
from archlint.model import Severity, Violation
from archlint.project.asides import is_test
from archlint.project.calls import call_graph
from archlint.project.endpoints import endpoints
from archlint.project.layers import layers
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.uses import last_word
from archlint.project.values import Value
from archlint.rulebook.model import Rule

_CONTAINERS = frozenset(
    {
        *("builtins.dict", "builtins.list", "builtins.set", "collections.defaultdict", "collections.OrderedDict"),
        *("collections.deque", "collections.Counter"),
    }
)
_PUTS = ("add", "append", "appendleft", "insert", "setdefault", "__setitem__")
_CHANGES = frozenset({*_PUTS, "clear", "discard", "extend", "pop", "popitem", "popleft", "remove", "update"})
_OF_REQUEST = ("flask.g.", "flask.session.", "quart.g.", "quart.session.")
"""What looks like a global and is another one for each request."""
_LIVE = re.compile(
    r"\b(?:asyncio\.(?:Future|Task|Queue|Event|Lock|Semaphore|StreamWriter)|threading\.\w+|concurrent\.futures\.\w+"
    r"|(?:\w+\.)+(?:WebSocket|WebSocketResponse|ServerConnection))\b"
)
"""What belongs to one process: it can be kept nowhere else than in memory."""
_ENDS = frozenset({"aclose", "close", "commit", "release", "rollback"})
_HEALTH = re.compile(
    r"(?:^|_)(?:health(?:z|_?check)?|ready|readyz|readiness|live|livez|liveness|ping|heartbeat)$|^(?:check_health|health_check)"
)
"""Functions that ask whether the clients are there."""
_ENTITIES = frozenset(
    {
        *("sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.MappedAsDataclass", "django.db.models.Model"),
        *("tortoise.models.Model", "beanie.Document", "mongoengine.Document", "peewee.Model", "odmantic.Model"),
    }
)


class _Answering:
    """The functions that run while a request is answered: endpoints, and what they call themselves."""

    def __init__(self, project: Project) -> None:
        known = project.query(endpoints).endpoints
        self.functions = set(known)
        modules = {key.rpartition("#")[0] for key in known}
        graph = project.query(call_graph) if known else None
        for name in sorted(modules):
            module = project.by_name[name]
            for call in module.facts.calls:
                if graph is not None and f"{name}#{call.function}" in known:
                    self.functions.update(graph.called(call))


def is_changed_by_endpoint(project: Project, module: Module, candidate: Candidate) -> bool:
    """API002: tell whether an endpoint, or a function that it calls, changes what a module holds."""
    key = f"{module.name}#{candidate.function}"
    if is_test(module) or key not in project.query(_Answering).functions:
        return False
    if candidate.reference.startswith(_OF_REQUEST) or _keeps_task(module, candidate):
        return False
    values = project.query(types).infer(candidate.reference)
    if _keeps_live_things(project, module, candidate):
        return False
    return any(
        value.receiver in _CONTAINERS if value.kind == "object" else value.name in _CONTAINERS or value.is_class
        for value in values
    )


def _keeps_live_things(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether a container is there for connections, futures or tasks: by its annotation, or what is put in."""
    holder = candidate.reference
    if holder.rpartition(".")[2] in _CHANGES:
        holder = holder.rpartition(".")[0]
    resolver = project.query(types)
    if any(_LIVE.search(argument) for value in resolver.infer(holder) for argument in value.args):
        return True
    puts = {f"{holder}.{method}" for method in _PUTS}
    given = (value for call in module.facts.calls if call.callee in puts for _, value in call.arguments)
    found = (each for value in given if not value.startswith("=") for each in resolver.infer(value))
    return any(_LIVE.fullmatch(name) for each in found if each.kind == "instance" for name in _kinds(resolver, each))


def _kinds(resolver: Types, value: Value) -> tuple[str, ...]:
    return resolver.order(value.name) if value.is_class else (value.name,)


def _keeps_task(module: Module, candidate: Candidate) -> bool:
    """Tell whether what is put into a set leaves it by itself: `task.add_done_callback(TASKS.discard)`."""
    holder, _, method = candidate.reference.rpartition(".")
    leaves = {("", f"{holder}.discard"), ("", f"{holder}.remove")}
    return method in ("add", "append") and any(
        call.function == candidate.function
        and call.callee.rpartition(".")[2] == "add_done_callback"
        and not leaves.isdisjoint(call.arguments)
        for call in module.facts.calls
    )


def endpoint_bypasses_application(project: Project, rule: Rule) -> Iterator[Violation]:
    """API003: an endpoint calls a client of the outside world; a note where there is no application layer to call."""
    known = project.query(endpoints).endpoints
    bypassed = "application" in project.query(layers).members()
    answering = {key.rpartition("#")[0] for key in known}
    seen: set[tuple[str, str]] = set()
    for module in project.modules:
        if is_test(module):
            continue
        for call in module.facts.calls if module.name in answering else ():
            key = f"{module.name}#{call.function}"
            is_judged = key in known and not _HEALTH.search(module.facts.functions[call.function].name)
            client = _client(project, call) if is_judged else ""
            kind = project.library.client(client) if client else None
            if kind is None or (key, kind) in seen:
                continue
            seen.add((key, kind))
            yield rule.violation(
                module,
                (call.start, call.end),
                message=(
                    f"the endpoint `{module.facts.functions[call.function].name}` uses `{client}` ({kind}) itself; "
                    "let it call the application, and that a port"
                ),
                subject=client,
                scope=module.scope(call.function, call.owner),
                severity=None if bypassed else Severity.NOTE,
            )


def _client(project: Project, call: Call) -> str:
    """Return the class of the client that a method is called on, empty for any other call; `with` is none.

    Nor is what ends a transaction or gives a client back: that is where a request ends.
    """
    if call.callee.endswith("__") or last_word(call.callee) in _ENDS:
        return ""
    for value in project.query(types).infer(call.callee):
        is_method = value.kind == "object" and not value.is_function and "@" not in value.receiver
        if is_method and value.receiver and project.library.client(value.receiver) is not None:
            return value.receiver
    return ""


def exposed_entity(project: Project, rule: Rule) -> Iterator[Violation]:
    """API005: an endpoint without a response model returns an object of the domain or of the database."""
    resolver = project.query(types)
    for key, route in project.query(endpoints).endpoints.items():
        module, function = project.function(key)
        if is_test(module) or (route >= 0 and _has_model(module.facts.calls[route])):
            continue
        found = [value for each in _returned(key, function.is_async) for value in resolver.infer(each)]
        entity = next((value for value in found if _is_entity(project, value)), None)
        if entity is not None:
            name = resolver.names_of(entity)[0].rpartition(".")[2]
            yield rule.violation(
                module,
                (function.start, function.end),
                message=f"`{function.name}` returns the entity `{name}` as it is; declare a response model",
                subject=name,
                scope=function.qualname,
            )


def _returned(key: str, is_async: bool) -> tuple[str, ...]:
    given = f"{key}()!" if is_async else f"{key}()"
    return given, f"{given}*"


def _has_model(call: Call) -> bool:
    return any(name in ("response_model", "response_class", "return_dto", "**") for name, _ in call.arguments)


def _is_entity(project: Project, value: Value) -> bool:
    if value.kind != "instance" or not value.is_class:
        return False
    order = project.query(types).order(value.name)
    if not _ENTITIES.isdisjoint(order):
        return True
    module, fact = project.class_(value.name)
    if ("table", "=True") in fact.keywords:
        return True
    if any(each.endswith("BaseModel") for each in order):
        return False
    return project.query(layers).role(module.name) == "domain"
