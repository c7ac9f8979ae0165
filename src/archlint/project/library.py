"""The shared third-party table: what libraries export, what calls return, what blocks, what is a client."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

import msgspec

from archlint.model import Severity
from archlint.project.library_files import LibraryError, read_tables
from archlint.project.library_tables import SEVERITIES, Argument, Retry, Tables, Timeout

__all__ = ["Argument", "Blocking", "Library", "LibraryError", "Retry", "Timeout"]

_TYPE_NAME = re.compile(r"[^<>,\s]+")
_T = TypeVar("_T")


class Blocking(msgspec.Struct, frozen=True):
    """An API that blocks the thread that calls it.

    `api` is its canonical name on the class that defines it, `kind` a key of `SEVERITIES`, `instead` a phrase
    that says what an async function does in its place, `once` that a program does it when it starts, and not again.
    """

    api: str
    kind: str
    severity: Severity
    instead: str
    once: bool = False


class Library:
    """The third-party table, read once and never changed; every answer is worked out once.

    Names are dotted and may be any under which a thing is exported; answers use canonical ones. A class
    answers for what it inherits; the class nearest to the receiver decides.
    """

    def __init__(self, tables: Tables) -> None:
        self._exports: Mapping[str, str] = tables.exports
        self._bases: Mapping[str, tuple[str, ...]] = tables.bases
        self._returns: Mapping[str, str] = tables.returns
        self._attributes: Mapping[str, str] = tables.attributes
        self._enters: Mapping[str, str] = tables.enters
        self._blocking: Mapping[str, tuple[str, str]] = tables.blocking
        self._not_blocking = frozenset(tables.not_blocking)
        self._once = frozenset(tables.blocking_once)
        self._clients: Mapping[str, str] = tables.clients
        self.technologies: Mapping[str, str] = tables.technologies
        self.documented = frozenset(tables.documented)
        self.distributions: Mapping[str, tuple[str, ...]] = tables.distributions
        self._class_factories: Mapping[str, str] = tables.class_factories
        self._exceptions = frozenset(tables.exceptions)
        self.locators = frozenset(tables.locators)
        self._coroutines = tables.coroutines
        self.offloaders: Mapping[str, Argument] = tables.offloaders
        self.offloader_words = _words(self.offloaders)
        self.loop_callbacks: Mapping[str, Argument] = tables.loop_callbacks
        self.loop_callback_words = _words(self.loop_callbacks)
        self.endpoint_decorators = frozenset(tables.endpoint_decorators)
        self.endpoint_words = _words(self.endpoint_decorators)
        self.timeouts: Mapping[str, Timeout] = tables.timeouts
        self.tls_switches: Mapping[str, tuple[str, ...]] = tables.tls_switches
        self.retries: Mapping[str, Retry] = tables.retries
        self._loop_methods = _by_class(tables.loop_methods)
        self.effects: Mapping[str, str] = tables.effects
        self.sql_texts: Mapping[str, Argument] = tables.sql_text
        self._autocommit = frozenset(tables.autocommit)
        self._one_task = frozenset(tables.one_task)
        self.namespaces = frozenset(tables.namespaces)
        self._classes = _classes(tables)
        self._variables = {
            name: type_ for name, type_ in self._attributes.items() if name.rpartition(".")[0] not in self._classes
        }
        self._members = self._returns.keys() | self._attributes.keys() | self._blocking.keys() | self._not_blocking
        self._members |= self.effects.keys() | self.sql_texts.keys() | self._coroutines.keys()
        self.blocking_reads = frozenset(tables.blocking_reads)
        self._canonical_of = _Memo(self._find_canonical)
        self._ancestors_of = _Memo(self._find_ancestors)
        self._member_of = _Memo(self._find_member)
        self._returns_of = _Memo(lambda name: self._inherited(self._returns, name))
        self._attribute_of = _Memo(
            lambda name: self._inherited(self._attributes, name) or self._inherited(self._attributes, _ending(name))
        )
        self._blocking_of = _Memo(self._find_blocking)

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> "Library":
        """Read the table from file names and their TOML texts.

        Raises `LibraryError` with every mistake of all files. What was read last is not read again.
        """
        return _parsed(tuple(texts.items()))

    def canonical(self, name: str) -> str:
        """Return the name with its longest exported prefix made canonical; an unknown name as it is."""
        return self._canonical_of[name]

    def ancestors(self, cls: str) -> tuple[str, ...]:
        """Return the class and all its known bases, each before its own bases."""
        return self._ancestors_of[cls]

    def is_class(self, name: str) -> bool:
        """Tell whether the table knows the name as that of a class."""
        return self.canonical(name) in self._classes

    def member(self, cls: str, name: str) -> str:
        """Return the dotted name of an attribute on the nearest ancestor that the table knows to have it.

        An attribute that the table does not know stays on the class itself.
        """
        return self._member_of[f"{cls}.{name}"]

    def has_member(self, name: str) -> bool:
        """Tell whether the table knows the attribute of a class, which `member` has named."""
        return name in self._members or f"{name.rpartition('.')[0]}.*" in self._members

    def returns(self, name: str) -> str | None:
        """Return the type that a call of this function or method gives, awaited if it is a coroutine."""
        return self._returns_of[name]

    def attribute(self, name: str) -> str | None:
        """Return the type of an attribute, a property or a module's variable."""
        return self._attribute_of[name]

    def variable(self, dotted: str) -> tuple[str, str]:
        """Return the type of the module variable that a dotted name begins with, and what follows it; else empty."""
        name = self.canonical(dotted)
        for end in (index for index, character in enumerate(name + ".") if character == "."):
            if name[:end] in self._variables:
                return self._variables[name[:end]], name[end:]
        return "", ""

    def enters(self, cls: str) -> str | None:
        """Return the type that `with` or `async with` gives; `None` when it is the instance itself."""
        return next((self._enters[owner] for owner in self.ancestors(cls) if owner in self._enters), None)

    def blocking(self, name: str) -> Blocking | None:
        """Return what is known of a function, method or constructor that blocks, else `None`."""
        return self._blocking_of[name]

    def client(self, cls: str) -> str | None:
        """Return which kind of client (of `CLIENT_KINDS`) a class is, if it is one."""
        return next((self._clients[owner] for owner in self.ancestors(cls) if owner in self._clients), None)

    @property
    def client_classes(self) -> Iterable[str]:
        """The canonical names of all classes that are clients."""
        return self._clients.keys()

    def made_class(self, name: str) -> str | None:
        """Return the class from which what a function returns, a class itself, derives; `None` for other functions."""
        return self._class_factories.get(self.canonical(name))

    def is_foreign_exception(self, name: str) -> bool:
        """Tell whether a class is an exception of a framework or library, which only its own kind of code raises."""
        owners = self.ancestors(name)
        modules = (f"{each.rpartition('.')[0]}.*" for each in owners if each.rpartition(".")[2][:1].isupper())
        return not self._exceptions.isdisjoint(owners) or not self._exceptions.isdisjoint(modules)

    def offloader(self, name: str) -> Argument | None:
        """Return which argument a function runs in a thread or process, if it does."""
        return self._inherited(self.offloaders, name)

    def loop_callback(self, name: str) -> Argument | None:
        """Return which argument a function has run on the event loop, if it does."""
        return self._inherited(self.loop_callbacks, name)

    def effect(self, name: str) -> str | None:
        """Return the kind of effect (of `EFFECTS`) that a call of this function or method has, if it has one."""
        return self._inherited(self.effects, name)

    def sql_text(self, name: str) -> Argument | None:
        """Return which argument of a function or method is SQL text, if it takes any."""
        return self._inherited(self.sql_texts, name)

    def commits_at_once(self, cls: str) -> bool:
        """Tell whether what is written through instances of a class is committed at once outside a transaction."""
        return not self._autocommit.isdisjoint(self.ancestors(cls))

    def is_for_one_task(self, cls: str) -> bool:
        """Tell whether only one task or thread may use an instance of a class at a time."""
        return not self._one_task.isdisjoint(self.ancestors(cls))

    def is_coroutine_function(self, name: str) -> bool:
        """Tell whether calling this function or method gives a coroutine, which has to be awaited.

        A class that says by itself what the call gives overrules its bases, as a pipeline does that queues the command.
        """
        for _, member in self._owners(name):
            if member in self._coroutines or member in self._returns:
                return member in self._coroutines
        return False

    def loop_methods(self, cls: str) -> frozenset[str]:
        """Return the names of the methods that the event loop calls on instances of a class, its own entry only."""
        return self._loop_methods.get(cls, frozenset())

    def _find_canonical(self, name: str) -> str:
        prefix = name
        while prefix:
            if prefix in self._exports:
                return self._exports[prefix] + name[len(prefix) :]
            prefix = prefix.rpartition(".")[0]
        return name

    def _find_ancestors(self, cls: str) -> tuple[str, ...]:
        name = self.canonical(cls)
        order = [name]
        for base in self._bases.get(name, ()):
            order += self.ancestors(base)
        # A base that is reached twice comes after all that derive from it.
        return tuple(reversed(dict.fromkeys(reversed(order))))

    def _owners(self, name: str) -> Iterator[tuple[str, str]]:
        """Give, for `cls.attribute`, each ancestor with the attribute's name on it."""
        owner, _, attribute = self.canonical(name).rpartition(".")
        for ancestor in self.ancestors(owner):
            yield ancestor, f"{ancestor}.{attribute}"

    def _find_member(self, name: str) -> str:
        for owner, member in self._owners(name):
            if member in self._members or (_is_public(member) and f"{owner}.*" in self._members):
                return member
        return self.canonical(name)

    def _inherited(self, table: Mapping[str, _T], name: str) -> _T | None:
        return next((table[member] for _, member in self._owners(name) if member in table), None)

    def _find_blocking(self, name: str) -> Blocking | None:
        for owner, member in self._owners(name):
            for entry in (member, f"{owner}.*") if _is_public(member) else (member,):
                if entry in self._not_blocking:
                    return None
                if entry in self._blocking:
                    kind, instead = self._blocking[entry]
                    return Blocking(member, kind, SEVERITIES[kind], instead, entry in self._once)
        return None


