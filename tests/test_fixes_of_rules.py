"""What the fix of each rule makes of the code, alone and at the end of real modules."""

import ast
import io
import random
import tokenize
from collections.abc import Sequence
from pathlib import Path

import click
import libcst
import pytest

from archlint.engine import Options, check
from archlint.fixing import fix
from archlint.model import Report
from archlint.rulebook.fixable import FIXABLE
from tests.test_fixes import fix_examples

TIME = "from datetime import datetime, timedelta, timezone\n\n\ndef f(x, y):\n    {}\n"


def fixed(folder: Path, code: str, sources: Sequence[str], *, unsafe: bool = False) -> list[str]:
    """Return what the fixes of a rule make of modules; doing it again must change nothing."""
    files = [folder / f"m{number}.py" for number in range(len(sources))]
    for file, source in zip(files, sources, strict=True):
        file.write_text(source)
    options = Options(select=(code,), jobs=1, fixes=True)
    assert fix([folder], options, unsafe=unsafe, write=True).outcome.report.failures == ()
    for file in files:
        compile(file.read_text(), file.name, "exec", dont_inherit=True)
    assert fix([folder], options, unsafe=unsafe, write=False).count == 0
    return [file.read_text() for file in files]


# TIM001


def test_time_zone(tmp_path: Path) -> None:
    pairs = [
        ("return datetime.utcnow()", "return datetime.now(tz=timezone.utc)"),
        ("x = datetime.now()", "x = datetime.now(tz=timezone.utc)"),
        ("x = datetime.today()", "x = datetime.now(tz=timezone.utc)"),
        ("x = datetime.utcnow(  # a\n    )", "x = datetime.now(tz=timezone.utc  # a\n    )"),
        ("x = datetime.utcfromtimestamp(y)", "x = datetime.fromtimestamp(y, tz=timezone.utc)"),
        ("x = datetime.fromtimestamp((y), )", "x = datetime.fromtimestamp((y), tz=timezone.utc, )"),
        ("x = datetime.utcnow().strftime('%Y')", "x = datetime.now(tz=timezone.utc).strftime('%Y')"),
        ("x = datetime.utcnow() + timedelta(1)", "x = datetime.now(tz=timezone.utc) + timedelta(1)"),
        ("f(default_factory=datetime.now)", "f(default_factory=lambda: datetime.now(tz=timezone.utc))"),
    ]
    before, after = ([TIME.format(each) for each in side] for side in zip(*pairs, strict=True))
    assert fixed(tmp_path, "TIM001", before) == after


def test_time_zone_on_demand(tmp_path: Path) -> None:
    pairs = [
        ("return datetime.utcnow() - x", "return datetime.now(tz=timezone.utc) - x"),
        ("return x < datetime.now()", "return x < datetime.now(tz=timezone.utc)"),
        ("return datetime.utcnow() + timedelta(1) > x", "return datetime.now(tz=timezone.utc) + timedelta(1) > x"),
        ("return datetime.utcnow().isoformat()", "return datetime.now(tz=timezone.utc).isoformat()"),
        ("return datetime.now().hour", "return datetime.now(tz=timezone.utc).hour"),
        ("return f'{datetime.utcnow()}Z'", "return f'{datetime.now(tz=timezone.utc)}Z'"),
        ("f(onupdate=datetime.utcnow)", "f(onupdate=lambda: datetime.now(tz=timezone.utc))"),
    ]
    before, after = ([TIME.format(each) for each in side] for side in zip(*pairs, strict=True))
    assert fixed(tmp_path, "TIM001", before) == before
    assert fixed(tmp_path, "TIM001", before, unsafe=True) == after


def test_no_time_zone(tmp_path: Path) -> None:
    bodies = [
        "x = datetime.utcnow",
        "x = datetime.fromtimestamp(timestamp=y)",
        "x = (datetime.utcnow)()",
        "f(datetime.utcnow)",
        "map(datetime.fromtimestamp, x)",
    ]
    sources = [TIME.format(each) for each in bodies]
    assert fixed(tmp_path, "TIM001", sources, unsafe=True) == sources


