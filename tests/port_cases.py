"""Pairs of a port and an adapter, to be judged by mypy, pyright and archlint alike.

Each case is a module that defines `Port` and `Adapter`. `HEAD` comes before it. For the type checkers `TYPED` follows,
which passes an `Adapter` where a `Port` is annotated; for archlint `UNTYPED`, where only a container joins the two.
"""

from typing import NamedTuple

HEAD = """\
from __future__ import annotations
from abc import ABC, abstractmethod
from collections.abc import (
    AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Coroutine, Generator, Iterable, Iterator, Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import (
    Any, ClassVar, Final, Generic, Literal, NamedTuple, NewType, Optional, Protocol, TypeVar, Union, overload,
)

class User: ...
class Admin(User): ...
class Order: ...
"""
TYPED = "\n\ndef take(port: Port) -> None: ...\n\n\ntake(Adapter())\n"
UNTYPED = "\n\ndef configure(container):\n    container.register(Port, Adapter)\n"


class Case(NamedTuple):
    """One pair: what it is about, and the module."""

    kind: str
    text: str


def pair(kind: str, promised: str, kept: str) -> Case:
    """Return a case whose port and adapter have these members (one line each, or indented lines)."""
    return Case(kind, f"class Port(Protocol):\n{_body(promised)}\n\n\nclass Adapter:\n{_body(kept)}\n")


def _body(members: str) -> str:
    return "\n".join(f"    {line}" for line in members.strip("\n").split("\n"))


PLAIN = "def find(self, key: str) -> User: ..."

