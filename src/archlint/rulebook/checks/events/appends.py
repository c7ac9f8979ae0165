"""EVT002: event stores to which two writers append without noticing each other."""

import re
from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Function, Parameter
from archlint.model import Violation
from archlint.project.adapters import adapters
from archlint.project.asides import is_test
from archlint.project.calls import call_graph
from archlint.project.ports import class_keys
from archlint.project.program import Module, Project
from archlint.project.uses import Calls
from archlint.rulebook.model import Rule

_STORE = re.compile(r"Events?(?:Store|Storage|Journal|Repository|Log|Database|Stream)(?![a-z])")
_APPEND = re.compile(
    r"^(?:async_)?(?:append|save|store|write|add|insert|persist|commit|put)(?:_all|_many)?(?:_(?:to_)?(?:new_)?(?:events?|stream|batch))*$"
)
_STREAM = re.compile(r"stream|aggregate|entity|originator|source_id|^id_?$|_id$|^key$")
_EVENTS = re.compile(r"event|message")
_VERSION = re.compile(r"version|revision|position|sequence|(?:^|_)seq(?:_|$)|concurrency|expected|etag|precondition")
_EXPECTED = re.compile(
    r"(?:expected|current|original|stream).*(?:version|revision|position|sequence)|^(?:version|revision)$"
)
_CONFLICT = re.compile(
    r"Concurren|Conflict|Version|Optimistic|AlreadyExist|Integrity|UniqueViolation|StaleData|Duplicate"
)


def unversioned_append(project: Project, rule: Rule) -> Iterator[Violation]:
    """EVT002: an append that takes no expected version, or a call that leaves the version out."""
    yield from _definitions(project, rule)
    yield from _calls(project, rule)


def _definitions(project: Project, rule: Rule) -> Iterator[Violation]:
    found = {key: method for key in class_keys(project) if (method := _unversioned(project, key)) is not None}
    fulfils = {pair.adapter for pair in project.query(adapters).pairs if pair.port in found}
    for key, method in found.items():
        if key in fulfils:
            continue
        module, fact = project.class_(key)
        yield rule.violation(
            module,
            (method.start, method.end),
            message=(
                f"`{fact.name}.{method.name}` takes no expected version, so two writers of one stream overrule each "
                "other unnoticed; take the version and refuse another"
            ),
            subject=f"{module.name}.{method.qualname}",
            scope=method.qualname,
        )


def _unversioned(project: Project, key: str) -> Function | None:
    module, fact = project.class_(key)
    if is_test(module) or not _STORE.search(fact.name):
        return None
    owner = int(key.rpartition("@")[2])
    for index, function in enumerate(module.facts.functions):
        if function.owner == owner and _APPEND.match(function.name) and not _is_guarded(module, index, function):
            return function
    return None


def _is_guarded(module: Module, index: int, function: Function) -> bool:
    """Tell whether a method is no append to a stream, or has a version to compare or a conflict to raise."""
    names = [each.name for each in function.parameters[1:]]
    if not any(map(_STREAM.search, names)) or not any(map(_EVENTS.search, names)):
        return True
    if any(map(_VERSION.search, names)) or any(each.kind == "keyword-variadic" for each in function.parameters):
        return True
    for call in module.facts.calls:
        if call.function == index:
            word = call.callee.rpartition(".")[2]
            if _VERSION.search(word) or (call.flags & model.IN_RAISE and _CONFLICT.search(call.callee)):
                return True
    return any(_CONFLICT.search(load.reference) for load in module.facts.loads if load.function == index)


def _calls(project: Project, rule: Rule) -> Iterator[Violation]:
    """Yield calls of an append that leave out the version which it would check."""
    versioned = dict(_versioned(project))
    graph = project.query(call_graph)
    names = {project.function(key)[1].name for key in versioned}
    for module, call in project.query(Calls).named(names):
        if is_test(module):
            continue
        given = {name for name, _ in call.arguments}
        places = sum(1 for name, _ in call.arguments if not name)
        targets = [key for key in graph.called(call) if key in versioned]
        for position, parameter in (versioned[key] for key in targets[:1]):
            if parameter.name not in given and position >= places and not given.intersection(("*", "**")):
                yield rule.violation(
                    module,
                    (call.start, call.end),
                    message=f"events are appended without `{parameter.name}`, so other writers go unnoticed; pass it",
                    subject=parameter.name,
                    scope=module.scope(call.function, call.owner),
                )


def _versioned(project: Project) -> Iterator[tuple[str, tuple[int, Parameter]]]:
    """Yield the appends that take a version but do not ask for it, with the place of that parameter in a call."""
    for key in class_keys(project):
        module, fact = project.class_(key)
        if not _STORE.search(fact.name):
            continue
        owner = int(key.rpartition("@")[2])
        for index, function in enumerate(module.facts.functions):
            if function.owner != owner or not _APPEND.match(function.name):
                continue
            for position, parameter in enumerate(function.parameters[1:]):
                if parameter.has_default and parameter.default == "=None" and _EXPECTED.search(parameter.name):
                    place = position if parameter.kind != "keyword-only" else 1 << 30
                    yield f"{module.name}#{index}", (place, parameter)
