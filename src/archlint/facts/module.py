"""All facts of one module, of which most are decoded when somebody asks for them."""

from functools import cached_property
from typing import Generic, Self, TypeAlias, TypedDict, TypeVar, overload

import msgspec

from archlint.facts.model import Call, Candidate, Class, Function, Import, Load, Suppression, TypedAssignment

T = TypeVar("T")
Called: TypeAlias = dict[str, tuple[int, ...]]
"""Which calls have a callee: most are asked for by what is called, and not looked at one by one."""
Handed: TypeAlias = dict[str, str]
"""Parameters of a function that it hands on as they are, by the name or the place by which a call passes them."""


class Parts(TypedDict, total=False):
    """The parts of a module's facts that are many."""

    imports: tuple[Import, ...]
    bindings: dict[str, tuple[str, ...]]
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    calls: tuple[Call, ...]
    loads: tuple[Load, ...]
    assignments: tuple[TypedAssignment, ...]
    candidates: tuple[Candidate, ...]
    handed: dict[int, Handed]


class _Part(Generic[T]):
    """A part of the facts, decoded when it is first asked for; `nothing` if it cannot be, as in a forged cache."""

    def __init__(self, wanted: type[T], nothing: T) -> None:
        self._decoder = msgspec.msgpack.Decoder(wanted)
        self._nothing = nothing
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, facts: None, owner: type) -> Self: ...

    @overload
    def __get__(self, facts: "ModuleFacts", owner: type) -> T: ...

    def __get__(self, facts: "ModuleFacts | None", owner: type) -> Self | T:
        if facts is None:
            return self
        try:
            value: T = self._decoder.decode(facts.stored[self._name])
        except (KeyError, msgspec.MsgspecError, RecursionError):
            value = self._nothing
        facts.__dict__[self._name] = value
        return value


class ModuleFacts(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All facts of one module: a pure function of its dotted name, whether it is a package, and its text.

    `bindings` maps each name bound at module level to references of what it is bound to; `handed` says what calls (by
    index) hand on; `exports` is `__all__` when it is written as a literal; `is_package` says that the file is an
    `__init__.py`. The parts that are many are `stored` by name, in MessagePack: most runs ask for some of them only.
    """

    name: str
    is_package: bool
    exports: tuple[str, ...] | None
    suppressions: tuple[Suppression, ...]
    stored: dict[str, memoryview]

    imports = _Part(tuple[Import, ...], ())
    bindings = _Part(dict[str, tuple[str, ...]], {})
    functions = _Part(tuple[Function, ...], ())
    classes = _Part(tuple[Class, ...], ())
    calls = _Part(tuple[Call, ...], ())
    loads = _Part(tuple[Load, ...], ())
    assignments = _Part(tuple[TypedAssignment, ...], ())
    candidates = _Part(tuple[Candidate, ...], ())
    handed = _Part(dict[int, Handed], {})
    _called = _Part(Called, {})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ModuleFacts):
            return NotImplemented
        same = (self.name, self.is_package, self.exports) == (other.name, other.is_package, other.exports)
        return same and self.suppressions == other.suppressions and self.parts() == other.parts()

    def __hash__(self) -> int:
        return hash(self.name)

    @classmethod
    def of(
        cls,
        name: str,
        is_package: bool,
        exports: tuple[str, ...] | None,
        suppressions: tuple[Suppression, ...],
        parts: Parts,
    ) -> Self:
        """Return the facts with these parts."""
        encode = msgspec.msgpack.Encoder().encode
        called = _by_callee(parts.get("calls", ()))
        stored = {part: memoryview(encode(value)) for part, value in (*parts.items(), ("_called", called))}
        facts = cls(name=name, is_package=is_package, exports=exports, suppressions=suppressions, stored=stored)
        facts.__dict__.update(parts)
        return facts

    @cached_property
    def called(self) -> Called:
        """The indices of calls by callee, in order, for which not all calls need be there."""
        return _by_callee(self.calls) if "calls" in self.__dict__ else self._called

    def but(self, parts: Parts) -> Self:
        """Return the same facts with other parts."""
        both: Parts = {**self.parts(), **parts}
        return self.of(self.name, self.is_package, self.exports, self.suppressions, both)

    def decode(self) -> None:
        """Decode all parts, and let go of what they were stored as."""
        self.parts()
        self.stored.clear()

    def parts(self) -> Parts:
        """Return all parts that are many, by name."""
        return {
            "imports": self.imports,
            "bindings": self.bindings,
            "functions": self.functions,
            "classes": self.classes,
            "calls": self.calls,
            "loads": self.loads,
            "assignments": self.assignments,
            "candidates": self.candidates,
            "handed": self.handed,
        }


def _by_callee(calls: tuple[Call, ...]) -> Called:
    found: dict[str, list[int]] = {}
    for index, call in enumerate(calls):
        if call.callee:
            found.setdefault(call.callee, []).append(index)
    return {callee: tuple(indices) for callee, indices in found.items()}
