"""Functions that are handed over to be run elsewhere: on the event loop, or in a thread or process."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from archlint.facts.model import Call
from archlint.project.classes import ClassTable
from archlint.project.library import Argument
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.uses import Calls, last_word

_ArgumentOf: TypeAlias = Callable[[str], Argument | None]


class Handover(NamedTuple):
    """Who takes a function over (`api`), and the call that gives it; no call for a decorator or a protocol's method."""

    api: str
    module: Module
    call: Call | None = None


class Handovers:
    """The plain functions of the project (by key) that the event loop or a thread runs, each with its first taker."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self.on_loop: dict[str, Handover] = {}
        self.in_thread: dict[str, Handover] = {}
        library = project.library
        self._collect(self.on_loop, _words(library.loop_callbacks), library.loop_callback)
        self._collect(self.in_thread, _words(library.offloaders), library.offloader)
        for key in self._loop_methods():
            self.on_loop.setdefault(*key)

    def offloads(self) -> Iterator[tuple[Handover, Call, str]]:
        """Yield each call of an offloader, and the reference of what it is to run elsewhere."""
        library = self._project.library
        yield from self._given(_words(library.offloaders), library.offloader)

    def _given(self, words: set[str], argument: _ArgumentOf) -> Iterator[tuple[Handover, Call, str]]:
        calls = self._project.query(Calls)
        for module, call in calls.of([callee for callee in calls.callees if last_word(callee) in words]):
            names = self._types.names(call.callee) if call.arguments else ()
            api, place = next(((name, found) for name in names if (found := argument(name))), ("", None))
            given = place.of(call.arguments) if place is not None else None
            if given:
                yield Handover(api, module, call), call, given

    def _collect(self, found: dict[str, Handover], words: set[str], argument: _ArgumentOf) -> None:
        for handover, _, given in self._given(words, argument):
            for key in self._plain_functions(given):
                found.setdefault(key, handover)
        for module in self._project.modules:
            for index, function in enumerate(module.facts.functions):
                for decorator in function.decorators if not function.is_async else ():
                    taker = next(filter(argument, self._types.names(decorator.removesuffix("()"))), None)
                    if taker is not None:
                        found.setdefault(f"{module.name}#{index}", Handover(taker, module))

    def _plain_functions(self, reference: str) -> Iterator[str]:
        for value in self._types.infer(reference):
            if value.kind in ("object", "partial") and value.is_function:
                _, function = self._project.function(value.name)
                if not function.is_async and not function.is_generator:
                    yield value.name

    def _loop_methods(self) -> Iterator[tuple[str, Handover]]:
        """Yield the methods of protocols: the loop calls them by their names."""
        table = self._project.query(ClassTable)
        for module in self._project.modules:
            for index in range(len(module.facts.classes)):
                key = f"{module.name}@{index}"
                called = [
                    (f"{owner}.{name}", name)
                    for owner in self._types.order(key)
                    if "@" not in owner
                    for name in sorted(self._project.library.loop_methods(owner))
                ]
                members = table.own_members(key) if called else {}
                for api, name in called:
                    for position in members[name].functions if name in members else ():
                        if not module.facts.functions[position].is_async:
                            yield f"{module.name}#{position}", Handover(api, module)


def _words(listed: Mapping[str, Argument]) -> set[str]:
    return {name.rpartition(".")[2] for name in listed}


def handovers(project: Project) -> Handovers:
    """Answer the query for functions that are handed over."""
    return Handovers(project)
