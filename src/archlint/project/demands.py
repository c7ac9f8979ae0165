"""What functions do only for some of their callers: what must be passed for it, and whether a call passes that."""

import sys
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from archlint.facts.model import Call, Function, Load
from archlint.facts.module import Handed
from archlint.facts.references import (
    BEHIND,
    DEMAND,
    FALSE,
    IS_A,
    IS_NO,
    NOTHING,
    SOMETHING,
    TRUE,
    alternatives,
)
from archlint.project.arguments import argument_for
from archlint.project.calls import Site
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.values import Value
from archlint.project.waits import STREAMS

_FALSE = frozenset({"=False", "=None", "=0", "=0.0", "=''", '=""', "=b''", '=b""'})
_UNPACKED = frozenset({"*", "**"})
_LITERALS = (("='", "str"), ('="', "str"), ("=b", "bytes"), ("=True", "bool"), ("=False", "bool"))


class Demand(NamedTuple):
    """What a parameter has to be: true, false, nothing (`None`), something, of one of these types, or of none."""

    parameter: str
    kind: str
    types: tuple[str, ...] = ()


Demands: TypeAlias = frozenset[Demand]
"""What all has to hold for something to run."""
NONE: Demands = frozenset()


class _Span(NamedTuple):
    start: int
    end: int
    demand: Demand


