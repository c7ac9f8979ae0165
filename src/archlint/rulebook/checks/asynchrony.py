"""The rules about asynchronous code."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Call
from archlint.model import Severity, Violation
from archlint.project.layers import is_test
from archlint.project.library import Blocking
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.rulebook.model import Rule

_IN_MEMORY = ("'/proc/", '"/proc/', "'/sys/", '"/sys/')
OWN = "configured"
"""The kind of what the user's own configuration calls blocking."""
_NO_WAIT = frozenset({"block", "blocking", "timeout"})


def blocking_call(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY001: a blocking API called, not awaited, in the body of an async function."""
    resolver = project.query(types)
    for module in project.modules:
        functions = module.facts.functions
        for call in module.facts.calls:
            if call.function < 0 or call.flags & model.AWAITED or not functions[call.function].is_async:
                continue
            blocking = blocking_api(project, resolver, call.callee)
            if blocking is not None and waits(module, call, blocking):
                yield _violation(rule, module, call, blocking)


def blocking_api(project: Project, resolver: Types, callee: str) -> Blocking | None:
    """Return the blocking API that a callee is; `None` when it may also be something that does not block."""
    found: Blocking | None = None
    for value in resolver.infer(callee):
        blocks = None
        if value.kind == "object":
            blocks = next(filter(None, (_known(project, name) for name in resolver.names_of(value))), None)
        if blocks is None:
            return None
        found = found or blocks
    return found


def _known(project: Project, name: str) -> Blocking | None:
    own = project.architecture.blocking.get(name)
    return Blocking(name, OWN, Severity.ERROR, own) if own is not None else project.library.blocking(name)


def waits(module: Module, call: Call, blocking: Blocking) -> bool:
    """Tell whether a call of a blocking API can really block, as far as its literal arguments say."""
    arguments = dict(call.arguments)
    first = call.arguments[0][1] if call.arguments and not call.arguments[0][0] else ""
    if blocking.kind == "sleep":
        return first not in ("=0", "=0.0")
    if blocking.kind == "lock":
        if any(arguments.get(name) in ("=False", "=0", "=0.0") for name in _NO_WAIT):
            return False
        return not (first == "=False" and blocking.api.endswith((".acquire", ".get")))
    if blocking.kind == "file":
        return not _in_memory(module, call, first)
    return True


def _in_memory(module: Module, call: Call, first: str) -> bool:
    """Files under `/proc` and `/sys` are answered from memory, opened directly or through a `Path`."""
    if first[1:].startswith(_IN_MEMORY):
        return True
    if not call.callee.startswith("pathlib.Path()."):
        return False
    inner = [
        each for each in module.facts.calls if each.callee == "pathlib.Path" and each.start == call.start
    ]
    return any(argument[1:].startswith(_IN_MEMORY) for each in inner for _, argument in each.arguments[:1])


def _violation(rule: Rule, module: Module, call: Call, blocking: Blocking) -> Violation:
    function = module.facts.functions[call.function]
    return rule.violation(
        module,
        (call.start, call.end),
        message=f"`{blocking.api}` blocks the event loop ({blocking.kind}) in `async def {function.name}`; {blocking.instead}",
        subject=blocking.api,
        scope=function.qualname,
        severity=Severity.NOTE if is_test(module) else blocking.severity,
    )
