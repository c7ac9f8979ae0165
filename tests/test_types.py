"""What names and receivers turn out to be, over small projects."""

from collections.abc import Mapping

import pytest

from archlint.facts.extract import extract
from archlint.intake.rulefiles import data_tables
from archlint.project.library import Library
from archlint.project.program import Architecture, Module, Project
from archlint.project.types import Types, types

LIBRARY = Library.parse(data_tables())
KEYS = "redis.asyncio.Redis.keys"


def project(files: Mapping[str, str]) -> Project:
    """Make a project of module names and texts; a name that ends in `.__init__` is a package."""
    modules = tuple(
        Module(
            extract(text, name.removesuffix(".__init__"), is_package=name.endswith(".__init__")),
            f"/{name}.py",
        )
        for name, text in files.items()
    )
    return Project(modules, LIBRARY, Architecture())


def called(files: Mapping[str, str], module: str, suffix: str) -> set[str]:
    """Return all names of the calls in a module that end in `suffix`."""
    whole = project(files)
    resolver = whole.query(types)
    calls = whole.by_name[module].facts.calls
    return {name for call in calls if call.callee.endswith(suffix) for name in resolver.names(call.callee)}


RECEIVERS = {
    "annotated parameter": "def f(r: Redis): r.keys()",
    "optional parameter": "def f(r: Redis | None = None): r.keys()",
    "typing.Optional": "from typing import Optional\ndef f(r: Optional[Redis]): r.keys()",
    "typing.Union": "from typing import Union\ndef f(r: Union[None, Redis]): r.keys()",
    "string annotation": "def f(r: 'Redis | None'): r.keys()",
    "Annotated": "from typing import Annotated\ndef f(r: Annotated[Redis, 1]): r.keys()",
    "dotted annotation": "import redis.asyncio\ndef f(r: redis.asyncio.Redis): r.keys()",
    "aliased module": "import redis.asyncio as aio\ndef f(r: aio.Redis): r.keys()",
    "aliased class": "from redis.asyncio import Redis as R\ndef f(r: R): r.keys()",
    "other export": "from redis.asyncio.client import Redis as R\ndef f(r: R): r.keys()",
    "constructor": "Redis().keys()",
    "local": "def f():\n    r = Redis()\n    r.keys()",
    "local in an async with": "async def f():\n    async with Redis() as r: await r.keys()",
    "classmethod factory": "Redis.from_url('').keys()",
    "module factory": "import redis.asyncio as aio\naio.from_url('').keys()",
    "module-level instance": "r = Redis()\ndef f(): r.keys()",
    "module-level, bound later": "def f(): r.keys()\nr = Redis()",
    "global": "r = None\ndef make():\n    global r\n    r = Redis()\ndef f(): r.keys()",
    "attribute of a parameter": (
        "class A:\n    def __init__(self, r: Redis): self._r = r\n    def f(self): self._r.keys()"
    ),
    "attribute of an optional parameter": (
        "class A:\n    def __init__(self, r: Redis | None): self._r = r or Redis()\n    def f(self): self._r.keys()"
    ),
    "annotated attribute": ("class A:\n    def __init__(self, r): self._r: Redis = r\n    def f(self): self._r.keys()"),
    "attribute of another object": ("class A:\n    def __init__(self, r: Redis): self.r = r\ndef f(a: A): a.r.keys()"),
    "attribute of an attribute": (
        "class A:\n    r: Redis\nclass B:\n    def __init__(self, a: A): self.a = a\n    def f(self): self.a.r.keys()"
    ),
    "dataclass field": (
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    r: Redis\n    def f(self): self.r.keys()"
    ),
    "class attribute": "class A:\n    r = Redis()\n    def f(self): self.r.keys()",
    "class attribute through the class": "class A:\n    r = Redis()\nA.r.keys()",
    "inherited attribute": (
        "class B:\n    def __init__(self, r: Redis): self.r = r\nclass A(B):\n    def f(self): self.r.keys()"
    ),
    "super": "class A(Redis):\n    def f(self): super().keys()",
    "super of a project class": (
        "class B:\n    def r(self) -> Redis: ...\nclass A(B):\n    def r(self): super().r().keys()"
    ),
    "project class derived from it": "class A(Redis): pass\nA().keys()",
    "derived twice": "class A(Redis): pass\nclass B(A):\n    def f(self): self.keys()",
    "property": ("class A:\n    @property\n    def r(self) -> Redis: ...\n    def f(self): self.r.keys()"),
    "cached property": (
        "from functools import cached_property\nclass A:\n    @cached_property\n    def r(self): "
        "return Redis()\n"
        "    def f(self): self.r.keys()"
    ),
    "returned by annotation": "def make() -> Redis: ...\nmake().keys()",
    "returned by string annotation": "def make() -> 'Redis': ...\nmake().keys()",
    "returned by inference": "def make(): return Redis()\nmake().keys()",
    "returned through two functions": "def a(): return b()\ndef b(): return Redis()\na().keys()",
    "awaited": "async def make() -> Redis: ...\nasync def f(): (await make()).keys()",
    "awaited into a local": ("async def make(): return Redis()\nasync def f():\n    r = await make()\n    r.keys()"),
    "Self": "from typing import Self\nclass A(Redis):\n    def me(self) -> Self: ...\nA().me().keys()",
    "own classmethod": ("class A(Redis):\n    @classmethod\n    def make(cls): return cls()\nA.make().keys()"),
    "generator": "def many():\n    yield Redis()\nfor r in many(): r.keys()",
    "context manager": (
        "from contextlib import contextmanager\n@contextmanager\ndef opened():\n    yield Redis()\n"
        "with opened() as r: r.keys()"
    ),
    "annotated context manager": (
        "from collections.abc import AsyncIterator\nfrom contextlib import asynccontextmanager\n"
        "@asynccontextmanager\nasync def opened() -> AsyncIterator[Redis]: ...\n"
        "async def f():\n    async with opened() as r: r.keys()"
    ),
    "__enter__": ("class A:\n    def __enter__(self) -> Redis: ...\nwith A() as r: r.keys()"),
    "__aenter__": (
        "class A:\n    async def __aenter__(self): return Redis()\nasync def f():\n    async with A() as r: r.keys()"
    ),
    "loop over a list": "def f(rs: list[Redis]):\n    for r in rs: r.keys()",
    "enumerated": "def f(rs: list[Redis]):\n    for i, r in enumerate(rs): r.keys()",
    "comprehension": "def f(rs: list[Redis]): [r.keys() for r in rs]",
    "element": "def f(rs: list[Redis]): rs[0].keys()",
    "list of a string": "def f(rs: 'list[\"Redis\"]'): rs[0].keys()",
    "values of a dict": "def f(rs: dict[str, Redis]):\n    for r in rs.values(): r.keys()",
    "items of a dict": "def f(rs: dict[str, Redis]):\n    for k, r in rs.items(): r.keys()",
    "dict element": "def f(rs: dict[str, Redis]): rs['a'].keys()",
    "dict get": "def f(rs: dict[str, Redis]): rs.get('a').keys()",
    "variadic": "def f(*rs: Redis):\n    for r in rs: r.keys()",
    "keyword variadic": "def f(**rs: Redis): rs['a'].keys()",
    "tuple": "def f(rs: tuple[int, Redis]):\n    n, r = rs\n    r.keys()",
    "walrus": "def f():\n    if (r := Redis()): r.keys()",
    "walrus in a condition": "def f():\n    if x and (r := Redis()) and r.keys(): pass",
    "conditional": "def f(r: Redis | None):\n    (r if r else Redis()).keys()",
    "isinstance": "def f(r):\n    if isinstance(r, Redis): r.keys()",
    "match": "def f(x):\n    match x:\n        case Redis() as r: r.keys()",
    "cast": "from typing import cast\ndef f(x): cast(Redis, x).keys()",
    "type alias": "Client = Redis\ndef f(r: Client): r.keys()",
    "type alias of a union": "Client = Redis | None\ndef f(r: Client): r.keys()",
    "annotated type alias": ("from typing import TypeAlias\nC: TypeAlias = 'Redis | None'\ndef f(r: C): r.keys()"),
    "type statement": "type Client = Redis | None\ndef f(r: Client): r.keys()",
    "Annotated alias": (
        "from typing import Annotated\nfrom fastapi import Depends\nDep = Annotated[Redis, Depends(x)]\n"
        "async def f(r: Dep): r.keys()"
    ),
    "list alias": "Many = list[Redis]\ndef f(rs: Many): rs[0].keys()",
    "Depends": "from fastapi import Depends\ndef get() -> Redis: ...\ndef f(r=Depends(get)): r.keys()",
    "Depends on a generator": (
        "from fastapi import Depends\nasync def get():\n    yield Redis()\ndef f(r=Depends(get)): r.keys()"
    ),
    "Depends on a coroutine": (
        "from fastapi import Depends\nasync def get(): return Redis()\ndef f(r=Depends(get)): r.keys()"
    ),
    "type of it": "def f(kind: type[Redis]): kind().keys()",
    "closure": "def f(r: Redis):\n    def g(): r.keys()",
    "lambda": "def f(r: Redis): return lambda: r.keys()",
    "callable attribute": "class A:\n    def __call__(self) -> Redis: ...\nA()().keys()",
    "local function": "def f():\n    def make(): return Redis()\n    make().keys()",
    "unbound": "Redis.keys(Redis())",
    "assigned function": "def f():\n    k = Redis().keys\n    k()",
    "kept by a key": "from aiohttp.web import AppKey\nK = AppKey('k', Redis)\ndef f(app): app[K].keys()",
    "a dictionary called app": "def f(app: dict[str, Redis]): app['a'].keys()",
}


