"""Which classes of the project are events, and whether their instances can be changed."""

import re
from collections.abc import Iterator, Mapping

from archlint.facts.references import alternatives
from archlint.project.asides import is_test
from archlint.project.classes import ClassTable
from archlint.project.modulewise import ModuleWise
from archlint.project.ports import class_keys_in, subclasses
from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.types import Types, types
from archlint.project.uses import Calls

SHAPE = "shape"
_MODELS = frozenset({"pydantic.BaseModel", "pydantic.v1.BaseModel", "msgspec.Struct", "pydantic.generics.GenericModel"})
_TABLES = (
    "django.db.models.",
    "sqlalchemy.",
    "sqlmodel.",
    "peewee.",
    "tortoise.",
    "mongoengine.",
    "beanie.",
    "odmantic.",
)
_EVENT = re.compile(r"(?:^|[a-z0-9])Events?$")
_PAST = re.compile(
    r"^(?!.*(?:Based|Bed|Embed|Feed|Need|Red|Seed|Shared|Speed|Typed|Unsigned)$)(?:[A-Z][a-zA-Z0-9]*)?(?:[a-z]ed|Sent|Paid|Made|Built|Sold|Bought|Lost|Won|Left|Begun|Shown|Taken|Given|Written|Held|"
    r"Kept|Met|Found|Chosen|Drawn|Known|Grown|Broken|Stolen|Withdrawn|Overdrawn|Undone|Done|Gone|Put|Set|Out[A-Z]\w+)$"
)
_SURE = re.compile(rf"{_PAST.pattern.removesuffix('$')}(?:Event)?$|^(?:Base|Abstract)?(?:Domain|Integration)Event")
_WHEN = r"s?(?:_?(?:at|date|datetime|day|on|time|timestamp))?$"
_BEGINS, _ENDS = re.compile(rf"(?:start|begin|dtstart){_WHEN}"), re.compile(rf"(?:end|finish|dtend){_WHEN}")
"""Attributes of what takes a while."""
_EVENT_MODULES = frozenset({"events", "domain_events", "integration_events", "event"})
_PLACES = _EVENT_MODULES | {"domain", "model", "entities", "aggregates", "messages", "message"}
"""Packages and modules in which what is called an event is one."""
_TELLS = frozenset(
    {
        *(
            "publish",
            "publish_event",
            "publish_all",
            "emit",
            "emit_event",
            "dispatch",
            "dispatch_event",
            "notify",
            "fire",
        ),
        *("record", "record_event", "record_that", "raise_event", "add_event", "add_domain_event", "register_event"),
        *("apply", "apply_event", "trigger", "trigger_event", "broadcast", "send_event", "handle", "collect_event"),
    }
)
"""Methods and functions that are given an event when it has happened."""
_SCHEMAS = frozenset(
    {
        "schemas",
        "schema",
        "serializers",
        "dto",
        "dtos",
        "requests",
        "responses",
        "webhooks",
        "payloads",
        "views",
        "inputs",
        "outputs",
        "filters",
        "queries",
    }
)


