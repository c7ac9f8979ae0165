"""What is concrete: the classes of the outside world that inner layers should know by a port only."""

import sys

from archlint.project.classes import definitions
from archlint.project.layers import layers
from archlint.project.ports import ports
from archlint.project.program import Project
from archlint.project.types import types
from archlint.project.values import Value

_VALUE_BASES = frozenset(
    {
        "builtins.Exception",
        "builtins.BaseException",
        "enum.Enum",
        "enum.IntEnum",
        "enum.StrEnum",
        "enum.Flag",
        "typing.NamedTuple",
        "typing.TypedDict",
        "typing_extensions.TypedDict",
        "pydantic.BaseModel",
        "pydantic_settings.BaseSettings",
        "pydantic.BaseSettings",
        "msgspec.Struct",
    }
)
_TABLES = frozenset({"sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.DeclarativeBaseNoMeta", "sqlmodel.SQLModel"})
"""Bases of what an ORM keeps in tables; what `declarative_base()` makes has the first."""


class Concrete:
    """Tells clients of libraries and classes of the infrastructure layer from ports and plain values."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._roles = project.query(layers)
        self._ports = project.query(ports)
        clients = (name.partition(".")[0] for name in project.library.client_classes)
        self._packages = frozenset(clients) - sys.stdlib_module_names

    def of(self, value: Value) -> tuple[str, str] | None:
        """Return name and description of a concrete class that a value is (the class itself), else `None`."""
        if value.kind != "object" or value.is_function:
            return None
        if not value.is_class:
            kind = self._project.library.client(value.name)
            return (value.name, f"the {kind} client") if kind is not None else None
        if not self.is_infrastructure(value.name):
            return None
        return self._project.class_(value.name)[1].name, "the infrastructure class"

    def made_by(self, value: Value) -> tuple[str, str] | None:
        """Return name and description of the concrete class that calling a value makes an instance of."""
        if value.kind != "object" or value.receiver:
            return None
        if value.is_class or value.is_function:
            return self.of(value)
        made = (self._project.library.returns(value.name) or value.name).partition("<")[0]
        kind = self._project.library.client(made)
        return (made, f"the {kind} client") if kind is not None else None

    def is_infrastructure(self, key: str) -> bool:
        """Tell whether a class of the project belongs to the infrastructure layer and does something there."""
        module, _ = self._project.class_(key)
        return self._roles.role(module.name) == "infrastructure" and not self._is_harmless(key)

    def leaks(self, kind: str, name: str) -> str:
        """Describe a type (as `Forms.resolve` gives it) that no port should mention; empty for others."""
        if kind != "class":
            return ""
        if "@" in name:
            module, _ = self._project.class_(name)
            infrastructure = self._roles.role(module.name) == "infrastructure"
            return "the infrastructure class" if infrastructure and not self._is_port_or_error(name) else ""
        client = self._project.library.client(name)
        if client is not None:
            return f"the {client} client"
        package = name.partition(".")[0]
        return f"a type of `{package}`," if package in self._packages else ""

    def _is_port_or_error(self, key: str) -> bool:
        return self._ports.is_abstract(key) or any(
            "Exception" in owner or owner.endswith("Error") for owner in self._types.order(key)
        )

    def _is_harmless(self, key: str) -> bool:
        """Ports and plain values may be taken by anyone: they reach nothing."""
        _, fact = self._project.class_(key)
        if self._ports.is_abstract(key):
            return True
        if any("dataclass" in decorator or decorator.startswith(("attr.", "attrs.")) for decorator in fact.decorators):
            return not self._has_client(key) and not self._waits(key)
        return any(
            owner in _VALUE_BASES or "Exception" in owner or "Error" in owner for owner in self._types.order(key)
        )

    def is_row(self, key: str) -> bool:
        """Tell whether a class is a row of an ORM's table: by a base, or, if nobody can follow that, by its name."""
        members = self._types.classes.own_members
        return any(
            "__tablename__" in members(owner) if "@" in owner else owner in _TABLES for owner in self._types.order(key)
        )

    def _has_client(self, key: str) -> bool:
        _, fact = self._project.class_(key)
        return any(
            self._project.library.client(value.name) is not None
            for attribute in fact.attributes
            for value in self._types.infer(attribute.annotation)
        )

    def _waits(self, key: str) -> bool:
        """Tell whether a class has methods that wait for something: what is only a value has none."""
        module, _ = self._project.class_(key)
        members = self._types.classes.own_members(key).values()
        return any(each.is_async for member in members for each in definitions(module, member))


def concrete(project: Project) -> Concrete:
    """Answer the query for what is concrete."""
    return Concrete(project)
