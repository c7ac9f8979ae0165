"""Which functions of the project answer requests, and which are given to `Depends`."""

from collections.abc import Iterator
from typing import NamedTuple

from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import CalledWords, last_word, other_spellings, spellings

DEPENDS = ("fastapi.Depends", "fastapi.Security", "fastapi.param_functions.Depends", "fastapi.params.Depends")


class Endpoints:
    """Endpoints and dependencies by key (`module#index`).

    `endpoints` have the index, in the `calls` of their module, of the call that made their decorator; -1 for none.
    """

    def __init__(self, project: Project) -> None:
        found = project.query(_FOUND)
        self.endpoints: dict[str, int] = {
            f"{module.name}#{index}": route for module in project.modules for index, route in found[module.path].routes
        }
        self.dependencies = frozenset(key for each in found.values() for key in each.given)


class _Found(NamedTuple):
    """What a module has: its endpoints by number, each with the call that routes it, and what it gives to `Depends`."""

    routes: tuple[tuple[int, int], ...]
    given: tuple[str, ...]


def _routes(project: Project, module: Module) -> Iterator[tuple[int, int]]:
    for index, function in enumerate(module.facts.functions):
        for decorator in function.decorators:
            if _makes_endpoint(project, decorator.removesuffix("()")):
                yield index, _route(module, decorator, function.start)


def _makes_endpoint(project: Project, decorator: str) -> bool:
    known = project.library
    if last_word(decorator) not in known.endpoint_words:
        return False
    return not known.endpoint_decorators.isdisjoint(project.query(types).names(decorator))


def _route(module: Module, decorator: str, before: int) -> int:
    made = decorator.removesuffix("()")
    calls = enumerate(module.facts.calls)
    found = [(call.start, index) for index, call in calls if call.callee == made and call.start < before]
    return max(found)[1] if found and made != decorator else -1


def _given(project: Project, module: Module) -> Iterator[str]:
    callees = project.query(CalledWords).callees(module, project.query(_words))
    for call in module.facts.calls if callees else ():
        for name, given in call.arguments[:1] if call.callee in callees else ():
            if name in ("", "dependency") and not given.startswith("="):
                values = project.query(types).infer(given)
                yield from (value.name for value in values if value.kind == "object")


def _words(project: Project) -> frozenset[str]:
    """Answer the query for the last names of what takes dependencies, and others for the same."""
    return frozenset(other_spellings(map(last_word, DEPENDS), project.query(spellings)))


_FOUND = ModuleWise(
    "endpoints",
    _Found,
    lambda project, module: _Found(tuple(_routes(project, module)), tuple(_given(project, module))),
    lambda project: sorted(project.query(_words)),
)


def endpoints(project: Project) -> Endpoints:
    """Answer the query for what answers requests."""
    return Endpoints(project)
