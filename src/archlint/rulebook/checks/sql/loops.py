"""SQL002: a query for each element of a loop, made there or by the function that the loop calls."""

import re
from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Call
from archlint.facts.references import alternatives
from archlint.model import Step, Violation
from archlint.project.asides import is_test
from archlint.project.calls import Site
from archlint.project.effects import Effect, Effects, Reach
from archlint.project.entry import is_script
from archlint.project.program import Module, Project
from archlint.project.sites import Sites
from archlint.project.types import types
from archlint.project.uses import last_word
from archlint.project.withs import spot
from archlint.rulebook.model import Rule

_ONCE = frozenset({"migration", "migrations", "versions", "alembic", "scripts", "commands", "cli", "__main__"})
"""Parts of the names of modules whose code runs once, by hand."""
_ABOUT_ONE = frozenset({"pragma", "show", "describe", "explain"})
"""Verbs of statements that cannot ask about many things at once."""
_UNAVOIDABLE = frozenset(
    {
        *("refresh", "refresh_from_db", "arefresh_from_db"),
        *("executemany", "execute_many", "executescript", "execute_values", "execute_batch"),
    }
)
"""Methods that ask about one object, whatever else there is to ask, or that send many statements already."""
_RETURNING = re.compile(r"fetch|scalar")
"""Methods that a statement is given for what it returns, which those that send many do not."""
_MONGO = ("motor.", "pymongo.")
_ABOUT_COLLECTIONS = frozenset({"count_documents", "distinct"})
"""What one collection after the other is asked: `database[name].count_documents({})`."""
_FOR_UPDATE = re.compile(r"(?:select|with)_for_update|\bfor (?:no key )?update\b", re.I)
_REPLACED = re.compile(r"cache|property|memoize", re.I)
"""Decorators of functions that do not ask again each time, or that are read and not called."""


def query_in_loop(project: Project, rule: Rule) -> Iterator[Violation]:
    """SQL002: one query a row, where one query for all rows would do; one for a call, whatever adapters it may run."""
    effects = project.query(Effects)
    for found in effects.of.values():
        iterated: set[str] = set()
        for effect in found:
            if _is_query(effect) and _is_for_each(effect.call) and _is_service_code(project, effect.module):
                if _is_elsewhere(project, effect.module, effect.call, effect):
                    continue
                if effect.call.callee not in iterated:
                    yield _direct(rule, effect)
                if effect.call.callee.endswith(".__iter__"):
                    iterated.add(effect.call.callee)  # What a query set gave, it keeps.
    known = effects.reach("reads")
    sites = project.query(Sites)
    asking = (key for key, reach in known.items() if not reach.calls)
    for caller in dict.fromkeys(site.caller for key in asking for site in sites.of(key)):
        told = {(each.call.start, each.call.end) for each in effects.of.get(caller, ())}
        for site in sites.within(caller):
            reach = known.get(site.target)
            if reach is None or reach.calls or (site.use.start, site.use.end) in told:
                continue
            if _asks_per_element(project, site, reach):
                told.add((site.use.start, site.use.end))
                yield _through(project, rule, site, reach)


def _is_for_each(call: Call) -> bool:
    """Tell whether a call is made for each element, and not only for those that something failed for."""
    return bool(call.flags & model.PER_ELEMENT) and not call.flags & model.IN_HANDLER


def _is_query(effect: Effect) -> bool:
    if effect.spread or _is_element(effect.call) or last_word(effect.call.callee) in _UNAVOIDABLE:
        return False
    if _is_about_one(effect) or _locks(effect):
        return False
    if effect.kind == "writes":
        return bool(effect.statement) and not _RETURNING.match(last_word(effect.call.callee))
    return effect.kind == "reads"


def _is_about_one(effect: Effect) -> bool:
    return effect.statement.partition(" ")[0] in _ABOUT_ONE


def _is_element(call: Call) -> bool:
    """Tell whether what is asked is itself what a loop goes over: sessions, pools, connections, query sets.

    One that `isinstance` has looked at is an object of a class, and asked without telling it of the element.
    """
    receiver = call.callee.rpartition(".")[0]
    return receiver.endswith(("*", "&")) or (receiver.endswith("{}") and not call.arguments)


