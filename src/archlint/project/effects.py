"""What functions do to databases, brokers and task queues, by themselves and through what they call."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from archlint.facts import model
from archlint.facts.model import Call, Candidate
from archlint.project.asides import is_test
from archlint.project.calls import Site
from archlint.project.demands import Demands, DemandTable
from archlint.project.library_tables import EFFECTS
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.sites import Sites
from archlint.project.types import Types, types
from archlint.project.uses import CalledWords, Calls, last_word, other_spellings, spellings

STATEMENT = "statement"
"""The code of a candidate that says what an SQL statement does: its subject is the verb and the table.

It has a message if the receiver is what a loop goes over, or if it returns something of what it writes.
"""
MAX_CALLS = 3
"""Through how many calls of project functions an effect is followed."""
_MAKE_TASKS = frozenset({"create_task", "ensure_future", "run_coroutine_threadsafe"})
_SENT = frozenset({"publishes", "enqueues"})
_READING = frozenset({"select", "show", "values", "explain", "pragma", "describe"})
_WRITING = frozenset({"insert", "update", "delete", "merge", "replace", "upsert"})
_STATEMENTS = {
    "sqlalchemy.Insert": "writes",
    "sqlalchemy.Update": "writes",
    "sqlalchemy.Delete": "writes",
    "sqlalchemy.Select": "reads",
}


class Effect(NamedTuple):
    """What one call does: `kind` of `EFFECTS`, by the API `name`; `statement` is the SQL verb and table if known.

    `certain` is false when only the text says that it is SQL, because the receiver's type is not known. `spread` says
    that a loop asks each of its elements, which are connections or databases, or must wait for what each one returns.
    """

    kind: str
    name: str
    module: Module
    call: Call
    statement: str = ""
    certain: bool = True
    spread: bool = False


class Reach(NamedTuple):
    """The way from a function to an effect: the call to make in it, the function run there (empty at the end)."""

    site: Site | None
    effect: Effect
    calls: int


class Effects:
    """All effects of the project's functions (by key); reached by `project.query(Effects)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.of: dict[str, list[Effect]] = {}
        found = project.query(DIRECT)
        for module in project.modules:
            for each in found[module.path]:
                call = module.facts.calls[each.number]
                effect = Effect(each.kind, each.name, module, call, each.statement, each.certain, each.spread)
                self.of.setdefault(f"{module.name}#{call.function}", []).append(effect)
        for effects in self.of.values():
            effects.sort(key=lambda each: each.call.start)
        self._reached: dict[str, dict[str, Reach]] = {}
        self._demands = project.query(DemandTable)
        self._awaiting_commit = {
            f"{module.name}#{call.function}"
            for module, call in project.query(Calls).named({"on_commit"})
            if call.function >= 0 and module.facts.functions[call.function].called
        }

    def reach(self, kind: str) -> Mapping[str, Reach]:
        """Return for every function from which an effect of a kind is reached, within `MAX_CALLS` calls, the way."""
        if kind not in self._reached:
            assert kind in EFFECTS
            self._reached[kind] = self._spread(kind)
        return self._reached[kind]

    def _spread(self, kind: str) -> dict[str, Reach]:
        found: dict[str, Reach] = {}
        for key, effects in self.of.items():
            own = next((effect for effect in effects if effect.kind == kind), None)
            if own is not None and not is_test(own.module):
                found[key] = Reach(None, own, 0)
        queue = deque(found)
        while queue:
            callee = queue.popleft()
            reach = found[callee]
            for caller, site in self.callers_of(callee) if reach.calls < MAX_CALLS else ():
                if caller not in found and self._goes_on(site, kind):
                    found[caller] = Reach(site, reach.effect, reach.calls + 1)
                    queue.append(caller)
        return found

    def _goes_on(self, site: Site, kind: str) -> bool:
        """Tell whether what happens in a function happens in its caller too, and then."""
        return not (self._is_for_a_task(site) or (kind in _SENT and self._is_sent_on_commit(site)))

    def _is_for_a_task(self, site: Site) -> bool:
        """Tell whether a call only makes a coroutine for a task, which runs at times of its own."""
        if site.use.flags & model.AWAITED or not isinstance(site.use, Call):
            return False
        made = f"{site.use.callee}()"
        return self._project.function(site.target)[1].is_async and any(
            call.function == site.use.function
            and last_word(call.callee) in _MAKE_TASKS
            and any(value == made for _, value in call.arguments)
            for call in site.module.facts.calls
        )

    def _is_sent_on_commit(self, site: Site) -> bool:
        """Tell whether a call hands a function to one that runs it on commit where there is a transaction."""
        if not self._awaiting_commit:
            return False
        beside = self._project.query(Sites).within(site.caller)
        return any(each.use is site.use and each.target in self._awaiting_commit for each in beside)

    def callers_of(self, key: str) -> list[tuple[str, Site]]:
        """Return the functions that run a function, each with the place; tests left out."""
        callers = self._project.query(Sites).callers(key)
        return [(caller, site) for caller, site in callers if not is_test(site.module)]

    def through(self, module: Module, function: int, kind: str) -> Iterator[tuple[Site, Reach]]:
        """Yield the calls in a function that reach an effect of a kind through a project function, with the way on."""
        known = self.reach(kind)
        for site in self._project.query(Sites).within(f"{module.name}#{function}"):
            onward = known.get(site.target)
            if onward is None or onward.calls >= MAX_CALLS or not self._is_asked_for(site, known):
                continue
            if kind not in _SENT or not self._is_sent_on_commit(site):
                yield site, onward

    def _is_asked_for(self, site: Site, known: Mapping[str, Reach]) -> bool:
        """Tell whether the way on from a site is what runs, for what is passed there."""
        sites = [site]
        onward = known[site.target]
        while onward.site is not None:
            sites.append(onward.site)
            onward = known[onward.site.target]
        demands: Demands = self._demands.demanded(onward.effect.module, onward.effect.call)
        for each in reversed(sites):
            passed = self._demands.onward(each, demands)
            if passed is None:
                return False
            demands = passed | self._demands.demanded(each.module, each.use)
        return True


