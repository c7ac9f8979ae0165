"""The call graph: which functions of the project a call runs, when it runs them there and then.

An edge is never guessed from a name: a callee that cannot be resolved has no target. A function that is only passed on
is not called; what offloads it to a thread or a process needs no list for that.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archlint.facts.model import Call, Load
from archlint.facts.references import ATTRIBUTE, alternatives, attributes
from archlint.project.adapters import adapters
from archlint.project.arguments import called_arguments
from archlint.project.asides import is_test, shows
from archlint.project.classes import PROPERTIES, ClassTable, Member, implementation
from archlint.project.decorators import Decorators, decorators
from archlint.project.modulewise import ModuleWise
from archlint.project.ports import class_keys_in, subclasses
from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.types import LAZY, Types, types
from archlint.project.values import Value

_CALLS_ITS_ARGUMENTS = frozenset(
    {
        *("builtins.sorted", "builtins.min", "builtins.max", "builtins.list.sort", "functools.reduce", "re.sub"),
        *("contextvars.Context.run", "pybreaker.CircuitBreaker.call", "tenacity.Retrying.__call__"),
    }
)
_CONSTRUCTORS = ("__new__", "__init__", "__post_init__", "__attrs_post_init__", "model_post_init")
_FIELD_VALIDATORS = frozenset({"pydantic.field_validator()", "pydantic.validator()"})
"""Decorators of what checks the values of fields, and not their defaults."""
_VALIDATORS = _FIELD_VALIDATORS | {"pydantic.model_validator()", "pydantic.root_validator()", "pydantic.root_validator"}
_OWN_METHOD = re.compile(r"([^|]+@\d+)\{\}\.(\w+)")
_MOST_IMPLEMENTATIONS = 30
"""Of a method of `Entity` in Home Assistant there are hundreds: a caller of it calls none of them in particular."""


class Site(NamedTuple):
    """One place that runs a function: the module, the call (or the read of a property), and the function's key."""

    module: Module
    use: Call | Load
    target: str

    @property
    def caller(self) -> str:
        """The key of the function that it is in, with the number -1 for the module's body."""
        return f"{self.module.name}#{self.use.function}"


class Use(NamedTuple):
    """A call (or else a load), which number it is in the module's facts, the function that it is in, and what it runs.

    The `function` is an index, the `targets` are keys.
    """

    is_call: bool
    number: int
    function: int
    targets: tuple[str, ...]

    def of(self, module: Module) -> Call | Load:
        """Return the call or load of the module."""
        return module.facts.calls[self.number] if self.is_call else module.facts.loads[self.number]


class _Run(NamedTuple):
    """What a call with a certain callee runs; some call their arguments too: all, or those for some parameters.

    `takers` are the functions of the project among the targets that call a parameter; `checks` are run too where
    something is passed.
    """

    targets: tuple[str, ...]
    arguments_too: bool = False
    takers: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


_NOTHING = _Run(())


