"""Ports, their adapters, and the evidence that joins them."""

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from archlint.facts.model import Function
from archlint.facts.references import alternatives
from archlint.project.classes import ClassTable, Member, definitions
from archlint.project.layers import is_test
from archlint.project.program import Project
from archlint.project.types import Types, types

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_ABSTRACT_METHODS = frozenset({"abc.abstractmethod", "abc.abstractproperty"})
_AFFIXES = re.compile(r"^(?:I(?=[A-Z][a-z])|Abstract|Base)|(?:Port|Protocol|Interface|ABC|Base)$")


MAX_ADAPTERS = 3
"""How many classes a value may be an instance of and still say something; what may be many things is no evidence."""


class Pair(msgspec.Struct, frozen=True):
    """A port and a class that is meant to fulfil it (both `module@index`); `evidence` says what joins them.

    `evidence` is inheritance, parameter, return, assignment or, weakest, name.
    """

    port: str
    adapter: str
    evidence: str


class Ports:
    """All ports of the project and all pairs; each pair once, with its strongest evidence."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._classes = project.query(ClassTable)
        self._promised: dict[str, tuple[Member, ...]] = {}
        self.ports = tuple(key for key in _class_keys(project) if self.is_port(key))
        self.pairs = tuple(self._find_pairs())

    def is_protocol(self, key: str) -> bool:
        """Tell whether a class names `Protocol` as a base of its own."""
        _, fact = self._project.class_(key)
        return any(value.name in _PROTOCOLS for base in fact.bases for value in self._types.infer(base))

    def is_abstract(self, key: str) -> bool:
        """Tell whether a class is meant to be derived from: a Protocol, `ABC` as a base, or abstract methods."""
        module, fact = self._project.class_(key)
        if self.is_protocol(key) or any(
            value == "abc.ABCMeta" for name, value in fact.keywords if name == "metaclass"
        ):
            return True
        if any(value.name == "abc.ABC" for base in fact.bases for value in self._types.infer(base)):
            return True
        return any(
            _ABSTRACT_METHODS.intersection(function.decorators)
            for member in self._classes.own_members(key).values()
            for function in definitions(module, member)
        )

    def is_port(self, key: str) -> bool:
        """Tell whether a class promises something: a Protocol with members, an ABC with abstract methods."""
        if not self.is_protocol(key) and not self.is_abstract(key):
            return False
        return bool(self.promised(key))

    def promised(self, port: str) -> tuple[Member, ...]:
        """Return the members that a port promises and does not provide itself, its own and inherited ones, by name."""
        if port not in self._promised:
            self._promised[port] = tuple(self._find_promised(port))
        return self._promised[port]

    def _find_promised(self, port: str) -> Iterator[Member]:
        seen: set[str] = set()
        for owner in self._types.order(port):
            if "@" not in owner:
                continue
            protocol = self.is_protocol(owner)
            for name, member in sorted(self._classes.own_members(owner).items()):
                if name not in seen and not _is_private(name):
                    seen.add(name)
                    if self._is_open(member, protocol):
                        yield member

    def _is_open(self, member: Member, protocol: bool) -> bool:
        module, _ = self._project.class_(member.owner)
        if member.attribute is not None:
            return (
                protocol
                and bool(member.attribute.annotation)
                and not member.attribute.values
                and member.attribute.in_body
            )
        functions = list(definitions(module, member))
        if protocol:
            return all(function.body == "stub" for function in functions)
        return any(_ABSTRACT_METHODS.intersection(function.decorators) for function in functions)

    def _find_pairs(self) -> Iterator[Pair]:
        found: dict[tuple[str, str], Pair] = {}
        for pair in (*self._inherited(), *self._wired()):
            found.setdefault((pair.port, pair.adapter), pair)
        for pair in self._named(list(found.values())):
            found.setdefault((pair.port, pair.adapter), pair)
        for key in sorted(found):
            yield found[key]

    def _inherited(self) -> Iterator[Pair]:
        ports = set(self.ports)
        for key in _class_keys(self._project):
            for base in self._types.order(key)[1:]:
                if base in ports:
                    yield Pair(base, key, "inheritance")

    def _wired(self) -> Iterator[Pair]:
        """Yield what annotations say: an instance passed, returned or assigned where a port is annotated."""
        ports = set(self.ports)
        if not ports:
            return
        for module in self._project.modules:
            for function in module.facts.functions:
                yield from self._judge(ports, function.returns, function.values, "return")
            for class_ in module.facts.classes:
                for attribute in class_.attributes:
                    yield from self._judge(ports, attribute.annotation, attribute.values, "assignment")
            for assignment in module.facts.assignments:
                yield from self._judge(ports, assignment.annotation, (assignment.value,), "assignment")
        yield from self._passed(ports)

    def _judge(
        self, ports: set[str], annotation: str, values: tuple[str, ...], evidence: str
    ) -> Iterator[Pair]:
        if not annotation or not values:
            return
        for port in self._ports_of(ports, annotation):
            for value in values:
                for adapter in self._instances(value):
                    if port not in self._types.order(adapter):
                        yield Pair(port, adapter, evidence)

    def _ports_of(self, ports: set[str], annotation: str) -> list[str]:
        """Return the port that an annotation means: with an alternative (but `None`) nobody knows which is meant."""
        parts = alternatives(annotation)
        if len(parts) != 1:
            return []
        return [
            value.name
            for value in self._types.infer(parts[0])
            if value.kind == "object" and value.name in ports
        ]

    def _instances(self, reference: str) -> list[str]:
        """Return the project's classes that a value is an instance of, when that is all it can be and they are few."""
        values = self._types.infer(reference)
        if len(values) > MAX_ADAPTERS or not all(
            value.kind == "instance" and value.is_class for value in values
        ):
            return []
        return [value.name for value in values]

    def _passed(self, ports: set[str]) -> Iterator[Pair]:
        takers = self._takers(ports)
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

    def _takers(self, ports: set[str]) -> "_Takers":
        """Find the functions and classes that take a port, by parameter name and position."""
        takers = _Takers({}, set())
        for module in self._project.modules:
            for index, function in enumerate(module.facts.functions):
                slots = list(self._slots(ports, function))
                if slots:
                    constructor = function.owner >= 0 and function.name == "__init__"
                    key = f"{module.name}@{function.owner}" if constructor else f"{module.name}#{index}"
                    takers.add(
                        key,
                        module.facts.classes[function.owner].name if constructor else function.name,
                        slots,
                    )
            for index, class_ in enumerate(module.facts.classes):
                if any(
                    "dataclass" in decorator or decorator.startswith("attr")
                    for decorator in class_.decorators
                ):
                    fields = [each for each in class_.attributes if each.in_body and each.annotation]
                    slots = [
                        (port, position, each.name)
                        for position, each in enumerate(fields)
                        for port in self._ports_of(ports, each.annotation)
                    ]
                    if slots:
                        takers.add(f"{module.name}@{index}", class_.name, slots)
        return takers

    def _slots(self, ports: set[str], function: Function) -> Iterator[tuple[str, int, str]]:
        bound = function.owner >= 0 and "builtins.staticmethod" not in function.decorators
        for position, parameter in enumerate(function.parameters):
            if parameter.annotation:
                for port in self._ports_of(ports, parameter.annotation):
                    place = position - bound if parameter.kind in ("normal", "positional-only") else -1
                    yield port, place, parameter.name

    def _named(self, known: list[Pair]) -> Iterator[Pair]:
        """Yield what only names suggest, for ports whose name is unique and whose adapters do not derive from them."""
        joined = {pair.adapter for pair in known}
        derived_from = {pair.port for pair in known if pair.evidence == "inheritance"}
        stems = Counter(self._stem(port) for port in self.ports)
        endings = {
            stem: port for port in self.ports if len(stem := self._stem(port)) >= 4 and stems[stem] == 1
        }
        for key in _class_keys(self._project):
            if key in joined or key in self.ports:
                continue
            _, fact = self._project.class_(key)
            port = endings.get(_ending(fact.name, endings))
            if (
                port is not None
                and port != key
                and port not in derived_from
                and self._shares_methods(port, key)
            ):
                yield Pair(port, key, "name")

    def _stem(self, port: str) -> str:
        _, fact = self._project.class_(port)
        return _AFFIXES.sub("", fact.name)

    def _shares_methods(self, port: str, key: str) -> bool:
        """Tell whether a class has a method of the port; half of them when the port's name is a single common word."""
        own = self._classes.own_members(key)
        methods = [member.name for member in self.promised(port) if member.functions]
        shared = [name for name in methods if name in own and own[name].functions]
        one_word = len(re.findall(r"[A-Z]", self._stem(port))) == 1
        return bool(shared) and (not one_word or 2 * len(shared) >= len(methods))

    def has_subclass(self, key: str) -> bool:
        """Tell whether another class of the project, tests left out, derives from this one."""
        return key in self._project.query(_derived)


