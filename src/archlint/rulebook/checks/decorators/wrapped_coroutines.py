"""The rule about plain wrappers around coroutine functions, judged on what the program decorates with them."""

from collections.abc import Iterator
from typing import NamedTuple

from archlint.facts.model import Candidate, Function
from archlint.model import Severity, Step, Violation
from archlint.project.asides import is_test
from archlint.project.endpoints import endpoints
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.rulebook.checks.decorators.decorating import outermost
from archlint.rulebook.model import Rule

_SHOWN = 3
_AWAITS_WHAT_IT_GETS = "sanic."
"""A framework that awaits the result of a handler if it can be awaited, whatever the handler looks like."""


class _Decorated(NamedTuple):
    """An async function of the project, and whether it answers requests."""

    module: Module
    function: int
    is_endpoint: bool


class _Wrapped:
    """The async functions outside of tests by what they are decorated with (function or class of the project)."""

    def __init__(self, project: Project) -> None:
        self.by_decorator: dict[str, list[_Decorated]] = {}
        resolver, answering = project.query(types), project.query(endpoints).endpoints
        for module in project.modules:
            for index, function in enumerate(module.facts.functions) if not is_test(module) else ():
                if not function.is_async or function.is_generator:
                    continue
                answers = f"{module.name}#{index}" in answering and not _is_awaited_anyway(resolver, function)
                found = _Decorated(module, index, answers)
                for decorator in reversed(function.decorators):
                    values = resolver.infer(decorator.removesuffix("()"))
                    for value in values:
                        self.by_decorator.setdefault(value.name, []).append(found)
                    if any(value.is_function or value.is_class for value in values):
                        break  # what stands above it gets what it returns, which may be no coroutine function


def _is_awaited_anyway(resolver: Types, function: Function) -> bool:
    names = (name for each in function.decorators for name in resolver.names(each.removesuffix("()")))
    return any(name.startswith(_AWAITS_WHAT_IT_GETS) for name in names)


def sync_wrapper_over_async(project: Project, rule: Rule, module: Module, candidate: Candidate) -> Iterator[Violation]:
    """DEC002: a plain wrapper that stands for async functions of the project.

    One that only checks something before the call is an error over endpoints alone: frameworks take it for a plain
    function, and its coroutine for the response.
    """
    key, _ = outermost(module, candidate.function)
    owner = module.facts.functions[int(key.rsplit("#", 1)[1])].owner
    wrapped = project.query(_Wrapped).by_decorator
    found = [*wrapped.get(key, ()), *(wrapped.get(f"{module.name}@{owner}", ()) if owner >= 0 else ())]
    found.sort(key=lambda each: not each.is_endpoint)
    if found:
        yield rule.violation(
            module,
            (candidate.start, candidate.end),
            message=candidate.message,
            subject=candidate.subject,
            scope=module.scope(candidate.function, candidate.owner),
            severity=Severity(candidate.severity) if candidate.severity and not found[0].is_endpoint else None,
            trace=tuple(_step(each) for each in found[:_SHOWN]),
        )


def _step(decorated: _Decorated) -> Step:
    function = decorated.module.facts.functions[decorated.function]
    return Step(
        f"`{function.name}` is async and decorated with it", decorated.module.place(function.start, function.end)
    )
