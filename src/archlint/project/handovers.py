"""Functions that are handed over to be run elsewhere: on the event loop, or in a thread or process."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from archlint.facts.model import Call
from archlint.project.classes import ClassTable
from archlint.project.library import Argument
from archlint.project.modulewise import ModuleWise
from archlint.project.ports import class_keys_in
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.uses import CalledWords, last_word

_ArgumentOf: TypeAlias = Callable[[str], Argument | None]


class Handover(NamedTuple):
    """Who takes a function over (`api`), and the call that gives it; no call for a decorator or a protocol's method."""

    api: str
    module: Module
    call: Call | None = None


class Given(NamedTuple):
    """A call, by its number in the module, that gives `given` to `api` to run; `functions` are the plain ones meant."""

    to_loop: bool
    number: int
    api: str
    given: str
    functions: tuple[str, ...]


class _Handed(NamedTuple):
    """What a module hands over: by calls; by decorators, each with the function's number; methods of protocols."""

    given: tuple[Given, ...]
    decorated: tuple[tuple[bool, int, str], ...]
    methods: tuple[tuple[int, str], ...]


class Handovers:
    """The plain functions of the project (by key) that the event loop or a thread runs, each with its first taker."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.on_loop: dict[str, Handover] = {}
        self.in_thread: dict[str, Handover] = {}
        found = project.query(_HANDED)
        handed = [(module, found[module.path]) for module in project.modules]
        for module, each in handed:
            for given in each.given:
                takers = self.on_loop if given.to_loop else self.in_thread
                handover = Handover(given.api, module, module.facts.calls[given.number])
                for key in given.functions:
                    takers.setdefault(key, handover)
        for module, each in handed:
            for to_loop, number, api in each.decorated:
                takers = self.on_loop if to_loop else self.in_thread
                takers.setdefault(f"{module.name}#{number}", Handover(api, module))
        for module, each in handed:
            for number, api in each.methods:
                self.on_loop.setdefault(f"{module.name}#{number}", Handover(api, module))

    def offloads(self) -> Iterator[tuple[Handover, Call, str]]:
        """Yield each call of an offloader, and the reference of what it is to run elsewhere."""
        found = self._project.query(_HANDED)
        for module in self._project.modules:
            for each in found[module.path].given:
                if not each.to_loop:
                    call = module.facts.calls[each.number]
                    yield Handover(each.api, module, call), call, each.given


class _Finder:
    """Finds what modules hand over."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._classes = project.query(ClassTable)
        self._called = project.query(CalledWords)
        library = project.library
        self._takers: tuple[tuple[bool, frozenset[str], _ArgumentOf], ...] = (
            (True, library.loop_callback_words, library.loop_callback),
            (False, library.offloader_words, library.offloader),
        )

    def handed(self, module: Module) -> _Handed:
        """Return what a module hands over."""
        return _Handed(tuple(self._given(module)), tuple(self._decorated(module)), tuple(self._methods(module)))

    def _given(self, module: Module) -> Iterator[Given]:
        for to_loop, words, argument in self._takers:
            callees = {callee for callee in self._called.callees(module, words) if last_word(callee) in words}
            for number, call in enumerate(module.facts.calls if callees else ()):
                if not call.arguments or call.callee not in callees:
                    continue
                names = self._types.names(call.callee)
                api, place = next(((name, found) for name in names if (found := argument(name))), ("", None))
                given = place.of(call.arguments) if place is not None else None
                if given:
                    yield Given(to_loop, number, api, given, tuple(self._plain_functions(given)))

    def _decorated(self, module: Module) -> Iterator[tuple[bool, int, str]]:
        for number, function in enumerate(module.facts.functions):
            for decorator in function.decorators if not function.is_async else ():
                for to_loop, _, argument in self._takers:
                    taker = next(filter(argument, self._types.names(decorator.removesuffix("()"))), None)
                    if taker is not None:
                        yield to_loop, number, taker

    def _plain_functions(self, reference: str) -> Iterator[str]:
        for value in self._types.infer(reference):
            if value.kind in ("object", "partial") and value.is_function:
                _, function = self._project.function(value.name)
                if not function.is_async and not function.is_generator:
                    yield value.name

    def _methods(self, module: Module) -> Iterator[tuple[int, str]]:
        """Yield the methods of protocols: the loop calls them by their names."""
        for key in class_keys_in(self._project, module):
            called = [
                (f"{owner}.{name}", name)
                for owner in self._types.order(key)
                if "@" not in owner
                for name in sorted(self._project.library.loop_methods(owner))
            ]
            members = self._classes.own_members(key) if called else {}
            for api, name in called:
                for number in members[name].functions if name in members else ():
                    if not module.facts.functions[number].is_async:
                        yield number, api


_HANDED = ModuleWise("handovers", _Handed, lambda project, module: project.query(_Finder).handed(module))


def handovers(project: Project) -> Handovers:
    """Answer the query for functions that are handed over."""
    return Handovers(project)
