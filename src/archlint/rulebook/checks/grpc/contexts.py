"""What must hold in the whole program for what the module checks on gRPC saw."""

from archlint.facts.model import Candidate
from archlint.project.grpc import is_servicer
from archlint.project.handlers import Handlers
from archlint.project.layers import is_test
from archlint.project.program import Module, Project
from archlint.project.types import types

_CHANNELS = frozenset(
    {"grpc.insecure_channel", "grpc.secure_channel", "grpc.aio.insecure_channel", "grpc.aio.secure_channel"}
)
_CONTEXTS = frozenset({"grpc.ServicerContext", "grpc.aio.ServicerContext"})


def is_channel_for_a_call(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether a channel is opened by a method of a class or by what handles a request."""
    if is_test(module) or _CHANNELS.isdisjoint(project.query(types).names(candidate.reference)):
        return False
    return candidate.subject == "method" or project.query(Handlers).is_handler(module, candidate.function)


def is_servicer_context(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether what is told something is the context of a gRPC call: by its type, or as a servicer's parameter."""
    if is_test(module):
        return False
    if any(value.name in _CONTEXTS for value in project.query(types).infer(candidate.reference)):
        return True
    function = module.facts.functions[candidate.function]
    if not candidate.reference.startswith("?") or function.owner < 0 or len(function.parameters) < 3:
        return False
    context = function.parameters[2].name
    return candidate.reference == f"?{context}" and is_servicer(project, f"{module.name}@{function.owner}")
