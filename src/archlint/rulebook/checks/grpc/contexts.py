"""What must hold in the whole program for what the module checks on gRPC saw."""

from archlint.facts.model import Call, Candidate
from archlint.project.asides import is_test
from archlint.project.effects import MAX_CALLS
from archlint.project.endpoints import endpoints
from archlint.project.grpc import is_servicer
from archlint.project.handlers import Handlers
from archlint.project.program import Module, Project
from archlint.project.sites import Sites
from archlint.project.types import types

_CHANNELS = frozenset(
    {"grpc.insecure_channel", "grpc.secure_channel", "grpc.aio.insecure_channel", "grpc.aio.secure_channel"}
)
_CONTEXTS = frozenset({"grpc.ServicerContext", "grpc.aio.ServicerContext"})


def is_channel_for_a_call(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether a channel is opened for a call: by a method, or for what handles a request."""
    if is_test(module) or _CHANNELS.isdisjoint(project.query(types).names(candidate.reference)):
        return False
    if candidate.subject == "given":
        return _is_for_one_user(project, module, candidate.function)
    return candidate.subject == "method" or _serves(project, f"{module.name}#{candidate.function}")


def _serves(project: Project, key: str, calls: int = MAX_CALLS) -> bool:
    """Tell whether a function handles a request, or is called while one is handled."""
    module = project.by_name[key.rpartition("#")[0]]
    if project.query(Handlers).is_handler(module, int(key.rpartition("#")[2])):
        return not is_test(module)
    callers = project.query(Sites).callers(key) if calls else ()
    return any(_serves(project, caller, calls - 1) for caller, _ in callers)


def _is_for_one_user(project: Project, module: Module, index: int) -> bool:
    """Tell whether the channel that a function gives is used up where it is called, or made for each request."""
    key = f"{module.name}#{index}"
    if key in project.query(endpoints).dependencies:
        return True
    return any(
        isinstance(site.use, Call)
        and not is_test(site.module)
        and _is_used_there(site.module, site.use)
        and _serves(project, caller)
        for caller, site in project.query(Sites).callers(key)
    )


def _is_used_there(module: Module, use: Call) -> bool:
    """Tell whether the function that makes a call also calls a method of what it gives."""
    made = f"{use.callee}()"
    return any(call.function == use.function and call.callee.startswith(made) for call in module.facts.calls)


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
