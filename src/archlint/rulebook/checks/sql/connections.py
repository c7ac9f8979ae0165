"""SQL003: connections that are opened for one request, one element or one method call."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.model import Severity, Step, Violation
from archlint.project.asides import is_test
from archlint.project.blocking import blocking_functions
from archlint.project.effects import Effect, Effects
from archlint.project.endpoints import endpoints
from archlint.project.program import Project
from archlint.project.sites import Sites
from archlint.rulebook.model import Rule

_POOLED = ("create_engine", "create_async_engine", "create_pool")

_NOT_EACH_TIME = model.IN_CONDITION | model.MADE_ONCE | model.MADE_PER_KEY
_EACH_CALL = "for each call of a method"
"""Where a connection is opened that may be meant: nobody knows how often the method is called."""


def connection_per_call(project: Project, rule: Rule) -> Iterator[Violation]:
    """SQL003: `connect()` in an endpoint, in a loop, or in what several methods of a class call each time."""
    said: set[tuple[str, int]] = set()
    for effect, where, trace in (*_in_loops(project), *_in_endpoints(project), *_in_methods(project)):
        place = (effect.module.path, effect.call.start)
        if place not in said:
            said.add(place)
            yield _violation(rule, effect, where, trace)


def _connects(project: Project) -> Iterator[tuple[str, Effect]]:
    """Yield what opens a connection each time its function runs, by the function."""
    remembers = project.query(blocking_functions).remembers
    for key, effects in project.query(Effects).of.items():
        for effect in effects:
            if effect.kind != "connects" or is_test(effect.module) or effect.call.flags & _NOT_EACH_TIME:
                continue
            if effect.call.function < 0 or not remembers(key):
                yield key, effect


def _in_loops(project: Project) -> Iterator[tuple[Effect, str, tuple[Step, ...]]]:
    for _, effect in _connects(project):
        flags = effect.call.flags
        if flags & model.IN_LOOP and not flags & (model.IN_TRY | model.PER_ELEMENT | model.IN_COMPREHENSION):
            yield effect, "in each round of the loop", ()


def _in_endpoints(project: Project) -> Iterator[tuple[Effect, str, tuple[Step, ...]]]:
    known = project.query(endpoints)
    per_request = {*known.endpoints, *known.dependencies}
    sites = project.query(Sites)
    connecting: dict[str, Effect] = {}
    for key, effect in _connects(project):
        connecting.setdefault(key, effect)
        if key in per_request:
            yield effect, "for each request", ()
    for key in sorted(key for key in per_request if "#" in key):
        for site in sites.within(key):
            reached = connecting.get(site.target)
            if reached is not None and not site.use.flags & _NOT_EACH_TIME:
                module, function = project.function(key)
                step = Step(f"`{function.qualname}` runs for each request", module.place(site.use.start, site.use.end))
                yield reached, "for each request", (step,)


def _in_methods(project: Project) -> Iterator[tuple[Effect, str, tuple[Step, ...]]]:
    """Yield connections that two or more methods of one class open, each for itself or through one helper."""
    by_class: dict[str, dict[str, Effect]] = {}
    for key, effect in _connects(project):
        if effect.call.function < 0 or effect.name.rpartition(".")[2] in _POOLED:
            continue
        owner = effect.module.facts.functions[effect.call.function].owner
        if owner >= 0:
            by_class.setdefault(f"{effect.module.name}@{owner}", {})[key] = effect
    for class_, found in by_class.items():
        using = {key for key, effect in found.items() if _is_used_up(project, key, effect)}
        callers = {
            caller
            for key in found
            for caller, _ in project.query(Sites).callers(key)
            if caller not in found and _owner(project, caller) == class_
        }
        if len(using | callers) > 1:
            for key, effect in found.items():
                if key in using or (callers and _hands_out(project, key, effect)):
                    yield effect, _EACH_CALL, ()


def _owner(project: Project, key: str) -> str:
    if key.endswith("#-1"):
        return ""
    module, function = project.function(key)
    return f"{module.name}@{function.owner}"


def _is_used_up(project: Project, key: str, effect: Effect) -> bool:
    """Tell whether the function itself runs SQL: the connection lives no longer than the call."""
    _, function = project.function(key)
    kinds = {each.kind for each in project.query(Effects).of.get(key, ()) if each is not effect}
    return function.name != "__init__" and not kinds.isdisjoint({"runs", "reads", "writes"})


def _hands_out(project: Project, key: str, effect: Effect) -> bool:
    """Tell whether the function returns or yields the new connection and keeps it nowhere."""
    _, function = project.function(key)
    given = (*function.values, *function.yields)
    return any(effect.call.callee in reference for reference in given) and function.name not in (
        "__init__",
        "__aenter__",
    )


def _violation(rule: Rule, effect: Effect, where: str, trace: tuple[Step, ...]) -> Violation:
    name = effect.name.rpartition(".")[2]
    made = "a whole pool is made" if name in _POOLED else "a connection is opened"
    return rule.violation(
        effect.module,
        (effect.call.start, effect.call.end),
        message=f"{made} {where}; make one pool at start-up and take connections from it",
        subject=effect.name,
        scope=effect.module.scope(effect.call.function, effect.call.owner),
        severity=Severity.NOTE if where == _EACH_CALL else None,
        trace=(*trace, Step("the connection is opened here", effect.module.place(effect.call.start, effect.call.end)))
        if trace
        else (),
    )
