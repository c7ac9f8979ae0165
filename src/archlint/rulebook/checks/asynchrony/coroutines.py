"""The rules about coroutines that are made and not awaited, or awaited more than once."""

from collections.abc import Iterable, Iterator, Sequence, Set
from functools import partial

from archlint.facts import model
from archlint.facts.model import Call, Candidate, Function
from archlint.facts.references import alternatives, attributes
from archlint.model import Violation
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.types import Types, types
from archlint.project.uses import Calls
from archlint.project.values import Value
from archlint.rulebook.checks.asynchrony.names import REPLACED
from archlint.rulebook.model import Rule

_COROUTINE_METHODS = frozenset({"close", "send", "throw", "__await__", "__exit__"})
"""What a coroutine has; `__exit__` goes with an `__enter__` that is reported."""
_KEEPS_COROUTINE = frozenset(
    {
        "abc.abstractmethod",
        "builtins.classmethod",
        "builtins.staticmethod",
        "functools.wraps",
        "typing.final",
        "typing.override",
        "typing_extensions.final",
        "typing_extensions.override",
        "typing_extensions.deprecated",
        "warnings.deprecated",
        "aiocache.cached",
        "async_lru.alru_cache",
        "backoff.on_exception",
        "backoff.on_predicate",
        "tenacity.retry",
    }
)
"""Decorators under which calling the function still gives a coroutine."""
_ASKS = ".iscoroutinefunction"
_IN_PLACE = "used in place of its result"
_INTERFACE = "zope.interface.Interface"
"""The base of classes that only say what others have, which nobody checks: it is theirs that is called."""
_ROUTERS = frozenset({"fastapi.FastAPI", "fastapi.APIRouter"})
"""Their methods register a function and give it back as it is."""
_CACHES = frozenset(
    {
        "functools.lru_cache",
        "functools.cache",
        "functools.cached_property",
        "django.utils.functional.cached_property",
        "cachetools.cached",
        "cachetools.cachedmethod",
        "cachetools.func.lru_cache",
        "cachetools.func.ttl_cache",
    }
)


class _Coroutines:
    """Tells which references are coroutines for sure, and what makes them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        async_methods = {
            function.name
            for module in project.by_name.values()
            for function in module.facts.functions
            if function.owner >= 0 and function.is_async
        }
        self.plain_methods: dict[str, list[str]] = {}
        """The classes with a plain method of each name that async methods have too."""
        for module in project.by_name.values():
            for function in module.facts.functions:
                if function.owner >= 0 and not function.is_async and function.name in async_methods:
                    self.plain_methods.setdefault(function.name, []).append(f"{module.name}@{function.owner}")
        self.made_by = Memo(project.reading, self._made_by)
        """Gives the dotted name of the function whose coroutine a call gives; empty if it may give something else."""

    def _made_by(self, callee: str) -> str:
        found = [self._made_by_one(part) for part in alternatives(callee)]
        return found[0] if found and all(found) else ""

    def _made_by_one(self, callee: str) -> str:
        values = self._types.infer(callee)
        if not values:
            return ""
        if all(each.kind == "instance" and each.is_class for each in values):
            values = self._types.infer(callee + ".__call__")
        if not values or any(each.kind != "object" for each in values):
            return ""
        if all(each.is_function for each in values):
            return self._types.names_of(values[0])[0] if all(self._is_plain(each) for each in values) else ""
        name = self._types.names_of(values[0])[0] if len(values) == 1 else ""
        return name if name and self._project.library.is_coroutine_function(name) else ""

    def _is_plain(self, value: Value) -> bool:
        """Tell whether calling a function gives its coroutine, whatever its decorators do, and its overrides too."""
        module, function = self._project.function(value.name)
        if not _is_coroutine_function(function) or not all(map(self._keeps, function.decorators)):
            return False
        owner = f"{module.name}@{function.owner}"
        if function.owner >= 0 and _INTERFACE in self._types.order(owner):
            return False
        return function.owner < 0 or not any(
            owner in self._types.order(each) for each in self.plain_methods.get(function.name, ())
        )

    def _keeps(self, decorator: str) -> bool:
        values = self._types.infer(decorator.removesuffix("()"))
        return bool(values) and all(self._gives_coroutine(each, decorator.endswith("()")) for each in values)

    def _gives_coroutine(self, value: Value, is_factory: bool) -> bool:
        if value.kind != "object":
            return False
        if not value.is_function:
            owner = value.receiver or value.name.rpartition(".")[0]
            return value.name in _KEEPS_COROUTINE or owner in _ROUTERS
        returned = self._returned(value)
        if is_factory:
            return bool(returned) and all(each.is_function and self._gives_coroutine(each, False) for each in returned)
        return bool(returned) and all(
            each.is_function and _is_coroutine_function(self._project.function(each.name)[1]) for each in returned
        )

    def _returned(self, value: Value) -> list[Value]:
        """Return what a function returns; nothing if any of it is unknown."""
        _, function = self._project.function(value.name)
        results = [self._types.infer(reference) for reference in function.values]
        return [each for result in results for each in result] if all(results) else []


def _is_coroutine_function(function: Function) -> bool:
    return function.is_async and not function.is_generator


def unawaited_coroutine(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY003: a coroutine is dropped, or taken for the result it would give if it were awaited."""
    found = project.query(UNAWAITED)
    for module in project.by_name.values():
        for number, made_by, used in found[module.path]:
            yield _unawaited(rule, module, module.facts.calls[number], made_by, used)


