"""DOM002, DOM003 and DOM006: value objects, what ports publish, and dependencies that are looked up."""

import re
from collections.abc import Iterator, Mapping

from archlint.facts.model import Call, Candidate, Function
from archlint.facts.references import alternatives
from archlint.model import Violation
from archlint.project.classes import definitions
from archlint.project.endpoints import endpoints
from archlint.project.entry import role_of
from archlint.project.layers import layers
from archlint.project.ports import Ports, class_keys, is_test_class, ports
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.uses import Calls, last_word
from archlint.rulebook.checks.domain.identities import IDENTITIES
from archlint.rulebook.model import Rule

_MESSAGE_WORDS = ("Event", "Command", "Query", "Message")
_EXCEPTIONS = ("Error", "Exception", "Warning")
_PUBLISHING = frozenset({"publish", "emit", "dispatch", "notify", "broadcast", "send_event", "raise_event"})
_UNTYPED = frozenset(
    {
        *("builtins.dict", "builtins.object", "builtins.list", "typing.Any", "typing.Dict", "typing.Mapping"),
        *("typing.MutableMapping", "collections.abc.Mapping", "collections.abc.MutableMapping"),
    }
)
_LISTS = frozenset({"builtins.list", "typing.List", "collections.abc.Sequence", "collections.abc.Iterable"})
_BESIDE = frozenset(
    {"headers", "metadata", "context", "options", "extra", "kwargs", "args", "attributes", "tags", "meta"}
)
"""Parameters that go along with an event."""
LOCATED = "located"
"""The code of a candidate for a container that is subscripted with a class; see `locator_syntax`."""
_LOOK_UPS = frozenset({"resolve", "get", "aget", "get_service", "get_instance", "provide", "lookup", "__getitem__"})
_LOCATOR = re.compile(r"(?:Container|Locator|Injector)(?:Port|Protocol|Interface)?$")
_CONTAINERS = frozenset(
    f"dependency_injector.containers.{name}" for name in ("Container", "DeclarativeContainer", "DynamicContainer")
)
_PROVIDERS = "dependency_injector.providers."