def test_how_utc_is_imported(tmp_path: Path) -> None:
    body = "\n\n\ndef f():\n    return {0}, {0}\n"
    found = fixed(tmp_path, "TIM001", [head + body.format(before) for head, before, _, _ in IMPORTS])
    assert found == [after + body.format(made) for _, _, after, made in IMPORTS]


IMPORTS = [
    (
        "import datetime",
        "datetime.datetime.utcnow()",
        "import datetime",
        "datetime.datetime.now(tz=datetime.timezone.utc)",
    ),
    ("import datetime as dt", "dt.datetime.utcnow()", "import datetime as dt", "dt.datetime.now(tz=dt.timezone.utc)"),
    (
        "from datetime import UTC, datetime",
        "datetime.utcnow()",
        "from datetime import UTC, datetime",
        "datetime.now(tz=UTC)",
    ),
    (
        "from datetime import datetime as at",
        "at.utcnow()",
        "import datetime\nfrom datetime import datetime as at",
        "at.now(tz=datetime.timezone.utc)",
    ),
    (
        "from datetime import tzinfo, datetime",
        "datetime.utcnow()",
        "from datetime import timezone, tzinfo, datetime",
        "datetime.now(tz=timezone.utc)",
    ),
    (
        "from datetime import (\n    datetime,  # a\n    timedelta,\n)",
        "datetime.utcnow()",
        "from datetime import (\n    datetime,  # a\n    timedelta,\n    timezone,\n)",
        "datetime.now(tz=timezone.utc)",
    ),
    (
        "from datetime import datetime\nimport datetime as dt",
        "datetime.utcnow()",
        "from datetime import datetime\nimport datetime as dt",
        "datetime.now(tz=dt.timezone.utc)",
    ),
    (
        "from datetime import datetime\nfrom django.utils import timezone",
        "datetime.utcnow()",
        "from datetime import datetime\nfrom django.utils import timezone",
        "datetime.utcnow()",
    ),
    (
        "from datetime import datetime\n\n\ndef timezone(): ...",
        "datetime.utcnow()",
        "from datetime import datetime\n\n\ndef timezone(): ...",
        "datetime.utcnow()",
    ),
]
"""Imports and a call before, imports and the call after."""


def test_utc_is_imported_where_datetime_is(tmp_path: Path) -> None:
    source = "def f():\n    from datetime import {}\n\n    return datetime.{}\n"
    after = source.format("datetime, timezone", "now(tz=timezone.utc)")
    assert fixed(tmp_path, "TIM001", [source.format("datetime", "utcnow()")]) == [after]


# DEC001


def test_wraps(tmp_path: Path) -> None:
    heads = [
        ("import abc\n\n\n", "import abc\nimport functools\n\n\n", "functools.wraps"),
        ("import functools as ft\n\n\n", "import functools as ft\n\n\n", "ft.wraps"),
        ("from functools import wraps\n\n\n", "from functools import wraps\n\n\n", "wraps"),
    ]
    body = (
        "class A:\n\tdef b(self, f):\n{}\t\tasync def c(self, *a, **k): return await f(self, *a, **k)\n\t\treturn c\n"
    )
    found = fixed(tmp_path, "DEC001", [head + body.format("") for head, _, _ in heads])
    assert found == [after + body.format(f"\t\t@{decorator}(f)\n") for _, after, decorator in heads]


def test_wraps_hides_own_parameters_on_demand(tmp_path: Path) -> None:
    body = "def a(call):\n{}    def b(*c, user=None, **d):\n        return call(*c, **d)\n\n    return b\n"
    assert fixed(tmp_path, "DEC001", [body.format("")]) == [body.format("")]
    after = "import functools\n\n\n" + body.format("    @functools.wraps(call)\n")
    assert fixed(tmp_path, "DEC001", [body.format("")], unsafe=True) == [after]


