"""Which functions and classes take a port, by parameter name and position."""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from archlint.facts.model import Call, Class, Function
from archlint.facts.references import alternatives, parse
from archlint.project.classes import ClassTable
from archlint.project.ports import ports
from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.types import types
from archlint.project.values import Value

_HOLDERS = frozenset(
    {
        *("builtins.dict", "builtins.frozenset", "builtins.list", "builtins.set", "builtins.tuple"),
        *(f"collections.abc.{name}" for name in ("Collection", "Iterable", "Mapping", "MutableMapping", "Sequence")),
        *(f"typing.{name}" for name in ("Collection", "Iterable", "Mapping", "MutableMapping", "Sequence")),
    }
)
_ALIKE: tuple[set[str], ...] = (set(), {""})
"""What else there is in the type of a tuple whose elements are all of one type: nothing, or an ellipsis."""
Arguments: TypeAlias = tuple[tuple[str, str], ...]
"""Of a call, as `Call.arguments` has them."""
_UNTYPED = ("", "typing.Any", "typing_extensions.Any", "builtins.object")


class Slot(msgspec.Struct, frozen=True):
    """A parameter: its name, its position (-1: by keyword only), the port that annotates it, and the type arguments.

    `port` is empty for a parameter without annotation, or whose annotation is `Any`. `holds` is the port of the
    elements that a parameter takes: `list[Port]`.
    """

    name: str
    position: int
    port: str = ""
    arguments: tuple[str, ...] = ()
    holds: str = ""