@pytest.mark.parametrize("text", RECEIVERS.values(), ids=RECEIVERS)
def test_receiver(text: str) -> None:
    assert KEYS in called({"m": f"from redis.asyncio import Redis\n{text}\n"}, "m", "keys")


ACROSS_MODULES = {
    "from import": {"a": "r = Redis()", "m": "from a import r\nr.keys()"},
    "module import": {"a": "r = Redis()", "m": "import a\na.r.keys()"},
    "package": {"p.__init__": "", "p.a": "r = Redis()", "m": "from p import a\na.r.keys()"},
    "dotted import": {"p.__init__": "", "p.a": "r = Redis()", "m": "import p.a\np.a.r.keys()"},
    "re-export": {
        "p.__init__": "from .a import Client",
        "p.a": "class Client(Redis): ...",
        "m": "from p import Client\nClient().keys()",
    },
    "renamed re-export": {
        "p.__init__": "from .a import r as client",
        "p.a": "r = Redis()",
        "m": "import p\np.client.keys()",
    },
    "star": {"a": "r = Redis()", "m": "from a import *\nr.keys()"},
    "star of a star": {"a": "r = Redis()", "b": "from a import *", "m": "from b import r\nr.keys()"},
    "star with __all__": {"a": "__all__ = ['r']\nr = Redis()", "m": "from a import *\nr.keys()"},
    "relative": {
        "p.__init__": "",
        "p.a": "r = Redis()",
        "p.m": "from .a import r\nr.keys()",
        "m": "from p.a import r\nr.keys()",
    },
    "third-party re-export": {"a": "", "m": "from a import Redis as R\nR().keys()"},
    "type-checking import": {
        "a": "class C(Redis): ...",
        "m": ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import C\ndef f(c: 'C'): c.keys()"),
    },
    "import with a fallback": {
        "a": "",
        "m": ("try:\n    from redis.asyncio import Redis\nexcept ImportError:\n    Redis = None\nRedis().keys()"),
    },
    "one of two imports": {
        "a": "",
        "m": (
            "try:\n    from redis.asyncio import Redis as R\nexcept ImportError:\n    from other import R\nR().keys()"
        ),
    },
    "function-local import": {"a": "r = Redis()", "m": "def f():\n    from a import r\n    r.keys()"},
    "inheritance": {
        "a": "class B:\n    def __init__(self, r: Redis): self.r = r",
        "m": "from a import B\nclass A(B):\n    def f(self): self.r.keys()",
    },
    "returned": {"a": "def make() -> Redis: ...", "m": "from a import make\nmake().keys()"},
    "lazy import": {"a": "r = Redis()", "m": "lazy from a import r\nr.keys()"},
}


