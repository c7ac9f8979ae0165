"""The call graph: which functions of the project a call runs, when it runs them there and then.

An edge is never guessed from a name: a callee that cannot be resolved has no target. A function that is only passed on
is not called; what offloads it to a thread or a process needs no list for that.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from archlint.facts.model import Call, Load
from archlint.facts.references import alternatives
from archlint.project.adapters import adapters
from archlint.project.classes import PROPERTIES, ClassTable, Member, implementation
from archlint.project.decorators import Decorators, decorators
from archlint.project.ports import is_test_class
from archlint.project.program import Module, Project
from archlint.project.types import LAZY, Types, Value, types
from archlint.project.uses import Calls

_CALLS_ITS_ARGUMENTS = frozenset(
    {"builtins.sorted", "builtins.min", "builtins.max", "builtins.list.sort", "functools.reduce", "re.sub"}
)
_CONSTRUCTORS = ("__new__", "__init__", "__post_init__")
_ATTRIBUTE = re.compile(r"\.([^\W\d]\w*)")


class Site(NamedTuple):
    """One place that runs a function: the module, the call (or the read of a property), and the function's key."""

    module: Module
    use: Call | Load
    target: str


class _Run(NamedTuple):
    """What a call with a certain callee runs; some call their arguments too."""

    targets: tuple[str, ...]
    arguments_too: bool = False


_NOTHING = _Run(())


class CallGraph:
    """Resolves calls to functions of the project (keys are `module#index`)."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._classes = project.query(ClassTable)
        self._decorators: Decorators = project.query(decorators)
        self._adapters: dict[str, list[str]] = {}
        for pair in project.query(adapters).pairs:
            if not is_test_class(project, pair.adapter):
                self._adapters.setdefault(pair.port, []).append(pair.adapter)
        self._properties = {
            function.name
            for module in project.modules
            for function in module.facts.functions
            if PROPERTIES.intersection(function.decorators)
        }
        self._run: dict[str, _Run] = {}
        self._properties_read: dict[str, tuple[str, ...]] = {}
        self._receivers: dict[str, tuple[str, ...]] = {}

    def sites(self) -> Iterator[Site]:
        """Yield every place that runs a function of the project, in the order of modules and their texts."""
        calls = self._project.query(Calls)
        running = {callee: run for callee in calls.callees if any(run := self._run_by_callee(callee))}
        reading = {callee: read for callee in calls.callees if (read := self._read(callee))}
        found: dict[str, list[Site]] = {module.path: [] for module in self._project.modules}
        for module, call in calls.of(running.keys() | reading.keys()):
            targets = (*reading.get(call.callee, ()), *(self.called(call) if call.callee in running else ()))
            found[module.path] += [Site(module, call, target) for target in dict.fromkeys(targets)]
        loaded = {load.reference for module in self._project.modules for load in module.facts.loads}
        reading = {reference: read for reference in sorted(loaded) if (read := self._read(reference))}
        for module in self._project.modules:
            sites = found[module.path]
            for load in module.facts.loads:
                if load.reference in reading:
                    sites += [Site(module, load, target) for target in reading[load.reference]]
            sites.sort(key=_position)
            yield from sites

    def called(self, call: Call) -> Iterator[str]:
        """Yield the functions that a call runs."""
        run = self._run_by_callee(call.callee)
        yield from run.targets
        if run.arguments_too:
            given = (argument for _, argument in call.arguments if not argument.startswith("="))
            yield from (target for argument in given for target in self.functions(argument))

    def _run_by_callee(self, callee: str) -> "_Run":
        known = self._run.get(callee)
        if known is None:
            known = self._run[callee] = self._find_run(callee)
        return known

    def _find_run(self, callee: str) -> "_Run":
        receiver, _, method = callee.rpartition(".")
        if method == "__iter__":
            return _Run(tuple(self._iterated(receiver)))
        values = self._types.infer(callee)
        if not values and method != "__enter__":
            return _NOTHING
        targets: list[str] = []
        with_arguments = False
        for value in values:
            if "#" in value.name or "@" in value.name:
                targets += self._run_by(value)
            elif value.kind == "object" and value.name in _CALLS_ITS_ARGUMENTS:
                with_arguments = True
        if method == "__enter__":
            targets[:0] = [value.name for value in self._types.infer(receiver) if value.kind == "context"]
        return _Run(tuple(targets), with_arguments) if targets or with_arguments else _NOTHING

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
        elif value.kind == "instance" and value.is_class:
            yield from self._method(value.name, "__call__")

    def _implementations(self, key: str) -> Iterator[str]:
        """Yield a function, or for a method that a port only promises what its adapters do."""
        if not self._runs_at_once(key):
            return
        module, function = self._project.function(key)
        if function.owner < 0 or function.body != "stub":
            yield key
            if function.decorators and not function.is_async:
                yield from (each for each in self._decorators.wrappers(key) if each != key)
            return
        for adapter in self._adapters.get(f"{module.name}@{function.owner}", ()):
            yield from filter(self._runs_at_once, self._definitions(adapter, function.name))

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

    def _read(self, reference: str) -> tuple[str, ...]:
        """Return the properties that are read on the way along a reference."""
        known = self._properties_read.get(reference)
        if known is None:
            known = self._properties_read[reference] = tuple(dict.fromkeys(self._find_read(reference)))
        return known

    def _find_read(self, reference: str) -> Iterator[str]:
        if self._properties.isdisjoint(_ATTRIBUTE.findall(reference)):
            return
        for part in alternatives(reference):
            for attribute in _ATTRIBUTE.finditer(part):
                if attribute[1] in self._properties:
                    for owner in self._classes_of(part[: attribute.start()]):
                        member = self._member(owner, attribute[1])
                        if member is not None and member.is_property:
                            yield from self._method(owner, attribute[1])

    def _classes_of(self, receiver: str) -> tuple[str, ...]:
        """Return the classes of the project of which a reference is an instance."""
        known = self._receivers.get(receiver)
        if known is None:
            instances = (value for value in self._types.infer(receiver) if value.kind in ("instance", "super"))
            known = self._receivers[receiver] = tuple(value.name for value in instances if value.is_class)
        return known


def _position(site: Site) -> tuple[int, int]:
    return site.use.start, site.use.end


def call_graph(project: Project) -> CallGraph:
    """Answer the query for the call graph."""
    return CallGraph(project)
