"""Which calls are commands to a Redis server, or to one that speaks like it."""

from collections.abc import Collection, Iterator

from archlint.facts.model import Call
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls

_LIBRARIES = frozenset({"redis", "valkey", "aioredis"})
_EXECUTE = "execute_command"


def redis_calls(project: Project, methods: Collection[str]) -> Iterator[tuple[Module, Call, str]]:
    """Yield the calls of these methods on Redis clients, pipelines included, each with the method's dotted name."""
    return project.query(Calls).meaning(methods, lambda callee: redis_method(project, callee, methods))


def raw_commands(project: Project, commands: Collection[str]) -> Iterator[tuple[Module, Call, str]]:
    """Yield the calls of `execute_command` with one of these commands (upper case), each with its dotted name."""
    for module, call, name in redis_calls(project, (_EXECUTE,)):
        first = call.arguments[0][1] if call.arguments and not call.arguments[0][0] else ""
        if first.startswith("=") and first[1:].strip("'\"").upper().split(" ")[0] in commands:
            yield module, call, name


def redis_method(project: Project, reference: str, methods: Collection[str]) -> str:
    """Return the dotted name of the method of a Redis client that `reference` is, if it is one of these."""
    for name in project.query(types).names(reference):
        owner, _, method = name.rpartition(".")
        if method in methods and name.partition(".")[0] in _LIBRARIES and project.library.client(owner) == "cache":
            return name
    return ""


def is_pipeline(method: str) -> bool:
    """Tell whether a method of a Redis client, by its dotted name, is that of a pipeline, which only queues."""
    return method.rpartition(".")[0].endswith("Pipeline")
