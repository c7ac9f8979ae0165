"""EVT003, EVT007 and TSK007: what is sent although, or before, what it tells of is stored."""

import re
from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.branches import exclude
from archlint.model import Severity, Step, Violation
from archlint.project.asides import is_test
from archlint.project.celery_tasks import CeleryTasks, Task
from archlint.project.classes import ClassTable
from archlint.project.effects import Effects
from archlint.project.program import Module, Project
from archlint.project.timeline import OUTBOX, STORED, Act, Timelines
from archlint.project.transactions import Transactions
from archlint.project.types import types
from archlint.project.withs import spot
from archlint.rulebook.model import Rule

_ENDS = frozenset({"stop", "close", "aclose", "shutdown", "disconnect", "terminate", "join"})
_PERHAPS = model.IN_CONDITION | model.IN_HANDLER
_REDIS = frozenset({"aioredis", "redis", "valkey"})
_TELLING = re.compile(r"publish|emit|send|notif|dispatch|produc|broadcast|event|messag|relay|push|announce", re.I)


def dual_write(project: Project, rule: Rule) -> Iterator[Violation]:
    """EVT003: a function stores something and then tells a broker of it, with nothing around both."""
    timelines, transactions = project.query(Timelines), project.query(Transactions)
    for key, module in _functions(project, ("publishes",)):
        acts = timelines.of(key)
        for sent in acts:
            if sent.kind != "publishes" or sent.call.flags & model.IN_HANDLER or not _tells(sent):
                continue
            stored = _stored_before(acts, sent)
            if stored is None or _early(project, acts, sent) is not None:
                continue
            if transactions.may_be_around(module, sent.call) and transactions.may_be_around(module, stored.call):
                continue
            yield rule.violation(
                module,
                spot(module, sent.call),
                message=(
                    f"`{stored.what}` stores, then `{sent.what}` publishes, and a crash in between loses the message; "
                    "store the message in the same transaction (an outbox) and relay it"
                ),
                subject=sent.what,
                scope=module.scope(sent.call.function, sent.call.owner),
                severity=Severity.NOTE if sent.promised or stored.promised or _is_volatile(sent) else None,
                trace=(*stored.steps("something is stored here"), *sent.steps("the message is published here")),
            )
            break


def _is_volatile(sent: Act) -> bool:
    """Tell whether a message goes by Redis' `publish`, which loses it anyway where nobody listens at the moment."""
    name = sent.effect.name
    return name.partition(".")[0] in _REDIS and name.endswith((".publish", ".spublish"))


def published_before_commit(project: Project, rule: Rule) -> Iterator[Violation]:
    """EVT007: a message goes out before the transaction that it tells of is committed."""
    yield from _before_commit(
        project,
        rule,
        "publishes",
        "goes out before the commit, so its readers may be told of what is never committed; publish after it",
    )


def enqueued_before_commit(project: Project, rule: Rule) -> Iterator[Violation]:
    """TSK007: a task is queued while the transaction that it needs is still open."""
    yield from _before_commit(
        project,
        rule,
        "enqueues",
        "queues the task before the commit, so the worker may look before the rows are there; queue it on commit",
    )


def _before_commit(project: Project, rule: Rule, kind: str, what: str) -> Iterator[Violation]:
    timelines = project.query(Timelines)
    for key, module in _functions(project, (kind,)):
        acts = timelines.of(key)
        for sent in acts:
            if sent.kind != kind or sent.call.flags & model.IN_HANDLER or _is_put_off(sent):
                continue
            early = _early(project, acts, sent)
            if early is not None and not _waits_for_commit(project, sent):
                yield rule.violation(
                    module,
                    spot(module, sent.call),
                    message=f"`{sent.what}` {what}",
                    subject=sent.what,
                    scope=module.scope(sent.call.function, sent.call.owner),
                    severity=Severity.NOTE if sent.promised else None,
                    trace=(*sent.steps("the message goes out here"), *early),
                )


def _is_put_off(sent: Act) -> bool:
    """Tell whether a task is to run later, when the transaction is over: `apply_async(countdown=10)`."""
    return any(name in ("countdown", "eta") for name, _ in sent.effect.call.arguments)


def _early(project: Project, acts: list[Act], sent: Act) -> tuple[Step, ...] | None:
    """Return what shows that a transaction is open where something is sent; nothing if it is not known to be."""
    if sent.promised:
        return _promised_commit(acts, sent)
    transactions = project.query(Transactions)
    module = sent.module
    if transactions.around(module, sent.call) is not None or transactions.is_decorated(module, sent.call.function):
        return ()
    before = [
        act for act in acts if act.call.start < sent.call.start and act.kind in STORED and _may_precede(act, sent)
    ]
    if not before or before[-1].kind == "commits" or (before[-1].through and before[-1].kind != "stages"):
        return None
    pending = before[-1]
    if _commits_at_once(project, pending):
        return None
    behind = (act for act in acts if act.kind == "commits" and _ends_behind(act, sent))
    later = [act for act in behind if not exclude(sent.call.flags, act.call.flags)]
    commit = next((act for act in later if not act.call.flags & model.IN_HANDLER), None)
    if commit is not None:
        return tuple(commit.steps("it is committed here"))
    return _committed_by_dependency(project, sent) if pending.kind == "stages" and not later else None


