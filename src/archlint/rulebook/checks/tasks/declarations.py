"""TSK001, TSK002, TSK004, TSK006 and TSK008: how tasks are declared and retried."""

from collections.abc import Iterator

from archlint.facts.model import Call
from archlint.model import Violation
from archlint.project.asides import is_test
from archlint.project.celery_tasks import CeleryTasks, Task
from archlint.project.importers import importers_of
from archlint.project.ports import subclasses
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls
from archlint.rulebook.model import Rule

RETRY = "celery-retry"
_LIMITS = ("time_limit", "soft_time_limit")
_DECORATORS = frozenset({"celery.shared_task", "celery.Celery.task"})
_NEVER = frozenset({"celery_aio_pool", "aio_celery"})
"""Packages with which Celery awaits tasks."""


def fixed_task_retry(project: Project, rule: Rule) -> Iterator[Violation]:
    """TSK001: every retry waits equally long, so that all that failed together come back together."""
    resolver = project.query(types)
    for module in project.modules:
        for candidate in module.facts.candidates:
            if candidate.code != RETRY or candidate.subject != "constant" or is_test(module):
                continue
            if "celery.Task.retry" in resolver.names(candidate.reference):
                yield rule.violation(
                    module,
                    (candidate.start, candidate.end),
                    message=("every retry waits equally long; let the delay grow with `self.request.retries`"),
                    subject="celery.Task.retry",
                    scope=module.scope(candidate.function, candidate.owner),
                )
    for task in _tasks(project):
        if "autoretry_for" in task.keywords and task.keywords.get("retry_backoff", "False") == "False":
            yield _violation(rule, task, "is retried after the same delay each time; add `retry_backoff=True`")


def task_without_time_limit(project: Project, rule: Rule) -> Iterator[Violation]:
    """TSK002: neither the task nor the app limits how long it may run."""
    tasks = project.query(CeleryTasks)
    if tasks.sets_for_all("task_time_limit", "task_soft_time_limit"):
        return
    for task in _tasks(project):
        if not any(limit in task.keywords for limit in _LIMITS):
            yield _violation(rule, task, "may run for ever and keep its worker; give it a `time_limit`")


def async_task(project: Project, rule: Rule) -> Iterator[Violation]:
    """TSK004: Celery calls the task and never awaits what it gets."""
    if importers_of(project, _NEVER):
        return
    for task in project.query(CeleryTasks).tasks.values():
        _, function = project.function(task.key)
        if function.is_async and not is_test(task.module):
            yield _violation(
                rule, task, "is a coroutine function, which Celery never awaits; run it with `asyncio.run`"
            )


def late_ack_without_idempotency(project: Project, rule: Rule) -> Iterator[Violation]:
    """TSK006: a task that is retried is acknowledged before it runs, so that a killed worker loses it."""
    tasks = project.query(CeleryTasks)
    if tasks.sets_for_all("task_acks_late"):
        return
    retried = {
        f"{module.name}#{each.function}"
        for module in project.modules
        for each in module.facts.candidates
        if each.code == RETRY
    }
    for task in _tasks(project):
        is_retried = task.key in retried or "autoretry_for" in task.keywords
        if is_retried and task.keywords.get("acks_late", "False") == "False":
            yield _violation(
                rule, task, "is retried, but lost if its worker dies; make it idempotent and set `acks_late=True`"
            )


def unbounded_task_retry(project: Project, rule: Rule) -> Iterator[Violation]:
    """TSK008: `max_retries=None` in the decorator of a task, or in the body of a task class."""
    for module, call, subject in project.query(Calls).of_apis(_DECORATORS):
        if ("max_retries", "=None") in call.arguments and not _limits_retries(module, call):
            yield rule.violation(
                module,
                (call.start, call.end),
                message=rule.message,
                subject=subject,
                scope=module.scope(call.function, call.owner),
            )
    for key in project.query(subclasses).get("celery.Task", ()):
        module, fact = project.class_(key)
        for attribute in fact.attributes:
            if attribute.name == "max_retries" and attribute.in_body and attribute.values == ("",):
                yield rule.violation(
                    module,
                    (attribute.start, attribute.end),
                    message=rule.message,
                    subject="celery.Task.max_retries",
                    scope=fact.qualname,
                )


def _limits_retries(module: Module, decorator: Call) -> bool:
    """Tell whether the function under a decorator passes `max_retries` where it is retried."""
    below = min(
        ((each.start, index) for index, each in enumerate(module.facts.functions) if each.start > decorator.end),
        default=(0, -1),
    )[1]
    retries = {each.start for each in module.facts.candidates if each.code == RETRY and each.function == below}
    return any(
        each.start in retries and any(name == "max_retries" for name, _ in each.arguments)
        for each in module.facts.calls
    )


def _tasks(project: Project) -> Iterator[Task]:
    return (
        task
        for task in project.query(CeleryTasks).tasks.values()
        if "**" not in task.keywords and not is_test(task.module)
    )


def _violation(rule: Rule, task: Task, what: str) -> Violation:
    candidate = task.declaration
    return rule.violation(
        task.module,
        (candidate.start, candidate.end),
        message=f"the task `{candidate.subject}` {what}",
        subject=candidate.subject,
        scope=candidate.subject,
    )
