"""What must hold in the whole program for what the module checks on fan-outs and waiting loops saw."""

from archlint.facts import model
from archlint.facts.model import Candidate
from archlint.project.asides import is_test
from archlint.project.classes import ClassTable
from archlint.project.program import Module, Project
from archlint.project.types import types

_LIMITERS = frozenset({"asyncio.Semaphore", "asyncio.BoundedSemaphore", "anyio.Semaphore", "anyio.CapacityLimiter"})


def may_raise(project: Project, _: Module, candidate: Candidate) -> bool:
    """Tell whether what runs for each listener may raise: not a project function that awaits only under `try`."""
    found = _functions(project, candidate.reference)
    return not found or not all(_is_guarded(module, index) for module, index in found)


def is_unbounded(project: Project, place: Module, candidate: Candidate) -> bool:
    """Tell whether nothing bounds how many run at once: not a semaphore that each of them takes.

    Tests choose how much they start.
    """
    if is_test(place):
        return False
    resolver = project.query(types)
    for module, index in _functions(project, candidate.reference):
        for call in module.facts.calls:
            if call.function == index and call.callee.endswith((".__aenter__", ".acquire")):
                taken = resolver.infer(call.callee.rpartition(".")[0])
                if any(value.kind == "instance" and value.name in _LIMITERS for value in taken):
                    return False
    return True


def is_flag(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether what a loop polls is a plain attribute of an object of the project, which its code can announce.

    Tests may poll: what they wait for is not theirs to change.
    """
    if is_test(module):
        return False
    if not candidate.reference or candidate.names:
        return True
    table, resolver = project.query(ClassTable), project.query(types)
    receiver, _, name = candidate.reference.rpartition(".")
    for value in resolver.infer(receiver):
        if value.is_class:
            for owner in resolver.order(value.name):
                member = table.own_members(owner).get(name) if "@" in owner else None
                if member is not None:
                    return member.attribute is not None
    return False


def _functions(project: Project, reference: str) -> list[tuple[Module, int]]:
    return [
        (project.function(value.name)[0], int(value.name.rpartition("#")[2]))
        for value in project.query(types).infer(reference)
        if value.kind == "object" and value.is_function
    ]


def _is_guarded(module: Module, index: int) -> bool:
    awaited = [each for each in module.facts.calls if each.function == index and each.flags & model.AWAITED]
    return bool(awaited) and all(each.flags & model.IN_TRY for each in awaited)
