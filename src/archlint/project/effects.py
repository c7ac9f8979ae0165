"""What functions do to databases, brokers and task queues, by themselves and through what they call."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from archlint.facts.model import Call, Candidate
from archlint.project.blocking import blocking_functions
from archlint.project.calls import Site
from archlint.project.layers import is_test
from archlint.project.library_tables import EFFECTS
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.uses import Calls, last_word

STATEMENT = "statement"
"""The code of a candidate that says what an SQL statement does: its subject is the verb and the table.

It has a message if the receiver is what a loop goes over.
"""
MAX_CALLS = 3
"""Through how many calls of project functions an effect is followed."""
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
    that a loop asks each of its elements, which are connections or databases.
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
        self._types: Types = project.query(types)
        self.of: dict[str, list[Effect]] = {}
        for effect in self._find():
            self.of.setdefault(f"{effect.module.name}#{effect.call.function}", []).append(effect)
        for effects in self.of.values():
            effects.sort(key=lambda each: each.call.start)
        self._reached: dict[str, dict[str, Reach]] = {}

    def _find(self) -> Iterator[Effect]:
        library = self._project.library
        statements = {
            (module.path, each.start, each.end): each
            for module in self._project.modules
            for each in module.facts.candidates
            if each.code == STATEMENT
        }
        for module, call in self._project.query(Calls).named({last_word(name) for name in library.effects}):
            kinds = {(kind, name) for name in self._types.names(call.callee) if (kind := library.effect(name))}
            statement = statements.pop((module.path, call.start, call.end), None)
            if len({kind for kind, _ in kinds}) == 1:
                kind, name = min(kinds)
                subject = statement.subject if statement is not None else ""
                spread = statement is not None and bool(statement.message)
                yield Effect(self._done(kind, subject, call), name, module, call, subject, spread=spread)
            elif statement is not None:
                statements[module.path, call.start, call.end] = statement
        yield from self._by_text(statements)

    def _done(self, kind: str, subject: str, call: Call) -> str:
        """Return what `runs` turns out to be: by the SQL text, or by the type of what is run."""
        if kind != "runs":
            return kind
        given = next((value for name, value in call.arguments if name in ("", "statement")), "")
        if not subject and given and not given.startswith("="):
            found = {_STATEMENTS.get(value.name, "") for value in self._types.infer(given) if value.kind == "instance"}
            return found.pop() or kind if len(found) == 1 else kind
        return _by_verb(subject) or kind

    def _by_text(self, statements: Mapping[tuple[str, int, int], Candidate]) -> Iterator[Effect]:
        """Yield what receivers do of which nothing is known but that they are given an SQL statement."""
        wanted = {place for place, each in statements.items() if not self._types.infer(each.reference)}
        paths = {path for path, _, _ in wanted}
        for module in self._project.modules:
            for call in module.facts.calls if module.path in paths else ():
                if (module.path, call.start, call.end) in wanted:
                    statement = statements[module.path, call.start, call.end]
                    kind, spread = _by_verb(statement.subject), bool(statement.message)
                    if kind:
                        yield Effect(kind, "", module, call, statement.subject, certain=False, spread=spread)

    def reach(self, kind: str) -> Mapping[str, Reach]:
        """Return for every function from which an effect of a kind is reached, within `MAX_CALLS` calls, the way."""
        if kind not in self._reached:
            assert kind in EFFECTS
            self._reached[kind] = self._spread(kind)
        return self._reached[kind]

    def _spread(self, kind: str) -> dict[str, Reach]:
        callers = self._project.query(_callers)
        found: dict[str, Reach] = {}
        for key, effects in self.of.items():
            own = next((effect for effect in effects if effect.kind == kind), None)
            if own is not None and not is_test(own.module):
                found[key] = Reach(None, own, 0)
        queue = deque(found)
        while queue:
            callee = queue.popleft()
            reach = found[callee]
            for caller, site in callers.get(callee, ()) if reach.calls < MAX_CALLS else ():
                if caller not in found:
                    found[caller] = Reach(site, reach.effect, reach.calls + 1)
                    queue.append(caller)
        return found

    def callers_of(self, key: str) -> list[tuple[str, Site]]:
        """Return the functions that run a function, each with the place; tests left out."""
        return self._project.query(_callers).get(key, [])

    def through(self, module: Module, function: int, kind: str) -> Iterator[tuple[Site, Reach]]:
        """Yield the calls in a function that reach an effect of a kind through a project function, with the way on."""
        known = self.reach(kind)
        for site in self._project.query(blocking_functions).sites.get(f"{module.name}#{function}", ()):
            onward = known.get(site.target)
            if onward is not None and onward.calls < MAX_CALLS:
                yield site, onward


def _by_verb(subject: str) -> str:
    verb = subject.partition(" ")[0]
    if verb in _WRITING:
        return "writes"
    return "reads" if verb in _READING else ""


def _callers(project: Project) -> Mapping[str, list[tuple[str, Site]]]:
    """Answer the query for the functions that run each function, with the places where they do; tests run nothing."""
    found: dict[str, list[tuple[str, Site]]] = {}
    for caller, sites in project.query(blocking_functions).sites.items():
        for site in sites:
            if site.use.function >= 0 and not is_test(site.module):
                found.setdefault(site.target, []).append((caller, site))
    return found