class Events:
    """The event classes among the project's data classes, by key; reached by `project.query(Events)`.

    `frozen` and `open` map their keys to what makes them data: "dataclass" or "model".
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._united = frozenset(key for keys in project.query(_UNITED).values() for key in keys)
        self._told = frozenset(self._of_calls())
        self.frozen: dict[str, str] = {}
        self.open: dict[str, str] = {}
        data = project.query(_DATA)
        for module in project.by_name.values():
            for key, kind, is_frozen in data[module.path]:
                if self._is_event(key, surely=is_frozen or kind == "dataclass"):
                    (self.frozen if is_frozen else self.open)[key] = kind

    def surely(self, key: str) -> bool:
        """Tell whether a class, or one derived from it, is named in the past tense, or somebody is told of it."""
        family = (key, *self._project.query(subclasses).get(key, ()))
        names = (self._project.class_(each)[1].name for each in family)
        return not self._told.isdisjoint(family) or any(map(_SURE.search, names))

    def _is_event(self, key: str, *, surely: bool) -> bool:
        """Tell whether a data class is an event; `surely` says that its name is enough."""
        module, fact = self._project.class_(key)
        order = self._types.order(key)
        if is_test(module) or any(base.startswith(_TABLES) for base in order if "@" not in base):
            return False
        parts = module.words
        if not _SCHEMAS.isdisjoint(parts):
            return False
        if key in self._united:
            return surely or self._happens(key, fact.name, parts, order)
        if any(_EVENT.search(self._name(base)) for base in order):
            named = not fact.name.startswith("_") and not self._is_planned(key, fact.name)
            return named and (surely or self._happens(key, fact.name, parts, order))
        return not _EVENT_MODULES.isdisjoint(parts[-2:]) and _PAST.match(fact.name) is not None

    def _is_planned(self, key: str, name: str) -> bool:
        """Tell whether something has a beginning and an end, as in a calendar: it is no message that it happened."""
        names = self._project.query(ClassTable).own_members(key).keys()
        past = _PAST.match(name.removesuffix("Event")) is not None
        return not past and key not in self._told and any(map(_BEGINS.match, names)) and any(map(_ENDS.match, names))

    def _happens(self, key: str, name: str, parts: list[str], order: tuple[str, ...]) -> bool:
        """Tell whether more than the name says that something is an event: its place, its kin, or who is told of it."""
        kin = any(_EVENT.search(self._name(base)) for base in order[1:])
        past = _PAST.match(name.removesuffix("Event")) is not None
        return (
            kin or past or key in self._told or not _PLACES.isdisjoint(parts) or key in self._project.query(subclasses)
        )

    def _of_calls(self) -> Iterator[str]:
        """Yield the classes of instances that are made to be published, recorded or applied."""
        for _, call in self._project.query(Calls).named(_TELLS):
            for _, value in call.arguments:
                found = self._types.infer(value) if not value.startswith("=") else ()
                yield from (each.name for each in found if each.kind == "instance" and each.is_class)

    def _name(self, base: str) -> str:
        return self._project.class_(base)[1].name if "@" in base else base.rpartition(".")[2]


def _united_in(project: Project, module: Module) -> Iterator[str]:
    """Yield the classes that `SomethingEvent = A | B` joins in a module."""
    resolver = project.query(types)
    for name, bound in module.facts.bindings.items():
        for reference in bound if _EVENT.search(name) else ():
            parts = alternatives(reference)
            if len(parts) > 1:
                yield from (value.name for part in parts for value in resolver.infer(part) if value.is_class)


_UNITED = ModuleWise("unions of events", tuple[str, ...], lambda project, module: tuple(_united_in(project, module)))


class _Shapes:
    """Tells which classes are data classes."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._of = Memo(project.reading, self._find)

    def data_in(self, module: Module) -> Iterator[tuple[str, str, bool]]:
        """Yield the data classes of a module, what makes each one, and whether it is frozen."""
        for key in class_keys_in(self._project, module):
            kind, is_frozen = self._data(key)
            if kind:
                yield key, kind, is_frozen

    def _data(self, key: str) -> tuple[str, bool]:
        own = self._shape(key)
        order = self._types.order(key)
        if _MODELS.intersection(order):
            frozen = any(self._shape(base) == "frozen" for base in order if "@" in base)
            unknown = any(not self._types.infer(base) for base in self._project.class_(key)[1].bases)
            return "" if unknown else "model", frozen
        return ("dataclass", own == "frozen") if own in ("frozen", "open") else ("", False)

    def _shape(self, key: str) -> str:
        module, fact = self._project.class_(key)
        return self._of(module.name).get(fact.start, "")

    def _find(self, module: str) -> Mapping[int, str]:
        self._project.reading.add_body(module)
        candidates = self._project.by_name[module].facts.candidates
        return {each.start: each.subject for each in candidates if each.code == SHAPE}


_DATA = ModuleWise(
    "data classes",
    tuple[tuple[str, str, bool], ...],
    lambda project, module: tuple(project.query(_Shapes).data_in(module)),
)
