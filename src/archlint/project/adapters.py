"""Which classes are meant to fulfil which port, and the evidence that joins them."""

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from archlint.facts.model import Function
from archlint.facts.references import alternatives
from archlint.project.classes import ClassTable
from archlint.project.ports import Pair, class_keys, ports
from archlint.project.program import Project
from archlint.project.types import types

_AFFIXES = re.compile(r"^(?:I(?=[A-Z][a-z])|Abstract|Base)|(?:Port|Protocol|Interface|ABC|Base)$")
MAX_ADAPTERS = 3
"""How many classes a value may be an instance of and still say something; what may be many things is no evidence."""


class Adapters:
    """All pairs of ports and adapters in the project; each pair once, with its strongest evidence."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._classes = project.query(ClassTable)
        self._known = project.query(ports)
        self._ports = frozenset(self._known.ports)
        self.pairs = tuple(self._find_pairs())

    def _find_pairs(self) -> Iterator[Pair]:
        found: dict[tuple[str, str], Pair] = {}
        for pair in (*self._inherited(), *self._wired()):
            found.setdefault((pair.port, pair.adapter), pair)
        for pair in self._named(list(found.values())):
            found.setdefault((pair.port, pair.adapter), pair)
        for key in sorted(found):
            yield found[key]

    def _inherited(self) -> Iterator[Pair]:
        for key in class_keys(self._project):
            for base in self._types.order(key)[1:]:
                if base in self._ports:
                    yield Pair(base, key, "inheritance")

    def _wired(self) -> Iterator[Pair]:
        """Yield what annotations say: an instance passed, returned or assigned where a port is annotated."""
        if not self._ports:
            return
        for module in self._project.modules:
            for function in module.facts.functions:
                yield from self._judge(function.returns, function.values, "return")
            for class_ in module.facts.classes:
                for attribute in class_.attributes:
                    yield from self._judge(attribute.annotation, attribute.values, "assignment")
            for assignment in module.facts.assignments:
                yield from self._judge(assignment.annotation, (assignment.value,), "assignment")
        yield from self._passed()

    def _judge(self, annotation: str, values: tuple[str, ...], evidence: str) -> Iterator[Pair]:
        if not annotation or not values:
            return
        for port in self._ports_of(annotation):
            for value in values:
                for adapter in self._instances(value):
                    if port not in self._types.order(adapter):
                        yield Pair(port, adapter, evidence)

    def _ports_of(self, annotation: str) -> list[str]:
        """Return the port that an annotation means: with an alternative (but `None`) nobody knows which is meant."""
        parts = alternatives(annotation)
        values = self._types.infer(parts[0]) if len(parts) == 1 else ()
        if len(values) != 1:  # an alias may stand for several types
            return []
        return [value.name for value in values if value.kind == "object" and value.name in self._ports]

    def _instances(self, reference: str) -> list[str]:
        """Return the project's classes that a value is an instance of, when that is all it can be and they are few."""
        values = self._types.infer(reference)
        if len(values) > MAX_ADAPTERS or not all(value.kind == "instance" and value.is_class for value in values):
            return []
        return [value.name for value in values]

    def _passed(self) -> Iterator[Pair]:
        takers = self._takers()
        words = {key.rpartition(".")[2] for key in takers.names}
        for module in self._project.modules:
            for call in module.facts.calls:
                if call.callee.rpartition(".")[2].rstrip("{}()") not in words and "@" not in call.callee:
                    continue
                callees = self._types.infer(call.callee)
                for value in callees if len(callees) == 1 else ():
                    slots = takers.slots.get(value.name)
                    if value.kind == "object" and slots:
                        for port, argument in _arguments(slots, call.arguments):
                            yield from (
                                Pair(port, adapter, "parameter")
                                for adapter in self._instances(argument)
                                if port not in self._types.order(adapter)
                            )

    def _takers(self) -> "_Takers":
        """Find the functions and classes that take a port, by parameter name and position."""
        takers = _Takers({}, set())
        for module in self._project.modules:
            for index, function in enumerate(module.facts.functions):
                slots = list(self._slots(function))
                if slots:
                    constructor = function.owner >= 0 and function.name == "__init__"
                    key = f"{module.name}@{function.owner}" if constructor else f"{module.name}#{index}"
                    takers.add(
                        key,
                        module.facts.classes[function.owner].name if constructor else function.name,
                        slots,
                    )
            for index, class_ in enumerate(module.facts.classes):
                if any("dataclass" in decorator or decorator.startswith("attr") for decorator in class_.decorators):
                    fields = [each for each in class_.attributes if each.in_body and each.annotation]
                    slots = [
                        (port, position, each.name)
                        for position, each in enumerate(fields)
                        for port in self._ports_of(each.annotation)
                    ]
                    if slots:
                        takers.add(f"{module.name}@{index}", class_.name, slots)
        return takers

    def _slots(self, function: Function) -> Iterator[tuple[str, int, str]]:
        bound = function.owner >= 0 and "builtins.staticmethod" not in function.decorators
        for position, parameter in enumerate(function.parameters):
            if parameter.annotation:
                for port in self._ports_of(parameter.annotation):
                    place = position - bound if parameter.kind in ("normal", "positional-only") else -1
                    yield port, place, parameter.name

    def _named(self, known: list[Pair]) -> Iterator[Pair]:
        """Yield what only names suggest, for ports whose name is unique and whose adapters do not derive from them."""
        joined = {pair.adapter for pair in known}
        derived_from = {pair.port for pair in known if pair.evidence == "inheritance"}
        stems = Counter(self._stem(port) for port in self._known.ports)
        endings = {stem: port for port in self._known.ports if len(stem := self._stem(port)) >= 4 and stems[stem] == 1}
        for key in class_keys(self._project):
            if key in joined or key in self._ports:
                continue
            _, fact = self._project.class_(key)
            port = endings.get(_ending(fact.name, endings))
            if port is not None and port != key and port not in derived_from and self._shares_methods(port, key):
                yield Pair(port, key, "name")

    def _stem(self, port: str) -> str:
        _, fact = self._project.class_(port)
        return _AFFIXES.sub("", fact.name)

    def _shares_methods(self, port: str, key: str) -> bool:
        """Tell whether a class has a method of the port; most members of one whose name is a single common word."""
        own = self._classes.own_members(key)
        promised = self._known.promised(port)
        shared = [
            member.name for member in promised if member.functions and member.name in own and own[member.name].functions
        ]
        one_word = len(re.findall(r"[A-Z]", self._stem(port))) == 1
        return bool(shared) and (not one_word or 2 * len(shared) > len(promised))


class _Takers(msgspec.Struct):
    slots: dict[str, list[tuple[str, int, str]]]
    names: set[str]

    def add(self, key: str, name: str, slots: list[tuple[str, int, str]]) -> None:
        self.slots.setdefault(key, []).extend(slots)
        self.names.add(name)


def _arguments(slots: list[tuple[str, int, str]], arguments: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    positional = [value for name, value in arguments if not name]
    keywords = dict(arguments)
    unpacked = any(name == "*" for name, _ in arguments)
    for port, position, name in slots:
        if name in keywords:
            yield port, keywords[name]
        elif 0 <= position < len(positional) and not unpacked:
            yield port, positional[position]


def _ending(name: str, endings: dict[str, str]) -> str:
    """Return the longest of the endings that `name` ends in, at a word's start; empty for none."""
    starts = [index for index, character in enumerate(name) if character.isupper() and index]
    return next((name[index:] for index in starts if name[index:] in endings), "")


def adapters(project: Project) -> Adapters:
    """Answer the query for the adapters of ports."""
    return Adapters(project)