def _locks(effect: Effect) -> bool:
    """Tell whether a query takes the lock of its row, which is held from there on: it does more than ask."""
    given = (each for argument in effect.call.arguments for each in argument)
    return any(_FOR_UPDATE.search(each) for each in (effect.call.callee, effect.statement, *given))


def _is_service_code(project: Project, module: Module) -> bool:
    parts = {part if part == "__main__" else part.strip("_") for part in module.words}
    return not is_test(module) and _ONCE.isdisjoint(parts) and not is_script(project, module)


def _asks_per_element(project: Project, site: Site, reach: Reach) -> bool:
    """Tell whether a loop uses the rows that a function asks for on behalf of each element."""
    use = site.use
    if not isinstance(use, Call) or not _is_for_each(use) or use.flags & model.STATEMENT:
        return False
    if not _is_service_code(project, site.module) or reach.effect.call.flags & (model.IN_LOOP | model.IN_CONDITION):
        return False
    _, function = project.function(site.target)
    if function.name == "__init__" or any(_REPLACED.search(decorator) for decorator in function.decorators):
        return False
    if _asks_itself(project, use, reach.effect) or _is_elsewhere(project, site.module, use, reach.effect):
        return False
    if _is_about_one(reach.effect) or _locks(reach.effect):
        return False
    kinds = {effect.kind for effect in project.query(Effects).of[site.target]}
    return kinds.isdisjoint({"writes", "stages", "commits"})


def _asks_itself(project: Project, use: Call, effect: Effect) -> bool:
    """Tell whether each element of the loop has a database of its own, by the client that it keeps: queues, shards."""
    owner, _, path = effect.call.callee.partition("{}.")
    if "@" not in owner or not use.callee.rpartition(".")[0].endswith("*"):
        return False
    kept = project.query(types).infer(f"{owner}{{}}.{path.partition('.')[0]}")
    return any(project.library.client(value.name) is not None for value in kept)


def _is_elsewhere(project: Project, module: Module, use: Call, effect: Effect) -> bool:
    """Tell whether each element of the loop has a collection of MongoDB of its own: what gives it is told which."""
    if not effect.name.startswith(_MONGO):
        return False
    receivers = alternatives(use.callee)
    if last_word(use.callee) in _ABOUT_COLLECTIONS and any("[]." in each for each in receivers):
        return True
    resolver = project.query(types)
    return any(
        not any(project.library.client(kind.name) is not None for kind in resolver.infer(value))
        for call in module.facts.calls
        if call.function == use.function and call.flags & model.PER_ELEMENT and call.callee
        if any(each.startswith((f"{call.callee}().", f"{call.callee}{{}}.")) for each in receivers)
        for _, value in call.arguments
        if not value.startswith("=")
    )


def _direct(rule: Rule, effect: Effect) -> Violation:
    writes = effect.kind == "writes"
    what = "a statement is sent to the database" if writes else "the database is asked"
    instead = "send them together (`executemany`)" if writes else "ask once for all of them before the loop"
    return rule.violation(
        effect.module,
        (effect.call.start, effect.call.end),
        message=f"{what} again for each element of the loop; {instead}",
        subject=effect.name or effect.statement,
        scope=effect.module.scope(effect.call.function, effect.call.owner),
    )


def _through(project: Project, rule: Rule, site: Site, reach: Reach) -> Violation:
    module, function = project.function(site.target)
    effect = reach.effect
    return rule.violation(
        site.module,
        spot(site.module, site.use),
        message=f"`{function.qualname}` asks the database again for each element of the loop; ask once for all of them",
        subject=f"{module.name}.{function.qualname}",
        scope=site.module.scope(site.use.function, site.use.owner),
        trace=(
            Step(f"`{function.qualname}` is called for each element", site.module.place(*spot(site.module, site.use))),
            Step("the query is made here", effect.module.place(*spot(effect.module, effect.call))),
        ),
    )
