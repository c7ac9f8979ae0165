"""The rule about checks against Protocols that cannot be checked."""

from archlint.facts.model import Candidate
from archlint.project.ports import ports
from archlint.project.program import Module, Project
from archlint.project.types import types

_CHECKABLE = ("runtime_checkable", "runtime")


def is_unchecked_protocol(project: Project, _: Module, candidate: Candidate) -> bool:
    """PRT011: tell whether a class is a Protocol that neither itself nor a base makes checkable at run time."""
    resolver = project.query(types)
    values = resolver.infer(candidate.reference)
    if len(values) != 1 or values[0].kind != "object" or not values[0].is_class:
        return False
    if not project.query(ports).is_protocol(values[0].name):
        return False
    owners = (owner for owner in resolver.order(values[0].name) if "@" in owner)
    decorators = (each for owner in owners for each in project.class_(owner)[1].decorators)
    return all(each.rpartition(".")[2] not in _CHECKABLE for each in decorators)
