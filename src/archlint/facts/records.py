"""What the walk writes down before offsets are known: the mutable twins of `facts/model.py`."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import TypeAlias

from archlint.facts.context import Sighting
from archlint.facts.model import Body, ImportKind, Parameter
from archlint.facts.module import Handed

Anchor: TypeAlias = list[int]
"""Ordinals of the first and the last identifier of a stretch."""


@dataclass(slots=True)
class FunctionRecord:
    """A function whose body may still be under way; see `model.Function`.

    `injected` refers to what a framework passes for parameters without annotation, or with one that may be mistaken;
    `own` are the parameters that hold what was passed wherever the body reads them.
    """

    name: str
    qualname: str
    parent: int
    owner: int
    anchor: Anchor = field(default_factory=lambda: [0, 0])
    parameters: list[tuple[Anchor, Parameter]] = field(default_factory=list)
    injected: dict[str, str] = field(default_factory=dict)
    returns: str = ""
    values: list[str] = field(default_factory=list)
    yields: list[str] = field(default_factory=list)
    is_async: bool = False
    is_generator: bool = False
    decorators: tuple[str, ...] = ()
    body: Body = "code"
    spelled: str = ""
    called: list[str] = field(default_factory=list)
    own: Set[str] = frozenset()


@dataclass(slots=True)
class AttributeRecord:
    """An attribute of a class; see `model.Attribute`."""

    name: str
    in_body: bool
    anchor: Anchor
    annotation: str = ""
    values: list[str] = field(default_factory=list)
    spelled: str = ""

    def add_value(self, value: str) -> None:
        """Note one more thing that the attribute may hold."""
        if value not in self.values:
            self.values.append(value)


@dataclass(slots=True)
class ClassRecord:
    """A class; see `model.Class`."""

    name: str
    qualname: str
    parent: int
    owner: int
    anchor: Anchor = field(default_factory=lambda: [0, 0])
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()
    attributes: dict[str, AttributeRecord] = field(default_factory=dict)
    spelled: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()

    def add_attribute(
        self, name: str, annotation: str, value: str | None, in_body: bool, anchor: Anchor, spelled: str = ""
    ) -> None:
        """Note an assignment to or a declaration of an attribute (`value` is `None` for a bare declaration)."""
        record = self.attributes.setdefault(name, AttributeRecord(name, in_body, anchor))
        record.annotation = record.annotation or annotation
        record.spelled = record.spelled or spelled
        if value is not None:
            record.add_value(value)


@dataclass(slots=True)
class ImportRecord:
    """One alias of an import; see `model.Import`. `first` is the ordinal of the statement's first identifier."""

    target: str
    name: str
    alias: str
    anchor: Anchor
    first: int
    keyword: str
    kind: ImportKind
    lazy: bool
    function: int


CallRecord: TypeAlias = tuple[str, Anchor, tuple[tuple[str, str], ...], int, int, int]
LoadRecord: TypeAlias = tuple[str, Anchor, int, int, int]
AssignmentRecord: TypeAlias = tuple[str, str, Anchor, int]
CandidateRecord: TypeAlias = tuple[Anchor, Sighting, int, int]


@dataclass(slots=True)
class Records:
    """All that the walk of one module has written down; `made` are names of the module that hold what a call gave."""

    imports: list[ImportRecord] = field(default_factory=list)
    bindings: dict[str, list[str]] = field(default_factory=dict)
    bound_by_functions: dict[str, list[str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    exports: list[str] | None = None
    functions: list[FunctionRecord] = field(default_factory=list)
    classes: list[ClassRecord] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    loads: list[LoadRecord] = field(default_factory=list)
    assignments: list[AssignmentRecord] = field(default_factory=list)
    candidates: list[CandidateRecord] = field(default_factory=list)
    handed: dict[int, Handed] = field(default_factory=dict)

    def new_function(self, name: str, qualname: str, parent: int, owner: int) -> int:
        """Add a function and return its index."""
        self.functions.append(FunctionRecord(name, qualname, parent, owner))
        return len(self.functions) - 1

    def bind(self, name: str, reference: str, *, only: bool = False) -> None:
        """Note what a name of the module is bound to (empty: something unknown); `only` forgets what it was."""
        bound = self.bindings.setdefault(name, [])
        if only:
            bound.clear()
        if reference.endswith("()"):
            self.made.add(name)
        if reference not in bound:
            bound.append(reference)

    def all_bindings(self) -> dict[str, tuple[str, ...]]:
        """Return what the names of the module are bound to, by its body or by a function."""
        names = sorted({*self.bindings, *self.bound_by_functions})
        both = ((*self.bindings.get(name, ()), *self.bound_by_functions.get(name, ())) for name in names)
        return {name: tuple(dict.fromkeys(bound)) for name, bound in zip(names, both, strict=True)}
