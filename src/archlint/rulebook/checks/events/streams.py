"""EVT004: whether what reads a stream is, or may be, a Redis client."""

from archlint.facts.model import Candidate
from archlint.project.program import Module, Project
from archlint.project.types import types

_CLIENTS = ("redis.", "aioredis.", "valkey.", "fakeredis.", "coredis.")


def reads_stream(project: Project, _: Module, candidate: Candidate) -> bool:
    """Tell whether `xread` may be the Redis command: nothing else has its name and is given `$`."""
    resolver = project.query(types)
    values = resolver.infer(candidate.reference)
    return not values or any(name.startswith(_CLIENTS) for name in resolver.names(candidate.reference))
