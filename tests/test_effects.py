"""What library calls do, transactions, and the words by which SQL texts are found."""

from collections.abc import Mapping

import pytest

from archlint.facts.extract import extract
from archlint.intake.rulefiles import data_tables
from archlint.project.effects import Effects
from archlint.project.library import Library
from archlint.project.program import Architecture, Module, Project
from archlint.project.transactions import Transactions
from archlint.rulebook.checks.module_checks import MODULE_CHECKS
from archlint.rulebook.checks.sql.formatted import POSITIONS
from archlint.rulebook.checks.sql.statements import is_sql, position_of, selects_star, statement_of

LIBRARY = Library.parse(data_tables())


def project(files: Mapping[str, str]) -> Project:
    modules = tuple(Module(extract(text, name, False, MODULE_CHECKS), f"/{name}.py") for name, text in files.items())
    return Project(modules, LIBRARY, Architecture())


def effects(text: str) -> list[tuple[str, str]]:
    found = project({"m": text}).query(Effects)
    return [(each.kind, each.statement) for each in found.of.get("m#0", [])]


def test_every_function_that_takes_sql_is_looked_for() -> None:
    wanted = {name.rpartition(".")[2]: argument.position for name, argument in LIBRARY.sql_texts.items()}
    assert {name: POSITIONS.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(c: Pool): c.fetch('SELECT a FROM b')", [("reads", "select b")]),
        ("def f(c: Pool): c.execute('insert into b values (1)')", [("writes", "insert b")]),
        ("def f(c: Pool, q): c.execute(q)", [("runs", "")]),
        ("def f(c: Pool):\n    q = 'DELETE '\n    q += 'FROM b'\n    c.execute(q)", [("writes", "delete b")]),
        ("def f(c): c.execute('UPDATE b SET c = 1')", [("writes", "update b")]),
        ("def f(c): c.execute('take it from here')", []),
        ("def f(s: Session): s.execute(insert(X))", [("writes", "")]),
        ("def f(s: Session): s.scalars(select(X).where(X.a == 1))", [("reads", "")]),
        ("def f(s: Session):\n    s.add(1)\n    s.commit()", [("stages", ""), ("commits", "")]),
        ("def f(r: Redis): r.pipeline().xadd('s', {})", [("publishes", "")]),
        ("def f(p): print(p)", []),
    ],
)
def test_effects(text: str, expected: list[tuple[str, str]]) -> None:
    imports = "from asyncpg import Pool\nfrom sqlalchemy import insert, select\nfrom sqlalchemy.orm import Session\n"
    assert effects(f"{imports}from redis import Redis\n{text}") == expected


def test_effects_are_followed_through_calls() -> None:
    found = project(
        {
            "m": "from asyncpg import Pool\ndef f(c: Pool): c.execute('DELETE FROM b')\ndef g(c: Pool): f(c)\n"
            "def h(c: Pool): g(c)\ndef i(c: Pool): h(c)\ndef j(c: Pool): i(c)\n",
            "test_m": "from m import f\ndef k(c): f(c)\n",
        }
    ).query(Effects)

    assert {key: reach.calls for key, reach in found.reach("writes").items()} == {
        "m#0": 0,
        "m#1": 1,
        "m#2": 2,
        "m#3": 3,
    }


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("def f():\n    with transaction.atomic():\n        g()", True),
        ("def f():\n    with transaction.atomic():\n        pass\n    g()", False),
        ("def f(s: Session):\n    with open('x') as x, s.begin():\n        g()", True),
        ("def f(s: Session):\n    with s:\n        g()", False),
        (
            "@contextmanager\ndef own():\n    with transaction.atomic():\n        yield\n"
            "def f():\n    with own():\n        g()",
            True,
        ),
        ("def f(c: sqlite3.Connection):\n    with c:\n        g()", True),
        ("def f(x):\n    with x:\n        g()", False),
    ],
)
def test_transactions(text: str, *, inside: bool) -> None:
    imports = "import sqlite3\nfrom contextlib import contextmanager\nfrom django.db import transaction\n"
    whole = project({"m": f"{imports}from sqlalchemy.orm import Session\n{text}\ndef g(): pass\n"})
    module = whole.by_name["m"]
    call = next(each for each in module.facts.calls if each.callee == "m.g")

    assert (whole.query(Transactions).around(module, call) is not None) is inside


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM b",
        "  -- why\n (select count(*) from b)",
        "insert into b values (1)",
        "WITH x AS (SELECT 1) DELETE FROM b",
        "CREATE TABLE IF NOT EXISTS b (a int)",
        "UPDATE \x00 SET a = 1",
        "DROP INDEX \x00",
    ],
)
def test_sql(text: str) -> None:
    assert is_sql(text)


@pytest.mark.parametrize("text", ["select one", "Update the docs", "from a import b", "delete this", "", "with love"])
def test_no_sql(text: str) -> None:
    assert not is_sql(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('INSERT INTO "b" (a) VALUES (1)', "insert b"),
        ("WITH x AS (SELECT 1) UPDATE c SET a = 1", "update c"),
        ("select a from s.b where c", "select s.b"),
        ("PRAGMA user_version", "pragma"),
    ],
)
def test_statement(text: str, said: str) -> None:
    assert statement_of(text) == said


@pytest.mark.parametrize(
    ("before", "position"),
    [
        ("SELECT a FROM b WHERE c = ", "value"),
        ("SELECT a FROM b WHERE c LIKE '%", "value"),
        ("INSERT INTO b VALUES (1, ", "value"),
        ("SELECT a FROM b WHERE c IN (", "value"),
        ("SELECT a FROM b LIMIT ", "value"),
        ("SELECT a FROM b WHERE c BETWEEN 1 AND ", "value"),
        ("SELECT a FROM ", "other"),
        ('SELECT a FROM "', "name"),
        ("SELECT a FROM b ORDER BY ", "order"),
        ("SELECT a FROM b WHERE c = :", "placeholder"),
        ("SELECT a FROM b WHERE c = $", "placeholder"),
        ("SELECT 'x' AS ", "other"),
    ],
)
def test_position(before: str, position: str) -> None:
    assert position_of(before) == position


def test_star() -> None:
    assert selects_star("SELECT DISTINCT u.* FROM u")
    assert not selects_star("SELECT count(*) FROM u WHERE EXISTS (SELECT * FROM v)")
