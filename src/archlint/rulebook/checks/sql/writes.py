"""SQL004: writes that belong together and are committed one by one."""

from collections.abc import Iterator
from typing import NamedTuple

from archlint.facts import model
from archlint.facts.model import Call
from archlint.model import Step, Violation
from archlint.project.asides import is_test
from archlint.project.effects import Effect, Effects
from archlint.project.program import Module, Project
from archlint.project.transactions import Transactions
from archlint.rulebook.model import Rule

ATOMIC_REQUESTS = "atomic-requests"
"""The code of a candidate that says that Django runs every request in a transaction."""
_OFTEN_LATER = model.IN_CONDITION | model.IN_HANDLER
_DJANGO = "django."
_OF_ONE_OBJECT = frozenset(f"django.db.models.Model.{name}" for name in ("save", "asave", "delete", "adelete"))
_MOSTLY_READS = ("get_or_create", "aget_or_create")


class _Write(NamedTuple):
    call: Call
    effect: Effect


def unguarded_writes(project: Project, rule: Rule) -> Iterator[Violation]:
    """SQL004: two writes in one function, each committed by itself; a crash between them leaves half of the work."""
    effects = project.query(Effects)
    atomic_requests = any(
        each.code == ATOMIC_REQUESTS for module in project.modules for each in module.facts.candidates
    )
    for key in sorted({*effects.of, *_services(project)}):
        module, index = project.by_name[key.rpartition("#")[0]], int(key.rpartition("#")[2])
        if index < 0 or is_test(module) or _is_script(module):
            continue
        writes = sorted(_writes(project, module, key), key=lambda each: each.call.start)
        if atomic_requests:
            writes = [each for each in writes if not each.effect.name.startswith(_DJANGO)]
        distinct: dict[object, _Write] = {}
        for write in writes:
            distinct.setdefault(_identity(write), write)
        if len(distinct) > 1 and not _is_called_in_transaction(project, key):
            yield _violation(rule, module, list(distinct.values()))


def _identity(write: _Write) -> object:
    """Return what tells writes apart: an object that is saved twice shows its progress, and is one."""
    return write.call.callee if write.effect.name in _OF_ONE_OBJECT else write.call.start


def _is_script(module: Module) -> bool:
    return not {"migrations", "versions", "alembic", "commands", "scripts"}.isdisjoint(module.words)


def _services(project: Project) -> Iterator[str]:
    known = project.query(Effects).reach("writes")
    return (key for key in known if key.rpartition("#")[0] in project.by_name)


def _writes(project: Project, module: Module, key: str) -> Iterator[_Write]:
    """Yield the writes that surely happen each time the function runs, and that are committed at once."""
    effects, transactions = project.query(Effects), project.query(Transactions)
    for effect in effects.of.get(key, ()):
        if effect.kind != "writes" or not _is_sure(effect.call) or not _commits_at_once(project, effect):
            continue
        if not transactions.may_be_around(module, effect.call):
            yield _Write(effect.call, effect)
    index = int(key.rpartition("#")[2])
    for site, reach in effects.through(module, index, "writes"):
        if isinstance(site.use, Call) and _is_sure(site.use) and not transactions.may_be_around(module, site.use):
            effect = reach.effect
            if reach.calls or not _is_sure(effect.call) or not _commits_at_once(project, effect, pool_only=True):
                continue
            if not transactions.may_be_around(effect.module, effect.call):
                yield _Write(site.use, effect)


def _is_sure(call: Call) -> bool:
    return not call.flags & _OFTEN_LATER


def _commits_at_once(project: Project, effect: Effect, *, pool_only: bool = False) -> bool:
    """Tell whether a write is its own transaction; a connection that was passed in may be in one already."""
    if not effect.certain or effect.name.endswith(_MOSTLY_READS):
        return False
    if not project.library.commits_at_once(effect.name.rpartition(".")[0]):
        return False
    if effect.name.startswith("asyncpg.Connection"):
        receiver = effect.call.callee.rpartition(".")[0]
        return not pool_only and not receiver.endswith("{}") and "." in receiver and "acquire" in receiver
    return not pool_only or not effect.name.startswith(_DJANGO)


def _is_called_in_transaction(project: Project, key: str) -> bool:
    """Tell whether the function runs in a transaction: by a decorator, by what it registers, or by some caller."""
    transactions = project.query(Transactions)
    module, index = project.by_name[key.rpartition("#")[0]], int(key.rpartition("#")[2])
    if transactions.may_be_decorated(module, index):
        return True
    if any(call.function == index and call.callee.endswith(".on_commit") for call in module.facts.calls):
        return True
    for caller, site in project.query(Effects).callers_of(key):
        if isinstance(site.use, Call) and transactions.may_be_around(site.module, site.use):
            return True
        if any(
            isinstance(outer.use, Call) and transactions.may_be_around(outer.module, outer.use)
            for _, outer in project.query(Effects).callers_of(caller)
        ):
            return True
    return False


def _violation(rule: Rule, module: Module, writes: list[_Write]) -> Violation:
    first, second, *_ = writes
    return rule.violation(
        module,
        (second.call.start, second.call.end),
        message="the second write is committed by itself; a crash before it leaves half of the work; use a transaction",
        subject=second.effect.name,
        scope=module.scope(second.call.function, second.call.owner),
        trace=(Step("the first write is committed here", module.place(first.call.start, first.call.end)),),
    )