def _committed_by_dependency(project: Project, sent: Act) -> tuple[Step, ...] | None:
    """Return where the session that FastAPI passes is committed: behind the `yield` of what the endpoint depends on."""
    resolver, commits = project.query(types), project.query(Effects).reach("commits")
    transactions = project.query(Transactions)
    function = sent.module.facts.functions[sent.call.function]
    defaults = [each.default for each in function.parameters if each.default and not each.default.startswith("=")]
    for value in (each for default in defaults for each in resolver.infer(default) if each.kind == "generator"):
        reach = commits.get(value.name)
        if reach is not None and reach.site is None and not reach.effect.call.flags & _PERHAPS:
            effect = reach.effect
            return (Step("it is committed here", effect.module.place(*spot(effect.module, effect.call))),)
        module, _ = project.function(value.name)
        blocks = transactions.blocks(module, int(value.name.rpartition("#")[2]))
        for block in filter(lambda each: transactions.opens(each.entered), blocks):
            return (Step("it is committed at the end", module.place(block.entering.start, block.entering.end)),)
    return None


def _ends_behind(act: Act, sent: Act) -> bool:
    """Tell whether something is done after something is sent; a `with` is left at its last statement."""
    return act.call.start > sent.call.start and act.call.end >= sent.call.end


def _promised_commit(acts: list[Act], sent: Act) -> tuple[Step, ...] | None:
    """Return where a port promises to commit what another one has stored before something is sent; nothing if none."""
    stored = [
        act for act in acts if act.promised and act.kind == "writes" and not exclude(sent.call.flags, act.call.flags)
    ]
    before = [act for act in stored if act.call.start < sent.call.start and _may_precede(act, sent)]
    later = (act for act in stored if act.call.start > sent.call.end and not act.call.flags & model.IN_HANDLER)
    commit = next(filter(_is_commit, later), None)
    if not before or _is_commit(before[-1]) or commit is None:
        return None
    return tuple(commit.steps("it is committed here"))


def _is_commit(act: Act) -> bool:
    return act.effect.name.endswith(".commit")


def _waits_for_commit(project: Project, sent: Act) -> bool:
    """Tell whether a task has a class of the project with a way of its own to be queued, which may wait."""
    receiver, _, method = sent.effect.call.callee.rpartition(".")
    tasks = project.query(CeleryTasks).tasks
    declared = (tasks.get(value.name) for value in project.query(types).infer(receiver))
    return any(each is not None and _overrides(project, each, method) for each in declared)


def _overrides(project: Project, task: Task, method: str) -> bool:
    resolver, table = project.query(types), project.query(ClassTable)
    wanted = {method, "apply_async"}
    return any(
        not wanted.isdisjoint(table.own_members(owner))
        for base in resolver.infer(f"{task.module.name}.{task.keywords.get('base', '')}")
        if base.is_class
        for owner in resolver.order(base.name)
        if "@" in owner
    )


def _tells(sent: Act) -> bool:
    """Tell whether a function that reaches a broker is there to tell of something: not `stop_tasks`, not `Bus.stop`."""
    ends = sent.through.rpartition(".")[2] in _ENDS
    return not sent.through or (_TELLING.search(sent.through) is not None and not ends)


def _commits_at_once(project: Project, act: Act) -> bool:
    return act.kind == "writes" and project.library.commits_at_once(act.effect.name.rpartition(".")[0])


def _stored_before(acts: list[Act], sent: Act) -> Act | None:
    """Return the last thing that is surely stored before something is sent."""
    found = None
    for act in acts:
        if act.call.start >= sent.call.start:
            break
        if act.kind in ("writes", "commits") and not act.call.flags & model.IN_HANDLER and _may_precede(act, sent):
            found = act
    return found


def _may_precede(stored: Act, sent: Act) -> bool:
    """Tell whether both may happen in one run: a conditional one counts only if the other is conditional too."""
    if exclude(stored.call.flags, sent.call.flags):
        return False
    return not stored.call.flags & model.IN_CONDITION or bool(sent.call.flags & model.IN_CONDITION)


def _functions(project: Project, kinds: tuple[str, ...]) -> Iterator[tuple[str, Module]]:
    for key in project.query(Timelines).keys(kinds):
        module, function = project.function(key)
        if not is_test(module) and not OUTBOX.search(function.qualname):
            yield key, module
