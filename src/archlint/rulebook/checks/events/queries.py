"""EVT005: query handlers of a CQRS application that change something."""

import re
from collections.abc import Iterator, Mapping

from archlint.facts.model import Call, Function
from archlint.model import Severity, Violation
from archlint.project.asides import is_test
from archlint.project.program import Module, Project
from archlint.project.timeline import Act, Timelines
from archlint.project.types import types
from archlint.rulebook.model import Rule

_HANDLER = re.compile(r"(?<!Callback)(?<!Inline)(?<!Shipping)(?<!Checkout)Quer(?:y|ies)Handler$")
"""Names of query handlers; a chat bot's queries are buttons that somebody pressed."""
_ANSWERS = re.compile(r"(?:Handler|UseCase|Interactor)$")
"""Names of classes that handle queries if they are given one."""
_QUERY = re.compile(r"(?:^|[a-z0-9])Query$")
_HANDLES = re.compile(r"(?:handle|execute|run|ask|process)(?:_\w+)?|__call__")
_COMMANDED = re.compile(
    r"(?:Create|Add|Save|Store|Update|Edit|Delete|Remove|Submit|Cancel|Execute|Run|Start|Stop|Schedule)[A-Z]"
)
"""How the names of handlers begin that are told to do something with a query, which is what they are about."""
_OF_QUERIES = re.compile(r"[A-Z][a-z]+Quer(?:y|ies)Handler")
_COMMAND = re.compile(r"(?:^|[a-z0-9_])(?:command|Command|cmd)$")
_CACHE = re.compile(r"cache|memo", re.I)
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
        if is_test(module) or not _is_query(project, module, function, packages):
            continue
        if _is_commanded(project, module, function.owner):
            continue
        acts = (each for each in timelines.acts(key, tuple(_CHANGES)) if not _keeps_copy(each))
        act = min(acts, key=lambda each: each.call.start, default=None)
        if act is not None:
            yield _violation(rule, module, act)


def _is_query(project: Project, module: Module, function: Function, packages: frozenset[str]) -> bool:
    """Tell whether a function is to answer a query; in a module of queries, what gives nothing updates a view."""
    if _answers(project, module, function):
        return True
    gives = bool(function.returns or function.values or function.yields)
    return gives and function.spelled != "None" and _is_in_queries(module, packages)


def _answers(project: Project, module: Module, function: Function) -> bool:
    """Tell whether a method is one of a query handler: by the class, one of its bases, or what it is given."""
    if function.owner < 0:
        return False
    name = module.facts.classes[function.owner].name
    if _HANDLER.search(name):
        return True
    if not _ANSWERS.search(name):
        return False
    resolver = project.query(types)
    bases = resolver.order(f"{module.name}@{function.owner}")
    return any(_HANDLER.search(_name(project, base)) for base in bases) or _takes_query(project, function)


def _takes_query(project: Project, function: Function) -> bool:
    """Tell whether a method that handles is given a query, by its annotation."""
    if not _HANDLES.fullmatch(function.name):
        return False
    resolver = project.query(types)
    given = (each for parameter in function.parameters for each in resolver.infer(parameter.annotation))
    orders = (resolver.order(each.name) for each in given if each.is_class)
    return any(_QUERY.search(_name(project, base)) for order in orders for base in order if "@" in base)


def _name(project: Project, key: str) -> str:
    """Return the name of a class of the project, or of another one."""
    return project.class_(key)[1].name if "@" in key else key.rpartition(".")[2]


def _is_commanded(project: Project, module: Module, owner: int) -> bool:
    """Tell whether a class handles commands: those of an application whose users keep queries.

    `RunReportHandler` with a base for query handlers answers a query all the same, `RunQueryHandler` may not.
    """
    if owner < 0:
        return False
    name = module.facts.classes[owner].name
    bases = () if _OF_QUERIES.fullmatch(name) else project.query(types).order(f"{module.name}@{owner}")[1:]
    answers = any(_HANDLER.search(_name(project, base)) for base in bases)
    return (_COMMANDED.match(name) is not None and not answers) or any(
        _COMMAND.search(parameter.name) or _COMMAND.search(parameter.annotation)
        for function in module.facts.functions
        if function.owner == owner
        for parameter in function.parameters
    )


def _keeps_copy(act: Act) -> bool:
    """Tell whether an act keeps what was read, for the next time."""
    effect = act.effect
    inner = effect.module.facts.functions[effect.call.function].qualname if effect.call.function >= 0 else ""
    return any(_CACHE.search(name) for name in (act.through, act.call.callee, effect.statement, inner))


def _is_in_queries(module: Module, packages: frozenset[str]) -> bool:
    """Tell whether a module holds queries, and there are commands beside them: then it is CQRS."""
    parts = module.words
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
        severity=Severity.NOTE if act.promised else None,
        trace=tuple(act.steps("the query calls it here")) if act.through else (),
    )
