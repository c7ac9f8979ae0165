"""What one function does to databases, brokers and queues, in the order of its text, by itself or through its calls."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from archlint.facts import model
from archlint.facts.model import Call
from archlint.model import Step
from archlint.project.calls import USES
from archlint.project.effects import Effect, Effects
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.transactions import Transactions
from archlint.project.types import types
from archlint.project.uses import CalledWords, last_word, other_spellings, spellings
from archlint.project.values import Value
from archlint.project.withs import ENTERS, spot

STORED = ("writes", "commits", "stages")
SENT = ("publishes", "enqueues")
_WAITING = frozenset({"asyncio.wait_for", "asyncio.shield"})
OUTBOX = re.compile(r"outbox|out_box", re.I)

_SWITCHES = {
    **dict.fromkeys(
        SENT, re.compile(r"broadcast|publish|notif|send|emit|enqueue|dispatch|schedul|trigger|queue|async")
    ),
    **dict.fromkeys(STORED, re.compile(r"commit|save|flush|persist|write|store")),
}
"""What arguments are called without which a function does not do what it does otherwise, by kind of effect."""
_PROMISES = {
    "publishes": (
        re.compile(r"(?:Publisher|EventBus|MessageBus|Broker|Producer)(?:Port)?$"),
        re.compile(r"^(?:publish|emit|send|produce)(?:_\w+)?$"),
    ),
    "writes": (
        re.compile(r"(?:Repository|UnitOfWork|EventStore)(?:Port)?$"),
        re.compile(r"^(?:save|add|update|delete|remove|append|persist|commit|insert|upsert)(?:_\w+)?$"),
    ),
}
"""What ports promise by their own names and those of their methods."""


class Act(NamedTuple):
    """One call of a function: the kind of its effect, the effect itself, and through which function (empty: none).

    `promised` says that only a port promises it, by its name and its method's, and no adapter is in the project.
    """

    kind: str
    module: Module
    call: Call
    effect: Effect
    through: str = ""
    promised: bool = False

    @property
    def what(self) -> str:
        """The API, or the function that uses it."""
        return self.through or self.effect.name or self.effect.statement

    def steps(self, text: str) -> Iterator[Step]:
        """Yield the steps that explain where the effect is."""
        yield Step(text, self.module.place(*spot(self.module, self.call)))
        if self.through:
            effect = self.effect
            yield Step(f"`{effect.name or effect.statement}`", effect.module.place(*spot(effect.module, effect.call)))


class Timelines:
    """The acts of every function; reached by `project.query(Timelines)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._effects: Effects = project.query(Effects)
        self._promised: dict[str, list[Act]] = {}
        promised = project.query(PROMISED)
        for module in project.modules:
            for kind, number, name in promised[module.path]:
                call = module.facts.calls[number]
                act = Act(kind, module, call, Effect(kind, name, module, call, certain=False), promised=True)
                self._promised.setdefault(f"{module.name}#{call.function}", []).append(act)

    def keys(self, kinds: tuple[str, ...]) -> list[str]:
        """Return the functions that have an act of one of these kinds."""
        found = {key for kind in kinds for key in self._effects.reach(kind)}
        found |= {key for key, acts in self._promised.items() if any(act.kind in kinds for act in acts)}
        return sorted(
            key for key in found if key.rpartition("#")[0] in self._project.by_name and not key.endswith("#-1")
        )

    def of(self, key: str) -> list[Act]:
        """Return the acts of a function by position; a call that both stores and sends is the callee's affair."""
        module, index = self._project.by_name[key.rpartition("#")[0]], int(key.rpartition("#")[2])
        acts = [
            Act(effect.kind, module, effect.call, effect)
            for effect in self._effects.of.get(key, ())
            if effect.kind in STORED + SENT and not OUTBOX.search(effect.call.callee + effect.statement)
        ]
        acts += self._promised.get(key, [])
        own = {(act.call.start, act.call.end) for act in acts}
        acts += list(self._commits_of_blocks(module, index, acts))
        acts += [act for act in self._through(module, index) if (act.call.start, act.call.end) not in own]
        return sorted(acts, key=lambda act: act.call.start)

    def acts(self, key: str, kinds: tuple[str, ...]) -> Iterator[Act]:
        """Yield the acts of some kinds in a function, whatever else its calls do."""
        module, index = self._project.by_name[key.rpartition("#")[0]], int(key.rpartition("#")[2])
        for effect in self._effects.of.get(key, ()):
            if effect.kind in kinds:
                yield Act(effect.kind, module, effect.call, effect)
        for kind in kinds:
            for site, reach in self._effects.through(module, index, kind):
                if isinstance(site.use, Call):
                    yield Act(kind, module, site.use, reach.effect, self._project.function(site.target)[1].qualname)
        yield from (act for act in self._promised.get(key, ()) if act.kind in kinds)

    def _commits_of_blocks(self, module: Module, index: int, acts: list[Act]) -> Iterator[Act]:
        """Yield the commits at the ends of `with` blocks in which something is staged."""
        transactions = self._project.query(Transactions)
        for block in transactions.blocks(module, index):
            if not transactions.opens(block.entered) and not self._commits(block.entered):
                continue
            inside = (act for act in acts if block.start <= act.call.start <= block.end and act.kind == "stages")
            staged = next(inside, None)
            if staged is not None:
                effect = staged.effect._replace(kind="commits")
                yield Act("commits", module, block.leaving, effect)

    def _commits(self, entered: str) -> bool:
        """Tell whether a `with` enters a context manager function that commits, as it does behind its `yield`."""
        known = self._effects.reach("commits")
        return any(each.kind == "context" and each.name in known for each in self._project.query(types).infer(entered))

    def _through(self, module: Module, index: int) -> Iterator[Act]:
        reached: dict[tuple[int, int], dict[str, Act]] = {}
        for kind in STORED + SENT:
            for site, reach in self._effects.through(module, index, kind):
                if not isinstance(site.use, Call) or _is_switched_off(kind, site.use):
                    continue
                if self._runs_in_turn(module, site.use, site.target):
                    _, function = self._project.function(site.target)
                    use = self._leaving(module, index, site.use) if kind == "commits" else site.use
                    place = (use.start, use.end)
                    act = Act(kind, module, use, reach.effect, function.qualname)
                    reached.setdefault(place, {}).setdefault(kind, act)
        for kinds in reached.values():
            names = " ".join(act.through + act.effect.call.callee + act.effect.statement for act in kinds.values())
            stores, sends = any(kind in kinds for kind in STORED), any(kind in kinds for kind in SENT)
            if OUTBOX.search(names) or (stores and sends):
                continue
            order = ("commits", "writes", "stages", "publishes", "enqueues")
            yield next(kinds[kind] for kind in order if kind in kinds)

    def _leaving(self, module: Module, index: int, use: Call) -> Call:
        """Return the end of the `with` that a call enters: what a context manager commits, it does at the end."""
        blocks = self._project.query(Transactions).blocks(module, index) if use.callee.endswith(ENTERS) else ()
        return next((block.leaving for block in blocks if block.entering == use), use)

    def _runs_in_turn(self, module: Module, use: Call, target: str) -> bool:
        """Tell whether a call does its work where it stands: a coroutine that is only made, for a task, does not."""
        function = self._project.function(target)[1]
        if use.flags & model.IN_DECORATOR:
            return False
        if not function.is_async or function.is_generator or use.flags & model.AWAITED:
            return True
        return any(
            call.function == use.function
            and call.callee in _WAITING
            and (made := call.arguments[:1])
            # what is awaited for some time runs in its turn
            and made[0][1] == f"{use.callee}()"
            for call in module.facts.calls
        )


def _is_switched_off(kind: str, call: Call) -> bool:
    """Tell whether a call asks for something else: `save(broadcast=False)`."""
    return any(value == "=False" and name and _SWITCHES[kind].search(name) for name, value in call.arguments)


def _find_promised(project: Project, module: Module) -> Iterator[tuple[str, int, str]]:
    """Yield calls of ports that nothing in the project fulfils, whose names say what they are for.

    Of each the kind of effect, its number in the module's facts, and the name of the port with that of the method.
    """
    resolver, words = project.query(types), project.query(_promising_words)
    for kind, (port, _) in _PROMISES.items():
        callees = project.query(CalledWords).callees(module, words[kind])
        owners = {callee: [_port(project, value) for value in resolver.infer(callee)] for callee in callees}
        named = {callee: [each for each in owners[callee] if port.search(each)] for callee in callees}
        for number, call in enumerate(module.facts.calls if any(named.values()) else ()):
            for owner in named.get(call.callee, ()):
                if not OUTBOX.search(owner) and not _runs_something(project, module, number):
                    yield kind, number, f"{owner}.{last_word(call.callee)}"


def _port(project: Project, value: Value) -> str:
    """Return the name of the class that only promises a method; empty for anything else."""
    if not value.is_function or value.kind != "object":
        return ""
    module, function = project.function(value.name)
    return module.facts.classes[function.owner].name if function.owner >= 0 and function.body == "stub" else ""


def _runs_something(project: Project, module: Module, number: int) -> bool:
    return any(use.is_call and use.number == number and use.targets for use in USES.of(project, module))


def _promising_words(project: Project) -> Mapping[str, frozenset[str]]:
    """Answer the query for the names of methods that promise an effect, by its kind, and others for the same."""
    words = {function.name for module in project.modules for function in module.facts.functions}
    known = project.query(spellings)
    return {
        kind: frozenset(other_spellings(filter(method.search, words), known)) for kind, (_, method) in _PROMISES.items()
    }


def _needs(project: Project) -> object:
    return {kind: sorted(words) for kind, words in project.query(_promising_words).items()}, USES.needed(project)


PROMISED = ModuleWise(
    "promised effects",
    tuple[tuple[str, int, str], ...],
    lambda project, module: tuple(_find_promised(project, module)),
    _needs,
)
