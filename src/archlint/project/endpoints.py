"""Which functions of the project answer requests, and which are given to `Depends`."""

from collections.abc import Iterator

from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls

DEPENDS = ("fastapi.Depends", "fastapi.Security", "fastapi.param_functions.Depends", "fastapi.params.Depends")


class Endpoints:
    """Endpoints and dependencies by key (`module#index`).

    `endpoints` have the index, in the `calls` of their module, of the call that made their decorator; -1 for none.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self.endpoints: dict[str, int] = {}
        for module in project.modules:
            for index, function in enumerate(module.facts.functions):
                for decorator in function.decorators:
                    if self._makes_endpoint(decorator.removesuffix("()")):
                        self.endpoints[f"{module.name}#{index}"] = self._route(module, decorator, function.start)
        self.dependencies = frozenset(self._given())

    def _makes_endpoint(self, decorator: str) -> bool:
        known = self._project.library.endpoint_decorators
        if decorator.rpartition(".")[2] not in self._project.library.endpoint_words:
            return False
        return not known.isdisjoint(self._types.names(decorator))

    def _route(self, module: Module, decorator: str, before: int) -> int:
        made = decorator.removesuffix("()")
        calls = enumerate(module.facts.calls)
        found = [(call.start, index) for index, call in calls if call.callee == made and call.start < before]
        return max(found)[1] if found and made != decorator else -1

    def _given(self) -> Iterator[str]:
        for _, call in self._project.query(Calls).named({each.rpartition(".")[2] for each in DEPENDS}):
            for name, given in call.arguments[:1]:
                if name in ("", "dependency") and not given.startswith("="):
                    yield from (value.name for value in self._types.infer(given) if value.kind == "object")


def endpoints(project: Project) -> Endpoints:
    """Answer the query for what answers requests."""
    return Endpoints(project)
