"""Which class is the adapter of which port, by what evidence, and what an adapter is found to lack."""

from pathlib import Path

import pytest

from archlint.engine import Options, check
from archlint.facts.extract import extract
from archlint.intake.rulefiles import data_tables
from archlint.model import Violation
from archlint.project.adapters import adapters
from archlint.project.library import Library
from archlint.project.program import Architecture, Module, Project

LIBRARY = Library.parse(data_tables())
HEAD = """\
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple, Optional, Protocol, Union, overload

class UserStore(Protocol):
    def find(self, key: str) -> str: ...
    def save(self, user: str) -> None: ...

class Disk:
    def find(self, key): return key
    def save(self, user): print(user)

class Tape(Disk): pass

class Service:
    def __init__(self, users: UserStore, *, spare: UserStore | None = None): ...
"""


def pairs(text: str) -> set[str]:
    """Return `Adapter: evidence` for each pair that a module makes with `UserStore`."""
    module = Module(extract(HEAD + text, "m", is_package=False), "/m.py")
    project = Project((module,), LIBRARY, Architecture())
    found = project.query(adapters).pairs
    return {f"{project.class_(pair.adapter)[1].name}: {pair.evidence}" for pair in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("class A(UserStore): pass", {"A: inheritance"}),
        ("class A(UserStore): pass\nclass B(A): pass", {"A: inheritance", "B: inheritance"}),
        ("Service(Disk())", {"Disk: parameter"}),
        ("Service(users=Tape())", {"Tape: parameter"}),
        ("Service(Disk(), spare=Tape())", {"Disk: parameter", "Tape: parameter"}),
        ("disk = Disk()\nService(disk)", {"Disk: parameter"}),
        ("def f(users: UserStore): ...\nf(Disk())", {"Disk: parameter"}),
        ("class A:\n    def f(self, users: UserStore): ...\nA().f(Disk())", {"Disk: parameter"}),
        ("class A:\n    @staticmethod\n    def f(users: UserStore): ...\nA.f(Disk())", {"Disk: parameter"}),
        ("@dataclass\nclass A:\n    users: UserStore\nA(Disk())", {"Disk: parameter"}),
        ("@dataclass\nclass A:\n    x: int\n    users: UserStore\nA(users=Disk(), x=1)", {"Disk: parameter"}),
        ("def f(users: 'Optional[UserStore]'): ...\nf(Disk())", {"Disk: parameter"}),
        ("def f() -> UserStore: return Disk()", {"Disk: return"}),
        ("async def f() -> UserStore: return Disk()", {"Disk: return"}),
        ("users: UserStore = Disk()", {"Disk: assignment"}),
        ("class A:\n    users: UserStore = Disk()", {"Disk: assignment"}),
        ("class A:\n    def __init__(self): self.users: UserStore = Disk()", {"Disk: assignment"}),
        ("users: UserStore = Disk()\nService(Disk())", {"Disk: assignment"}),
        ("def f(x) -> UserStore: return Disk() if x else Tape()", {"Disk: return", "Tape: return"}),
        ("class SqlUserStore:\n    def find(self, key): ...", {"SqlUserStore: name"}),
        ("class SqlUserStore:\n    def look(self, key): ...", set()),
        ("class SqlUserStore:\n    def find(self, key): ...\nService(SqlUserStore())", {"SqlUserStore: parameter"}),
        ("class A(UserStore): ...\nclass SqlUserStore:\n    def find(self, key): ...", {"A: inheritance"}),
        ("class A:\n    users: UserStore\nclass B(A):\n    users = Disk()", {"Disk: assignment"}),
        ("class A:\n    users: type[UserStore]\nclass B(A):\n    users = Disk", {"Disk: assignment"}),
        ("made: type[UserStore] = Disk", {"Disk: assignment"}),
        ("def f() -> type[UserStore]: return Disk", {"Disk: return"}),
        ("class A:\n    users: UserStore\nclass B(A):\n    users = Disk", set()),
        ("class Stand: ...\nusers: UserStore = Stand()", set()),
        ("class Stand(Empty): ...\nusers: UserStore = Stand()", {"Stand: assignment"}),
        ("def f(users: UserStore | Disk): ...\nf(Tape())", set()),
        ("Source = Union[UserStore, Disk]\ndef f(users: Source): ...\nf(Tape())", set()),
        ("def f(users: UserStore | str): ...\nf(Disk())", set()),
        ("Service(*[Disk()])", set()),
        ("Service(make())", set()),
        ("Service(Disk)", set()),
        ("import other\nother.Service(Disk())", set()),
    ],
)
def test_evidence(text: str, expected: set[str]) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(
    ("members", "has", "paired"),
    [
        (("send", "open", "close", "flush"), ("send", "open"), False),
        (("send", "open", "close", "flush"), ("send", "open", "close"), True),
        (("send",), ("send",), True),
    ],
)
def test_a_name_of_one_word_needs_most_members(members: tuple[str, ...], has: tuple[str, ...], paired: bool) -> None:
    port = "\n".join(f"    def {name}(self): ..." for name in members)
    adapter = "\n".join(f"    def {name}(self): ..." for name in has)

    found = pairs(f"class MailerPort(Protocol):\n{port}\nclass HttpMailer:\n{adapter}")

    assert found == ({"HttpMailer: name"} if paired else set())


