"""The rule about tasks that nothing keeps, as far as calls alone show it."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Call
from archlint.model import Violation
from archlint.project.program import Project
from archlint.project.types import Types, types
from archlint.project.uses import Calls
from archlint.rulebook.checks.asynchrony.names import MAKER_NAMES, TASK_MAKERS
from archlint.rulebook.model import Rule

_SCHEDULERS = frozenset({"add_signal_handler", "call_at", "call_later", "call_soon", "call_soon_threadsafe"})
_WORDS = MAKER_NAMES | _SCHEDULERS
_LOOP = "asyncio.AbstractEventLoop."
_TASK = "asyncio.Task"


def dropped_task(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY004: a task whose only reference is dropped where it is made, or by the loop that calls the maker."""
    resolver = project.query(types)
    calls = project.query(Calls)
    for module, call in calls.of(calls.callees(_WORDS.__contains__)):
        if project.by_name[module.name] is not module:
            continue
        if _drops(resolver, call) or _schedules_maker(project, resolver, call):
            yield rule.violation(
                module,
                (call.start, call.end),
                message="nothing keeps the task, which may be garbage-collected before it ends; its error is lost",
                subject="asyncio.create_task",
                scope=module.scope(call.function, call.owner),
            )


def _drops(resolver: Types, call: Call) -> bool:
    if not call.flags & model.STATEMENT or call.flags & model.AWAITED:
        return False
    return _makes_task(resolver, call.callee)


def _makes_task(resolver: Types, reference: str) -> bool:
    if reference.rpartition(".")[2] not in MAKER_NAMES:
        return False
    return not set(TASK_MAKERS).isdisjoint(resolver.names(reference))


def _schedules_maker(project: Project, resolver: Types, call: Call) -> bool:
    """Tell whether the loop is told to make a task later, directly or by a lambda: what callbacks return is dropped."""
    if call.callee.rpartition(".")[2] not in _SCHEDULERS or not call.arguments:
        return False
    if not any(name.startswith(_LOOP) for name in resolver.names(call.callee)):
        return False
    return any(_is_maker(project, resolver, value) for _, value in call.arguments)


def _is_maker(project: Project, resolver: Types, reference: str) -> bool:
    if _makes_task(resolver, reference):
        return True
    for value in resolver.infer(reference) if "#" in reference and "(" not in reference else ():
        if value.is_function:
            _, function = project.function(value.name)
            if function.name == "<lambda>":
                return any(value.name == _TASK for each in function.values for value in resolver.infer(each))
    return False
