"""Which classes are meant to fulfil which port, and the evidence that joins them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from archlint.facts.model import Attribute
from archlint.facts.references import alternatives
from archlint.project.asides import is_test
from archlint.project.bindings import MADE
from archlint.project.classes import STRUCTURAL, ClassTable, Member
from archlint.project.modulewise import ModuleWise
from archlint.project.ports import Pair, class_keys, class_keys_in, is_descriptor, ports
from archlint.project.preset_contracts import bounded_contexts
from archlint.project.program import Module, Project
from archlint.project.takers import Slot, takers
from archlint.project.types import types

_AFFIXES = re.compile(r"^(?:I(?=[A-Z][a-z])|Abstract|Base)|(?:Port|Protocol|Interface|ABC|Base)$")
_INTERFACE = "zope.interface.Interface"
"""The base of classes that promise what others fulfil, in a way of their own."""
_RECEIVERS = {"self", "cls"}
_DISPLAYS = ("builtins.dict<", "builtins.list<", "builtins.tuple<")
_ELEMENT = "builtins.type<"
"""What stands before an expression whose type the elements of a display have."""
MAX_ADAPTERS = 3
"""How many classes a value may be an instance of and still say something; what may be many things is no evidence."""


class Adapters:
    """All pairs of ports and adapters in the project; each pair once, with its strongest evidence."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._classes = project.query(ClassTable)
        self._known = project.query(ports)
        self._takers = project.query(takers)
        self.stems = {port: _stem(project, port) for port in self._known.ports}
        """What is left of the name of each port without what says that it is one."""

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs, in the order of their names."""
        known = self._project.query(PAIRS)
        there = [pair for module in self._project.modules for pair in known[module.path]]
        inherited = [pair for pair in there if pair.evidence == "inheritance"]
        told = (pair for pair in there if pair.evidence != "inheritance" and not self._is_told_twice(pair.port))
        wired = sorted(told, key=self._weakness)
        typed = [pair for pair in wired if not pair.is_guessed]
        guessed = [pair for pair in wired if pair.is_guessed]
        made = self._project.query(MADE)
        bound = sorted((pair for module in self._project.modules for pair in made[module.path]), key=self._is_in_tests)
        found: dict[tuple[str, str], Pair] = {}
        for pair in (*inherited, *typed, *filter(self._is_new, bound), *guessed):
            found.setdefault((pair.port, pair.adapter), pair)
        for pair in self._named(list(found.values())):
            found.setdefault((pair.port, pair.adapter), pair)
        return tuple(found[key] for key in sorted(found))

    def _is_told_twice(self, port: str) -> bool:
        """Tell whether a module has several classes of a port's name, one after the other, as notebooks do."""
        module, fact = self._project.class_(port)
        return sum(each.qualname == fact.qualname for each in module.facts.classes) > 1

    def _weakness(self, pair: Pair) -> tuple[bool, bool]:
        return self._is_in_tests(pair), pair.evidence in ("parameter", "keyword")

    def _is_in_tests(self, pair: Pair) -> bool:
        return is_test(self._project.by_name[pair.site[0]])

    def _is_new(self, pair: Pair) -> bool:
        return pair.port not in self._types.order(pair.adapter) and pair.adapter not in self._known.port_set

    def written_in(self, module: Module) -> Iterator[Pair]:
        """Yield what bases and annotations in a module say."""
        if not self._known.ports:
            return
        for key in class_keys_in(self._project, module):
            _, fact = self._project.class_(key)
            for base in self._types.order(key)[1:]:
                if base in self._known.port_set:
                    yield Pair(base, key, "inheritance", (module.name, fact.start, fact.end))
        yield from self._annotated(module)
        yield from self._passed(module)

    def _annotated(self, module: Module) -> Iterator[Pair]:
        """Yield what is returned or assigned where a port is annotated."""
        for function in module.facts.functions:
            site = (module.name, function.start, function.end)
            yield from self._judge(function.returns, function.values, "return", site)
        for index, class_ in enumerate(module.facts.classes):
            for each in class_.attributes:
                declared = each.annotation or self._declared(f"{module.name}@{index}", each)
                yield from self._judge(declared, each.values, "assignment", (module.name, each.start, each.end))
        for assignment in module.facts.assignments:
            site = (module.name, assignment.start, assignment.end)
            yield from self._judge(assignment.annotation, (assignment.value,), "assignment", site)

    def _declared(self, key: str, attribute: Attribute) -> str:
        """Return what the next base class declares an attribute to be that a class only assigns."""
        if not attribute.in_body or not attribute.values:
            return ""
        owners = (owner for owner in self._types.order(key)[1:] if "@" in owner)
        members = (self._classes.own_members(owner).get(attribute.name) for owner in owners)
        found = next((member.attribute for member in members if member is not None), None)
        return found.annotation if found is not None else ""

    def _judge(
        self, annotation: str, values: tuple[str, ...], evidence: str, site: tuple[str, int, int]
    ) -> Iterator[Pair]:
        port, arguments = self._takers.port_of(annotation) if annotation and values else ("", ())
        for value in values if port else ():
            found = self._instances(value)
            for adapter in found:
                if port not in self._types.order(adapter) and self._may_be(adapter, found, port):
                    yield Pair(port, adapter, evidence, site, arguments)
        held = self._takers.held_by(annotation) if annotation and values and not port else ""
        for value in values if held else ():
            for adapter in self._elements(value, held):
                yield Pair(held, adapter, evidence, site)
        class_port = self._takers.class_port_of(annotation) if annotation and values and not port else ""
        for value in values if class_port else ():
            for adapter in self._classes_named(value):
                if class_port not in self._types.order(adapter):
                    yield Pair(class_port, adapter, evidence, site)

    def _classes_named(self, reference: str) -> list[str]:
        values = self._types.infer(reference)
        return [value.name for value in values if len(values) == 1 and value.kind == "object" and value.is_class]

    def _instances(self, reference: str) -> list[str]:
        """Return the project's classes that a value is an instance of, when that is all it can be and they are few."""
        values = self._types.infer(reference)
        if len(values) > MAX_ADAPTERS or not all(value.kind == "instance" and value.is_class for value in values):
            return []
        return [value.name for value in values if not self._is_stand_in(value.name)]

    def _elements(self, reference: str, port: str) -> Iterator[str]:
        """Yield the classes of which objects stand in a list, tuple or dictionary that is written out."""
        if not reference.startswith(_DISPLAYS):
            return
        for value in self._types.infer(reference):
            for element in (part for argument in value.args for part in alternatives(argument)):
                made = element.removeprefix(_ELEMENT)
                found = self._instances(made[:-1]) if made != element else []
                if len(found) == 1 and port not in self._types.order(found[0]) and self._may_be(found[0], found, port):
                    yield found[0]

    def _may_be(self, adapter: str, values: Sequence[str], port: str) -> bool:
        """Tell whether a class that a value may be is meant for a port: one of several shares a member with it.

        Where one of them derives from the port, a test has told the others apart.
        """
        if is_descriptor(self._types, adapter) or adapter in self._types.order(port):  # seen as its own base
            return False
        if any(port in self._types.order(value) for value in values):
            return False
        return len(values) == 1 or any(self._classes_have(adapter, name) for name in self._known.declared(port))

    def _is_of_twin(self, adapter: str, port: str) -> bool:
        """Tell whether a class derives from another port with most of the members: the async one of two."""
        promised = {member.name for member in self._known.promised(port)}
        twins = (owner for owner in self._types.order(adapter) if owner in self._known.port_set)
        shared = (promised & {member.name for member in self._known.promised(twin)} for twin in twins)
        return any(2 * len(each) > len(promised) for each in shared)

    def _classes_have(self, key: str, name: str) -> bool:
        return any("@" in owner and name in self._classes.own_members(owner) for owner in self._types.order(key))

    def _is_stand_in(self, key: str) -> bool:
        """Tell whether a class is empty: it stands at run time for what type checkers import."""
        _, fact = self._project.class_(key)
        plain = all(any(value.name in STRUCTURAL for value in self._types.infer(base)) for base in fact.bases)
        return plain and not fact.decorators and not self._classes.own_members(key)

    def _passed(self, module: Module) -> Iterator[Pair]:
        """Yield what is passed where a port is annotated, or where a keyword is called as one."""
        for call, slot, argument, by_name in self._takers.filled_in(module):
            site = (module.name, call.start, call.end)
            if slot.holds:
                for adapter in self._elements(argument, slot.holds):
                    yield Pair(slot.holds, adapter, "parameter", site)
                continue
            found = self._instances(argument)
            for adapter in found:
                port = slot.port or (self._port_called(slot, adapter) if by_name else "")
                if port and port not in self._types.order(adapter) and self._may_be(adapter, found, port):
                    yield Pair(port, adapter, "parameter" if slot.port else "keyword", site, slot.arguments)

    def _port_called(self, slot: Slot, adapter: str) -> str:
        """Return the only port that is called as a keyword without annotation is (`user_store`: `UserStore`)."""
        word = "".join(part.capitalize() for part in slot.name.split("_"))
        called = [port for port, stem in self.stems.items() if stem == word]
        fits = len(called) == 1 and adapter not in self._known.port_set and self._shares_methods(called[0], adapter)
        return called[0] if fits and not self._is_of_twin(adapter, called[0]) else ""

    def _named(self, known: list[Pair]) -> Iterator[Pair]:
        """Yield what only names suggest, for ports whose name is unique and whose adapters do not derive from them."""
        joined = {pair.adapter for pair in known}
        derived_from = {pair.port for pair in known if pair.evidence == "inheritance"}
        stems = Counter(self.stems.values())
        endings = {stem: port for port, stem in self.stems.items() if len(stem) >= 4 and stems[stem] == 1}
        any_ending = tuple(endings)
        for key in class_keys(self._project):
            module, fact = self._project.class_(key)
            if not fact.name.endswith(any_ending):
                continue
            ending = _ending(fact.name, endings)
            port = endings.get(ending)
            if port is None or port == key or port in derived_from:
                continue
            if key in joined or key in self._known.port_set or _INTERFACE in self._types.order(key):
                continue
            if self._is_anothers(key, ending) or self._is_another_base(key, port) or self._is_for_twin(key, port):
                continue
            if self._shares_methods(port, key) and not self._is_of_another_context(key, port):
                yield Pair(port, key, "name", (module.name, fact.start, fact.end))

    def _is_of_another_context(self, key: str, port: str) -> bool:
        """Tell whether a class belongs to one bounded context and the port to another: each has words of its own."""
        homes = self._project.query(bounded_contexts)
        own, other = (next((home for home in homes if each.startswith(f"{home}.")), "") for each in (key, port))
        return own != other and bool(own and other)

    def _is_anothers(self, key: str, ending: str) -> bool:
        """Tell whether a class has its name from a base class outside the project, `SpanExporter` of some library."""
        bases = (base.rpartition(".")[2] for base in self._types.order(key)[1:] if "@" not in base)
        return any(_AFFIXES.sub("", base).endswith(ending) for base in bases)

    def _is_another_base(self, key: str, port: str) -> bool:
        """Tell whether a class is called just like the port and has subclasses: two of a name, each for its own."""
        same = self._project.class_(key)[1].name == self._project.class_(port)[1].name
        return same and self._known.has_subclass(key)

    def _is_for_twin(self, key: str, port: str) -> bool:
        """Tell whether a class has what another port promises whose name says more: `AsyncCache` beside `Cache`."""
        stem = self.stems[port]
        twins = (each for each, other in self.stems.items() if other.endswith(stem) and other != stem)
        return any(self._has_all(key, twin) for twin in twins)

    def _has_all(self, key: str, port: str) -> bool:
        own = self._classes.own_members(key)
        promised = self._known.promised(port)
        return all(each.name in own and self._is_async(own[each.name]) == self._is_async(each) for each in promised)

    def _is_async(self, member: Member) -> bool:
        module, _ = self._project.class_(member.owner)
        return any(module.facts.functions[index].is_async for index in member.functions)

    def _is_alike(self, one: Member, other: Member) -> bool:
        """Tell whether methods are both async or both not, or at least take the same."""
        return self._is_async(one) == self._is_async(other) or self._taken_by(one) == self._taken_by(other)

    def _asks_alike(self, one: Member, other: Member) -> bool:
        """Tell whether two methods take a parameter of the same name, or the other one takes none."""
        asked = self._taken_by(other) - _RECEIVERS
        return not asked or not asked.isdisjoint(self._taken_by(one))

    def _taken_by(self, member: Member) -> set[str]:
        module, _ = self._project.class_(member.owner)
        return {each.name for index in member.functions for each in module.facts.functions[index].parameters}

    def _shares_methods(self, port: str, key: str) -> bool:
        """Tell whether a class has a method of the port.

        It has most members if the port's name is a single common word, or if the class is private: that of a module
        stands in for what the module needs of the port. If it has half of them or less, one asks for the same.
        """
        own = self._classes.own_members(key)
        promised = self._known.promised(port)
        shared = [
            member for member in promised if member.functions and member.name in own and own[member.name].functions
        ]
        if not any(self._is_alike(own[member.name], member) for member in shared):
            return False
        if 2 * len(shared) <= len(promised) and not any(self._asks_alike(own[each.name], each) for each in shared):
            return False
        one_word = len(re.findall(r"[A-Z]", self.stems[port])) == 1
        most = one_word or self._project.class_(key)[1].name.startswith("_")
        return bool(shared) and (not most or 2 * len(shared) > len(promised))


def _stem(project: Project, port: str) -> str:
    _, fact = project.class_(port)
    return _AFFIXES.sub("", fact.name)


def _ending(name: str, endings: dict[str, str]) -> str:
    """Return the longest of the endings that `name` ends in, at a word's start; empty for none."""
    starts = [index for index, character in enumerate(name) if character.isupper()]
    return next((name[index:] for index in starts if name[index:] in endings), "")


def adapters(project: Project) -> Adapters:
    """Answer the query for the adapters of ports."""
    return Adapters(project)


def joined(project: Project) -> tuple[Pair, ...]:
    """Answer the query for all pairs of ports and adapters."""
    return project.query(adapters).pairs


PAIRS = ModuleWise(
    "pairs of ports and adapters",
    tuple[Pair, ...],
    lambda project, module: tuple(project.query(adapters).written_in(module)),
    lambda project: sorted(project.query(adapters).stems.items()),
)
"""The query for the pairs that bases and annotations in each module join."""
