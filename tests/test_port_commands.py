"""`archlint ports` and `archlint port`: what they print of a project."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlint.cli import archlint
from tests.support import FIXTURES

PORTS = """\
from typing import Protocol

class Order: ...

class Orders(Protocol):
    async def find(self, key: str) -> Order: ...
    async def add(self, order: Order) -> None: ...

class Clock(Protocol):
    def now(self) -> float: ...
"""
STORAGE = """\
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Optional

from shop.ports import Order, Orders

class PgOrders(Orders):
    async def find(self, key: str) -> Optional[Order]: ...
    async def add(self, order: Order, *, tenant: "str | None" = None) -> None: ...

class PgLedger:
    def __init__(self, dsn: str) -> None: ...
    @property
    def total(self) -> int: return 1
    @classmethod
    def open(cls, dsn: str = "") -> "PgLedger": ...
    @asynccontextmanager
    async def locked(self, key, /, *names: str, wait: float = 1) -> AsyncIterator[Order]:
        yield Order()
    async def rows(self) -> AsyncIterator[Order]:
        yield Order()
    async def append(self, cents: int, **tags: str) -> list[Order]: ...
    def vacuum(self) -> None: ...
"""
USE = """\
import redis

from shop.storage import PgLedger

async def close(ledger: PgLedger, cache: redis.Redis) -> None:
    async with ledger.locked("a"):
        await ledger.append(ledger.total)
    async for row in ledger.rows():
        cache.delete(row)
"""
FAKE = """\
from shop.ports import Clock

class FrozenClock(Clock):
    def now(self) -> float: return 0.0
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {"ports": PORTS, "storage": STORAGE, "use": USE, "__init__": ""}
    for name, text in files.items():
        file = tmp_path / "shop" / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_clock.py").write_text(FAKE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(archlint, [*arguments, "--isolated", "--no-cache", "--jobs", "1"])


def test_the_table_has_a_row_for_each_pair_and_each_lonely_port(project: Path) -> None:
    result = run("ports", ".")

    assert result.exit_code == 0
    title, orders, clock = result.stdout.splitlines()
    assert title.split() == ["PORT", "WHERE", "ADAPTER", "EVIDENCE", "CONFORMANCE"]
    assert orders.split() == [
        "Orders",
        "shop/ports.py:5",
        "PgOrders",
        "inheritance",
        "shop/storage.py:7",
        "no:",
        "find",
    ]
    assert clock.split() == ["Clock", "shop/ports.py:9", "-"]


def test_fakes_are_shown_on_request(project: Path) -> None:
    assert "FrozenClock" not in run("ports").stdout
    assert "FrozenClock (fake)" in run("ports", "--fakes").stdout


def test_the_inventory_as_json(project: Path) -> None:
    document = json.loads(run("ports", ".", "--output-format", "json").stdout)

    assert list(document) == ["version", "tool", "ports"]
    orders, clock = document["ports"]
    assert (orders["name"], orders["module"], orders["line"]) == ("Orders", "shop.ports", 5)
    assert orders["members"] == ["add", "find"]
    assert clock["adapters"] == []
    (adapter,) = orders["adapters"]
    assert (adapter["name"], adapter["evidence"], adapter["conformance"]) == ("PgOrders", "inheritance", "no")
    assert adapter["site"] == {"path": "shop/storage.py", "line": 7}
    assert adapter["mismatches"] == [
        {"member": "find", "kind": "signature", "message": "it returns `Order | None`, not `Order`"}
    ]


def test_a_binding_names_the_place_where_it_is_written() -> None:
    result = CliRunner().invoke(archlint, ["ports", str(FIXTURES / "booking"), "--no-cache"])

    rooms = next(line for line in result.stdout.splitlines() if line.startswith("Rooms "))
    assert "binding" in rooms
    assert "bootstrap.py:13" in rooms
    assert rooms.endswith("no: find, free")


def test_a_project_without_ports(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("x = 1\n", encoding="utf-8")

    assert run("ports", str(tmp_path)).stdout == "no ports\n"


def test_what_cannot_be_parsed_is_named(project: Path) -> None:
    (project / "shop" / "broken.py").write_text("def (", encoding="utf-8")

    result = run("ports", ".")

    assert result.exit_code == 2
    assert "broken.py:1: failure: " in result.stderr
    assert "PgOrders" in result.stdout


def test_the_port_has_what_other_code_uses(project: Path) -> None:
    result = run("port", "PgLedger", ".")

    assert result.exit_code == 0
    assert result.stdout == (
        "from collections.abc import AsyncIterator\n"
        "from contextlib import AbstractAsyncContextManager\n"
        "from typing import Protocol\n"
        "\n"
        "from shop.ports import Order\n"
        "\n\n"
        "class Ledger(Protocol):\n"
        "    async def append(self, cents: int, **tags: str) -> list[Order]: ...\n"
        "\n"
        "    def locked(self, key, /, *names: str, wait: float = ...) -> AbstractAsyncContextManager[Order]: ...\n"
        "\n"
        "    def rows(self) -> AsyncIterator[Order]: ...\n"
        "\n"
        "    @property\n"
        "    def total(self) -> int: ...\n"
    )
    compile(result.stdout, "port.py", "exec")


def test_all_public_methods_on_request(project: Path) -> None:
    everything = run("port", "shop.storage.PgLedger", ".", "--all").stdout

    assert "    def vacuum(self) -> None: ...\n" in everything
    assert "    @classmethod\n    def open(cls, dsn: str = ...) -> PgLedger: ...\n" in everything
    assert "__init__" not in everything


def test_a_class_that_nobody_uses_gets_all_its_methods(project: Path) -> None:
    result = run("port", "PgOrders", ".")

    assert result.stdout.count("async def") == 2
    assert "no other code is known to use `PgOrders`" in result.stderr
    assert "note: `PgOrders` is an adapter of `Orders` already; `archlint ports` says how it fits\n" in result.stderr


def test_of_a_library_only_the_uses_are_known(project: Path) -> None:
    result = run("port", "redis.Redis", ".")

    assert "class RedisPort(Protocol):\n    def delete(self, *args: Any, **kwargs: Any) -> Any: ...\n" in result.stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Nothing", "there is no class `Nothing` in this project"),
        ("httpx.Client", "the project uses nothing of `httpx.Client`"),
    ],
)
def test_a_class_that_is_not_there(project: Path, name: str, message: str) -> None:
    result = run("port", name, ".")

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_name_of_two_classes_must_be_told_apart(project: Path) -> None:
    (project / "shop" / "other.py").write_text("class PgLedger: ...\n", encoding="utf-8")

    result = run("port", "PgLedger", ".")

    assert result.exit_code == 2
    assert "there are 2 classes `PgLedger`: shop.other.PgLedger, shop.storage.PgLedger" in result.stderr
