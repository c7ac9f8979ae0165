"""The whole program: every module's facts, and answers that are worked out once and kept."""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

import msgspec

from archlint.facts.model import Class, Function
from archlint.facts.module import ModuleFacts
from archlint.model import Place
from archlint.project.contracts import Contract
from archlint.project.library import Library
from archlint.project.reading import Reading

T = TypeVar("T")


class Module:
    """One module of the project: its facts, the absolute path (forward slashes) of its file, and its dotted name.

    Where several programs have modules of one name, all but one have a number behind a colon in theirs.
    """

    __slots__ = ("facts", "name", "path")

    def __init__(self, facts: ModuleFacts, path: str) -> None:
        self.facts = facts
        self.path = path
        self.name = facts.name

    @property
    def imported_as(self) -> str:
        """Its dotted name as imports write it, without a number."""
        return self.name.partition(":")[0]

    @property
    def words(self) -> list[str]:
        """The parts of its dotted name, without a number."""
        return self.imported_as.split(".")

    def names_of(self, reference: str) -> set[str]:
        """Return the dotted names by which others know what the module binds to a reference."""
        return {f"{self.name}.{name}" for name, values in self.facts.bindings.items() if reference in values}

    def place(self, start: int, end: int) -> Place:
        """Return a place in this module (offsets in code points)."""
        return Place(self.path, start, end)

    def scope(self, function: int, owner: int = -1) -> str:
        """Return the qualified name of what encloses a fact with this `function` and `owner`; empty for the module."""
        if function >= 0:
            return self.facts.functions[function].qualname
        return self.facts.classes[owner].qualname if owner >= 0 else ""


class Architecture(msgspec.Struct, frozen=True, kw_only=True):
    """What the user says about the project: patterns of modules by layer role, contracts, extra blocking APIs.

    `root` is the absolute directory with forward slashes, `preset` the name of an architecture; `blocking` maps a
    dotted API to what to do instead.
    """

    root: str = ""
    preset: str = ""
    layers: Mapping[str, tuple[str, ...]] = {}
    contracts: tuple[Contract, ...] = ()
    blocking: Mapping[str, str] = {}


class Project:
    """Facts of all modules, third-party knowledge, and a memo of queries.

    `modules` are all files in order of their path; `by_name` maps a dotted name to its (first) module. `reading` notes
    of which modules classes and functions are looked up, and what references are found in.
    """

    def __init__(self, modules: tuple[Module, ...], library: Library, architecture: Architecture) -> None:
        self.modules = modules
        self.library = library
        self.architecture = architecture
        self.by_name: dict[str, Module] = {}
        for module in modules:
            self.by_name.setdefault(module.name, module)
        self.reading = Reading(self.by_name)
        self._packages = {".".join(name.split(".")[:2]) for name in self.by_name if name.startswith("src.")}
        self._results: dict[Callable[..., object], object] = {}
        self._functions: dict[str, tuple[Module, Function]] = {}
        self._classes: dict[str, tuple[Module, Class]] = {}

    def split(self, dotted: str) -> tuple[str, str] | None:
        """Split a dotted name into the longest module of the project that it begins with, and the rest.

        `None` when it begins with none. Names may leave out a `src` that others import with the name: where both are
        written only one can be the module's.
        """
        head, rest = dotted, ""
        while head not in self.by_name:
            head, _, tail = head.rpartition(".")
            if not head:
                inner = f"src.{dotted}"
                return self.split(inner) if f"src.{dotted.partition('.')[0]}" in self._packages else None
            rest = f"{tail}.{rest}" if rest else tail
        return head, rest

    def query(self, analysis: "Callable[[Project], T]") -> T:
        """Return the result of `analysis`, running it only the first time."""
        if analysis not in self._results:
            self._results[analysis] = analysis(self)
        return cast(T, self._results[analysis])

    def function(self, key: str) -> tuple[Module, Function]:
        """Return the function that a reference root `module#index` means."""
        found = self._functions.get(key)
        if found is None:
            name, index = key.rsplit("#", 1)
            module = self.by_name[name]
            found = self._functions[key] = module, module.facts.functions[int(index)]
        self.reading.add(found[0].name)
        return found

    def class_(self, key: str) -> tuple[Module, Class]:
        """Return the class that a reference root `module@index` means."""
        found = self._classes.get(key)
        if found is None:
            name, index = key.rsplit("@", 1)
            module = self.by_name[name]
            found = self._classes[key] = module, module.facts.classes[int(index)]
        self.reading.add(found[0].name)
        return found
