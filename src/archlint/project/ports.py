"""Ports: the classes that promise something, and what an adapter must have to fulfil them."""

from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from archlint.facts.model import DOING
from archlint.facts.references import step
from archlint.project.asides import is_test
from archlint.project.classes import ClassTable, Member, definitions
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.types import Types, types
from archlint.project.uses import Calls

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_ABSTRACT_BASES = _PROTOCOLS | {"abc.ABC"}
_MAKE_CLASSES = frozenset({"builtins.type", "types.new_class"})
_ABSTRACT_METHODS = frozenset({"abc.abstractmethod", "abc.abstractproperty"})


class Pair(msgspec.Struct, frozen=True):
    """A port and a class that is meant to fulfil it (both `module@index`); `evidence` says what joins them.

    `evidence` is inheritance, parameter, return, assignment, binding (in a container) or, weakest and only guessed,
    keyword (an instance is passed by the name of the port) or name; `statement` is what a test says. `site` is where
    that is written: module, start and end; `arguments` are the port's type arguments there.
    """

    port: str
    adapter: str
    evidence: str
    site: tuple[str, int, int] = ("", 0, 0)
    arguments: tuple[str, ...] = ()

    @property
    def is_stated(self) -> bool:
        """Whether somebody asks about just these two."""
        return self.evidence == "statement"

    @property
    def is_guessed(self) -> bool:
        """Whether only names join the two."""
        return self.evidence in ("keyword", "name")


class Ports:
    """All ports of the project (`module@index`), and what they ask for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._classes = project.query(ClassTable)
        self._marked: dict[str, frozenset[int]] = {}
        self.promised: Memo[str, tuple[Member, ...]] = Memo(
            project.reading, lambda port: tuple(self._find_promised(port))
        )
        """Gives the members that a port promises and does not provide itself, its own and inherited ones, by name."""
        self._hooks: Memo[str, tuple[Member, ...]] = Memo(project.reading, lambda port: tuple(self._find_hooks(port)))

    @cached_property
    def ports(self) -> tuple[str, ...]:
        """All ports, in the order of modules and their texts."""
        found = self._project.query(PORTS)
        return tuple(key for module in self._project.by_name.values() for key in found[module.path])

    @cached_property
    def port_set(self) -> frozenset[str]:
        """All ports."""
        return frozenset(self.ports)

    def is_protocol(self, key: str) -> bool:
        """Tell whether a class names `Protocol` as a base of its own."""
        _, fact = self._project.class_(key)
        return any(value.name in _PROTOCOLS for base in fact.bases for value in self._types.infer(base))

    def is_abstract(self, key: str) -> bool:
        """Tell whether a class is meant to be derived from: a Protocol, `ABC` as a base, or abstract methods."""
        module, fact = self._project.class_(key)
        if self.is_protocol(key) or any(value == "abc.ABCMeta" for name, value in fact.keywords if name == "metaclass"):
            return True
        if any(value.name == "abc.ABC" for base in fact.bases for value in self._types.infer(base)):
            return True
        return int(key.rpartition("@")[2]) in self._marked_in(module)

    def _marked_in(self, module: Module) -> frozenset[int]:
        """Return the classes of a module, by index, with abstract methods of their own."""
        if module.name not in self._marked:
            functions = (each for each in module.facts.functions if each.owner >= 0 and each.decorators)
            marked = (each.owner for each in functions if not _ABSTRACT_METHODS.isdisjoint(each.decorators))
            self._marked[module.name] = frozenset(marked)
        return self._marked[module.name]

    def is_port(self, key: str) -> bool:
        """Tell whether a class promises something: a Protocol with members, an ABC with abstract methods."""
        if not self.is_protocol(key) and not self.is_abstract(key):
            return False
        return bool(self.promised(key))

    def required(self, pair: Pair) -> tuple[Member, ...]:
        """Return the members that an adapter must have: without inheritance it has none of a Protocol's defaults."""
        if pair.evidence == "inheritance" or pair.is_guessed or not self.is_protocol(pair.port):
            return self.promised(pair.port)
        return tuple(member for member in self._public(pair.port) if self._is_declared(member))

    def offered(self, pair: Pair) -> tuple[Member, ...]:
        """Return the methods that an ABC does nothing in, for those of its derived classes that do something."""
        if pair.evidence != "inheritance" or self.is_protocol(pair.port):
            return ()
        return self._hooks(pair.port)

    def _find_hooks(self, port: str) -> Iterator[Member]:
        return (member for member in self._public(port) if member.is_method and self._does_nothing(member))

    def _does_nothing(self, member: Member) -> bool:
        module, _ = self._project.class_(member.owner)
        stubs = all(each.body == "stub" and not each.decorators for each in definitions(module, member))
        return stubs and not self.is_protocol(member.owner)

    def declared(self, port: str) -> frozenset[str]:
        """Return the names of all members that a class must have to be of a Protocol's shape."""
        return frozenset(member.name for member in self._public(port) if self._is_declared(member))

    def _find_promised(self, port: str) -> Iterator[Member]:
        return (member for member in self._public(port) if self._is_open(member))

    def _public(self, port: str) -> Iterator[Member]:
        seen: set[str] = set()
        for owner in self._types.order(port):
            for name, member in sorted(self._classes.own_members(owner).items()) if "@" in owner else ():
                if name not in seen and (not _is_private(name) or self.is_abstract_method(member)):
                    seen.add(name)
                    yield member

    def is_abstract_method(self, member: Member) -> bool:
        """Tell whether a member is marked as one that derived classes must write."""
        module, _ = self._project.class_(member.owner)
        return any(_ABSTRACT_METHODS.intersection(function.decorators) for function in definitions(module, member))

    def _is_declared(self, member: Member) -> bool:
        attribute = member.attribute
        return attribute is None or (attribute.in_body and bool(attribute.annotation))

    def _is_open(self, member: Member) -> bool:
        module, _ = self._project.class_(member.owner)
        protocol = self.is_protocol(member.owner)
        if member.attribute is not None:
            return protocol and self._is_declared(member) and not member.attribute.values
        if protocol:
            stubs = all(function.body == "stub" for function in definitions(module, member))
            return stubs and not self._is_hook(member)
        if not self.is_abstract_method(member):
            return False
        return self._is_enforced(member.owner) or all(each.body == "stub" for each in definitions(module, member))

    def _is_enforced(self, key: str) -> bool:
        """Tell whether Python makes no instance without the abstract methods: some base is an ABC, or may be one."""
        order = self._types.order(key)
        if self._types.has_unknown_base(key) or not _ABSTRACT_BASES.isdisjoint(order):
            return True
        facts = (self._project.class_(owner)[1] for owner in order if "@" in owner)
        return any(name == "metaclass" for fact in facts for name, _ in fact.keywords)

    def _is_hook(self, member: Member) -> bool:
        """Tell whether a stub is a default that does nothing: it returns nothing where most others have code."""
        module, _ = self._project.class_(member.owner)
        if self.is_abstract_method(member) or any(function.returns for function in definitions(module, member)):
            return False
        methods = [each for each in self._classes.own_members(member.owner).values() if each.is_method]
        coded = [each for each in methods if any(one.body in DOING for one in definitions(module, each))]
        return 2 * len(coded) > len(methods)

    def has_subclass(self, key: str) -> bool:
        """Tell whether another class of the project derives from this one, be it one that is made at run time."""
        return key in self._project.query(subclasses) or key in self._project.query(_bases_at_run_time)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__") and name not in _IMPLICIT)


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