def is_value_object(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether a data class is one of the domain's, no message, which are judged as events, and no exception.

    What is raised is changed by that: it gets a traceback.
    """
    if candidate.subject.endswith(_EXCEPTIONS):
        return False
    named = candidate.subject.endswith(_MESSAGE_WORDS) or module.words[-1] in ("events", "commands")
    return (
        not named and project.query(layers).role(module.name) == "domain" and not _is_entity(project, module, candidate)
    )


def _is_entity(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether a class has its identity from a base class of the project."""
    keys = (
        f"{module.name}@{index}" for index, each in enumerate(module.facts.classes) if each.start == candidate.start
    )
    bases = (base for key in keys for base in project.query(types).order(key)[1:] if "@" in base)
    return any(each.name.lower() in IDENTITIES for base in bases for each in project.class_(base)[1].attributes)


def untyped_event_payload(project: Project, rule: Rule) -> Iterator[Violation]:
    """DOM003: a port publishes a dictionary, or anything, where an event type belongs."""
    known: Ports = project.query(ports)
    resolver = project.query(types)
    for key in known.ports:
        if is_test_class(project, key):
            continue
        module, port = project.class_(key)
        for member in known.promised(key):
            if member.name.lstrip("_") not in _PUBLISHING or member.owner != key:
                continue
            for function in definitions(module, member):
                for name, kind, span in _untyped(resolver, function):
                    yield rule.violation(
                        module,
                        span,
                        message=f"port `{port.name}` publishes {kind} as `{name}`; nobody sees which events there are",
                        subject=f"{port.name}.{function.name}.{name}",
                        scope=function.qualname,
                        help_="annotate it with an event type, or a union of them",
                    )


def _untyped(resolver: Types, function: Function) -> Iterator[tuple[str, str, tuple[int, int]]]:
    for parameter in function.parameters[1:]:
        if parameter.name in _BESIDE or parameter.kind in ("variadic", "keyword-variadic"):
            continue
        names = {name for each in alternatives(parameter.annotation) for name in _published(resolver, each)}
        names |= {parameter.spelled} if parameter.spelled == "typing.Any" else set()
        if names and names <= _UNTYPED:
            kind = "a dictionary" if any("ict" in name or "apping" in name for name in names) else "anything"
            yield parameter.name, kind, (parameter.start, parameter.end)


def _published(resolver: Types, annotation: str) -> Iterator[str]:
    """Yield the names of what is published, one by one or as a list."""
    for value in resolver.infer(annotation):
        elements = value.args[-1:] if value.name in _LISTS else ()
        yield from [found.name for each in elements for found in resolver.infer(each)] or [value.name]


def service_locator(project: Project, rule: Rule) -> Iterator[Violation]:
    """DOM006: a dependency is taken from a container where it should have been passed in."""
    resolver = project.query(types)
    locators = project.library.locators
    provided = _providers(project, resolver)
    for module, use, callee in _asked(project, {*_LOOK_UPS, *map(last_word, locators), *provided}):
        if role_of(project, module) in ("tests", "composition") or _is_inside_locator(module, use):
            continue
        if f"{module.name}#{use.function}" in project.query(endpoints).dependencies:
            continue
        asks = isinstance(use, Candidate) or bool(use.arguments)
        name = _locator(project, resolver, callee, locators) if asks else ""
        name = name or _provider(project, resolver, callee, provided)
        if name and module.name != name.partition(":")[0]:
            name = (name.partition(":")[2] or name).replace(".__getitem__", "[...]")
            yield rule.violation(
                module,
                (use.start, use.end),
                message=f"`{name}` looks up a dependency; take it as a parameter, and pass it in where all is wired",
                subject=name,
                scope=module.scope(use.function, use.owner),
            )


def _is_inside_locator(module: Module, use: Call | Candidate) -> bool:
    """Tell whether something stands in a method of a container, which may ask itself."""
    owner = module.facts.functions[use.function].owner if use.function >= 0 else -1
    return owner >= 0 and _LOCATOR.search(module.facts.classes[owner].name) is not None


def _asked(project: Project, words: set[str]) -> Iterator[tuple[Module, Call | Candidate, str]]:
    """Yield what may ask a container: calls of something with one of these last names, and subscripts."""
    for module, call in project.query(Calls).named(words):
        yield module, call, call.callee
    for module in project.modules:
        for candidate in module.facts.candidates:
            if candidate.code == LOCATED:
                yield module, candidate, candidate.reference


def _providers(project: Project, resolver: Types) -> dict[str, list[str]]:
    """Return the containers of dependency-injector (`module@index`) by the names of the providers in them."""
    found: dict[str, list[str]] = {}
    for key in class_keys(project):
        if _CONTAINERS.isdisjoint(resolver.order(key)):
            continue
        for attribute in project.class_(key)[1].attributes:
            values = [value for each in attribute.values for value in resolver.infer(each)]
            if any(value.name.startswith(_PROVIDERS) for value in values):
                found.setdefault(attribute.name, []).append(key)
    return found


def _provider(project: Project, resolver: Types, callee: str, provided: Mapping[str, list[str]]) -> str:
    """Return `module:Container.provider` when a callee is a provider, which hands out what it makes; else nothing."""
    owner, _, name = callee.rpartition(".")
    for value in resolver.infer(owner) if name in provided else ():
        if value.kind in ("object", "instance") and value.name in provided[name]:
            module, container = project.class_(value.name)
            return f"{module.name}:{container.name}.{name}"
    return ""


def _locator(project: Project, resolver: Types, callee: str, locators: frozenset[str]) -> str:
    for value in resolver.infer(callee):
        if value.kind != "object":
            continue
        known = next((name for name in resolver.names_of(value) if name in locators), "")
        if known:
            return known
        if value.is_function:
            module, function = project.function(value.name)
            owner = module.facts.classes[function.owner].name if function.owner >= 0 else ""
            if function.name in _LOOK_UPS and _LOCATOR.search(owner):
                return function.qualname
    return ""
