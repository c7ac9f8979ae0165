"""Calls of the whole program by what is called, so that no check has to look at each of them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TypeVar

from archlint.facts.model import Call
from archlint.facts.references import alternatives
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.types import types

T = TypeVar("T")


class Calls:
    """All calls of the project, by their callee's reference and its last word; reached by `project.query(Calls)`.

    There are far fewer references than calls: what depends on the reference alone is worked out once for each of
    the `callees`.
    """

    def __init__(self, project: Project) -> None:
        self._modules = project.modules
        self._spellings = project.query(spellings)
        self._types = project.query(types)
        self._calling: dict[str, list[int]] = {}
        """By callee the numbers of the modules that call it."""
        calling = self._calling
        for number, module in enumerate(project.modules):
            for callee in module.facts.called:
                if callee in calling:
                    calling[callee].append(number)
                else:
                    calling[callee] = [number]
        self._by_word: dict[str, list[str]] = {}
        for callee in calling:
            for word in words_of(callee):
                self._by_word.setdefault(word, []).append(callee)

    def of(self, callees: Iterable[str]) -> Iterator[tuple[Module, Call]]:
        """Yield the calls with one of these references as callee, in order of file and position."""
        by_module: dict[int, list[str]] = {}
        for callee in callees:
            for number in self._calling.get(callee, ()):
                by_module.setdefault(number, []).append(callee)
        for number in sorted(by_module):
            module = self._modules[number]
            called = module.facts.called
            for index in sorted(index for callee in by_module[number] for index in called[callee]):
                yield module, module.facts.calls[index]

    def named(self, words: Iterable[str]) -> Iterator[tuple[Module, Call]]:
        """Yield the calls that may be of something with one of these last names, in order of file and position.

        Other names under which the project knows a thing of that name count too.
        """
        yield from self.of(self._named(words))

    def meaning(self, words: Iterable[str], mean: Callable[[str], T]) -> Iterator[tuple[Module, Call, T]]:
        """Yield those of the calls that are `named` so whose callee `mean` makes something of, with that."""
        found = {callee: meaning for callee in self._named(words) if (meaning := mean(callee))}
        for module, call in self.of(found):
            yield module, call, found[call.callee]

    def of_apis(self, names: Collection[str]) -> Iterator[tuple[Module, Call, str]]:
        """Yield the calls of what has one of these dotted names, with that, in order of file and position."""
        known = self._types.names
        return self.meaning(map(last_word, names), lambda callee: next(filter(names.__contains__, known(callee)), ""))

    def _named(self, words: Iterable[str]) -> dict[str, None]:
        known = other_spellings(words, self._spellings)
        return dict.fromkeys(callee for word in known for callee in self._by_word.get(word, ()))

    def shaped(self, start: str, end: str) -> Iterator[tuple[Module, Call]]:
        """Yield the calls of what has a last name that starts and ends so, in order of file and position."""
        yield from self.of(self.callees(lambda word: word.startswith(start) and word.endswith(end)))

    def callees(self, test: Callable[[str], bool]) -> set[str]:
        """Return the references that are called and have a last name that passes a test."""
        return {callee for word in filter(test, self._by_word) for callee in self._by_word[word]}


class Endings(dict[str, bool]):
    """Whether a reference ends in one of some words: most references are read in many places."""

    def __init__(self, words: Collection[str]) -> None:
        self._words = words

    def __missing__(self, reference: str) -> bool:
        known = self[reference] = any(word in self._words for word in words_of(reference))
        return known


class CalledWords:
    """What each module calls, by last word; reached by `project.query(CalledWords)`."""

    def __init__(self, _project: Project) -> None:
        self._known: dict[str, dict[str, list[str]]] = {}

    def callees(self, module: Module, words: AbstractSet[str]) -> set[str]:
        """Return the references that a module calls whose last word, in some alternative, is one of these."""
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = {}
            for callee in module.facts.called:
                for word in words_of(callee):
                    known.setdefault(word, []).append(callee)
        return {callee for word in known.keys() & words for callee in known[word]}


def words_of(reference: str) -> Iterable[str]:
    """Return the last words of a reference's alternatives."""
    if "|" not in reference:
        return (reference.rpartition(".")[2],) if reference else ()  # `last_word`, without a call for each callee
    return {last_word(each) for each in alternatives(reference)}


def last_word(reference: str) -> str:
    """Return what stands behind the last dot of a reference with one alternative."""
    return reference.rpartition(".")[2]


def spellings(project: Project) -> Mapping[str, frozenset[str]]:
    """Answer the query for other names: by the last part of a name, those that are given to what it names."""
    found: dict[str, set[str]] = {}
    for pairs in project.query(_GIVEN).values():
        for word, name in pairs:
            found.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}


def _given(_project: Project, module: Module) -> tuple[tuple[str, str], ...]:
    """Return the last parts of what a module names anew, each with the other name."""
    facts = module.facts
    given = [(each.name, each.alias) for each in facts.imports if each.alias]
    bound = [*facts.bindings.items()]
    bound += [(each.name, each.values) for class_ in facts.classes for each in class_.attributes]
    given += [(word, name) for name, references in bound for each in references for word in words_of(each)]
    return tuple(sorted({(word, name) for word, name in given if word != name}))


_GIVEN = ModuleWise("other names", tuple[tuple[str, str], ...], _given)


def other_spellings(words: Iterable[str], known: Mapping[str, frozenset[str]]) -> set[str]:
    """Return the words, the names under which modules import or assign what they name, and those of these."""
    found = set(words)
    new = set(found)
    while new:
        new = {other for word in new for other in known.get(word, ())} - found
        found |= new
    return found
