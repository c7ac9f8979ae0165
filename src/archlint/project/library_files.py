"""Reads the TOML files of the third-party table, and finds every mistake in them.

A file may have any of these tables; all files together make one. Names are dotted and canonical, which is
how people import a thing; a type is a class, perhaps with arguments: `builtins.list<asyncpg.Record>`.

| table | key | value |
|---|---|---|
| `exports` | canonical name | list of the other names of the very same object |
| `bases` | class | list of its bases; an async class never has a blocking base here, whatever its code says |
| `returns` | function, method, `cls.__call__` | type that a call gives, awaited if it is a coroutine |
| `attributes` | `cls.attribute` or `module.variable` | its type; `cls.*_set` is each attribute with that ending |
| `enters` | class | type that `with` or `async with` gives, when it is not the object itself |
| `blocking` | (array) `kind`, `instead`, `apis`, `reads`, `once` | what blocks, and what an async one does `instead` |
| `not-blocking` | (array) | methods that do not block although an ancestor or a `cls.*` says so |
| `clients` | kind of client | list of classes |
| `class-factories` | function | class that what it returns, a class itself, derives from |
| `exceptions` | what the library is for | list of exceptions that only code that knows the library should raise |
| `coroutines` | (array) | functions and methods whose call gives a coroutine and does nothing unless it is awaited |
| `locators` | (array) | methods that look up a dependency by its type or name |
| `offloaders` | function or decorator that runs a function in a thread or process | which argument that function is |
| `loop-callbacks` | function or decorator that has a plain function run on the event loop | which argument it is |
| `loop-methods` | (array) | methods that the event loop calls |
| `endpoint-decorators` | (array) | decorators, or what makes them, of functions that answer requests |
| `technologies` | what it is for | list of packages and submodules that a domain does without |
| `documented` | (array) | names with an underscore that are public all the same |
| `distributions` | distribution, in lower case with hyphens | list of the packages in it, when it is called otherwise |
| `effects` | kind of effect | list of the functions and methods that have it |
| `sql-text` | function or method that takes SQL text | which argument that text is |
| `autocommit` | (array) | classes that commit each write at once outside a transaction |
| `one-task` | (array) | classes whose instances only one task or thread may use at a time |
| `namespaces` | (array) | classes that keep what a program assigns to their attributes, or under names, for all of it |
| `timeouts` | request, or class of a client | `{ name = "timeout" }`, its argument without which it waits for ever |
| `tls-switches` | request, or class of a client | arguments that turn verification off when they are false |
| `retries` | what calls a function again | `{ stops, varies, fixed, limited }`: see `Retry` |

`reads` are properties that block when they are read; `once` says that programs do this when they start, and not again.
`cls.*` among the `apis` and in `not-blocking` stands for each public method that is not listed by itself,
`module.*` among the `exceptions` for every class of the module.
Which argument: `{ position = 1, name = "target" }`, without `name` when it goes by position alone.
In the types of `returns`, `T` stands for the first type argument of the receiver (`T or cls` for another class where it
is not known), `Handed` for the class that is the
call's first argument, `Sole` for it when it is the only one; `cls.__next__` gives an element,
`cls.__getitem__` what a subscript gives and `cls.__getattr__` what any attribute is that no table knows;
in those of `attributes`, `Self` stands for the class that the attribute is asked of.
Anywhere but in `exports` and in types, `owner.{a, b}` stands for `owner.a` and `owner.b`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Generic, TypeVar, get_args

import msgspec
import tomli

from archlint.model import UnableError
from archlint.project.library_tables import CLIENT_KINDS, EFFECTS, SEVERITIES, Argument, Retry, Tables, Timeout

_TITLES = (
    *("exports", "bases", "returns", "attributes", "enters", "blocking", "not-blocking", "clients"),
    *("offloaders", "loop-callbacks", "loop-methods", "endpoint-decorators"),
    *("technologies", "distributions", "documented"),
    *("effects", "sql-text", "autocommit", "one-task", "namespaces"),
    *("class-factories", "exceptions", "locators", "coroutines"),
    *("timeouts", "tls-switches", "retries"),
)
_T = TypeVar("_T")


class LibraryError(UnableError):
    """The table has mistakes; `messages` has one sentence for each, which begins with file, table and key."""


class _Group(msgspec.Struct, forbid_unknown_fields=True):
    """One `[[blocking]]` as it is written."""

    kind: str
    instead: str
    apis: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    once: bool = False


class Table(Generic[_T]):
    """One table of all files together: its entries by name, and which file each came from."""

    def __init__(self, title: str) -> None:
        self.entries: dict[str, _T] = {}
        self.title = title
        self._parts: list[tuple[str, dict[str, _T]]] = []

    def add(self, file: str, pairs: list[tuple[str, _T]]) -> list[str]:
        """Add what one file says of names; returns a message for each that something else is said of too."""
        where = f"{file}: {self.title}"
        part = dict(pairs)
        self._parts.append((file, part))
        mistakes = []
        if len(part) < len(pairs) or not self.entries.keys().isdisjoint(part):
            mistakes = [
                f"{where}: `{name}` is {_shown(entry)} here and {_shown(other)} in {self.file(name)}"
                for name, entry in pairs
                if (other := self.entries.get(name, part[name])) != entry
            ]
        self.entries.update(part)
        return mistakes

    def file(self, name: str) -> str:
        """Return the file that a name comes from."""
        return next(file for file, part in self._parts if name in part)


def read_tables(texts: Mapping[str, str]) -> Tables:
    """Read file names with their TOML texts; raises `LibraryError` with every mistake of all files."""
    return _Reader(texts).tables()


class _Reader:
    """Reads one file after the other, and collects the mistakes."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._mistakes: list[str] = []
        self.exports = Table[str]("exports")
        self.bases = Table[tuple[str, ...]]("bases")
        self.returns = Table[str]("returns")
        self.attributes = Table[str]("attributes")
        self.enters = Table[str]("enters")
        self.blocking = Table[tuple[str, str]]("blocking")
        self.blocking_reads = Table[bool]("reads")
        self.blocking_once = Table[bool]("once")
        self.not_blocking = Table[bool]("not-blocking")
        self.clients = Table[str]("clients")
        self.class_factories = Table[str]("class-factories")
        self.exceptions = Table[str]("exceptions")
        self.locators = Table[bool]("locators")
        self.coroutines = Table[bool]("coroutines")
        self.offloaders = Table[Argument]("offloaders")
        self.loop_callbacks = Table[Argument]("loop-callbacks")
        self.loop_methods = Table[bool]("loop-methods")
        self.endpoint_decorators = Table[bool]("endpoint-decorators")
        self.documented = Table[bool]("documented")
        self.technologies = Table[str]("technologies")
        self.distributions = Table[tuple[str, ...]]("distributions")
        self.effects = Table[str]("effects")
        self.sql_text = Table[Argument]("sql-text")
        self.autocommit = Table[bool]("autocommit")
        self.one_task = Table[bool]("one-task")
        self.namespaces = Table[bool]("namespaces")
        self.timeouts = Table[Timeout]("timeouts")
        self.tls_switches = Table[tuple[str, ...]]("tls-switches")
        self.retries = Table[Retry]("retries")
        for file, text in texts.items():
            self._read(file, text)
        self._find_contradictions()
        self._find_cycles()
        if self._mistakes:
            raise LibraryError(tuple(self._mistakes))

    def tables(self) -> Tables:
        """Return what all files say."""
        return Tables(**{name: table.entries for name, table in vars(self).items() if isinstance(table, Table)})

    def _read(self, file: str, text: str) -> None:
        try:
            content = tomli.loads(text)
        except tomli.TOMLDecodeError as error:
            self._mistakes.append(f"{file}: {error}")
            return
        for title in content:
            if title not in _TITLES:
                self._mistakes.append(f"{file}: `{title}` is no table of the library ({', '.join(_TITLES)})")
        lists, types = dict[str, tuple[str, ...]], dict[str, str]
        names = self._entries(file, content, "exports", lists)
        self._add(file, self.exports, (((name, *others), name) for name, others in names))
        classes = self._entries(file, content, "bases", lists)
        self._add(file, self.bases, (((name,), bases) for name, bases in classes))
        for table in (self.returns, self.attributes, self.enters, self.class_factories):
            typed = self._entries(file, content, table.title, types)
            self._add(file, table, (((name,), type_) for name, type_ in typed))
        groups = self._entries(file, content, "blocking", dict[str, _Group])
        apis = (((*group.apis, *group.reads), (group.kind, group.instead)) for _, group in groups)
        self._add(file, self.blocking, apis)
        self._add(file, self.blocking_reads, ((group.reads, True) for _, group in groups))
        self._add(file, self.blocking_once, ((group.apis, True) for _, group in groups if group.once))
        listed_only = (self.not_blocking, self.loop_methods, self.endpoint_decorators, self.documented)
        others = (self.locators, self.coroutines, self.autocommit, self.one_task, self.namespaces)
        for names_only in (*listed_only, *others):
            listed = self._entries(file, content, names_only.title, types)
            self._add(file, names_only, (((name,), True) for _, name in listed))
        for handed in (self.offloaders, self.loop_callbacks, self.sql_text):
            runners = self._entries(file, content, handed.title, dict[str, Argument])
            self._add(file, handed, (((name,), argument) for name, argument in runners))
        exceptions = self._entries(file, content, "exceptions", lists)
        self._add(file, self.exceptions, ((names, kind) for kind, names in exceptions))
        timeouts = self._entries(file, content, "timeouts", dict[str, Timeout])
        self._add(file, self.timeouts, (((name,), timeout) for name, timeout in timeouts))
        switches = self._entries(file, content, "tls-switches", lists)
        self._add(file, self.tls_switches, (((name,), arguments) for name, arguments in switches))
        retries = self._entries(file, content, "retries", dict[str, Retry])
        self._add(file, self.retries, (((name,), retry) for name, retry in retries))
        clients = self._entries(file, content, "clients", lists)
        self._add(file, self.clients, ((names, kind) for kind, names in clients))
        technologies = self._entries(file, content, "technologies", lists)
        self._add(file, self.technologies, ((names, kind) for kind, names in technologies))
        packages = self._entries(file, content, "distributions", lists)
        self._add(file, self.distributions, (((name,), packages_) for name, packages_ in packages))
        effects = self._entries(file, content, "effects", lists)
        self._add(file, self.effects, ((names, kind) for kind, names in effects))
        self._check_kinds(f"{file}: effects", ((kind, kind) for kind, _ in effects), EFFECTS)
        self._check_kinds(f"{file}: blocking", ((number, group.kind) for number, group in groups), SEVERITIES)
        self._check_kinds(f"{file}: clients", ((kind, kind) for kind, _ in clients), CLIENT_KINDS)

    def _add(self, file: str, table: Table[_T], items: Iterable[tuple[Iterable[str], _T]]) -> None:
        self._mistakes += table.add(file, _pairs(items))

    def _entries(
        self, file: str, content: Mapping[str, object], title: str, shape: type[dict[str, _T]]
    ) -> Iterable[tuple[str, _T]]:
        """Return the well-formed entries of a table (those of an array by their number, from 1)."""
        if title not in content:
            return ()
        table = content[title]
        if isinstance(table, list):
            table = {f"number {number}": entry for number, entry in enumerate(table, 1)}
        try:
            return msgspec.convert(table, shape).items()
        except msgspec.ValidationError as error:
            if not isinstance(table, dict):
                self._mistakes.append(f"{file}: {title}: {error}")
                return ()
        return [
            (name, entry)
            for name, written in table.items()
            for entry in self._entry(f"{file}: {title}: `{name}`", written, get_args(shape)[1])
        ]

    def _entry(self, where: str, written: object, shape: type[_T]) -> tuple[_T, ...]:
        try:
            return (msgspec.convert(written, shape),)
        except msgspec.ValidationError as error:
            self._mistakes.append(f"{where}: {error}")
            return ()

    def _check_kinds(self, where: str, kinds: Iterable[tuple[str, str]], known: Collection[str]) -> None:
        for key, kind in kinds:
            if kind not in known:
                self._mistakes.append(f"{where}: `{key}`: there is no kind `{kind}` ({', '.join(known)})")

    def _find_contradictions(self) -> None:
        for api in sorted(self.blocking.entries.keys() & self.not_blocking.entries.keys()):
            file, other = self.not_blocking.file(api), self.blocking.file(api)
            self._mistakes.append(f"{file}: not-blocking: `{api}` is blocking in {other}")

    def _find_cycles(self) -> None:
        """Report each class that is reached again by way of its bases."""
        doubtful: Mapping[str, tuple[str, ...]] = {}
        rest = self.bases.entries
        while len(doubtful) != len(rest):
            doubtful = rest
            rest = {name: bases for name, bases in doubtful.items() if any(base in doubtful for base in bases)}
        for name in doubtful:
            path = [name]
            while path[-1] not in path[:-1]:
                path.append(next(base for base in doubtful[path[-1]] if base in doubtful))
            if path[-1] == name:
                where = f"{self.bases.file(name)}: bases: `{name}`"
                self._mistakes.append(f"{where} is a base of itself: {' -> '.join(path)}")


def _pairs(items: Iterable[tuple[Iterable[str], _T]]) -> list[tuple[str, _T]]:
    """Return each name with its entry, `owner.{a, b}` written out."""
    pairs = []
    for names, entry in items:
        for name in names:
            if name.endswith("}"):
                owner, _, members = name[:-1].partition("{")
                pairs += [(owner + member, entry) for member in members.split(", ")]
            else:
                pairs.append((name, entry))
    return pairs


def _shown(entry: object) -> str:
    return ", ".join(map(str, entry)) if isinstance(entry, tuple) else f"`{entry}`"