def lacking(tmp_path: Path, text: str, code: str) -> list[str]:
    """Return the subjects of all violations of a rule in one module."""
    return [violation.subject for violation in reported(tmp_path, text, code)]


def severities(tmp_path: Path, text: str) -> list[str]:
    """Return the severities of what PRT005 says of one module."""
    return [violation.severity.value for violation in reported(tmp_path, text, "PRT005")]


def reported(tmp_path: Path, text: str, code: str) -> tuple[Violation, ...]:
    """Return what a rule says of one module."""
    (tmp_path / "m.py").write_text(HEAD + text, encoding="utf-8")
    return check([tmp_path], Options(select=(code,), jobs=1, isolated=True)).report.violations


FIND = "def find(self, key): return key\n    "


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (f"class A(UserStore):\n    {FIND}", ["UserStore.save"]),
        (f"class A(UserStore):\n    {FIND}def save(self, user): ...", []),
        (f"class A(UserStore):\n    {FIND}save = print", []),
        (f"class A(UserStore):\n    {FIND}save: Any", []),
        (f"class A(UserStore):\n    {FIND}def __init__(self): self.save = print", []),
        (f"class A(UserStore):\n    {FIND}def __getattr__(self, name): ...", []),
        (f"class A(UserStore):\n    {FIND}\nclass B(A):\n    def save(self, user): ...", []),
        (f"class A(UserStore, Protocol):\n    {FIND}", []),
        (f"class A(UserStore, ABC):\n    {FIND}", []),
        (f"class A(UserStore):\n    {FIND}@abstractmethod\n    def close(self): ...", []),
        (f"from other import Base\nclass A(Base, UserStore):\n    {FIND}", []),
        (f"class A(make(), UserStore):\n    {FIND}", []),
        (f"class A(AbstractContextManager, UserStore):\n    {FIND}", ["UserStore.save"]),
        ("class A(Disk, UserStore): pass", []),
        ("class A(UserStore, Disk): pass", ["UserStore.find", "UserStore.save"]),
        (f"class A:\n    {FIND}\nService(A())", ["UserStore.save"]),
        (f"class A:\n    {FIND}\nService(A() if A else Disk())", ["UserStore.save"]),
    ],
)
def test_missing_methods(tmp_path: Path, text: str, missing: list[str]) -> None:
    assert lacking(tmp_path, text, "PRT003") == missing


@pytest.mark.parametrize(
    ("port", "adapter", "missing"),
    [
        ("name: str", "name = 'x'", []),
        ("name: str", "name: str = 'x'", []),
        ("name: str", "def __init__(self): self.name = 'x'", []),
        ("name: str", "@property\n    def name(self): return 'x'", []),
        ("name: str", "@cached_property\n    def name(self): return 'x'", []),
        ("name: str", "pass", ["P.name"]),
        ("name: str = 'x'", "pass", []),
        ("@property\n    def name(self) -> str: ...", "name = 'x'", []),
        ("@property\n    def name(self) -> str: ...", "pass", ["P.name"]),
        ("def __call__(self) -> int: ...", "pass", ["P.__call__"]),
        ("__dataclass_fields__: dict", "pass", []),
        ("def __eq__(self, other: object) -> bool: ...", "pass", []),
        ("def _hidden(self) -> int: ...", "pass", []),
        ("def f(self) -> int: return 1", "pass", []),
        (
            "@overload\n    def f(self, x: int) -> int: ...\n    @overload\n    def f(self, x: str) -> str: ...",
            "pass",
            ["P.f"],
        ),
        ("def f(self) -> int: raise NotImplementedError", "pass", ["P.f"]),
        ("@classmethod\n    def f(cls) -> int: ...", "f = partial(print)", []),
        ("def f(self): ...\n    def g(self): return 1\n    def h(self): return 2", "pass", []),
        ("def f(self) -> int: ...\n    def g(self): return 1\n    def h(self): return 2", "pass", ["P.f"]),
    ],
)
def test_missing_members_of_a_protocol(tmp_path: Path, port: str, adapter: str, missing: list[str]) -> None:
    text = f"class P(Protocol):\n    {port}\nclass A(P):\n    {adapter}\n"

    assert lacking(tmp_path, text, "PRT003") == missing


@pytest.mark.parametrize(
    ("method", "missing"),
    [
        ("@abstractmethod\n    def f(self): ...", ["P.f"]),
        ("@abstractmethod\n    def _f(self): ...", ["P._f"]),
        ("@abstractmethod\n    def __init__(self): ...", []),
        ("@property\n    @abstractmethod\n    def f(self): ...", ["P.f"]),
        ("def f(self): ...", []),
        ("name: str", []),
    ],
)
def test_missing_members_of_an_abc(tmp_path: Path, method: str, missing: list[str]) -> None:
    assert lacking(tmp_path, f"class P(ABC):\n    {method}\nclass A(P): pass\n", "PRT003") == missing


