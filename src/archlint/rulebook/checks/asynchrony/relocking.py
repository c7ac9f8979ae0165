"""The second half of ASY006: an `asyncio.Lock` that a task waits for while it holds it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from archlint.facts import model
from archlint.facts.model import Call
from archlint.model import Step, Violation
from archlint.project.calls import CallGraph, call_graph
from archlint.project.classes import ClassTable
from archlint.project.program import Project
from archlint.project.types import types
from archlint.project.uses import Calls
from archlint.rulebook.model import Rule

_ENDS = frozenset({"__aenter__", "__aexit__"})
_RAISE = frozenset({"anyio.Lock", "trio.Lock"})
"""Locks that say so when the task that holds them takes them again, instead of having it wait."""
_LOCKS = _RAISE | {"asyncio.Lock", "asyncio.Condition"}


class _Lock(NamedTuple):
    """A lock as one function sees it: its class, what names it in the whole program; each object may have its own."""

    class_: str
    identity: str
    of_object: bool
    name: str


class _Hold(NamedTuple):
    """A stretch of one function (offsets) in which it holds a lock."""

    lock: _Lock
    taken: Call
    end: int


def relocked(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY006: a lock that is not re-entrant is taken again, in its own block or by what is awaited there."""
    locks = project.query(_Locks)
    for key, holds in locks.holds.items():
        for hold in holds:
            found = locks.taken_again(key, hold)
            if found is not None:
                yield _violation(project, rule, key, hold, found)


class _Locks:
    """Every hold of a lock whose type is known, by function (`module#index`)."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._resolver = project.query(types)
        self._graph: CallGraph = project.query(call_graph)
        self._calls: dict[str, dict[int, list[Call]]] = {}
        self.holds: dict[str, list[_Hold]] = {}
        self._collect()

    def _collect(self) -> None:
        open_: dict[str, list[tuple[str, _Lock, Call]]] = {}
        for module, call in self._project.query(Calls).named(_ENDS):
            reference, _, method = call.callee.rpartition(".")
            if call.function < 0 or method not in _ENDS:
                continue
            key = f"{module.name}#{call.function}"
            if method == "__aenter__":
                lock = self._lock(reference)
                if lock is not None:
                    open_.setdefault(key, []).append((reference, lock, call))
                continue
            waiting = open_.get(key, [])
            if waiting and waiting[-1][0] == reference:
                _, lock, taken = waiting.pop()
                self.holds.setdefault(key, []).append(_Hold(lock, taken, call.end))

    def _lock(self, reference: str) -> _Lock | None:
        values = self._resolver.infer(reference) if "|" not in reference else ()
        class_ = next((each.name for each in values if each.kind == "instance" and each.name in _LOCKS), "")
        if not class_:
            return None
        receiver, _, name = reference.rpartition(".")
        if _is_own(receiver):
            owner = self._owner(receiver.removesuffix("{}"), name)
            return _Lock(class_, f"{owner}.{name}", receiver.endswith("{}"), name) if owner else None
        return _Lock(class_, reference, False, name) if reference.replace(".", "").isidentifier() else None

    def _owner(self, key: str, name: str) -> str:
        """Return the class in whose body or methods the attribute is made that instances of `key` have."""
        table = self._project.query(ClassTable)
        for owner in self._resolver.order(key):
            member = table.own_members(owner).get(name) if "@" in owner else None
            if member is not None:
                return owner if member.attribute is not None else ""
        return ""

    def taken_again(self, key: str, hold: _Hold) -> list[tuple[str, Call]] | None:
        """Return the calls, each with its function, from inside the hold to where its lock is taken again."""
        within = (hold.taken.end, hold.end)
        if self._releases(key, hold.lock):
            return None
        queue: list[tuple[str, tuple[int, int], list[tuple[str, Call]]]] = [(key, within, [])]
        seen: set[str] = set()
        for function, (start, end), path in queue:
            again = self._taken(function, hold, start, end)
            if again is not None:
                return [*path, (function, again)]
            for call, target in self._onward(function, start, end, hold.lock):
                if target not in seen:
                    seen.add(target)
                    queue.append((target, (0, 1 << 60), [*path, (function, call)]))
        return None

    def _onward(self, key: str, start: int, end: int, lock: _Lock) -> Iterator[tuple[Call, str]]:
        """Yield what a function awaits in a stretch and may take the same lock there, each with the call."""
        for call in self._calls_of(key):
            if start <= call.start < end and call.flags & model.AWAITED:
                for target in self._same_object(call, lock):
                    if not self._is_of_another(key, target) and not self._releases(target, lock):
                        yield call, target

    def _is_of_another(self, caller: str, target: str) -> bool:
        """Tell whether a method of a subclass is called where its own method of the caller's name runs instead."""
        (above, calling), (below, called) = self._project.function(caller), self._project.function(target)
        base, subclass = f"{above.name}@{calling.owner}", f"{below.name}@{called.owner}"
        if min(calling.owner, called.owner) < 0 or base == subclass:
            return False
        order = self._resolver.order(subclass)
        between = order[: order.index(base)] if base in order else ()
        table = self._project.query(ClassTable)
        own = [table.own_members(each).get(calling.name) for each in between if "@" in each]
        overriding = [
            f"{self._project.class_(each.owner)[0].name}#{number}" for each in own if each for number in each.functions
        ]
        again = f"%.{calling.name}"
        return bool(overriding) and not any(
            call.callee.endswith(again) for key in overriding for call in self._calls_of(key)
        )

    def _taken(self, key: str, hold: _Hold, start: int, end: int) -> Call | None:
        for other in self.holds.get(key, ()):
            if other.lock.identity == hold.lock.identity and start <= other.taken.start < end:
                return other.taken
        return None

    def _releases(self, key: str, lock: _Lock) -> bool:
        """Tell whether a function gives the lock back on its way, or asks whether it is taken."""
        asked = (f".{lock.name}.release", f".{lock.name}.locked", f"{lock.name}.release", f"{lock.name}.locked")
        return any(call.callee.endswith(asked) for call in self._calls_of(key))

    def _same_object(self, call: Call, lock: _Lock) -> Iterator[str]:
        """Yield what a call runs, if the lock is for all or it is a call of the very object that has the lock."""
        if not lock.of_object or _is_own(call.callee.rpartition(".")[0].removesuffix("%")):
            yield from self._graph.called(call)

    def _calls_of(self, key: str) -> list[Call]:
        name, _, number = key.rpartition("#")
        if name not in self._calls:
            self._calls[name] = {}
            for call in self._project.by_name[name].facts.calls:
                self._calls[name].setdefault(call.function, []).append(call)
        return self._calls[name].get(int(number), [])