def _words(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in names)


def _ending(name: str) -> str:
    """Return the entry for all attributes of a class with the same ending: `cls.*_set` for `cls.order_set`."""
    owner, _, attribute = name.rpartition(".")
    word, _, ending = attribute.rpartition("_")
    return f"{owner}.*_{ending}" if word else ""


class _Memo(dict[str, _T]):
    """Answers by name, each worked out when it is first asked for."""

    def __init__(self, answer: Callable[[str], _T]) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, name: str) -> _T:
        found = self[name] = self._answer(name)
        return found


def _by_class(methods: Iterable[str]) -> dict[str, frozenset[str]]:
    grouped: dict[str, set[str]] = {}
    for method in methods:
        owner, _, name = method.rpartition(".")
        grouped.setdefault(owner, set()).add(name)
    return {owner: frozenset(names) for owner, names in grouped.items()}


def _classes(tables: Tables) -> set[str]:
    """Return every name that some table uses as a class."""
    classes = tables.bases.keys() | tables.clients.keys() | tables.enters.keys()
    classes = classes.union(*tables.bases.values(), tables.autocommit, tables.one_task)
    types = {
        *tables.returns.values(),
        *tables.attributes.values(),
        *tables.enters.values(),
    }
    return classes.union(_TYPE_NAME.findall("\n".join(types)))


def _is_public(member: str) -> bool:
    return not member.rpartition(".")[2].startswith("_")


@lru_cache(maxsize=1)
def _parsed(texts: tuple[tuple[str, str], ...]) -> Library:
    return Library(read_tables(dict(texts)))