def class_keys(project: Project) -> tuple[str, ...]:
    """Return the reference root of every class."""
    return project.query(_class_keys)


def _class_keys(project: Project) -> tuple[str, ...]:
    return tuple(key for module in project.by_name.values() for key in class_keys_in(project, module))


def subclasses(project: Project) -> Mapping[str, tuple[str, ...]]:
    """Answer the query for what derives from classes, at whatever depth: those of the project, others by name."""
    bases = project.query(_BASES)
    found: dict[str, list[str]] = {}
    for module in project.by_name.values():
        for key, orders in zip(class_keys_in(project, module), bases[module.path], strict=True):
            for base in orders:
                found.setdefault(base, []).append(key)
    return {base: tuple(keys) for base, keys in found.items()}


def _bases(project: Project, module: Module) -> tuple[tuple[str, ...], ...]:
    """Return what each class of a module derives from, at whatever depth."""
    resolver = project.query(types)
    return tuple(resolver.order(f"{module.name}@{index}")[1:] for index in range(len(module.facts.classes)))


_BASES = ModuleWise("bases of classes", tuple[tuple[str, ...], ...], _bases)


def _bases_at_run_time(project: Project) -> frozenset[str]:
    """Answer the query for what the program derives classes from by `type(name, (Base,), {...})`."""
    resolver = project.query(types)
    given = (
        call.arguments[1][1]
        for module, call in project.query(Calls).of(_MAKE_CLASSES)
        if len(call.arguments) > 1 and not is_test(module)
    )
    return frozenset(value.name for bases in given if bases for value in resolver.infer(step(bases, "*()")))


def class_keys_in(project: Project, module: Module) -> Iterator[str]:
    """Yield the reference root of every class of a module, none if another one has its name."""
    for index in range(len(module.facts.classes) if project.by_name[module.name] is module else 0):
        yield f"{module.name}@{index}"


def is_test_class(project: Project, key: str) -> bool:
    """Tell whether a class stands in test code."""
    return is_test(project.class_(key)[0])


def is_descriptor(resolver: Types, key: str) -> bool:
    """Tell whether instances of a class stand for something else as attributes: they have `__get__`."""
    return any("@" in owner and "__get__" in resolver.classes.own_members(owner) for owner in resolver.order(key))


def ports(project: Project) -> Ports:
    """Answer the query for ports."""
    return Ports(project)


PORTS = ModuleWise(
    "ports",
    tuple[str, ...],
    lambda project, module: tuple(filter(project.query(ports).is_port, class_keys_in(project, module))),
)
"""The query for the ports of each module."""

PROTOCOLS = ModuleWise(
    "protocols",
    tuple[str, ...],
    lambda project, module: tuple(filter(project.query(ports).is_protocol, class_keys_in(project, module))),
)
"""The query for the Protocols of each module."""