def _is_own(receiver: str) -> bool:
    """Tell whether a receiver is written as `self` or `cls` (another instance has its class's dotted name)."""
    return receiver.removesuffix("{}").rpartition("@")[2].isdigit() and "@" in receiver


def _violation(project: Project, rule: Rule, key: str, hold: _Hold, found: list[tuple[str, Call]]) -> Violation:
    module, function = project.function(key)
    first, last = found[0][1], found[-1][0]
    _, taker = project.function(last)
    where = "here" if len(found) == 1 else f"by `{taker.qualname}`, which is awaited here,"
    lock = hold.lock
    what = "with an error" if lock.class_ in _RAISE else "for ever"
    return rule.violation(
        module,
        (first.start, first.end),
        message=f"`{lock.name}` is held, and taken again {where} {what}, since `{lock.class_}` is not re-entrant",
        subject=lock.name,
        scope=function.qualname,
        help_="do the work in a method that expects the lock to be held, and call that from both",
        trace=tuple(_steps(project, hold, key, found)) if len(found) > 1 else (),
    )


def _steps(project: Project, hold: _Hold, key: str, found: list[tuple[str, Call]]) -> Iterator[Step]:
    module, function = project.function(key)
    yield Step(f"`{function.qualname}` takes `{hold.lock.name}`", module.place(hold.taken.start, hold.taken.end))
    for (caller, call), (callee, _) in pairwise(found):
        module, function = project.function(caller)
        _, target = project.function(callee)
        yield Step(f"`{function.qualname}` awaits `{target.qualname}`", module.place(call.start, call.end))
    last, again = found[-1]
    module, function = project.function(last)
    yield Step(f"`{function.qualname}` takes `{hold.lock.name}` again", module.place(again.start, again.end))
