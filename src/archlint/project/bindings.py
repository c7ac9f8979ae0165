"""What dependency injection joins: a port and what a container, a provider or `Depends` puts in its place.

A call that is given a port, as a class, and beside it a class, an instance or a factory binds the two, whatever the
container is (punq, lagom, svcs, rodi, injector, one's own). Decorators do it by a keyword (wireup), providers of
dependency-injector by what they pass to a constructor, FastAPI by the default of a parameter and by overrides.
"""

import re
from collections.abc import Iterator

from archlint.facts.model import IN_DECORATOR, Call
from archlint.project.classes import ClassTable
from archlint.project.modulewise import ModuleWise
from archlint.project.ports import Pair, is_descriptor, ports
from archlint.project.program import Module, Project
from archlint.project.takers import Takers, takers
from archlint.project.types import Types, types
from archlint.project.uses import Endings, other_spellings, spellings
from archlint.project.values import Value

_VERBS = frozenset(
    {
        *("register", "register_factory", "register_instance", "register_local_factory", "register_local_value"),
        *("register_singleton", "register_transient", "register_scoped", "register_type", "register_value"),
        *("add_instance", "add_scoped", "add_service", "add_singleton", "add_transient", "bind", "bind_to_constructor"),
        *("bind_to_provider", "define", "override", "override_provider", "provide", "scoped", "singleton", "transient"),
        *("Scoped", "Singleton", "Transient", "instance", "set", "__setitem__"),
    }
)
"""How containers call it when they are told what stands for a port."""
_KEYWORDS = frozenset({"as_type", "provides", "service", "interface", "protocol", "abstraction"})
"""Keywords of decorators and registrations that name the port."""
_OPTIONS = frozenset({"scope", "lifetime", "lifecycle", "name", "key", "tag", "tags", "when", "condition", "cache"})
"""Keywords that say how something is registered, not what."""
_PROVIDERS = frozenset({"Factory", "Singleton", "ThreadSafeSingleton", "ThreadLocalSingleton", "Resource", "Callable"})
_NAMED = re.compile(r"[\w.]+(?:[@#]\d+)?")
"""A reference to what is named where it stands, and not to what some variable holds."""
_PROVIDER_MODULE = "dependency_injector.providers."


