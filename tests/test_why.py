"""`archlint why`: all shortest chains, where their imports stand, and what is said when there is none."""

from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from archlint.cli import archlint
from archlint.facts.model import Import
from archlint.project.chains import shortest_chains
from archlint.project.imports import Edge, ImportGraph

FILES = {
    "shop/__init__.py": "",
    "shop/domain/__init__.py": "",
    "shop/domain/order.py": "from shop import (\n    money,\n    helper,\n)\n",
    "shop/money.py": "def f():\n    import shop.db\n",
    "shop/helper.py": "from shop.db import a\nfrom shop.db import b\n",
    "shop/db.py": "import sqlite3\nimport redis.asyncio\na = b = 1\n",
    "shop/alone.py": "x = 1\n",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project in which two ways of two imports lead from the domain to the database, and stand in it."""
    (tmp_path / "archlint.toml").write_text("")
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def why(*arguments: str) -> Result:
    return CliRunner().invoke(archlint, ["why", "--jobs", "1", "--no-cache", *arguments])


def test_all_shortest_chains_with_every_place(project: Path) -> None:
    result = why("shop.domain", "shop.db")
    assert (result.exit_code, result.stderr) == (
        0,
        "2 shortest chains of 2 imports lead from shop.domain to shop.db.\n",
    )
    assert result.stdout == (
        "shop/domain/order.py:3:5: shop.domain.order imports shop.helper\n"
        "shop/helper.py:1:21: shop.helper imports shop.db\n"
        "shop/helper.py:2:21: shop.helper imports shop.db\n"
        "\n"
        "shop/domain/order.py:2:5: shop.domain.order imports shop.money\n"
        "shop/money.py:2:12: shop.money imports shop.db (function-local)\n"
    )


def test_a_third_party_package_or_its_module(project: Path) -> None:
    assert why("shop.helper", "redis").stdout.endswith("shop/db.py:2:8: shop.db imports redis.asyncio\n")
    assert why("shop.db", "redis.asyncio").stderr == (
        "1 shortest chain of 1 import leads from shop.db to redis.asyncio.\n"
    )


def test_no_chain(project: Path) -> None:
    result = why("shop.db", "shop.domain")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "No chain of imports leads from shop.db to shop.domain; shop.domain imports shop.db, the other way round.\n"
    )
    assert why("shop.alone", "shop.db").stderr == "No chain of imports leads from shop.alone to shop.db.\n"


def test_unknown_names(project: Path) -> None:
    result = why("shop.doman", "order")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "archlint: there is no module or package shop.doman here; did you mean shop.domain?\n"
        "archlint: there is no module or package order here; did you mean shop.domain.order?\n"
    )
    assert "zzz here; write the dotted name" in why("zzz", "shop.db").stderr
    assert "are part of each other" in why("shop", "shop.db").stderr
    assert "there is no module or package redis" in why("redis", "shop.db").stderr


def test_a_file_that_cannot_be_read_may_hide_a_chain(project: Path) -> None:
    (project / "shop/broken.py").write_text("(")
    result = why("shop.domain", "shop.db")
    assert result.exit_code == 2
    assert "failure: shop/broken.py" in result.stderr


def graph(pairs: frozenset[tuple[int, int]]) -> ImportGraph:
    edges = tuple(
        Edge(f"m{a}", f"m{b}", Import(f"m{b}", "", "", 0, 0, 0, "runtime", False, -1), True) for a, b in sorted(pairs)
    )
    return ImportGraph({}, edges, ())


@given(st.frozensets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20), st.sets(st.integers(0, 2)))
def test_chains_are_those_that_brute_force_finds(pairs: frozenset[tuple[int, int]], sources: set[int]) -> None:
    targets = {5, 6}
    ways: list[tuple[int, ...]] = [(start,) for start in sorted(sources)]
    expected: list[tuple[int, ...]] = []
    while ways and not expected:
        ways = [(*way, b) for way in ways for a, b in sorted(pairs) if way[-1] == a and b not in way]
        expected = [way for way in ways if way[-1] in targets]

    found = shortest_chains(graph(pairs), {f"m{a}" for a in sources}, {"m5", "m6"}, 1000)

    assert found.count == len(expected)
    names = [(hops[0][0].importer, *(hop[0].imported for hop in hops)) for hops in found.chains]
    assert sorted(names) == sorted(tuple(f"m{a}" for a in way) for way in expected)
    assert all(one[0].imported == other[0].importer for hops in found.chains for one, other in pairwise(hops))


def test_millions_of_chains_are_counted_and_not_made() -> None:
    layers = [(a + 2 * level, 2 * level + 2 + b) for level in range(40) for a in (0, 1) for b in (0, 1)]
    found = shortest_chains(graph(frozenset(layers)), {"m0"}, {"m80"}, 3)
    assert (found.count, len(found.chains)) == (2**39, 3)
