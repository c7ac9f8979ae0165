"""Classes as the program sees them: what they derive from and what members they have."""

from collections.abc import Iterator, Set

import msgspec

from archlint.facts.model import Attribute, Class, Function
from archlint.project.program import Module, Project

PROPERTIES = frozenset(
    {
        "builtins.property",
        "functools.cached_property",
        "abc.abstractproperty",
        "django.utils.functional.cached_property",
        "propcache.cached_property",
        "propcache.api.cached_property",
    }
)
OVERLOADS = frozenset({"typing.overload", "typing_extensions.overload"})
STRUCTURAL = frozenset(
    {
        "builtins.object",
        "typing.Protocol",
        "typing_extensions.Protocol",
        "typing.Generic",
        "abc.ABC",
    }
)
"""External bases that add no member of their own."""
CONTEXT_BASES = frozenset(
    {
        "contextlib.AbstractContextManager",
        "contextlib.AbstractAsyncContextManager",
        "typing.ContextManager",
        "typing.AsyncContextManager",
    }
)
"""External bases that add nothing but what `with` calls."""


class Member(msgspec.Struct, frozen=True):
    """A member of a class: a method (`functions` are its definitions in order, overloads included) or an attribute.

    `owner` is the class that defines it (`module@index`). A property is a method whose `is_property` holds.
    """

    name: str
    owner: str
    functions: tuple[int, ...] = ()
    attribute: Attribute | None = None
    is_property: bool = False

    @property
    def is_method(self) -> bool:
        """Whether it is called rather than read."""
        return bool(self.functions) and not self.is_property


class ClassTable:
    """Own members of every class of the project, found when first asked for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._own: dict[str, dict[str, Member]] = {}
        self._defining: dict[str, set[str]] = {}
        self._methods: dict[str, dict[int, list[int]]] = {}
        self._nested: dict[str, dict[int, list[Attribute]]] = {}

    def own_members(self, key: str) -> dict[str, Member]:
        """Return the members that the class `module@index` itself defines, by name."""
        if key not in self._own:
            module, fact = self._project.class_(key)
            self._own[key] = self._collect(key, module, fact)
        return self._own[key]

    def defining(self, name: str) -> Set[str]:
        """Return the classes that define a member of this name themselves."""
        if not self._defining:
            for module in self._project.by_name.values():
                self._define(module)
        return self._defining.get(name, frozenset())

    def _define(self, module: Module) -> None:
        keys = [f"{module.name}@{index}" for index in range(len(module.facts.classes))]
        defining = self._defining
        for key, class_ in zip(keys, module.facts.classes, strict=True):
            for attribute in class_.attributes:
                defining.setdefault(attribute.name, set()).add(key)
            if class_.owner >= 0:
                defining.setdefault(class_.name, set()).add(keys[class_.owner])
        for function in module.facts.functions:
            if function.owner >= 0:
                defining.setdefault(function.name, set()).add(keys[function.owner])

    def _collect(self, key: str, module: Module, fact: Class) -> dict[str, Member]:
        number = int(key.rsplit("@", 1)[1])
        nested = self._nested_in(module).get(number, ())
        members = {each.name: Member(each.name, key, attribute=each) for each in (*nested, *fact.attributes)}
        grouped: dict[str, list[int]] = {}
        for index in self._functions_of(module).get(number, ()):
            grouped.setdefault(module.facts.functions[index].name, []).append(index)
        for name, indexes in grouped.items():
            functions = [module.facts.functions[index] for index in indexes]
            members[name] = Member(name, key, functions=tuple(indexes), is_property=any(map(is_property, functions)))
        return members

    def _nested_in(self, module: Module) -> dict[int, list[Attribute]]:
        """Return the classes in bodies of classes, as attributes, by the index of the class around them."""
        if module.name not in self._nested:
            nested: dict[int, list[Attribute]] = {}
            for index, each in enumerate(module.facts.classes):
                if each.owner >= 0:
                    made = Attribute(each.name, "", (f"{module.name}@{index}",), True, each.start, each.end)
                    nested.setdefault(each.owner, []).append(made)
            self._nested[module.name] = nested
        return self._nested[module.name]

    def _functions_of(self, module: Module) -> dict[int, list[int]]:
        """Return the indexes of methods by the index of their class."""
        if module.name not in self._methods:
            owned: dict[int, list[int]] = {}
            for index, function in enumerate(module.facts.functions):
                if function.owner >= 0:
                    owned.setdefault(function.owner, []).append(index)
            self._methods[module.name] = owned
        return self._methods[module.name]


def is_property(function: Function) -> bool:
    """Tell whether decorators make a method a property (or its setter or deleter)."""
    return any(
        decorator in PROPERTIES or decorator.endswith((".setter", ".deleter", ".getter"))
        for decorator in function.decorators
    )


def definitions(module: Module, member: Member) -> Iterator[Function]:
    """Yield the functions of a method member."""
    for index in member.functions:
        yield module.facts.functions[index]


def implementation(module: Module, member: Member) -> Function | None:
    """Return the definition that counts: the getter of a property, the last one that is no overload of a method."""
    functions = list(definitions(module, member))
    if member.is_property:
        return functions[0] if functions else None
    real = [function for function in functions if not OVERLOADS.intersection(function.decorators)]
    return (real or functions)[-1] if functions else None