class DemandTable:
    """What functions demand of their callers, for some of what they do; reached by `project.query(DemandTable)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._spans: dict[tuple[str, int], list[_Span]] = {}
        self._handed: dict[str, dict[tuple[int, int], Handed]] = {}
        for module in project.modules:
            for each in module.facts.candidates:
                if each.code == DEMAND:
                    demand = Demand(each.subject, each.values[0], each.values[1:])
                    span = _Span(each.start, each.end, demand)
                    if each.message == BEHIND:
                        span = _Span(each.start + 1, sys.maxsize, demand)
                    self._spans.setdefault((module.path, each.function), []).append(span)

    def demanded(self, module: Module, use: Call | Load) -> Demands:
        """Return what has to be passed to the function that a use is in, for the use to run."""
        spans = self._spans.get((module.path, use.function))
        if spans is None:
            return NONE
        return frozenset(demand for start, end, demand in spans if start <= use.start and use.end <= end)

    def opened(self, module: Module, calls: Iterable[Call]) -> Demands:
        """Return what has to be passed for calls that open their first argument to open a file."""
        handed = (self._handed_on(module, call).get("0") for call in calls)
        return frozenset(Demand(parameter, IS_NO, STREAMS) for parameter in handed if parameter)

    def _handed_on(self, module: Module, use: Call | Load) -> Handed:
        """Return the parameters that a call hands on, by how it passes them."""
        known = self._handed.get(module.path)
        if known is None:
            handed = module.facts.handed
            calls = enumerate(module.facts.calls)
            known = {(each.start, each.end): handed[index] for index, each in calls if index in handed}
            self._handed[module.path] = known
        return known.get((use.start, use.end), {})

    def onward(self, site: Site, demands: Demands) -> Demands | None:
        """Return what callers have to pass for the demands to be met at a site; `None` if they never are there."""
        if not demands:
            return demands
        _, function = self._project.function(site.target)
        use = site.use
        arguments = use.arguments if isinstance(use, Call) else ()
        if not _UNPACKED.isdisjoint(name for name, _ in arguments) or not self._is_direct(use, function.name):
            return NONE
        if not all(self._may_hold(function, site, each) for each in demands):
            return None
        handed = self._handed_on(site.module, use)
        passed = ((each, handed.get(self._given_as(function, use, each.parameter))) for each in demands)
        return frozenset(Demand(name, each.kind, each.types) for each, name in passed if name)

    def _given_as(self, function: Function, use: Call | Load, parameter: str) -> str:
        """Return the name or the place by which a call passes a parameter."""
        arguments = use.arguments if isinstance(use, Call) else ()
        if any(name == parameter for name, _ in arguments):
            return parameter
        place = next((place for place, each in enumerate(function.parameters) if each.name == parameter), -1)
        return str(place - function.is_bound)

    def _may_hold(self, function: Function, site: Site, demand: Demand) -> bool:
        use = site.use
        passed = argument_for(function, demand.parameter, use) if isinstance(use, Call) else None
        if passed is None:
            parameter = next(each for each in function.parameters if each.name == demand.parameter)
            passed = parameter.default if parameter.has_default else ""
        if demand.kind == IS_A and passed == "=None":
            return any(each.endswith("NoneType") for each in demand.types)
        if demand.kind in (IS_A, IS_NO):
            return self._may_be(passed, demand)
        if not passed.startswith("="):
            return demand.kind not in (NOTHING, FALSE) or not self._is_object(function, site, passed, demand)
        is_met = {
            TRUE: passed not in _FALSE,
            FALSE: passed in _FALSE,
            NOTHING: passed == "=None",
            SOMETHING: passed != "=None",
        }
        return is_met[demand.kind]

    def _is_object(self, function: Function, site: Site, passed: str, demand: Demand) -> bool:
        """Tell whether what is passed is an object of a class: made there, or a parameter of a method that says so."""
        if self._values(passed):
            return True
        name = self._handed_on(site.module, site.use).get(self._given_as(function, site.use, demand.parameter), "")
        caller = site.module.facts.functions[site.use.function] if name else None
        declared = next((each.spelled for each in caller.parameters if each.name == name), "") if caller else ""
        values = self._types.infer(passed) if declared and "None" not in declared else ()
        return bool(values) and all(each.kind == "instance" and not _is_plain(each.name) for each in values)

    def _may_be(self, passed: str, demand: Demand) -> bool:
        """Tell whether what is passed may be an instance of the types that are asked for, or of none of them."""
        values = self._values(passed)
        asked = [self._asked(each) for each in demand.types]
        if not values or not all(asked):
            return True
        kinds = [self._lineage(each) for each in values]
        if demand.kind == IS_NO:
            return any(kind.isdisjoint(asked) for kind in kinds)
        if any(not kind for kind in kinds):
            return True
        lineages = [self._lineage(Value("instance", each)) for each in asked]
        return any(not lineage for lineage in lineages) or any(
            not kind.isdisjoint(asked) or any(value.name in lineage for lineage in lineages)
            for value, kind in zip(values, kinds, strict=True)
        )

    def _values(self, passed: str) -> tuple[Value, ...]:
        """Return what is passed if it is a literal, or made there: an annotation may leave out what nobody knows."""
        if passed.startswith("="):
            kind = next((kind for begin, kind in _LITERALS if passed.startswith(begin)), "")
            return (Value("instance", f"builtins.{kind}"),) if kind else ()
        parts = alternatives(passed)
        if not all(part.endswith("()") and self._is_class(part.removesuffix("()")) for part in parts):
            return ()
        values = self._types.infer(passed)
        return values if all(each.kind == "instance" for each in values) else ()

    def _is_class(self, reference: str) -> bool:
        known = self._project.library
        return all(
            each.kind == "object" and (each.is_class or known.is_class(each.name))
            for each in self._types.infer(reference)
        )

    def _asked(self, reference: str) -> str:
        values = self._types.infer(reference)
        return values[0].name if len(values) == 1 and values[0].kind == "object" else ""

    def _lineage(self, value: Value) -> frozenset[str]:
        """Return the names of a class and of all its bases; nothing if some of them are not known."""
        if value.is_class:
            order = self._types.order(value.name)
            return frozenset() if self._types.has_unknown_base(value.name) else frozenset(order)
        if value.name in ("builtins.str", "builtins.bytes", "builtins.dict", "builtins.list"):
            return frozenset({value.name})
        if value.name == "builtins.bool":
            return frozenset({value.name, "builtins.int"})
        known = self._project.library
        return frozenset(known.ancestors(value.name)) if known.is_class(value.name) else frozenset()

    def _is_direct(self, use: Call | Load, name: str) -> bool:
        """Tell whether a use names the function that it runs, or the class, and does not hand it to another one."""
        if isinstance(use, Load):
            return True
        word = use.callee.rpartition(".")[2]
        return word == name or (name.startswith("__") and (word[:1].isupper() or "@" in word or word.startswith("__")))


def _is_plain(name: str) -> bool:
    """Tell whether instances of a class may be false: numbers, texts and collections are when they are empty."""
    return name.startswith(("builtins.", "typing.", "collections."))
