"""What must hold in the whole program for what the module checks on Redis saw."""

from archlint.facts.model import Candidate
from archlint.project.asides import is_test
from archlint.project.program import Module, Project
from archlint.project.redis import is_pipeline, redis_method


def is_redis(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether the method that was seen is one of a Redis client that answers at once, outside of tests."""
    method = candidate.reference.rpartition(".")[2]
    name = redis_method(project, candidate.reference, (method,))
    return bool(name) and not is_pipeline(name) and not is_test(module)