@pytest.mark.parametrize("files", ACROSS_MODULES.values(), ids=ACROSS_MODULES)
def test_receiver_from_another_module(files: dict[str, str]) -> None:
    texts = {name: text if name == "m" else f"from redis.asyncio import Redis\n{text}" for name, text in files.items()}
    assert KEYS in called(texts, "m", "keys")


NOTHING = {
    "parameter": "def f(Redis): Redis().keys()",
    "local": "def f():\n    Redis = other\n    Redis().keys()",
    "loop": "def f():\n    for Redis in x: Redis().keys()",
    "comprehension": "[Redis().keys() for Redis in x]",
    "unknown annotation": "def f(r: Unknown): r.keys()",
    "a name that suggests it": "def f(redis): redis.keys()",
    "class of the same name": "class Redis:\n    pass\nRedis().keys()",
    "function of the same name": "def Redis(): ...\nRedis().keys()",
    "module-level instance, rebound": "r = Redis()\nr = {}\nr.keys()",
    "rebound": "def f(r: Redis):\n    r = {}\n    r.keys()",
    "rebound in a case": "def f(r: Redis):\n    match x:\n        case r: r.keys()",
    "deleted by an except": "def f(r: Redis):\n    try: pass\n    except E as r: r.keys()",
    "dict of it": "def f(r: dict[str, Redis]): r.keys()",
    "own method": "class A(Redis):\n    def keys(self): ...\nA().keys()",
    "own method of a base": "class B:\n    def keys(self): ...\nclass A(B, Redis): ...\nA().keys()",
    "result of a call": "def f(r: Redis): r.get('a').keys()",
    "coroutine": "async def make() -> Redis: ...\nmake().keys()",
    "generator itself": "def many():\n    yield Redis()\nmany().keys()",
    "class attribute of the same name": "class A:\n    Redis = dict\n    x = Redis().keys()",
    "starred": "def f(rs: tuple[Redis, int]):\n    *a, b = rs\n    a.keys()",
    "nested function's parameter": "def f(r: Redis):\n    def g(r): r.keys()",
    "lambda's parameter": "def f(r: Redis): return lambda r: r.keys()",
    "kept by another key": "from aiohttp.web import AppKey\nK = AppKey('k', dict)\ndef f(app): app[K].keys()",
    "kept by what is no key": "K = Redis()\ndef f(app): app[K].keys()",
    "Literal": "from typing import Literal\ndef f(r: Literal['Redis']): r.keys()",
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_nothing_is_guessed(text: str) -> None:
    names = called({"m": f"from redis.asyncio import Redis\n{text}\n"}, "m", "keys")
    assert not [name for name in names if name.startswith("redis.")]


def test_what_a_name_may_be_besides_is_kept() -> None:
    text = "from redis.asyncio import Redis\nr = None\nif x: r = Redis()\nr.keys()\n"
    assert KEYS in called({"m": text}, "m", "keys")
    text = "from redis.asyncio import Redis\nr = Redis()\nr = wrapped(r)\ndef f():\n    r.keys()\n"
    assert not called({"m": text}, "m", "keys")
    text = "from redis.asyncio import Redis\nr = Redis()\nr = r or 1\ndef f():\n    r.keys()\n"
    assert KEYS in called({"m": text}, "m", "keys")
    text = "from redis.asyncio import Redis\ndef f():\n    global r\n    r = Redis()\nr = None\nr.keys()\n"
    assert KEYS in called({"m": text}, "m", "keys")


def test_what_a_package_binds_to_the_name_of_its_module_is_what_others_import() -> None:
    files = {
        "shop": "from shop.app import client as app",
        "shop.app": "from redis.asyncio import Redis\nclient = Redis()",
        "orders": "from shop import app\napp.keys()",
        "users": "from shop.app import client\nclient.keys()",
        "bare": "import shop.app\nshop.app.client.keys()",
    }
    assert all(KEYS in called(files, name, "keys") for name in ("orders", "users", "bare"))


def test_a_module_that_its_package_binds_to_something_of_the_same_name_is_no_circle() -> None:
    files = {"shop": "from shop.app import app", "shop.app": "", "orders": "from shop import app\napp.keys()"}
    assert not called(files, "orders", "keys")


def test_a_named_tuple_is_taken_apart() -> None:
    tuple_ = "from typing import NamedTuple\nclass Pair(NamedTuple):\n    name: str\n    cache: Redis\n"
    text = f"from redis.asyncio import Redis\n{tuple_}def f(p: Pair):\n    name, cache = p\n    cache.keys()"
    assert KEYS in called({"m": text}, "m", "keys")
    assert KEYS not in called({"m": text.replace("name, cache", "cache, name")}, "m", "keys")


def test_a_relative_import_above_the_top_names_nothing() -> None:
    assert not called({"m": "from ....redis.asyncio import Redis\nRedis().keys()"}, "m", "keys")


def infer_all(files: Mapping[str, str]) -> Types:
    whole = project(files)
    resolver = whole.query(types)
    for module in whole.modules:
        for call in module.facts.calls:
            resolver.infer(call.callee)
    return resolver


def test_circles_end() -> None:
    complete = "\n".join(
        f"def f{n}():\n" + "\n".join(f"    if x: return f{other}()" for other in range(14)) for n in range(14)
    )
    infer_all(
        {
            "a": "from b import x\nx()",
            "b": "from c import x\nx()",
            "c": "from a import x\nx()",
            "d": "class A(B): ...\nclass B(A): ...\nA().go()\nB.go()",
            "e": "x = y\ny = x\nx()\ndef f(): return g()\ndef g(): return f()\nf()",
            "f": "class A:\n    def __init__(self, a: 'A'): self.a = a.a.a\n    def f(self): self.a.a.f()",
            "g": "from g import *\nfrom h import *\nz()",
            "h": "from g import *\nz()",
            "i": complete + "\nf0().go()",
            "j": "import j\nj.j.j.j()",
        }
    )


def test_generated_code_is_known_by_its_name_where_it_is_missing() -> None:
    text = "from a.made.b_pb2_grpc import BStub\nfrom a.made.b_other import COther\nBStub(1).Get(1)\nCOther(1).Get(1)\n"
    assert called({"a.__init__": "", "a.c": text}, "a.c", "Get") == {"a.made.b_pb2_grpc.BStub.Get"}


def test_many_stars_among_each_other_end() -> None:
    names = [f"m{number}" for number in range(12)]
    infer_all({name: "\n".join(f"from {other} import *" for other in names) + "\nz()" for name in names})


def test_a_circle_gives_what_enters_it() -> None:
    text = "from redis.asyncio import Redis\ndef a(): return b() or Redis()\ndef b(): return c()\ndef c(): return a()\n"
    assert KEYS in called({"m": f"{text}c().keys()"}, "m", "keys")
    assert KEYS in called({"m": f"{text}a()\nb()\nc().keys()\nb().keys()"}, "m", "keys")


def test_deep_chains_end() -> None:
    depth = 2000
    aliases = "\n".join(f"x{number + 1} = x{number}" for number in range(depth))
    files = {f"s{number}": f"from s{number + 1} import *\nz()" for number in range(400)}
    files["a"] = f"x0 = str\n{aliases}\nx{depth}()"
    files["b"] = "import b\n" + "b" + ".x" * depth + "()"
    infer_all(files)


def test_a_short_way_is_found_after_a_long_one() -> None:
    depth = 200
    aliases = "\n".join(f"x{number + 1} = x{number}" for number in range(depth))
    uses = "".join(f"x{number}.keys()\n" for number in (depth, depth // 2, 3))
    text = f"from redis.asyncio import Redis\nx0 = Redis()\n{aliases}\n{uses}"
    whole = project({"m": text})
    resolver = whole.query(types)
    names = [resolver.names(call.callee) for call in whole.modules[0].facts.calls if call.callee.endswith("keys")]
    assert KEYS in names[-1]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("client.shop.orders.find_one({})", "pymongo.collection.Collection.find_one"),
        ("client['shop']['orders'].find_one({})", "pymongo.collection.Collection.find_one"),
        ("client[name].orders.archive.find_one({})", "pymongo.collection.Collection.find_one"),
        ("client.find_one({})", ""),
        ("client._find_one({})", "pymongo.MongoClient._find_one"),
    ],
)
def test_attributes_and_subscripts_that_a_library_makes_up(call: str, name: str) -> None:
    text = f"from pymongo import MongoClient\nclient = MongoClient()\n{call}"
    assert {each for each in called({"shop": text}, "shop", "find_one") if each.startswith("pymongo")} == {name} - {""}