CASES: dict[str, Case] = {
    # members
    "all members": pair("members", PLAIN, "def find(self, key: str) -> User: return User()"),
    "missing method": pair("members", PLAIN, "def look(self, key: str) -> User: return User()"),
    "one of two": pair(
        "members", f"{PLAIN}\ndef save(self) -> None: ...", "def find(self, key: str) -> User: return User()"
    ),
    "more members": pair("members", PLAIN, "def find(self, key: str) -> User: return User()\ndef x(self) -> None: ..."),
    "default is not inherited by shape": pair(
        "members", f"{PLAIN}\ndef size(self) -> int: return 1", "def find(self, key: str) -> User: return User()"
    ),
    # inherited and mixed in
    "inherited": Case(
        "inherited",
        "class Port(Protocol):\n    def find(self) -> int: ...\n\nclass Base:\n    def find(self) -> int: return 1\n\n"
        "class Adapter(Base):\n    pass\n",
    ),
    "mixed in": Case(
        "inherited",
        "class Port(Protocol):\n    def find(self) -> int: ...\n    def save(self) -> None: ...\n\n"
        "class Saving:\n    def save(self) -> None: ...\n\n"
        "class Adapter(Saving):\n    def find(self) -> int: return 1\n",
    ),
    "inherited with another result": Case(
        "inherited",
        "class Port(Protocol):\n    def find(self) -> int: ...\n\nclass Base:\n    def find(self) -> str: return ''\n\n"
        "class Adapter(Base):\n    pass\n",
    ),
    "port inherits": Case(
        "inherited",
        "class Reading(Protocol):\n    def read(self) -> int: ...\n\nclass Port(Reading, Protocol):\n"
        "    def write(self) -> None: ...\n\nclass Adapter:\n    def write(self) -> None: ...\n",
    ),
    "first base counts": Case(
        "inherited",
        "class Port(Protocol):\n    def f(self) -> int: ...\n\nclass One:\n    def f(self) -> str: return ''\n\n"
        "class Two:\n    def f(self) -> int: return 1\n\nclass Adapter(One, Two):  # type: ignore\n    pass\n",
    ),
    # async
    "async both": pair("async", "async def f(self) -> int: ...", "async def f(self) -> int: return 1"),
    "plain for async": pair("async", "async def f(self) -> int: ...", "def f(self) -> int: return 1"),
    "async for plain": pair("async", "def f(self) -> int: ...", "async def f(self) -> int: return 1"),
    "async with another result": pair("async", "async def f(self) -> int: ...", "async def f(self) -> str: return ''"),
    "async for plain without result": pair("async", "def f(self) -> None: ...", "async def f(self) -> None: ..."),
    # awaitables
    "async for an awaitable": pair(
        "awaitable", "def f(self) -> Awaitable[int]: ...", "async def f(self) -> int: return 1"
    ),
    "coroutine for async": pair(
        "awaitable",
        "async def f(self) -> int: ...",
        "def f(self) -> Coroutine[Any, Any, int]: return self.g()\nasync def g(self) -> int: return 1",
    ),
    "awaitable for async": pair(
        "awaitable",
        "async def f(self) -> int: ...",
        "def f(self) -> Awaitable[int]: return self.g()\nasync def g(self) -> int: return 1",
    ),
    "async for an awaitable of another": pair(
        "awaitable", "def f(self) -> Awaitable[int]: ...", "async def f(self) -> str: return ''"
    ),
    "awaitable both": pair(
        "awaitable",
        "def f(self) -> Awaitable[int]: ...",
        "def f(self) -> Awaitable[int]: return self.g()\nasync def g(self) -> int: return 1",
    ),
    # streams
    "async generator for a stream": pair(
        "stream", "def f(self) -> AsyncIterator[int]: ...", "async def f(self) -> AsyncIterator[int]:\n    yield 1"
    ),
    "async generator for async def": pair(
        "stream",
        "async def f(self) -> AsyncIterator[int]: ...",
        "async def f(self) -> AsyncIterator[int]:\n    yield 1",
    ),
    "coroutine for a stream": pair(
        "stream",
        "def f(self) -> AsyncIterator[int]: ...",
        "async def f(self) -> AsyncIterator[int]: return self.g()\n"
        "async def g(self) -> AsyncIterator[int]:\n    yield 1",
    ),
    "async generator annotated as one": pair(
        "stream",
        "def f(self) -> AsyncIterator[int]: ...",
        "async def f(self) -> AsyncGenerator[int, None]:\n    yield 1",
    ),
    "stream of others": pair(
        "stream", "def f(self) -> AsyncIterator[int]: ...", "async def f(self) -> AsyncIterator[str]:\n    yield ''"
    ),
    # generators
    "generator for an iterator": pair(
        "generator", "def f(self) -> Iterator[int]: ...", "def f(self) -> Iterator[int]:\n    yield 1"
    ),
    "generator for an iterable": pair(
        "generator", "def f(self) -> Iterable[int]: ...", "def f(self) -> Generator[int, None, None]:\n    yield 1"
    ),
    "generator for a list": pair(
        "generator", "def f(self) -> list[int]: ...", "def f(self) -> Iterator[int]:\n    yield 1"
    ),
    "list for an iterator": pair(
        "generator", "def f(self) -> Iterator[int]: ...", "def f(self) -> list[int]: return []"
    ),
    "list for an iterable": pair(
        "generator", "def f(self) -> Iterable[int]: ...", "def f(self) -> list[int]: return []"
    ),
    # parameters
    "required extra": pair(
        "parameters", "def f(self, a: int) -> None: ...", "def f(self, a: int, b: int) -> None: ..."
    ),
    "optional extra": pair(
        "parameters", "def f(self, a: int) -> None: ...", "def f(self, a: int, b: int = 1) -> None: ..."
    ),
    "one too few": pair("parameters", "def f(self, a: int, b: int) -> None: ...", "def f(self, a: int) -> None: ..."),
    "required keyword extra": pair(
        "parameters", "def f(self, a: int) -> None: ...", "def f(self, a: int, *, b: int) -> None: ..."
    ),
    "optional keyword extra": pair(
        "parameters", "def f(self, a: int) -> None: ...", "def f(self, a: int, *, b: int = 1) -> None: ..."
    ),
    # names
    "renamed": pair("names", "def f(self, key: int) -> None: ...", "def f(self, ident: int) -> None: ..."),
    "renamed positional-only": pair(
        "names", "def f(self, key: int, /) -> None: ...", "def f(self, ident: int) -> None: ..."
    ),
    "renamed private": pair("names", "def f(self, __key: int) -> None: ...", "def f(self, ident: int) -> None: ..."),
    "renamed keyword-only": pair(
        "names", "def f(self, *, key: int) -> None: ...", "def f(self, *, ident: int) -> None: ..."
    ),
    "swapped": pair("names", "def f(self, a: int, b: str) -> None: ...", "def f(self, b: str, a: int) -> None: ..."),
    # kinds
    "keyword-only for normal": pair("kinds", "def f(self, a: int) -> None: ...", "def f(self, *, a: int) -> None: ..."),
    "normal for keyword-only": pair("kinds", "def f(self, *, a: int) -> None: ...", "def f(self, a: int) -> None: ..."),
    "positional-only for normal": pair(
        "kinds", "def f(self, a: int) -> None: ...", "def f(self, a: int, /) -> None: ..."
    ),
    "normal for positional-only": pair(
        "kinds", "def f(self, a: int, /) -> None: ...", "def f(self, a: int) -> None: ..."
    ),
    "keyword-only in another order": pair(
        "kinds", "def f(self, *, a: int, b: str) -> None: ...", "def f(self, *, b: str, a: int) -> None: ..."
    ),
    # defaults
    "default in both": pair("defaults", "def f(self, a: int = 1) -> None: ...", "def f(self, a: int = 2) -> None: ..."),
    "default in the port only": pair(
        "defaults", "def f(self, a: int = 1) -> None: ...", "def f(self, a: int) -> None: ..."
    ),
    "default in the adapter only": pair(
        "defaults", "def f(self, a: int) -> None: ...", "def f(self, a: int = 1) -> None: ..."
    ),
    "keyword default in the port only": pair(
        "defaults", "def f(self, *, a: int = 1) -> None: ...", "def f(self, *, a: int) -> None: ..."
    ),
    "no parameter for an optional one": pair(
        "defaults", "def f(self, a: int = 1) -> None: ...", "def f(self) -> None: ..."
    ),
    # variadic
    "anything": pair(
        "variadic", "def f(self, a: int, *, b: str) -> None: ...", "def f(self, *args: Any, **kwargs: Any) -> None: ..."
    ),
    "variadic in the port only": pair(
        "variadic", "def f(self, *args: int) -> None: ...", "def f(self, a: int) -> None: ..."
    ),
    "keywords in the port only": pair(
        "variadic", "def f(self, **kwargs: int) -> None: ...", "def f(self) -> None: ..."
    ),
    "keywords for a keyword": pair(
        "variadic", "def f(self, *, a: int) -> None: ...", "def f(self, **kwargs: int) -> None: ..."
    ),
    "keywords of another type": pair(
        "variadic", "def f(self, *, a: int) -> None: ...", "def f(self, **kwargs: str) -> None: ..."
    ),
    "any call is promised": pair(
        "promised variadic", "def f(self, *args: Any, **kwargs: Any) -> None: ...", "def f(self, a: int) -> None: ..."
    ),
    "positional variadic for positional-only": pair(
        "promised variadic", "def f(self, a: int, b: int, /) -> None: ...", "def f(self, *args: int) -> None: ..."
    ),
    "variadic in both": pair(
        "promised variadic", "def f(self, *args: int) -> None: ...", "def f(self, *values: int) -> None: ..."
    ),
    "variadic of another type": pair(
        "promised variadic", "def f(self, *args: int) -> None: ...", "def f(self, *args: str) -> None: ..."
    ),
    "positional variadic for normal": pair(
        "promised variadic", "def f(self, a: int) -> None: ...", "def f(self, *args: int) -> None: ..."
    ),
    # results
    "subclass": pair("results", "def f(self) -> User: ...", "def f(self) -> Admin: return Admin()"),
    "superclass": pair("results", "def f(self) -> Admin: ...", "def f(self) -> User: return User()"),
    "stranger": pair("results", "def f(self) -> User: ...", "def f(self) -> Order: return Order()"),
    "nothing": pair("results", "def f(self) -> User: ...", "def f(self) -> None: ..."),
    "something for nothing": pair("results", "def f(self) -> None: ...", "def f(self) -> int: return 1"),
    # unions
    "optional for plain": pair("unions", "def f(self) -> User: ...", "def f(self) -> User | None: return None"),
    "plain for optional": pair("unions", "def f(self) -> Optional[User]: ...", "def f(self) -> User: return User()"),
    "union in another order": pair(
        "unions", "def f(self) -> Union[int, str]: ...", "def f(self) -> str | int: return 1"
    ),
    "wider union": pair("unions", "def f(self) -> int | str: ...", "def f(self) -> int | str | bytes: return 1"),
    "string annotation": pair(
        "unions", 'def f(self) -> "User | None": ...', "def f(self) -> Optional[Admin]: return None"
    ),
    # builtin results
    "bool for int": pair("builtins", "def f(self) -> int: ...", "def f(self) -> bool: return True"),
    "int for float": pair("builtins", "def f(self) -> float: ...", "def f(self) -> int: return 1"),
    "float for int": pair("builtins", "def f(self) -> int: ...", "def f(self) -> float: return 1.0"),
    "bytes for str": pair("builtins", "def f(self) -> str: ...", "def f(self) -> bytes: return b''"),
    "anything for str": pair("builtins", "def f(self) -> str: ...", "def f(self) -> Any: return b''"),
    # containers
    "list of a subclass for a sequence": pair(
        "containers", "def f(self) -> Sequence[User]: ...", "def f(self) -> list[Admin]: return []"
    ),
    "list of a subclass for a list": pair(
        "containers", "def f(self) -> list[User]: ...", "def f(self) -> list[Admin]: return []"
    ),
    "dict for a mapping": pair(
        "containers", "def f(self) -> Mapping[str, User]: ...", "def f(self) -> dict[str, Admin]: return {}"
    ),
    "dict of others": pair(
        "containers", "def f(self) -> dict[str, User]: ...", "def f(self) -> dict[str, Order]: return {}"
    ),
    "tuple for a collection": pair(
        "containers", "def f(self) -> Collection[int]: ...", "def f(self) -> tuple[int, ...]: return ()"
    ),
    # tuples, literals, callables
    "longer tuple": pair(
        "shapes", "def f(self) -> tuple[int, str]: ...", "def f(self) -> tuple[int, str, int]: return 1, '', 1"
    ),
    "literal for str": pair("shapes", "def f(self) -> str: ...", "def f(self) -> Literal['a']: return 'a'"),
    "str for a literal": pair("shapes", "def f(self) -> Literal['a', 'b']: ...", "def f(self) -> str: return 'a'"),
    "callback with another parameter": pair(
        "shapes",
        "def f(self, on: Callable[[int], None]) -> None: ...",
        "def f(self, on: Callable[[str], None]) -> None: ...",
    ),
    "narrower literal": pair(
        "shapes", "def f(self) -> Literal['a', 'b']: ...", "def f(self) -> Literal['a']: return 'a'"
    ),
    # parameter types
    "wider parameter": pair(
        "parameter types", "def f(self, a: Admin) -> None: ...", "def f(self, a: User) -> None: ..."
    ),
    "narrower parameter": pair(
        "parameter types", "def f(self, a: User) -> None: ...", "def f(self, a: Admin) -> None: ..."
    ),
    "optional parameter for plain": pair(
        "parameter types", "def f(self, a: User) -> None: ...", "def f(self, a: User | None) -> None: ..."
    ),
    "plain parameter for optional": pair(
        "parameter types", "def f(self, a: User | None) -> None: ...", "def f(self, a: User) -> None: ..."
    ),
    "unannotated parameter": pair(
        "parameter types", "def f(self, a: User) -> None: ...", "def f(self, a) -> None: ..."
    ),
    # attributes
    "attribute": pair("attributes", "name: str", "name: str = 'x'"),
    "attribute of another type": pair("attributes", "name: str", "name: int = 1"),
    "attribute of a narrower type": pair("attributes", "name: User", "name: Admin = Admin()"),
    "attribute set in init": pair("attributes", "name: str", "def __init__(self) -> None:\n    self.name = 'x'"),
    "attribute set in init to another": pair(
        "attributes", "name: str", "def __init__(self) -> None:\n    self.name = 1"
    ),
    # read-only
    "property for an attribute": pair("read-only", "name: str", "@property\ndef name(self) -> str: return ''"),
    "settable property for an attribute": pair(
        "read-only",
        "name: str",
        "@property\ndef name(self) -> str: return ''\n@name.setter\ndef name(self, value: str) -> None: ...",
    ),
    "frozen field for an attribute": Case(
        "read-only",
        "class Port(Protocol):\n    name: str\n\n@dataclass(frozen=True)\nclass Adapter:\n    name: str = ''\n",
    ),
    "field for an attribute": Case(
        "read-only", "class Port(Protocol):\n    name: str\n\n@dataclass\nclass Adapter:\n    name: str = ''\n"
    ),
    "tuple field for an attribute": Case(
        "read-only", "class Port(Protocol):\n    name: str\n\nclass Adapter(NamedTuple):\n    name: str = ''\n"
    ),
    # properties
    "attribute for a property": pair("properties", "@property\ndef name(self) -> str: ...", "name: str = ''"),
    "narrower property": pair(
        "properties", "@property\ndef name(self) -> User: ...", "@property\ndef name(self) -> Admin: return Admin()"
    ),
    "property of another type": pair(
        "properties", "@property\ndef name(self) -> User: ...", "@property\ndef name(self) -> Order: return Order()"
    ),
    "cached property": pair(
        "properties", "@property\ndef name(self) -> str: ...", "@cached_property\ndef name(self) -> str: return ''"
    ),
    "read-only for settable": pair(
        "properties",
        "@property\ndef name(self) -> str: ...\n@name.setter\ndef name(self, value: str) -> None: ...",
        "@property\ndef name(self) -> str: return ''",
    ),
    # methods and attributes
    "method for a property": pair(
        "method or not", "@property\ndef f(self) -> int: ...", "def f(self) -> int: return 1"
    ),
    "property for a method": pair(
        "method or not", "def f(self) -> int: ...", "@property\ndef f(self) -> int: return 1"
    ),
    "callable attribute for a method": pair(
        "method or not",
        "def f(self, a: int) -> int: ...",
        "def __init__(self) -> None:\n    self.f: Callable[[int], int] = abs",
    ),
    "attribute for a method": pair("method or not", "def f(self) -> int: ...", "f: int = 1"),
    "method for a callable attribute": pair(
        "method or not", "@property\ndef f(self) -> Callable[[int], int]: ...", "def f(self, a: int) -> int: return a"
    ),
    # class and static methods
    "class method both": pair(
        "class methods", "@classmethod\ndef f(cls) -> int: ...", "@classmethod\ndef f(cls) -> int: return 1"
    ),
    "static method both": pair(
        "class methods", "@staticmethod\ndef f(a: int) -> int: ...", "@staticmethod\ndef f(a: int) -> int: return a"
    ),
    "static for a method": pair(
        "class methods", "def f(self, a: int) -> int: ...", "@staticmethod\ndef f(a: int) -> int: return a"
    ),
    "class method for a method": pair(
        "class methods", "def f(self, a: int) -> int: ...", "@classmethod\ndef f(cls, a: int) -> int: return a"
    ),
    "method for a static one": pair(
        "class methods", "@staticmethod\ndef f(a: int) -> int: ...", "def f(self, a: str) -> int: return 1"
    ),
    # class variables
    "class variable both": pair("class variables", "name: ClassVar[str]", "name: ClassVar[str] = ''"),
    "class variable for an attribute": pair("class variables", "name: str", "name: ClassVar[str] = ''"),
    "plain attribute for a class variable": pair("class variables", "name: ClassVar[str]", "name = ''"),
    "instance attribute for a class variable": pair(
        "class variables", "name: ClassVar[str]", "def __init__(self) -> None:\n    self.name = ''"
    ),
    "final for an attribute": pair("class variables", "name: str", "name: Final[str] = ''"),
    # overloads
    "overloads both": pair(
        "overloads",
        "@overload\ndef f(self, a: int) -> int: ...\n@overload\ndef f(self, a: str) -> str: ...",
        "@overload\ndef f(self, a: int) -> int: ...\n@overload\ndef f(self, a: str) -> str: ...\n"
        "def f(self, a: int | str) -> int | str: return a",
    ),
    "one signature for overloads": pair(
        "overloads",
        "@overload\ndef f(self, a: int) -> User: ...\n@overload\ndef f(self, a: str) -> User: ...",
        "def f(self, a: int | str) -> User: return User()",
    ),
    "an overload is missing": pair(
        "overloads",
        "@overload\ndef f(self, a: int) -> int: ...\n@overload\ndef f(self, a: str) -> str: ...",
        "def f(self, a: int) -> int: return a",
    ),
    "overloads for one signature": pair(
        "overloads",
        "def f(self, a: int) -> int: ...",
        "@overload\ndef f(self, a: int) -> int: ...\n@overload\ndef f(self, a: str) -> str: ...\n"
        "def f(self, a: int | str) -> int | str: return a",
    ),
    "no overload fits": pair(
        "overloads",
        "def f(self, a: bytes) -> int: ...",
        "@overload\ndef f(self, a: int) -> int: ...\n@overload\ndef f(self, a: str) -> str: ...\n"
        "def f(self, a: int | str) -> int | str: return a",
    ),
    # generics
    "generic port by base": Case(
        "generics",
        "T = TypeVar('T')\n\nclass Store(Protocol[T]):\n    def get(self) -> T: ...\n"
        "    def put(self, item: T) -> None: ...\n\n"
        "Port = Store[User]\n\nclass Adapter(Store[User]):\n    def get(self) -> User: return User()\n"
        "    def put(self, item: User) -> None: ...\n",
    ),
    "generic port by base, another": Case(
        "generics",
        "T = TypeVar('T')\n\nclass Port(Protocol[T]):\n    def get(self) -> T: ...\n"
        "    def put(self, item: T) -> None: ...\n\n"
        "class Adapter(Port[User]):\n    def get(self) -> Order: return Order()\n"
        "    def put(self, item: User) -> None: ...\n",
    ),
    "generic base": Case(
        "generics",
        "T = TypeVar('T')\n\nclass Port(Protocol):\n    def get(self) -> User: ...\n\nclass Base(Generic[T]):\n"
        "    def get(self) -> T: raise KeyError\n\nclass Adapter(Base[User]):\n    pass\n",
    ),
    "generic base of another": Case(
        "generics",
        "T = TypeVar('T')\n\nclass Port(Protocol):\n    def get(self) -> User: ...\n\nclass Base(Generic[T]):\n"
        "    def get(self) -> T: raise KeyError\n\nclass Adapter(Base[Order]):\n    pass\n",
    ),
    "generic base in new syntax": Case(
        "generics",
        "class Port(Protocol):\n    def get(self) -> User: ...\n\nclass Base[T]:\n"
        "    def get(self) -> T: raise KeyError\n\nclass Adapter(Base[Order]):\n    pass\n",
    ),
    # context managers
    "context manager": pair(
        "context managers",
        "def f(self) -> AbstractContextManager[int]: ...",
        "@contextmanager\ndef f(self) -> Iterator[int]:\n    yield 1",
    ),
    "context manager of another": pair(
        "context managers",
        "def f(self) -> AbstractContextManager[int]: ...",
        "@contextmanager\ndef f(self) -> Iterator[str]:\n    yield ''",
    ),
    "async context manager": pair(
        "context managers",
        "def f(self) -> AbstractAsyncContextManager[int]: ...",
        "@asynccontextmanager\nasync def f(self) -> AsyncIterator[int]:\n    yield 1",
    ),
    "plain context manager for an async one": pair(
        "context managers",
        "def f(self) -> AbstractAsyncContextManager[int]: ...",
        "@contextmanager\ndef f(self) -> Iterator[int]:\n    yield 1",
    ),
    "iterator for a context manager": pair(
        "context managers",
        "def f(self) -> AbstractContextManager[int]: ...",
        "def f(self) -> Iterator[int]:\n    yield 1",
    ),
    # dunders
    "callable": pair(
        "dunders", "def __call__(self, a: int) -> int: ...", "def __call__(self, a: int) -> int: return a"
    ),
    "callable with another name": pair(
        "dunders", "def __call__(self, a: int) -> int: ...", "def __call__(self, b: int) -> int: return b"
    ),
    "missing enter": pair(
        "dunders",
        "def __enter__(self) -> int: ...\ndef __exit__(self, *args: object) -> None: ...",
        "def __exit__(self, *args: object) -> None: ...",
    ),
    "async enter": pair(
        "dunders", "async def __aenter__(self) -> int: ...", "async def __aenter__(self) -> int: return 1"
    ),
    "length": pair("dunders", "def __len__(self) -> int: ...", "def __len__(self) -> int: return 1"),
    # itself
    "returns itself": pair("itself", "def f(self) -> Port: ...", "def f(self) -> Adapter: return self"),
    "returns none of its kind": pair("itself", "def f(self) -> Port: ...", "def f(self) -> Order: return Order()"),
    # abstract base classes, by inheritance
    "override": Case(
        "override",
        "class Port(ABC):\n    @abstractmethod\n    def f(self, a: int) -> User: ...\n\n"
        "class Adapter(Port):\n    def f(self, a: int) -> Admin: return Admin()\n",
    ),
    "override that requires more": Case(
        "override",
        "class Port(ABC):\n    @abstractmethod\n    def f(self) -> None: ...\n\n"
        "class Adapter(Port):\n    def f(self, a: int) -> None: ...\n",
    ),
    "override that is async": Case(
        "override",
        "class Port(ABC):\n    @abstractmethod\n    def f(self) -> int: ...\n\n"
        "class Adapter(Port):\n    async def f(self) -> int: return 1\n",
    ),
    "override that is missing": Case(
        "override",
        "class Port(ABC):\n    @abstractmethod\n    def f(self) -> int: ...\n"
        "    @abstractmethod\n    def g(self) -> int: ...\n\n"
        "class Adapter(Port):\n    def f(self) -> int: return 1\n",
    ),
    "override that narrows": Case(
        "override",
        "class Port(ABC):\n    @abstractmethod\n    def f(self, a: User) -> None: ...\n\n"
        "class Adapter(Port):\n    def f(self, a: Admin) -> None: ...\n",
    ),
    # what nobody can know
    "getattr": pair("unknown", "def f(self) -> int: ...", "def __getattr__(self, name: str) -> Any: ..."),
    "unknown base": Case(
        "unknown",
        "from vendor import Base  # type: ignore\n\nclass Port(Protocol):\n    def f(self) -> int: ...\n\n"
        "class Adapter(Base):\n    pass\n",
    ),
    "unknown decorator": Case(
        "unknown",
        "from vendor import traced  # type: ignore\n\nclass Port(Protocol):\n    def f(self) -> int: ...\n\n"
        "class Adapter:\n    @traced\n    def f(self, a: str) -> str: return a\n",
    ),
    "unknown result": Case(
        "unknown",
        "from vendor import Row  # type: ignore\n\nclass Port(Protocol):\n    def f(self) -> User: ...\n\n"
        "class Adapter:\n    def f(self) -> Row: ...\n",
    ),
    "assigned method": Case(
        "unknown",
        "class Port(Protocol):\n    def f(self, a: int) -> int: ...\n\n"
        "class Adapter:\n    def _f(self, a: int) -> int: return a\n\n    f = _f\n",
    ),
    # new types and aliases
    "new type for its base": Case(
        "aliases",
        "UserId = NewType('UserId', str)\n\nclass Port(Protocol):\n    def f(self) -> str: ...\n\n"
        "class Adapter:\n    def f(self) -> UserId: return UserId('')\n",
    ),
    "alias of a union": Case(
        "aliases",
        "Found = Optional[User]\n\nclass Port(Protocol):\n    def f(self) -> Found: ...\n\n"
        "class Adapter:\n    def f(self) -> User | None: return None\n",
    ),
    "same alias": Case(
        "aliases",
        "UserId = NewType('UserId', str)\n\nclass Port(Protocol):\n    def f(self, key: UserId) -> None: ...\n\n"
        "class Adapter:\n    def f(self, key: UserId) -> None: ...\n",
    ),
    # unannotated
    "unannotated adapter": pair("unannotated", "def f(self, a: int) -> int: ...", "def f(self, a): return a"),
    "unannotated port": pair("unannotated", "def f(self, a): ...", "def f(self, a: int) -> int: return a"),
    "unannotated with one too many": pair("unannotated", "def f(self, a): ...", "def f(self, a, b): return a"),
    "unannotated adapter of another result": pair("unannotated", "def f(self) -> int: ...", "def f(self): return ''"),
    "unannotated and plain for async": pair("unannotated", "async def f(self) -> None: ...", "def f(self): pass"),
}