class CallGraph:
    """Resolves calls to functions of the project (keys are `module#index`)."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._classes = project.query(ClassTable)
        self._decorators: Decorators = project.query(decorators)
        self._adapters: dict[str, list[str]] = {}
        standing = _Standing(project)
        for pair in project.query(adapters).pairs:
            if standing.may_run(pair.adapter, pair.port):
                self._adapters.setdefault(pair.port, []).append(pair.adapter)
        self._subclasses = {
            base: served
            for base, keys in project.query(subclasses).items()
            if "@" in base and (served := [key for key in keys if standing.may_run(key, base)])
        }
        self._properties = {
            function.name
            for module in project.modules
            for function in module.facts.functions
            if PROPERTIES.intersection(function.decorators)
        }
        self._run = Memo(project.reading, self._find_run)
        self._read: Memo[str, tuple[str, ...]] = Memo(
            project.reading, lambda reference: tuple(dict.fromkeys(self._find_read(reference)))
        )
        self._classes_of = Memo(project.reading, self._find_classes)
        self._implementations: Memo[str, tuple[str, ...]] = Memo(
            project.reading, lambda key: tuple(self._find_implementations(key))
        )

    def uses(self, module: Module) -> tuple[Use, ...]:
        """Return what runs functions of the project in a module, in the order of its text."""
        facts = module.facts
        ran = {callee: self._run(callee) for callee in facts.called}
        read = {each: self._read(each) for each in dict.fromkeys((*ran, *(load.reference for load in facts.loads)))}
        found: list[tuple[int, int, bool, Use]] = []
        for callee, run in ran.items():
            plain = tuple(dict.fromkeys((*read[callee], *run.targets)))
            is_open = bool(run.arguments_too or run.takers or run.checks)
            for index in facts.called[callee] if plain or is_open else ():
                call = facts.calls[index]
                targets = tuple(dict.fromkeys((*plain, *self.called(call)))) if is_open and call.arguments else plain
                if targets:
                    found.append((call.start, call.end, False, Use(True, index, call.function, targets)))
        for index, load in enumerate(facts.loads):
            if read[load.reference]:
                found.append((load.start, load.end, True, Use(False, index, load.function, read[load.reference])))
        return tuple(each[-1] for each in sorted(found))

    def premises(self) -> object:
        """Return what of the whole program decides what a use runs."""
        return sorted(self._adapters.items()), sorted(self._subclasses.items()), sorted(self._properties)

    def called(self, call: Call) -> Iterator[str]:
        """Yield the functions that a call runs."""
        run = self._run(call.callee)
        yield from run.targets
        if call.arguments:
            yield from run.checks
        if run.arguments_too:
            given = (argument for _, argument in call.arguments if not argument.startswith("="))
            yield from (target for argument in given for target in self.functions(argument))
        for key in run.takers if call.arguments else ():
            function = self._project.function(key)[1]
            yield from (target for argument in called_arguments(function, call) for target in self.functions(argument))

    def _find_run(self, callee: str) -> "_Run":
        receiver, _, method = callee.rpartition(".")
        if method == "__iter__":
            return _Run(tuple(self._iterated(receiver)))
        values = self._types.infer(callee)
        if not values and method != "__enter__":
            left = self._left_to_subclasses(callee)
            return _Run(left) if left else _NOTHING
        targets: list[str] = []
        with_arguments = False
        for value in values:
            if "#" in value.name or "@" in value.name:
                targets += self._run_by(value) if receiver[-1:] != "%" or not self._is_stub(value) else ()
            elif value.kind == "object" and value.name in _CALLS_ITS_ARGUMENTS:
                with_arguments = True
        if method == "__enter__":
            targets[:0] = [value.name for value in self._types.infer(receiver) if value.kind == "context"]
        checks = [key for key in targets if not _FIELD_VALIDATORS.isdisjoint(self._project.function(key)[1].decorators)]
        if checks:
            targets = [key for key in targets if key not in checks]
        if not targets and not with_arguments and not checks:
            return _NOTHING
        takers = tuple(key for key in targets if self._project.function(key)[1].called)
        return _Run(tuple(targets), with_arguments, takers, tuple(checks))

    def _left_to_subclasses(self, callee: str) -> tuple[str, ...]:
        """Return the methods of subclasses that a class calls on itself without having such a method."""
        own = _OWN_METHOD.fullmatch(callee)
        if own is None or own[1] not in self._subclasses or self._types.has_unknown_base(own[1]):
            return ()
        return _telling(filter(self._runs_at_once, self._definitions_in(self._subclasses[own[1]], own[2])))

    def functions(self, reference: str) -> Iterator[str]:
        """Yield the functions that run when what a reference stands for is called."""
        for value in self._types.infer(reference):
            yield from self._run_by(value)

    def _iterated(self, receiver: str) -> Iterator[str]:
        """Yield what iterating over something runs: a generator, `__iter__`, `__next__`, what `map` was given."""
        for value in self._types.infer(receiver):
            if value.kind == "generator":
                yield value.name
            elif value.kind == "instance" and value.name in LAZY:
                yield from (target for argument in value.args for target in self.functions(argument))
            elif value.kind == "instance" and value.is_class:
                yield from self._method(value.name, "__iter__")
                yield from self._generators(value)
        for value in self._types.infer(f"{receiver}.__iter__()"):
            if value.kind == "instance" and value.is_class:
                yield from self._method(value.name, "__next__")

    def _generators(self, value: Value) -> Iterator[str]:
        for result in self._types.infer(f"{value.name}{{}}.__iter__()"):
            if result.kind == "generator":
                yield result.name

    def _run_by(self, value: Value) -> Iterator[str]:
        if value.kind in ("object", "partial") and value.is_function:
            yield from self._implementations(value.name)
        elif value.kind in ("object", "partial") and value.is_class:
            for name in _CONSTRUCTORS:
                yield from self._method(value.name, name)
            yield from self._validators(value.name)
        elif value.kind == "instance" and value.is_class:
            yield from self._method(value.name, "__call__")

    def _validators(self, key: str) -> Iterator[str]:
        """Yield the functions that check the fields of a pydantic model when it is made."""
        order = self._types.order(key)
        if not any(base.startswith("pydantic.") for base in order):
            return
        for owner in (each for each in order if "@" in each):
            module, _ = self._project.class_(owner)
            members = self._classes.own_members(owner).values()
            for index in (index for member in members for index in member.functions):
                if _VALIDATORS.intersection(module.facts.functions[index].decorators):
                    yield f"{module.name}#{index}"

    def _find_implementations(self, key: str) -> Iterator[str]:
        """Yield a function, or for a method that a port only promises what its adapters do."""
        if not self._runs_at_once(key):
            return
        module, function = self._project.function(key)
        if function.owner < 0 or function.body != "stub":
            yield key
            if function.decorators and not function.is_async:
                yield from (each for each in self._decorators.wrappers(key) if each != key)
            return
        if function.name in _CONSTRUCTORS:  # what makes an instance of a class makes none of a subclass
            return
        owner = f"{module.name}@{function.owner}"
        others = dict.fromkeys((*self._adapters.get(owner, ()), *self._subclasses.get(owner, ())))
        yield from _telling(filter(self._is_code, self._definitions_in(others, function.name)))

    def _is_stub(self, value: Value) -> bool:
        """Tell whether a value is a method without code, which `super()` finds and nothing in its place."""
        return value.is_function and self._project.function(value.name)[1].body == "stub"

    def _is_code(self, key: str) -> bool:
        return self._project.function(key)[1].body != "stub" and self._runs_at_once(key)

    def _runs_at_once(self, key: str) -> bool:
        return not self._project.function(key)[1].is_generator and not self._decorators.is_replaced(key)

    def _method(self, key: str, name: str) -> Iterator[str]:
        for definition in self._definitions(key, name):
            yield from self._implementations(definition)

    def _member(self, key: str, name: str) -> Member | None:
        owners = (owner for owner in self._types.order(key) if "@" in owner)
        return next((members[name] for members in map(self._classes.own_members, owners) if name in members), None)

    def _definitions(self, key: str, name: str) -> Iterator[str]:
        """Yield the function that a method (or property) of a class is; no more than one."""
        member = self._member(key, name)
        if member is not None:
            module, _ = self._project.class_(member.owner)
            functions = module.facts.functions
            chosen = implementation(module, member)
            yield from (f"{module.name}#{index}" for index in member.functions if functions[index] is chosen)

    def _definitions_in(self, keys: Iterable[str], name: str) -> Iterator[str]:
        """Yield the functions that a method of some classes is: most inherit it."""
        defining = self._classes.defining(name)
        seen: set[str] = set()
        for key in keys:
            owner = next((each for each in self._types.order(key) if each in defining), "")
            if owner and owner not in seen:
                seen.add(owner)
                yield from self._definitions(owner, name)

    def _find_read(self, reference: str) -> Iterator[str]:
        if self._properties.isdisjoint(ATTRIBUTE.findall(reference)):
            return
        read = ((part[:start], name) for part in alternatives(reference) for start, name in attributes(part))
        for receiver, name in read:
            for owner in self._classes_of(receiver) if name in self._properties else ():
                member = self._member(owner, name)
                if member is not None and member.is_property:
                    yield from self._method(owner, name)

    def _find_classes(self, receiver: str) -> tuple[str, ...]:
        """Return the classes of the project of which a reference is an instance."""
        instances = (value for value in self._types.infer(receiver) if value.kind in ("instance", "super"))
        return tuple(value.name for value in instances if value.is_class)


class _Standing:
    """Which classes stand in tests, and which in what shows the project's users what to write."""

    def __init__(self, project: Project) -> None:
        modules, root = project.by_name.values(), project.architecture.root
        self._in_tests = {key for module in modules if is_test(module) for key in class_keys_in(project, module)}
        self._shown = {key for module in modules if shows(module.path, root) for key in class_keys_in(project, module)}

    def may_run(self, key: str, base: str) -> bool:
        """Tell whether a class may be what runs where its base is meant: no fake, nothing that only shows its use."""
        return key not in self._in_tests and (key not in self._shown or base in self._shown)


def _telling(implementations: Iterable[str]) -> tuple[str, ...]:
    """Return what a method may be in subclasses or adapters; nothing where there are so many that none is meant."""
    found: dict[str, None] = {}
    for each in implementations:
        found[each] = None
        if len(found) > _MOST_IMPLEMENTATIONS:
            return ()
    return tuple(found)


def call_graph(project: Project) -> CallGraph:
    """Answer the query for the call graph."""
    return CallGraph(project)


USES = ModuleWise(
    "uses",
    tuple[Use, ...],
    lambda project, module: project.query(call_graph).uses(module),
    lambda project: project.query(call_graph).premises(),
)
"""The query for what runs functions of the project in each module."""