class Bindings:
    """Finds the pairs that dependency injection makes."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._takers: Takers = project.query(takers)
        self._ports = project.query(ports).port_set
        self._verbs, self._providers = (
            other_spellings(words, project.query(spellings)) for words in (_VERBS, _PROVIDERS)
        )
        self._registers, self._provides = Endings(self._verbs), Endings(self._providers)

    def made_in(self, module: Module) -> Iterator[Pair]:
        """Yield the pairs that a module makes, each where it is written."""
        if not self._ports:
            return
        for call in module.facts.calls:
            if self._registers[call.callee]:
                yield from self._registered(module, call)
            if self._provides[call.callee]:
                yield from self._provided(module, call)
            if call.flags & IN_DECORATOR:
                yield from self._decorated(module, call)
        yield from self._declared(module)
        yield from self._injected(module)

    def premises(self) -> object:
        """Return what of the whole program decides which pairs there are."""
        return sorted(self._ports), sorted(self._verbs), sorted(self._providers)

    def _registered(self, module: Module, call: Call) -> Iterator[Pair]:
        """`container.register(Port, Adapter)`, `container[Port] = Adapter`, `overrides[get_port] = get_adapter`."""
        keyed = [value for name, value in call.arguments if name in _KEYWORDS]
        values = ["" if name in _OPTIONS else value for name, value in call.arguments]
        is_item = call.callee.endswith(".__setitem__")
        if is_item and not _NAMED.fullmatch(values[0]):
            return
        first = 1 if is_item else 2
        for place, key in [*((-1, value) for value in keyed), *enumerate(values[:first])]:
            port = self._port(key)
            if port:
                others = [value for index, value in enumerate(values) if index != place and value != key]
                yield from (self._pair(port, adapter, module, call) for each in others for adapter in self.given(each))
                return

    def _port(self, reference: str) -> str:
        """Return the port that a reference names, or that a function of this name promises to return."""
        values = self._types.infer(reference) if reference and not reference.startswith("=") else ()
        if len(values) != 1 or values[0].kind != "object":
            return ""
        if values[0].is_function:
            _, function = self._project.function(values[0].name)
            return self._takers.port_of(function.returns)[0]
        return values[0].name if values[0].name in self._ports else ""

    def given(self, reference: str) -> Iterator[str]:
        """Yield the classes that a class, an instance, a factory or a provider puts in a port's place."""
        if not reference or reference.startswith("="):
            return
        values = self._types.infer(reference)
        if len(values) == 1:
            yield from self._put(values[0], reference)
        elif all(value.kind == "instance" and value.is_class for value in values):
            yield from (value.name for value in values)

    def _put(self, value: Value, reference: str) -> Iterator[str]:
        if value.is_class and value.kind in ("object", "instance"):
            yield value.name
        elif value.kind in ("object", "partial") and value.is_function:
            made = self._types.infer(f"{reference}()")
            if any(each.kind == "generator" for each in made):
                made = self._types.infer(f"{reference}()*")
            elif any(each.kind == "coroutine" for each in made):
                made = self._types.infer(f"{reference}()!")
            yield from (each.name for each in made if each.kind == "instance" and each.is_class)
        elif value.kind == "instance" and value.args:
            yield from (each for inner in value.args for each in self.given(inner))

    def _provided(self, module: Module, call: Call) -> Iterator[Pair]:
        """`providers.Factory(Service, orders=orders)` of dependency-injector."""
        if not call.arguments or not any(map(_is_provider, self._types.infer(call.callee))):
            return
        (_, made), *rest = call.arguments
        for value in self._types.infer(made):
            for slot, reference, _ in self._takers.given(value, tuple(rest)) if value.kind == "object" else ():
                if slot.port:
                    for adapter in self.given(reference):
                        yield self._pair(slot.port, adapter, module, call)

    def _declared(self, module: Module) -> Iterator[Pair]:
        """`orders: Provider[Orders] = Factory(PgOrders)` in a container of dependency-injector."""
        for class_ in module.facts.classes:
            for each in class_.attributes:
                if not each.annotation.startswith(_PROVIDER_MODULE):
                    continue
                ports_ = [self._port(inner) for value in self._types.infer(each.annotation) for inner in value.args]
                for adapter in self.given(each.values[0]) if len(each.values) == 1 and len(ports_) == 1 else ():
                    if ports_[0]:
                        yield Pair(ports_[0], adapter, "binding", (module.name, each.start, each.end))

    def _decorated(self, module: Module, call: Call) -> Iterator[Pair]:
        """`@injectable(as_type=Port)` above a class or a factory."""
        for name, value in call.arguments:
            port = self._port(value) if name in _KEYWORDS else ""
            below = self._below(module, call) if port else ""
            yield from (self._pair(port, adapter, module, call) for adapter in self.given(below))

    def _below(self, module: Module, call: Call) -> str:
        """Return the class or function that a decorator stands above."""
        functions = [(each.start, f"{module.name}#{index}") for index, each in enumerate(module.facts.functions)]
        classes = [(each.start, f"{module.name}@{index}") for index, each in enumerate(module.facts.classes)]
        return min((each for each in (*functions, *classes) if each[0] > call.end), default=(0, ""))[1]

    def _injected(self, module: Module) -> Iterator[Pair]:
        """`orders: Orders = Depends(get_orders)`, `Annotated[Orders, Depends(get_orders)]`, `= Provide[...]`."""
        for function in module.facts.functions:
            for parameter in function.parameters:
                if not parameter.default or not parameter.annotation or parameter.default.startswith("="):
                    continue
                port, _ = self._takers.port_of(parameter.annotation)
                values = self._types.infer(parameter.default) if port else ()
                for value in values:
                    is_one = value.kind == "instance" and value.is_class and value.name != port
                    is_one = is_one and not self._is_mark(parameter.default, value.name, port)
                    if is_one and not is_descriptor(self._types, value.name):
                        yield Pair(port, value.name, "binding", (module.name, parameter.start, parameter.end))

    def _is_mark(self, default: str, class_: str, port: str) -> bool:
        """Tell whether a default fits any type and only says what is to be done: `= MISSING`, `= injected()`."""
        members = self._project.query(ClassTable).own_members
        fits_any = default.rpartition(".")[2].isupper() or self._promises_nothing(default)
        return fits_any and members(class_).keys().isdisjoint(members(port))

    def _promises_nothing(self, default: str) -> bool:
        """Tell whether a default is made by a function that returns `Any`, or whose annotations do not say what."""
        made = self._types.infer(default.removesuffix("()")) if default.endswith("()") else ()
        functions = (self._project.function(each.name)[1] for each in made if each.is_function)
        return any(not each.returns for each in functions)

    def _pair(self, port: str, adapter: str, module: Module, call: Call) -> Pair:
        return Pair(port, adapter, "binding", (module.name, call.start, call.end))


def _is_provider(value: Value) -> bool:
    return value.name.startswith(_PROVIDER_MODULE) and value.kind == "object"


def bindings(project: Project) -> Bindings:
    """Answer the query for what dependency injection joins."""
    return Bindings(project)


MADE = ModuleWise(
    "pairs that dependency injection makes",
    tuple[Pair, ...],
    lambda project, module: tuple(project.query(bindings).made_in(module)),
    lambda project: project.query(bindings).premises(),
)
"""The query for the pairs that dependency injection makes in each module."""