def test_a_context_manager_inherits_what_with_calls(tmp_path: Path) -> None:
    port = "class P(AbstractContextManager, ABC):\n    @abstractmethod\n    def commit(self): ...\nclass A(P): pass\n"
    entered = "class P(Protocol):\n    def __enter__(self) -> int: ...\nclass A(AbstractContextManager, P): pass\n"

    assert lacking(tmp_path, port, "PRT003") == ["P.commit"]
    assert lacking(tmp_path, entered, "PRT003") == []


def test_fields_fulfil_attributes(tmp_path: Path) -> None:
    port = "class P(Protocol):\n    name: str\n"

    assert lacking(tmp_path, f"{port}@dataclass\nclass A(P):\n    name: str\n", "PRT003") == []
    assert lacking(tmp_path, f"{port}class A(NamedTuple):\n    name: str\nx: P = A('')\n", "PRT003") == []


def test_defaults_are_only_inherited(tmp_path: Path) -> None:
    port = "class Log(Protocol):\n    def one(self): ...\n    def all(self): self.one()\n"
    adapter = "class A{}:\n    def one(self): ...\n"

    assert lacking(tmp_path, port + adapter.format("(Log)"), "PRT003") == []
    assert lacking(tmp_path, port + adapter.format("") + "log: Log = A()", "PRT003") == ["Log.all"]


@pytest.mark.parametrize(
    ("port", "adapter", "differs"),
    [
        ("async def f(self) -> int: ...", "def f(self) -> int: return 1", True),
        ("def f(self) -> int: ...", "async def f(self) -> int: return 1", True),
        ("async def f(self) -> int: ...", "async def f(self) -> int: return 1", False),
        ("async def f(self) -> int: ...", "def f(self) -> Awaitable[int]: return self.g()", False),
        ("def f(self) -> Awaitable[int]: ...", "async def f(self) -> int: return 1", False),
        ("def f(self) -> AsyncIterator[int]: ...", "async def f(self) -> AsyncIterator[int]:\n        yield 1", False),
        ("async def f(self) -> AsyncIterator[int]: ...", "async def f(self):\n        yield 1", True),
        ("async def f(self): ...", "def f(self): return self.g()\n    async def g(self): ...", False),
        ("async def f(self): ...", "def f(self): return unknown()", False),
        ("async def f(self): ...", "@traced\n    def f(self): ...", False),
        ("async def f(self): ...", "@staticmethod\n    def f(): ...", True),
        ("async def f(self): ...", "f = print", False),
        ("@property\n    def f(self) -> int: ...", "async def f(self) -> int: ...", False),
    ],
)
def test_async_mismatch(tmp_path: Path, port: str, adapter: str, differs: bool) -> None:
    text = f"class P(Protocol):\n    {port}\nclass A(P):\n    {adapter}\n"

    assert lacking(tmp_path, text, "PRT004") == (["P.f"] if differs else [])


def test_a_result_may_derive_from_a_class_of_a_library(tmp_path: Path) -> None:
    (tmp_path / "archlint.toml").write_text("")
    (tmp_path / "a.py").write_text(
        "from typing import Protocol\nfrom lib import Base\n\n\n"
        "class Derived(Base[int]): ...\n\n\n"
        "class P(Protocol):\n    def get(self) -> Base[int]: ...\n\n\n"
        "class A(P):\n    def get(self) -> Derived:\n        return Derived()\n"
    )

    report = check([tmp_path], Options(select=("PRT",), jobs=1)).report

    assert (report.failures, report.violations) == ((), ())


def test_a_family_of_handlers_that_each_take_their_own_kind_is_worth_a_note(tmp_path: Path) -> None:
    kinds = "class C: ...\nclass D(C): ...\nclass E(C): ...\n"
    port = f"{kinds}class P(ABC):\n    @abstractmethod\n    def f(self, c: C): ...\n"
    one = "class A(P):\n    def f(self, c: D): ...\n"
    other = "class B(P):\n    def f(self, c: E): ...\n"

    assert severities(tmp_path, port + one) == ["error"]
    assert severities(tmp_path, port + one + other) == ["note", "note"]
    assert severities(tmp_path, port + one + other.replace("c: E", "c: E, d: int")) == ["error", "error"]


def test_a_coroutine_function_and_an_async_generator_are_told_apart(tmp_path: Path) -> None:
    port = "class P(ABC):\n    @abstractmethod\n    async def f(self): ...\n"
    adapter = "class A(P):\n    async def f(self):\n        yield 1\n"

    (found,) = reported(tmp_path, port + adapter, "PRT004")

    assert found.message == ("`A.f` is an async generator, but its port `P` says a coroutine function (inheritance)")
