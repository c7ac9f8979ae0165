"""The call graph: which functions of the project a call runs, when it runs them there and then.

An edge is never guessed from a name: a callee that cannot be resolved has no target. A function that is only passed on
is not called; what offloads it to a thread or a process needs no list for that.
"""

from collections.abc import Iterator
from typing import NamedTuple

from archlint.facts.model import Call, Function, Load
from archlint.project.classes import PROPERTIES, ClassTable, Member, implementation
from archlint.project.ports import Ports, is_test_class, ports
from archlint.project.program import Module, Project
from archlint.project.types import Types, Value, types

_CONTEXT = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_CALLS_ITS_ARGUMENT = frozenset(
    {"builtins.map", "builtins.filter", "builtins.sorted", "builtins.min", "builtins.max", "functools.reduce"}
)
OFFLOADING_DECORATORS = frozenset(
    {"asgiref.sync.sync_to_async", "channels.db.database_sync_to_async", "asyncer.asyncify", "aiofiles.base.to_thread"}
)
"""Decorators that run a function in a thread when it is called."""


class Site(NamedTuple):
    """One place that runs a function: the module, the call (or the read of a property), and the function's key."""

    module: Module
    use: Call | Load
    target: str


class CallGraph:
    """Resolves calls to functions of the project (keys are `module#index`)."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._classes = project.query(ClassTable)
        self._ports: Ports = project.query(ports)
        self._adapters: dict[str, list[str]] = {}
        for pair in self._ports.pairs:
            if not is_test_class(project, pair.adapter):
                self._adapters.setdefault(pair.port, []).append(pair.adapter)
        self._properties = {
            function.name
            for module in project.modules
            for function in module.facts.functions
            if PROPERTIES.intersection(function.decorators)
        }
        self._offloaded: dict[str, bool] = {}

    def sites(self, module: Module) -> Iterator[Site]:
        """Yield every place in a module, in the order of its text, that runs a function of the project."""
        facts = module.facts
        uses: list[Call | Load] = [*facts.calls, *(load for load in facts.loads if self._may_be_property(load))]
        uses.sort(key=lambda use: (use.start, use.end))
        for use in uses:
            targets = self.called(use) if isinstance(use, Call) else self._read(use)
            for target in dict.fromkeys(targets):
                yield Site(module, use, target)

    def called(self, call: Call) -> Iterator[str]:
        """Yield the functions that a call runs."""
        receiver, _, method = call.callee.rpartition(".")
        if method in ("__enter__", "__iter__"):
            yield from self._implicit(receiver, method)
        for value in self._types.infer(call.callee):
            if value.kind == "object" and value.name in _CALLS_ITS_ARGUMENT:
                yield from (target for _, argument in call.arguments for target in self._functions(argument))
            else:
                yield from self._run_by(value)

    def _may_be_property(self, load: Load) -> bool:
        return load.reference.rpartition(".")[2] in self._properties

    def _implicit(self, receiver: str, method: str) -> Iterator[str]:
        """Entering a `@contextmanager` function and iterating over a generator run the function's body."""
        kind = "context" if method == "__enter__" else "generator"
        for value in self._types.infer(receiver):
            if value.kind == kind:
                yield value.name

    def _functions(self, reference: str) -> Iterator[str]:
        for value in self._types.infer(reference):
            if value.kind == "object" and value.is_function:
                yield from self._run_by(value)

    def _run_by(self, value: Value) -> Iterator[str]:
        if value.kind == "object" and value.is_function:
            yield from self._implementations(value)
        elif value.kind == "object" and value.is_class:
            for name in ("__new__", "__init__", "__post_init__"):
                yield from self._method(value.name, name)
        elif value.kind == "instance" and value.is_class:
            yield from self._method(value.name, "__call__")

    def _implementations(self, value: Value) -> Iterator[str]:
        """Yield a function, or for a method that a port only promises what its adapters do."""
        module, function = self._project.function(value.name)
        if self.is_replaced(value.name) or function.is_generator:
            return
        if function.owner < 0 or function.body != "stub":
            yield value.name
            return
        port = f"{module.name}@{function.owner}"
        for adapter in self._adapters.get(port, ()):
            yield from self._method(adapter, function.name)

    def _method(self, key: str, name: str) -> Iterator[str]:
        for owner in self._types.order(key):
            if "@" not in owner:
                continue
            member = self._classes.own_members(owner).get(name)
            if member is not None:
                yield from self._defined(member)
                return

    def _defined(self, member: Member) -> Iterator[str]:
        module, _ = self._project.class_(member.owner)
        function = implementation(module, member)
        for index in member.functions:
            if module.facts.functions[index] is function and not self.is_replaced(f"{module.name}#{index}"):
                yield f"{module.name}#{index}"

    def _read(self, load: Load) -> Iterator[str]:
        receiver, _, name = load.reference.rpartition(".")
        for value in self._types.infer(receiver):
            if value.kind == "instance" and value.is_class:
                for owner in self._types.order(value.name):
                    member = self._classes.own_members(owner).get(name) if "@" in owner else None
                    if member is not None:
                        yield from self._defined(member) if member.is_property else ()
                        break

    def is_replaced(self, key: str) -> bool:
        """Tell whether decorators put something else in the function's place: an offloader, or an async wrapper."""
        if key not in self._offloaded:
            self._offloaded[key] = False
            _, function = self._project.function(key)
            self._offloaded[key] = any(self._replaces(decorator, function) for decorator in function.decorators)
        return self._offloaded[key]

    def _replaces(self, decorator: str, function: Function) -> bool:
        for value in self._types.infer(decorator):
            if value.kind != "object":
                continue
            if value.name in OFFLOADING_DECORATORS:
                return True
            if value.is_function and self._gives_async(value.name, depth=0) and not function.is_async:
                return True
        return decorator.endswith("()") and any(
            self._gives_async(value.name, depth=0) and not function.is_async
            for value in self._types.infer(decorator.removesuffix("()"))
            if value.kind == "object" and value.is_function
        )

    def _gives_async(self, key: str, depth: int) -> bool:
        """Tell whether a decorator, or the decorator that a function makes, returns an async function."""
        _, function = self._project.function(key)
        if depth > 2:
            return False
        for reference in function.values:
            for value in self._types.infer(reference):
                if value.kind == "object" and value.is_function:
                    _, inner = self._project.function(value.name)
                    if inner.is_async or self._gives_async(value.name, depth + 1):
                        return True
        return False


def call_graph(project: Project) -> CallGraph:
    """The query for the call graph."""
    return CallGraph(project)
