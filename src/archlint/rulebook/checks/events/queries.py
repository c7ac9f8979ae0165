"""EVT005: query handlers of a CQRS application that change something."""

import re
from collections.abc import Iterator, Mapping

from archlint.facts.model import Call, Function
from archlint.model import Violation
from archlint.project.layers import is_test
from archlint.project.program import Module, Project
from archlint.project.timeline import Act, Timelines
from archlint.project.types import types
from archlint.rulebook.model import Rule

_HANDLER = re.compile(r"Quer(?:y|ies)Handler$")
_QUERY = re.compile(r"(?:^|[a-z0-9])Query$")
_HANDLES = frozenset({"handle", "execute", "__call__", "run", "ask"})
_QUERIES = re.compile(r"queries|query|(?:\w+_)?query_handlers?")
_COMMANDS = re.compile(r"commands|command|(?:\w+_)?command_handlers?")
_CHANGES: Mapping[str, str] = {
    "writes": "changes rows",
    "stages": "changes rows",
    "publishes": "publishes a message",
    "enqueues": "queues a task",
}


def mutating_query(project: Project, rule: Rule) -> Iterator[Violation]:
    """EVT005: a query handler changes the state that it is only to show."""
    timelines = project.query(Timelines)
    packages = _packages_with_commands(project)
    for key in timelines.keys(tuple(_CHANGES)):
        module, function = project.function(key)
        handles = _is_handler(module, function.owner) or _takes_query(project, module, function)
        if is_test(module) or not (handles or _is_in_queries(module, packages)):
            continue
        act = min(timelines.acts(key, tuple(_CHANGES)), key=lambda each: each.call.start, default=None)
        if act is not None:
            yield _violation(rule, module, act)


def _is_handler(module: Module, owner: int) -> bool:
    return owner >= 0 and _HANDLER.search(module.facts.classes[owner].name) is not None


def _takes_query(project: Project, module: Module, function: Function) -> bool:
    """Tell whether a handler's method that handles is given a query, by its annotation."""
    if (
        function.owner < 0
        or function.name not in _HANDLES
        or not module.facts.classes[function.owner].name.endswith("Handler")
    ):
        return False
    resolver = project.query(types)
    given = (each for parameter in function.parameters for each in resolver.infer(parameter.annotation))
    orders = (resolver.order(each.name) for each in given if each.is_class)
    return any(_QUERY.search(project.class_(base)[1].name) for order in orders for base in order if "@" in base)


def _is_in_queries(module: Module, packages: frozenset[str]) -> bool:
    """Tell whether a module holds queries, and there are commands beside them: then it is CQRS."""
    parts = module.name.split(".")
    return any(_QUERIES.fullmatch(part) and ".".join(parts[:index]) in packages for index, part in enumerate(parts))


def _packages_with_commands(project: Project) -> frozenset[str]:
    found: set[str] = set()
    for name in project.by_name:
        parts = name.split(".")
        found.update(".".join(parts[:index]) for index, part in enumerate(parts) if _COMMANDS.fullmatch(part))
    return frozenset(found)


def _violation(rule: Rule, module: Module, act: Act) -> Violation:
    call: Call = act.call
    return rule.violation(
        module,
        (call.start, call.end),
        message=f"`{act.what}` {_CHANGES[act.kind]} in a query, which should only read; make it a command",
        subject=act.what,
        scope=module.scope(call.function, call.owner),
        trace=tuple(act.steps("the query calls it here")) if act.through else (),
    )
