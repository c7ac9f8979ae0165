"""Which functions and classes take a port, by parameter name and position."""

from collections.abc import Iterator

import msgspec

from archlint.facts.model import Class, Function
from archlint.facts.references import alternatives, parse
from archlint.project.ports import class_keys, ports
from archlint.project.program import Project
from archlint.project.types import Value, types

_UNTYPED = ("", "typing.Any", "typing_extensions.Any", "builtins.object")


class Slot(msgspec.Struct, frozen=True):
    """A parameter: its name, its position (-1: by keyword only), the port that annotates it, and the type arguments.

    `port` is empty for a parameter without annotation, or whose annotation is `Any`.
    """

    name: str
    position: int
    port: str = ""
    arguments: tuple[str, ...] = ()


class Takers:
    """Parameters that are annotated with a port or not at all, by the key of the function or class that is called."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._ports = project.query(ports).port_set
        self._slots: dict[str, tuple[Slot, ...]] = {}
        self._annotated: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.words: set[str] = set()
        for module in project.modules:
            for index, function in enumerate(module.facts.functions):
                self._add_function(module.name, index, function, module.facts.classes)
            for index, class_ in enumerate(module.facts.classes):
                self._add_fields(f"{module.name}@{index}", class_)
        self._add_heirs()

    def slots(self, value: Value) -> tuple[Slot, ...]:
        """Return the slots of what is called; a class takes what the nearest constructor takes."""
        if not value.is_class:
            return self._slots.get(value.name, ())
        owners = (owner for owner in self._types.order(value.name) if owner in self._slots)
        return self._slots[owner] if (owner := next(owners, "")) else ()

    def port_of(self, annotation: str) -> tuple[str, tuple[str, ...]]:
        """Return the port that an annotation means and its type arguments.

        Empty when there is an alternative (but `None`): nobody knows which is meant.
        """
        if annotation not in self._annotated:
            self._annotated[annotation] = self._find_port(annotation)
        return self._annotated[annotation]

    def _find_port(self, annotation: str) -> tuple[str, tuple[str, ...]]:
        parts = alternatives(annotation)
        values = self._types.infer(parts[0]) if len(parts) == 1 else ()
        if len(values) != 1 or values[0].kind != "object" or values[0].name not in self._ports:
            return "", ()  # an alias may stand for several types
        return values[0].name, _spelled(values[0].args)

    def class_port_of(self, annotation: str) -> str:
        """Return the port of which an annotation means the class itself (`type[Port]`), else nothing."""
        parts = alternatives(annotation)
        values = self._types.infer(parts[0]) if len(parts) == 1 else ()
        named = values[0].args if len(values) == 1 and values[0].name == "builtins.type" else ()
        return self.port_of(named[0])[0] if named else ""

    def _add_function(self, module: str, index: int, function: Function, classes: tuple[Class, ...]) -> None:
        slots = tuple(self._of_parameters(function))
        if function.owner >= 0 and function.name == "__init__":
            self._slots[f"{module}@{function.owner}"] = slots
            if slots:
                self.words.add(classes[function.owner].name)
        elif slots:
            self._slots[f"{module}#{index}"] = slots
            self.words.add(function.name)

    def _of_parameters(self, function: Function) -> Iterator[Slot]:
        bound = function.owner >= 0 and "builtins.staticmethod" not in function.decorators
        for position, parameter in enumerate(function.parameters):
            place = position - bound if parameter.kind in ("normal", "positional-only") else -1
            port, arguments = self.port_of(parameter.annotation)
            untyped = not parameter.annotation and parameter.spelled in _UNTYPED
            if (port or untyped) and "variadic" not in parameter.kind and position >= bound:
                yield Slot(parameter.name, place, port, arguments)

    def _add_fields(self, key: str, class_: Class) -> None:
        if key in self._slots or not any("dataclass" in each or each.startswith("attr") for each in class_.decorators):
            return
        fields = [each for each in class_.attributes if each.in_body and each.annotation]
        found = [(position, each, *self.port_of(each.annotation)) for position, each in enumerate(fields)]
        slots = tuple(Slot(each.name, position, port, arguments) for position, each, port, arguments in found if port)
        if slots:
            self._slots[key] = slots
            self.words.add(class_.name)

    def _add_heirs(self) -> None:
        """Let calls of classes that inherit a constructor be looked at."""
        for key in class_keys(self._project):
            owners = [owner for owner in self._types.order(key)[1:] if owner in self._slots]
            if key not in self._slots and owners and self._slots[owners[0]]:
                self.words.add(self._project.class_(key)[1].name)


def given(slots: tuple[Slot, ...], arguments: tuple[tuple[str, str], ...]) -> Iterator[tuple[Slot, str, bool]]:
    """Yield each slot that a call fills, with the value, and whether by keyword."""
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