# ASY013

OFFLOAD = """\
import asyncio, threading


def g(*a, **k) -> int: ...


async def f(x, loop: asyncio.AbstractEventLoop):
    {}
"""


def test_handed_over(tmp_path: Path) -> None:
    pairs = [
        ("await asyncio.to_thread(g())", "await asyncio.to_thread(g)"),
        ("await asyncio.to_thread(g(x, *x, y=1), )", "await asyncio.to_thread(g, x, *x, y=1, )"),
        ("await loop.run_in_executor(None, g(x,))", "await loop.run_in_executor(None, g, x)"),
        ("threading.Thread(target=g()).start()", "threading.Thread(target=g).start()"),
        ("threading.Thread(target=g(x, 1))", "threading.Thread(target=g, args=(x, 1,))"),
    ]
    before, after = ([OFFLOAD.format(each) for each in side] for side in zip(*pairs, strict=True))
    assert fixed(tmp_path, "ASY013", before) == before
    assert fixed(tmp_path, "ASY013", before, unsafe=True) == after


def test_not_handed_over(tmp_path: Path) -> None:
    bodies = [
        "await asyncio.to_thread(g(# no\n    ))",
        "await asyncio.to_thread(g(x), 1)",
        "await asyncio.to_thread(g(y for y in x))",
        "await loop.run_in_executor(None, g(y=x))",
        "threading.Thread(target=g(y=x))",
        "threading.Thread(target=g(1), args=x)",
    ]
    sources = [OFFLOAD.format(each) for each in bodies]
    assert fixed(tmp_path, "ASY013", sources, unsafe=True) == sources


# Real modules


def real_modules(count: int) -> list[Path]:
    packages = [Path(each.__file__ or "").parent for each in (click, libcst, pytest)]
    found = [file for package in packages for file in sorted(package.rglob("*.py")) if file.stat().st_size < 30_000]
    return random.Random(5).sample(found, min(len(found), count))


def test_nothing_else_changes_in_real_modules(tmp_path: Path) -> None:
    """Put the example of each fix behind real modules, which have violations of their own, and fix everything."""
    examples = fix_examples()
    before: dict[str, str] = {}
    for number, module in enumerate(real_modules(3 * len(examples))):
        source = module.read_text(encoding="utf-8")
        before[f"m{number}.py"] = f"{source.rstrip()}\n\n\n{examples[number % len(examples)][1]}"
    for name, source in before.items():
        (tmp_path / name).write_text(source, encoding="utf-8")
    options = Options(select=tuple(FIXABLE), jobs=1, fixes=True)
    fixable = lines_with_fixes(check([tmp_path], options).report)
    assert fixable.keys() == before.keys()
    result = fix([tmp_path], options, unsafe=True, write=True)
    assert (result.outcome.report.failures, lines_with_fixes(result.outcome.report)) == ((), {})
    for name, source in before.items():
        after = (tmp_path / name).read_text(encoding="utf-8")
        assert comments(after) == comments(source)
        old, new = statements(source), statements(after)
        differ = [one for one, other in zip(old, new, strict=True) if ast.dump(one) != ast.dump(other)]
        assert differ
        assert all(fixable[name].intersection(range(each.lineno, (each.end_lineno or 0) + 1)) for each in differ)


def lines_with_fixes(report: Report) -> dict[str, set[int]]:
    """Return the lines of violations that have a fix, by the name of the file."""
    found: dict[str, set[int]] = {}
    for each in report.violations:
        if each.fix is not None:
            found.setdefault(Path(each.place.path).name, set()).add(report.location(each.place).line)
    return found


def comments(source: str) -> list[str]:
    """Return the comments of a module."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [each.string for each in tokens if each.type == tokenize.COMMENT]


def statements(source: str) -> list[ast.stmt]:
    """Return the statements of a module's top level that are no imports."""
    return [each for each in ast.parse(source).body if not isinstance(each, ast.Import | ast.ImportFrom)]