def _derived(project: Project) -> frozenset[str]:
    resolver = project.query(types)
    return frozenset(base for key in _class_keys(project) for base in resolver.order(key)[1:] if "@" in base)


class _Takers(msgspec.Struct):
    slots: dict[str, list[tuple[str, int, str]]]
    names: set[str]

    def add(self, key: str, name: str, slots: list[tuple[str, int, str]]) -> None:
        self.slots.setdefault(key, []).extend(slots)
        self.names.add(name)


def _arguments(
    slots: list[tuple[str, int, str]], arguments: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, str]]:
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


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (
        name.startswith("__") and name.endswith("__") and name not in _IMPLICIT
    )


_IMPLICIT = frozenset(
    {
        "__init__",
        "__name__",
        "__qualname__",
        "__slots__",
        "__init_subclass__",
        "__class_getitem__",
        "__doc__",
        "__module__",
        "__hash__",
        "__new__",
    }
)
"""Dunder names in a class body that promise nothing."""


def _class_keys(project: Project) -> Iterator[str]:
    for name, module in project.by_name.items():
        for index in range(len(module.facts.classes)):
            yield f"{name}@{index}"


def is_test_class(project: Project, key: str) -> bool:
    """Tell whether a class stands in test code."""
    return is_test(project.class_(key)[0])


def ports(project: Project) -> Ports:
    """The query for ports and adapters."""
    return Ports(project)