class _Found(NamedTuple):
    """An effect of a module's call with this number; see `Effect`."""

    number: int
    kind: str
    name: str
    statement: str = ""
    certain: bool = True
    spread: bool = False


def _find(project: Project, module: Module) -> Iterator[_Found]:
    """Yield the effects of the calls in a module."""
    resolver, words, effect = project.query(types), project.query(_words), project.library.effect
    statements = {(each.start, each.end): each for each in module.facts.candidates if each.code == STATEMENT}
    known = {
        callee: {(kind, name) for name in resolver.names(callee) if (kind := effect(name))}
        for callee in project.query(CalledWords).callees(module, words)
    }
    for number, call in enumerate(module.facts.calls if known else ()):
        kinds = known.get(call.callee, set())
        if len({kind for kind, _ in kinds}) == 1:
            kind, name = min(kinds)
            statement = statements.pop((call.start, call.end), None)
            subject = statement.subject if statement is not None else ""
            spread = statement is not None and bool(statement.message)
            yield _Found(number, _done(resolver, kind, subject, call), name, subject, spread=spread)
    yield from _by_text(resolver, module, statements)


def _by_text(resolver: Types, module: Module, statements: Mapping[tuple[int, int], Candidate]) -> Iterator[_Found]:
    """Yield what receivers do of which nothing is known but that they are given an SQL statement."""
    wanted = {place: each for place, each in statements.items() if not resolver.infer(each.reference)}
    for number, call in enumerate(module.facts.calls) if wanted else ():
        statement = wanted.get((call.start, call.end))
        kind = _by_verb(statement.subject) if statement is not None else ""
        if statement is not None and kind:
            yield _Found(number, kind, "", statement.subject, certain=False, spread=bool(statement.message))


def _done(resolver: Types, kind: str, subject: str, call: Call) -> str:
    """Return what `runs` turns out to be: by the SQL text, or by the type of what is run."""
    if kind != "runs":
        return kind
    given = next((value for name, value in call.arguments if name in ("", "statement")), "")
    if not subject and given and not given.startswith("="):
        found = {_STATEMENTS.get(value.name, "") for value in resolver.infer(given) if value.kind == "instance"}
        return found.pop() or kind if len(found) == 1 else kind
    return _by_verb(subject) or kind


def _by_verb(subject: str) -> str:
    verb = subject.partition(" ")[0]
    if verb in _WRITING:
        return "writes"
    return "reads" if verb in _READING else ""


def _words(project: Project) -> frozenset[str]:
    """Answer the query for the last names of what has an effect, and others under which the project knows it."""
    words = {last_word(name) for name in project.library.effects}
    return frozenset(other_spellings(words, project.query(spellings)))


DIRECT = ModuleWise(
    "effects",
    tuple[_Found, ...],
    lambda project, module: tuple(_find(project, module)),
    lambda project: sorted(project.query(_words)),
)