class Takers:
    """Parameters that are annotated with a port or not at all, by the key of the function or class that is called."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._classes = project.query(ClassTable)
        self._ports = project.query(ports).port_set
        self._slots = Memo(project.reading, self._find_slots)
        self.held_by = Memo(project.reading, self._find_held)
        """Gives the port of the elements, or of the values, of what an annotation means: `dict[str, Port]`."""
        self.port_of = Memo(project.reading, self._find_port)
        """Gives the port that an annotation means and its type arguments.

        Empty when there is an alternative (but `None`): nobody knows which is meant.
        """

    def slots(self, value: Value) -> tuple[Slot, ...]:
        """Return the slots of what is called; a class takes what the nearest constructor takes."""
        if value.is_function:
            return self._slots(value.name) or ()
        owners = self._types.order(value.name) if value.is_class else ()
        found = (self._slots(owner) for owner in owners if "@" in owner)
        return next((slots for slots in found if slots is not None), ())

    def filled_in(self, module: Module) -> Iterator[tuple[Call, Slot, str, bool]]:
        """Yield each slot that a call in a module fills, as `given` does, with the call, in the order of the calls."""
        taking: dict[int, Value] = {}
        for callee, indices in module.facts.called.items():
            values = self._types.infer(callee)
            if len(values) == 1 and values[0].kind == "object" and self.slots(values[0]):
                taking.update(dict.fromkeys(indices, values[0]))
        for index in sorted(taking):
            call, value = module.facts.calls[index], taking[index]
            arguments = call.arguments[1:] if self._names_self(value, call) else call.arguments
            yield from ((call, *each) for each in self.given(value, arguments))

    def _names_self(self, value: Value, call: Call) -> bool:
        """Tell whether a method is called on its class, and told the object first: `Base.close(self, session)`."""
        if not value.is_function or not call.arguments or call.arguments[0][0]:
            return False
        _, function = self._project.function(value.name)
        if function.owner < 0 or not function.is_bound or "builtins.classmethod" in function.decorators:
            return False
        owners = self._types.infer(call.callee.rpartition(".")[0])
        return bool(owners) and all(each.kind == "object" and each.is_class for each in owners)

    def given(self, value: Value, arguments: Arguments) -> Iterator[tuple[Slot, str, bool]]:
        """Yield each slot that a call fills, with the argument, and whether by keyword."""
        slots = self.slots(value)
        is_shifted = bool(slots) and value.is_function and self._is_shifted(value.name, arguments)
        yield from (each for each in _given(slots, arguments) if each[2] or not is_shifted)

    def _is_shifted(self, key: str, arguments: Arguments) -> bool:
        """Tell whether a decorator passes an argument that a call leaves out, so that no place is what it seems."""
        _, function = self._project.function(key)
        names = {name for name, _ in arguments}
        if not function.decorators or names & {"*", "**"}:
            return False
        own = function.parameters[function.is_bound :]
        left = own[sum(1 for name, _ in arguments if not name) :]
        return any(not each.has_default and "variadic" not in each.kind and each.name not in names for each in left)

    def _find_port(self, annotation: str) -> tuple[str, tuple[str, ...]]:
        parts = alternatives(annotation)
        values = self._types.infer(parts[0]) if len(parts) == 1 else ()
        if len(values) != 1 or values[0].kind != "object" or values[0].name not in self._ports:
            return "", ()  # an alias may stand for several types
        return values[0].name, _spelled(values[0].args)

    def _find_held(self, annotation: str) -> str:
        parts = alternatives(annotation)
        values = self._types.infer(parts[0]) if len(parts) == 1 else ()
        arguments = values[0].args if len(values) == 1 and values[0].name in _HOLDERS else ()
        if arguments and values[0].name == "builtins.tuple" and set(arguments[1:]) - {arguments[0]} not in _ALIKE:
            return ""  # each place has a type of its own: `tuple[str, Port]`
        held = {
            self.port_of(each)[0] for each in filter(None, arguments[-1:] if arguments[-1:] != ("",) else arguments)
        }
        return held.pop() if len(held) == 1 else ""

    def class_port_of(self, annotation: str) -> str:
        """Return the port of which an annotation means the class itself (`type[Port]`), else nothing."""
        parts = alternatives(annotation)
        values = self._types.infer(parts[0]) if len(parts) == 1 else ()
        named = values[0].args if len(values) == 1 and values[0].name == "builtins.type" else ()
        return self.port_of(named[0])[0] if named else ""

    def _find_slots(self, key: str) -> tuple[Slot, ...] | None:
        """Return the slots of a function, or of a class with a constructor of its own; `None` for another class."""
        if "#" in key:
            module, function = self._project.function(key)
            made = function.owner >= 0 and function.name == "__init__"
            return () if made else tuple(self._of_parameters(function))
        module, class_ = self._project.class_(key)
        constructor = self._classes.own_members(key).get("__init__")
        if constructor is not None and constructor.functions:
            return tuple(self._of_parameters(module.facts.functions[constructor.functions[-1]]))
        return tuple(self._of_fields(class_)) or None

    def _of_parameters(self, function: Function) -> Iterator[Slot]:
        bound = function.is_bound
        for position, parameter in enumerate(function.parameters):
            place = position - bound if parameter.kind in ("normal", "positional-only") else -1
            port, arguments = self.port_of(parameter.annotation)
            untyped = not parameter.annotation and parameter.spelled in _UNTYPED
            holds = self.held_by(parameter.annotation) if parameter.annotation and not port else ""
            if (port or holds or untyped) and "variadic" not in parameter.kind and position >= bound:
                yield Slot(parameter.name, place, port, arguments, holds)

    def _of_fields(self, class_: Class) -> Iterator[Slot]:
        if not any("dataclass" in each or each.startswith("attr") for each in class_.decorators):
            return
        fields = (each for each in class_.attributes if each.in_body and each.annotation)
        for position, each in enumerate(fields):
            port, arguments = self.port_of(each.annotation)
            holds = "" if port else self.held_by(each.annotation)
            if port or holds:
                yield Slot(each.name, position, port, arguments, holds)


def _given(slots: tuple[Slot, ...], arguments: Arguments) -> Iterator[tuple[Slot, str, bool]]:
    positional = [value for name, value in arguments if not name]
    keywords = dict(arguments)
    unpacked = any(name == "*" for name, _ in arguments)
    for slot in slots:
        if slot.name in keywords:
            yield slot, keywords[slot.name], True
        elif 0 <= slot.position < len(positional) and not unpacked:
            yield slot, positional[slot.position], False


def _spelled(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Return type arguments as annotations spell them, when they are plain names."""
    plain = all(argument and "|" not in argument and not parse(argument)[1] for argument in arguments)
    return arguments if plain else ()


def takers(project: Project) -> Takers:
    """Answer the query for what takes ports."""
    return Takers(project)
