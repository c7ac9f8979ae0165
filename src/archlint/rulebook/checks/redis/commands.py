"""The rules about single commands to a Redis server."""

from collections.abc import Iterator, Mapping
from itertools import chain

from archlint.facts.model import Call
from archlint.model import Violation
from archlint.project.asides import is_test
from archlint.project.library import Argument
from archlint.project.program import Module, Project
from archlint.project.redis import raw_commands, redis_calls
from archlint.project.types import types
from archlint.project.uses import Calls
from archlint.rulebook.model import Rule

_FLUSHES = ("flushall", "flushdb")
_EXPIRIES = frozenset({"ex", "px", "exat", "pxat", "keepttl"})
_EXPIRING = frozenset({"expire", "pexpire", "expireat", "pexpireat", "persist"})
_WHOLE: Mapping[str, tuple[tuple[int, str, str], ...]] = {
    "smembers": (),
    "hgetall": (),
    "lrange": ((1, "start", "0"), (2, "end", "-1")),
    "xrange": ((1, "min", "-"), (2, "max", "+")),
    "xrevrange": ((1, "max", "+"), (2, "min", "-")),
}
"""Command -> the arguments (position, name, value) that make it read everything; streams have these as defaults."""
_LOCKS: Mapping[str, Argument] = {
    "lock": Argument(1, "timeout"),
    "Lock": Argument(2, "timeout"),
}


def redis_flush(project: Project, rule: Rule) -> Iterator[Violation]:
    """RDS002: `FLUSHALL` or `FLUSHDB` outside of tests."""
    raw = raw_commands(project, {each.upper() for each in _FLUSHES})
    for module, call, name in (*redis_calls(project, _FLUSHES), *raw):
        if not is_test(module):
            flushed = name if name.endswith(_FLUSHES) else call.arguments[0][1]
            what = "server" if "all" in flushed.lower() else "database"
            message = f"this deletes every key of the {what}, whoever wrote it; delete the keys that you own"
            yield _violation(rule, module, call, message, name)


def cache_without_expiry(project: Project, rule: Rule) -> Iterator[Violation]:
    """RDS005: a value that is set without an expiry, in a function that gives the keys of that client none."""
    expiring = {
        (module.name, call.function, call.callee.rpartition(".")[0])
        for module, call in project.query(Calls).named(_EXPIRING)
    }
    for module, call, name in redis_calls(project, ("set",)):
        given = {keyword for keyword, _ in call.arguments}
        positional = [keyword for keyword, _ in call.arguments if not keyword]
        if given & _EXPIRIES or given & {"*", "**"} or len(positional) > 2 or is_test(module):
            continue
        if (module.name, call.function, call.callee.rpartition(".")[0]) not in expiring:
            yield _violation(rule, module, call, "the value never expires; pass `ex` or `px`", name)


def unbounded_read(project: Project, rule: Rule) -> Iterator[Violation]:
    """RDS006: a whole set, hash, list or stream read at once."""
    for module, call, name in redis_calls(project, _WHOLE):
        method = name.rpartition(".")[2]
        if _reads_all(method, call) and not is_test(module):
            message = f"`{method.upper()}` reads the whole value, however large it has grown; read it in parts"
            yield _violation(rule, module, call, message, name)


def _reads_all(method: str, call: Call) -> bool:
    names = [name for name, _ in call.arguments]
    stream = method.startswith("x")
    if "*" in names or "**" in names or (stream and ("count" in names or len(names) > 3)):
        return False
    for position, name, wanted in _WHOLE[method]:
        value = Argument(position, name).of(call.arguments)
        if value is None and stream:
            continue
        if value is None or value.removeprefix("=").strip("'\"") != wanted:
            return False
    return True


def lock_without_expiry(project: Project, rule: Rule) -> Iterator[Violation]:
    """RDS008: a Redis lock that is made without a timeout."""
    classes = project.query(Calls).meaning(("Lock",), lambda callee: _lock_class(project, callee))
    for module, call, name in chain(redis_calls(project, ("lock",)), classes):
        names = {keyword for keyword, _ in call.arguments}
        timeout = _LOCKS[name.rpartition(".")[2]].of(call.arguments)
        if timeout is None and not names & {"*", "**"} and not is_test(module) and not _only_asks(module, call):
            message = "the lock has no `timeout` and stays locked for ever if its holder crashes; pass one"
            yield _violation(rule, module, call, message, name)


def _only_asks(module: Module, call: Call) -> bool:
    """Tell whether the lock is made only to ask whether somebody holds it."""
    made = f"{call.callee}()."
    uses = [other for other in module.facts.calls if other.function == call.function and other.callee.startswith(made)]
    chained = [other for other in uses if other.start == call.start]
    used = {other.callee.removeprefix(made) for other in chained or uses}
    return bool(used) and used <= {"locked", "owned"}


def _lock_class(project: Project, callee: str) -> str:
    names = project.query(types).names(callee)
    return next((each for each in names if each.endswith(".lock.Lock") and project.library.client(each)), "")


def _violation(rule: Rule, module: Module, call: Call, message: str, subject: str) -> Violation:
    return rule.violation(
        module,
        (call.start, call.end),
        message=message,
        subject=subject,
        scope=module.scope(call.function, call.owner),
    )