def _find_unawaited(project: Project, module: Module) -> Iterator[tuple[int, str, str]]:
    """Yield the calls of a module, by number, of which the coroutine never runs: what makes it, and how it is used.

    Of a coroutine that has a name, each of whose uses is wrong, only the first use in a function.
    """
    coroutines = project.query(_Coroutines)
    calls = module.facts.calls
    named: set[tuple[int, str]] = set()
    replaced = {each.subject for each in module.facts.candidates if each.code == REPLACED}
    asked = {callee: _asked(coroutines, callee) for callee in module.facts.called}
    chains: set[tuple[int, str]] = set()
    looked_at = _looked_at(module)
    for number, call in enumerate(calls):
        made_by, used = asked.get(call.callee, ""), _IN_PLACE
        if made_by and not any(map(coroutines.made_by, _called_within(calls, call))):
            made_by = "" if (call.function, made_by) in named else made_by
            named.add((call.function, made_by))
        if call.flags & (model.STATEMENT | model.EXAMINED) and not call.flags & model.AWAITED and call.callee:
            kept = coroutines.made_by(call.callee)
            if kept:
                made_by, used = kept, used if call.flags & model.EXAMINED else "dropped"
        if not made_by or made_by.rpartition(".")[2] in replaced or (call.function, call.callee) in looked_at:
            continue
        if (call.start, made_by) not in chains:
            chains.add((call.start, made_by))
            yield number, made_by, used


def _looked_at(module: Module) -> Set[tuple[int, str]]:
    """Return which functions ask of what whether it is a coroutine function: they know when it is none."""
    if not any(each.endswith(_ASKS) for each in module.facts.called):
        return set()
    asking = (each for each in module.facts.calls if each.callee.endswith(_ASKS))
    return {(each.function, asked) for each in asking for _, asked in each.arguments if asked}


def _called_within(calls: Sequence[Call], call: Call) -> Iterator[str]:
    """Yield what is called in what another call is made of."""
    return (each.callee for each in calls if each is not call and call.start <= each.start and each.end <= call.end)


UNAWAITED = ModuleWise(
    "unawaited coroutines",
    tuple[tuple[int, str, str], ...],
    lambda project, module: tuple(_find_unawaited(project, module)),
    lambda project: sorted(project.query(_Coroutines).plain_methods.items()),
)
"""The query for the calls of each module whose coroutine never runs, with what makes it and how it is used."""


def _asked(coroutines: _Coroutines, callee: str) -> str:
    """Return what makes the coroutine of which a call wants a method that no coroutine has; empty if not so."""
    if ")." not in callee:
        return ""
    found = [_asked_one(coroutines, part) for part in alternatives(callee)]
    return found[0] if found and all(found) else ""


def _asked_one(coroutines: _Coroutines, callee: str) -> str:
    for start, name in attributes(callee):
        made_by = coroutines.made_by(callee[: start - 2]) if callee[:start].endswith("()") else ""
        if made_by:
            return made_by if name not in _COROUTINE_METHODS and not name.startswith("__a") else ""
    return ""


def tested_coroutine(project: Project, rule: Rule, module: Module, candidate: Candidate) -> Iterator[Violation]:
    """ASY003: a name is tested that holds a coroutine, which is always true; its first test in a function."""
    made_by = project.query(_Coroutines).made_by(candidate.reference)
    if made_by and not any(map(partial(_is_before, candidate), module.facts.candidates)):
        yield _unawaited(rule, module, candidate, made_by, _IN_PLACE)


def _is_before(candidate: Candidate, other: Candidate) -> bool:
    same = (other.code, other.function, other.subject) == (candidate.code, candidate.function, candidate.subject)
    return same and other.start < candidate.start


def _unawaited(rule: Rule, module: Module, call: Call | Candidate, made_by: str, used: str) -> Violation:
    name = made_by.rpartition(".")[2]
    return rule.violation(
        module,
        (call.start, call.end),
        message=f"the coroutine of `{name}` is {used} and never runs; await it",
        subject=made_by,
        scope=module.scope(call.function, call.owner),
    )


def cached_coroutine(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY012: a cache around an async function keeps its coroutine, which only the first caller can await."""
    resolver = project.query(types)
    for module in project.by_name.values():
        for function in module.facts.functions:
            cache = _cache(resolver, function.decorators) if function.is_async and function.decorators else ""
            if cache:
                place = (function.start, function.end)
                yield _cached(rule, module, place, cache, function, function.qualname)
    words = {name.rpartition(".")[2] for name in _CACHES}
    for module, call in project.query(Calls).named({*words, *(f"{word}()" for word in words)}):
        given = [value for name, value in call.arguments[:1] if not name and not value.startswith("=")]
        found = [value for each in given for value in resolver.infer(each)]
        if len(found) == 1 and found[0].kind == "object" and found[0].is_function:
            _, function = project.function(found[0].name)
            cache = _cache(resolver, (call.callee,)) if function.is_async and not function.is_generator else ""
            if cache and not function.decorators:
                scope = module.scope(call.function, call.owner)
                yield _cached(rule, module, (call.start, call.end), cache, function, scope)


def _cached(
    rule: Rule, module: Module, place: tuple[int, int], cache: str, function: Function, scope: str
) -> Violation:
    return rule.violation(
        module,
        place,
        message=(
            f"`{cache}` keeps the coroutine of `{function.name}`, which can be awaited only once; "
            "cache the awaited value"
        ),
        subject=f"{module.name}.{function.qualname}",
        scope=scope,
    )


def _cache(resolver: Types, decorators: Iterable[str]) -> str:
    for decorator in decorators:
        for name in resolver.names(decorator.removesuffix("()")):
            if name in _CACHES:
                return name
    return ""
