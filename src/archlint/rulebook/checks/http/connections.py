"""What must hold in the whole program for what the module checks on HTTP saw."""

from archlint.facts.model import Candidate
from archlint.project.asides import is_test
from archlint.project.handlers import Handlers
from archlint.project.program import Module, Project
from archlint.project.types import types

_CONTEXT = "ssl.SSLContext"
_SESSIONS = frozenset({"requests.Session"})


def is_made_per_request(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether what is called is the class of an HTTP client, in a loop or in a function that handles requests."""
    if is_test(module):
        return False
    names = project.query(types).names(candidate.reference)
    if not any(project.library.is_class(name) and project.library.client(name) == "http" for name in names):
        return False
    return candidate.subject == "loop" or project.query(Handlers).is_handler(module, candidate.function)


def is_connection(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether a switch that was turned off is one that verifies the other side of a connection."""
    if is_test(module):
        return False
    if not candidate.reference:
        return True
    if candidate.subject in ("check_hostname", "verify_mode"):
        wanted = frozenset({_CONTEXT})
        return _is_instance(project, candidate.reference, wanted)
    switches = project.library.tls_switches
    names = project.query(types).names(candidate.reference)
    if any(candidate.subject in switches.get(name, ()) for name in names):
        return True
    return candidate.subject == "verify" and _is_instance(project, candidate.reference, _SESSIONS)


def _is_instance(project: Project, reference: str, classes: frozenset[str]) -> bool:
    resolver = project.query(types)
    for value in resolver.infer(reference):
        if value.kind == "instance":
            order = resolver.order(value.name) if value.is_class else project.library.ancestors(value.name)
            if not classes.isdisjoint(order):
                return True
    return False
