"""Which classes of the project are events, and whether their instances can be changed."""

import re
from collections.abc import Iterator

from archlint.facts.references import alternatives
from archlint.project.layers import is_test
from archlint.project.ports import class_keys
from archlint.project.program import Module, Project
from archlint.project.types import Types, types

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
    r"^(?:[A-Z][a-zA-Z0-9]*)?(?:[a-z]ed|Sent|Paid|Made|Built|Sold|Bought|Lost|Won|Left|Begun|Shown|Taken|Given|Written|Held|"
    r"Kept|Met|Found|Chosen|Drawn|Known|Grown|Broken|Stolen|Withdrawn|Overdrawn|Undone|Done|Gone|Put|Set|Out[A-Z]\w+)$"
)
_EVENT_MODULES = frozenset({"events", "domain_events", "integration_events", "event"})
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
    }
)


class Events:
    """The event classes among the project's data classes, by key; reached by `project.query(Events)`.

    `frozen` and `open` map their keys to what makes them data: "dataclass" or "model".
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._shapes = {
            (module.name, each.start): each.subject
            for module in project.by_name.values()
            for each in module.facts.candidates
            if each.code == SHAPE
        }
        self._united = frozenset(self._of_unions())
        self.frozen: dict[str, str] = {}
        self.open: dict[str, str] = {}
        for key in class_keys(project):
            kind, is_frozen = self._data(key)
            if kind and self._is_event(key):
                (self.frozen if is_frozen else self.open)[key] = kind

    def _data(self, key: str) -> tuple[str, bool]:
        """Return what makes a class a data class, and whether it is frozen; empty if it is none."""
        own = self._shape(key)
        order = self._types.order(key)
        if _MODELS.intersection(order):
            frozen = any(self._shape(base) == "frozen" for base in order if "@" in base)
            unknown = any(not self._types.infer(base) for base in self._project.class_(key)[1].bases)
            return "" if unknown else "model", frozen
        return ("dataclass", own == "frozen") if own in ("frozen", "open") else ("", False)

    def _shape(self, key: str) -> str:
        module, fact = self._project.class_(key)
        return self._shapes.get((module.name, fact.start), "")

    def _is_event(self, key: str) -> bool:
        module, fact = self._project.class_(key)
        order = self._types.order(key)
        if is_test(module) or any(base.startswith(_TABLES) for base in order if "@" not in base):
            return False
        parts = module.name.split(".")
        if not _SCHEMAS.isdisjoint(parts):
            return False
        if key in self._united or any(_EVENT.search(self._name(base)) for base in order):
            return True
        return not _EVENT_MODULES.isdisjoint(parts[-2:]) and _PAST.match(fact.name) is not None

    def _name(self, base: str) -> str:
        return self._project.class_(base)[1].name if "@" in base else base.rpartition(".")[2]

    def _of_unions(self) -> Iterator[str]:
        """Yield the classes that `SomethingEvent = A | B` joins."""
        for module in self._project.by_name.values():
            for name, bound in module.facts.bindings.items():
                if _EVENT.search(name):
                    yield from self._united_by(module, bound)

    def _united_by(self, module: Module, bound: tuple[str, ...]) -> Iterator[str]:
        for reference in bound:
            parts = alternatives(reference)
            if len(parts) > 1:
                yield from (value.name for part in parts for value in self._types.infer(part) if value.is_class)
