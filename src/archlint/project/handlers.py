"""Which functions run once for each request: endpoints of web frameworks and methods of gRPC servicers."""

from archlint.facts.model import Function
from archlint.project.endpoints import endpoints
from archlint.project.grpc import is_servicer
from archlint.project.program import Module, Project
from archlint.project.types import types

_REQUESTS = frozenset(
    {
        "aiohttp.web.Request",
        "django.http.HttpRequest",
        "rest_framework.request.Request",
        "starlette.requests.HTTPConnection",
        "starlette.requests.Request",
        "starlette.websockets.WebSocket",
    }
)


class Handlers:
    """The functions of the project that handle a request each; reached by `project.query(Handlers)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._endpoints = project.query(endpoints).endpoints
        self._known: dict[tuple[str, int], bool] = {}

    def is_handler(self, module: Module, function: int) -> bool:
        """Tell whether a function of a module (-1: none), or one that it is defined in, handles a request."""
        while function >= 0:
            key = (module.name, function)
            if key not in self._known:
                endpoint = f"{module.name}#{function}" in self._endpoints
                self._known[key] = endpoint or self._is_handler(module, module.facts.functions[function])
            if self._known[key]:
                return True
            function = module.facts.functions[function].parent
        return False

    def _is_handler(self, module: Module, function: Function) -> bool:
        for parameter in function.parameters:
            for value in self._types.infer_instance(parameter.annotation):
                if not value.is_class and not _REQUESTS.isdisjoint(self._project.library.ancestors(value.name)):
                    return True
        if function.owner < 0 or function.name.startswith("_"):
            return False
        return is_servicer(self._project, f"{module.name}@{function.owner}")
