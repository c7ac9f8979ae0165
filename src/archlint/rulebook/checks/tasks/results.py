"""TSK003: a task that waits for the result of another task."""

from collections.abc import Iterator

from archlint.facts.model import Call
from archlint.model import Step, Violation
from archlint.project.asides import is_test
from archlint.project.celery_tasks import CeleryTasks
from archlint.project.program import Module, Project
from archlint.project.sites import Sites
from archlint.project.types import Types, types
from archlint.project.uses import Calls, last_word
from archlint.rulebook.model import Rule

_WAITS = frozenset(f"celery.result.{each}" for each in (
    "AsyncResult.get", "AsyncResult.wait", "ResultSet.get", "ResultSet.join", "ResultSet.join_native",
))  # fmt: skip
_WORDS = frozenset(map(last_word, _WAITS))
_ON_PURPOSE = frozenset({"disable_sync_subtasks", "timeout=0"})


def blocking_task_result(project: Project, rule: Rule) -> Iterator[Violation]:
    """TSK003: a worker waits for another, which may wait for a worker that is free."""
    resolver, tasks = project.query(types), project.query(CeleryTasks)
    waiting = project.query(Calls).meaning(_WORDS, lambda callee: _waits(resolver, callee))
    for module, call, _ in waiting if tasks.tasks or tasks.methods else ():
        if is_test(module) or call.function < 0 or any(name in _ON_PURPOSE for name, _ in call.arguments):
            continue
        key = f"{module.name}#{call.function}"
        if tasks.is_task(key):
            yield _violation(rule, module, call)
            continue
        caller = _calling_task(project, tasks, key)
        if caller is not None:
            yield _violation(rule, module, call, caller)


def _waits(resolver: Types, callee: str) -> bool:
    values = resolver.infer(callee)
    names = {name for value in values for name in resolver.names_of(value) if value.kind == "object"}
    return not _WAITS.isdisjoint(names) and not any("EagerResult" in value.receiver for value in values)


def _calling_task(project: Project, tasks: CeleryTasks, key: str) -> Step | None:
    """Return the step at which a task calls a function."""
    for caller in (*tasks.tasks, *tasks.methods):
        for site in project.query(Sites).within(caller):
            if site.target == key:
                _, function = project.function(caller)
                return Step(f"the task `{function.qualname}` calls it", site.module.place(site.use.start, site.use.end))
    return None


def _violation(rule: Rule, module: Module, call: Call, caller: Step | None = None) -> Violation:
    return rule.violation(
        module,
        (call.start, call.end),
        message="a task waits for another, and when all workers wait none is left to work; use a chain or a chord",
        subject=call.callee.rpartition(".")[2],
        scope=module.scope(call.function, call.owner),
        trace=(caller, Step("and waits here", module.place(call.start, call.end))) if caller is not None else (),
    )
