"""Fixes: what they change, that they change nothing else, and what becomes of the files."""

import ast
import json
import os
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import libcst
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint import fixing
from archlint.cli import archlint
from archlint.engine import Options, check
from archlint.fixing import Fixed, fix
from archlint.intake.rulefiles import built_in_pages
from archlint.model import Edit, Fix, Place, Severity, SourceText, Violation
from archlint.outcome.files import rewrite
from archlint.outcome.fixes import applied, unified_diff
from archlint.outcome.reporters import json as json_reporter
from archlint.outcome.reporters import sarif, text
from archlint.outcome.reporters.paint import plain
from archlint.rulebook.fixable import FIXABLE, is_never_safe
from archlint.rulebook.fixes.make import FIXES, make_fixes
from tests.handmade_report import RULES, TABS, TEXTS, place, report_of
from tests.readme import README
from tests.test_sarif import cut_utf16

SLEEP = "import time\n\n\nasync def f():\n    time.sleep(1)\n"
AWAITED = "import asyncio\nimport time\n\n\nasync def f():\n    await asyncio.sleep(1)\n"
FUTURE = "from __future__ import annotations"
_FIX_SECTION = re.compile(r"^## Fix\n(.*?)^## ", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def fixed_text(source: str, *callees: str, unsafe: bool = False) -> str:
    """Apply the fixes of ASY001 for all calls of the given callees, as many as fit."""
    spans = [
        match.span()
        for callee in callees or ("time.sleep",)
        for match in re.finditer(rf"\b{re.escape(callee)}(?=\()", source)
    ]
    found = make_fixes(source, "example", is_package=False, wishes=[("ASY001", *span) for span in sorted(spans)])
    return applied(source, [each for each in found if each is not None and (each.safe or unsafe)])[0]


def run(folder: Path, *, write: bool = True, unsafe: bool = False, select: str = "ASY001") -> Fixed:
    return fix([folder], Options(select=(select,), jobs=1, fixes=True), unsafe=unsafe, write=write)


def left(fixed: Fixed) -> list[str]:
    return [each.code for each in fixed.outcome.report.violations]


# Pages


def fix_examples() -> list[tuple[str, str, str]]:
    found = []
    for page in built_in_pages():
        section = _FIX_SECTION.search(page.text)
        blocks = _BLOCK.findall(section[1]) if section else []
        code = Path(page.path).name[:6]
        found += [(code, before, after) for before, after in zip(blocks[::2], blocks[1::2], strict=True)]
    return found


def test_every_rule_with_a_fix_shows_it() -> None:
    in_readme = re.findall(r"^\| ([A-Z]{3}\d{3}) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert FIXES.keys() == FIXABLE.keys() == {code for code, _, _ in fix_examples()} == set(in_readme)


@pytest.mark.parametrize(("code", "before", "after"), fix_examples())
def test_the_example_of_a_page(tmp_path: Path, code: str, before: str, after: str) -> None:
    file = tmp_path / "example.py"
    file.write_text(before)
    first = run(tmp_path, unsafe=True, select=code)
    assert file.read_text() == after
    assert (first.count > 0, first.outcome.report.failures, left(first)) == (True, (), [])
    compile(after, "example.py", "exec", dont_inherit=True)
    second = run(tmp_path, unsafe=True, select=code)
    assert (second.count, second.after, file.read_text()) == (0, {}, after)


@pytest.mark.parametrize(("code", "before", "_after"), fix_examples())
def test_what_is_said_to_be_never_safe_is_not(tmp_path: Path, code: str, before: str, _after: str) -> None:
    (tmp_path / "example.py").write_text(before)
    found = check([tmp_path], Options(select=(code,), jobs=1, fixes=True)).report.violations
    assert [each for each in found if is_never_safe(each) and each.fix is not None and each.fix.safe] == []
    assert any(is_never_safe(each) or (each.fix is not None and each.fix.safe) for each in found)


# time.sleep


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("time.sleep(1)", "await asyncio.sleep(1)"),
        ("time.sleep(1,)", "await asyncio.sleep(1,)"),
        ("time.sleep(  # a\n        1  # b\n    )  # c", "await asyncio.sleep(  # a\n        1  # b\n    )  # c"),
        ("x = time.sleep(1)", "x = await asyncio.sleep(1)"),
        ("time.sleep(1).x", "(await asyncio.sleep(1)).x"),
        ("time.sleep(1)[0]", "(await asyncio.sleep(1))[0]"),
        ("time.sleep(1)()", "(await asyncio.sleep(1))()"),
        ("(time.sleep(1)).x", "(await asyncio.sleep(1)).x"),
        ("x[time.sleep(1)]", "x[await asyncio.sleep(1)]"),
        ("x(time.sleep(1))", "x(await asyncio.sleep(1))"),
        ("x(*time.sleep(1))", "x(*await asyncio.sleep(1))"),
        ("-time.sleep(1) ** time.sleep(2)", "-await asyncio.sleep(1) ** await asyncio.sleep(2)"),
        ("not time.sleep(1)", "not await asyncio.sleep(1)"),
        ("return(time.sleep(1))", "return(await asyncio.sleep(1))"),
        ("(0)or time.sleep(1)", "(0)or await asyncio.sleep(1)"),
        ("f'{time.sleep(1)!r}'", "f'{await asyncio.sleep(1)!r}'"),
        ("'😀'; time.sleep(1); x = 2", "'😀'; await asyncio.sleep(1); x = 2"),
        ("time.sleep(time.sleep(1))", "await asyncio.sleep(await asyncio.sleep(1))"),
        ("time.\\\n        sleep(1)", "time.\\\n        sleep(1)"),
        ("(time.sleep)(1)", "(time.sleep)(1)"),
        ("time.sleep(*x)", "time.sleep(*x)"),
        ("time.sleep(secs=1)", "time.sleep(secs=1)"),
        ("time.sleep()", "time.sleep()"),
        ("[time.sleep(1) for _ in x]", "[time.sleep(1) for _ in x]"),
        ("(time.sleep(1) for _ in x)", "(time.sleep(1) for _ in x)"),
        ("lambda: time.sleep(1)", "lambda: time.sleep(1)"),
        ("def g(): time.sleep(1)", "def g(): time.sleep(1)"),
        ("async def g(): time.sleep(1)", "async def g(): await asyncio.sleep(1)"),
        ("async def g(x=time.sleep(1)): ...", "async def g(x=time.sleep(1)): ..."),
        ("class A: x = time.sleep(1)", "class A: x = time.sleep(1)"),
        ("with x: y = time.sleep(1)", "with x: y = time.sleep(1)"),
        ("with time.sleep(1): ...", "with await asyncio.sleep(1): ..."),
        ("async with x: time.sleep(1)", "async with x: await asyncio.sleep(1)"),
    ],
)  # fmt: skip
def test_sleep(before: str, after: str) -> None:
    source = f"import asyncio\nimport time\n\n\nasync def f(x):\n    {before}\n"
    result = fixed_text(source)
    assert result == f"import asyncio\nimport time\n\n\nasync def f(x):\n    {after}\n"
    assert fixed_text(result) == result
    compile(result, "example.py", "exec", dont_inherit=True)


def test_a_sleep_that_may_hold_a_lock_is_fixed_on_demand() -> None:
    source = SLEEP.replace("    time", "    with lock:\n        time")
    assert fixed_text(source) == source
    assert "        await asyncio.sleep(1)" in fixed_text(source, unsafe=True)


# Imports


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("import time", "import asyncio\nimport time"),
        ("import abc\nimport time", "import abc\nimport asyncio\nimport time"),
        (
            "import abc\nfrom os import path\nimport time",
            "import abc\nimport asyncio\nfrom os import path\nimport time",
        ),
        ("import abc, time  # x", "import abc, time  # x\nimport asyncio"),
        ("import abc\n\nimport time", "import abc\nimport asyncio\n\nimport time"),
        ("import abc; import time", "import abc; import time\nimport asyncio"),
        ("from os import (\n    path,\n)\nimport time", "import asyncio\nfrom os import (\n    path,\n)\nimport time"),
        ("import time\nif x:\n    import asyncio", "import asyncio\nimport time\nif x:\n    import asyncio"),
        ('"""Doc."""\nimport time', '"""Doc."""\nimport asyncio\nimport time'),
        (f'"""Doc."""\n\n{FUTURE}\n\nimport time', f'"""Doc."""\n\n{FUTURE}\n\nimport asyncio\nimport time'),
        ("#!/bin/python\nimport time", "#!/bin/python\nimport time\nimport asyncio"),
        ("# isort: off\nimport time  # x\nimport yarl", "# isort: off\nimport time  # x\nimport asyncio\nimport yarl"),
        ("__all__ = ()\nimport time", "__all__ = ()\nimport asyncio\nimport time"),
        ("if x:\n    import y\nimport time", "if x:\n    import y\nimport asyncio\nimport time"),
    ],
)
def test_where_an_import_is_added(head: str, after: str) -> None:
    body = "\n\n\nasync def f():\n    {0}(1)\n    {0}(2)\n"
    result = fixed_text(head + body.format("time.sleep"))
    assert result == after + body.format("await asyncio.sleep")
    compile(result, "example.py", "exec", dont_inherit=True)


@pytest.mark.parametrize(
    ("head", "sleep"),
    [
        ("import time\nimport asyncio", "await asyncio.sleep"),
        ("import time, asyncio as aio", "await aio.sleep"),
        ("import time\nfrom asyncio import sleep", "await sleep"),
        ("import time\nfrom asyncio import gather, sleep as nap", "await nap"),
        ("import time\nimport asyncio.subprocess", "await asyncio.sleep"),
        ("import time\nimport asyncio.events as asyncio", "time.sleep"),
        ("import time\nasyncio = 1", "time.sleep"),
        ("import time\nfrom curio import asyncio", "time.sleep"),
    ],
)
def test_which_import_is_used(head: str, sleep: str) -> None:
    body = "\n\n\nasync def f():\n    {}(1)\n"
    assert fixed_text(head + body.format("time.sleep")) == head + body.format(sleep)


def test_other_names_of_time_sleep(tmp_path: Path) -> None:
    body = "async def f():\n    {0}(1)\n    {1}(2)\n"
    file = (
        write(tmp_path, {"a.py": "import time as t\nfrom time import sleep\n" + body.format("t.sleep", "sleep")})
        / "a.py"
    )
    assert run(tmp_path).count == 2
    after = "import asyncio\nimport time as t\nfrom time import sleep\n" + body.format(*["await asyncio.sleep"] * 2)
    assert file.read_text() == after


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("import asyncio, time\n    time.sleep(1)", "import asyncio, time\n    await asyncio.sleep(1)"),
        ("import time\n    time.sleep(1)\n    import asyncio", None),
        ("import time\n    if x:\n        import asyncio\n    time.sleep(1)", None),
        ("import time\n    asyncio = x\n    time.sleep(1)", None),
        ("import time\n    for asyncio in x:\n        time.sleep(1)", None),
        ("import time\n    def g(asyncio):\n        async def h():\n            time.sleep(1)", None),
    ],
)
def test_names_of_the_function(body: str, after: str | None) -> None:
    source = "async def f(x):\n    {}\n"
    assert fixed_text(source.format(body)) == source.format(after or body)


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("", "import asyncio\n\n\n"),
        ("#!/bin/python\n# coding: utf-8\n\n", "#!/bin/python\n# coding: utf-8\n\nimport asyncio\n\n\n"),
        ('"""Doc."""\n', '"""Doc."""\n\nimport asyncio\n\n'),
        ('"""Doc."""\n\n\n', '"""Doc."""\n\nimport asyncio\n\n\n'),
        ("from __future__ import annotations\n\n\n", "from __future__ import annotations\n\nimport asyncio\n\n\n"),
        ("X = 1\n", "import asyncio\n\nX = 1\n"),
        ("@decorated\n", "import asyncio\n\n\n@decorated\n"),
    ],
)
def test_the_only_import(head: str, after: str) -> None:
    body = "async def f():\n    import time\n    {}(1)\n"
    result = fixed_text(head + body.format("time.sleep"))
    assert result.replace("\n\n\nasync", "\nasync") == (after + body.format("await asyncio.sleep")).replace(
        "\n\n\nasync", "\nasync"
    )
    compile(result, "example.py", "exec", dont_inherit=True)


_PIECES = (
    "# note\n",
    "\n",
    "import abc\n",
    "import zlib  # last\n",
    "import os; import sys\n",
    "from re import (\n    match,\n)\n",
    "from asyncio import sleep as nap\n",
    "import asyncio\n",
    "if X:\n    import asyncio\n",
    "try:\n    import curses\nexcept ImportError:\n    pass\n",
    "def g():\n    import asyncio\n",
    "@print\nclass C: ...\n",
    "X = 1\n",
)


@settings(deadline=None)
@given(
    st.sampled_from(["", "#!/bin/python\n", "# -*- coding: utf-8 -*-\n", "# licence\n\n"]),
    st.sampled_from(["", '"""Doc."""\n', '"""\nDoc.\n"""  # x\n\n']),
    st.sampled_from(["", "from __future__ import annotations\n"]),
    st.lists(st.sampled_from(_PIECES), max_size=6).map("".join),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_module_keeps_what_it_had(header: str, doc: str, future: str, rest: str, newline: str) -> None:
    source = f"{header}{doc}{future}{rest}async def f():\n    import time\n    time.sleep(1)".replace("\n", newline)
    result = fixed_text(source)
    tree = ast.parse(result)
    compile(result, "example.py", "exec", dont_inherit=True)
    assert ast.get_docstring(tree) == ast.get_docstring(ast.parse(source))
    assert (
        ast.dump(_without_asyncio(tree))
        == ast.dump(_without_asyncio(ast.parse(source.replace("time.sleep(1)", "await asyncio.sleep(1)"))))
        or "nap(1)" in result
    )
    assert [line for line in result.splitlines() if "#" in line] == [
        line for line in source.splitlines() if "#" in line
    ]
    assert ("\r\n" in result, result.count("\n")) == ("\r\n" in source, len(result.splitlines()) - 1)
    assert "await" in result
    assert fixed_text(result) == result


def _without_asyncio(tree: ast.Module) -> ast.Module:
    tree.body = [each for each in tree.body if ast.unparse(each) != "import asyncio"]
    return tree


def _real_modules() -> list[Path]:
    packages = [Path(each.__file__ or "").parent for each in (click, libcst, pytest)]
    found = [file for package in packages for file in sorted(package.rglob("*.py")) if file.stat().st_size < 40_000]
    return random.Random(3).sample(found, min(len(found), 80))


@pytest.mark.parametrize("file", _real_modules(), ids=lambda file: file.as_posix().rpartition("packages/")[2])
def test_nothing_else_changes_in_real_modules(file: Path) -> None:
    before = file.read_text(encoding="utf-8")
    inserted = "\n\nasync def inserted():\n    import time\n    time.sleep(1)\n"
    after = fixed_text(before + inserted)
    compile(after, file.name, "exec", dont_inherit=True)
    found = re.search(r"await \S+\(1\)", after)
    assert found is not None
    restored = after.replace(found[0], "time.sleep(1)")
    lines, kept = restored.splitlines(keepends=True), (before + inserted).splitlines(keepends=True)
    added = [line for line in unified_diff("x", "".join(kept), "".join(lines)).splitlines()[2:] if line[0] in "+-"]
    assert "-" not in {line[0] for line in added}
    assert {line[1:] for line in added} <= {"import asyncio", ""}
    assert sum(line == "+import asyncio" for line in added) <= 1


# Edits and diffs


def _fix(*edits: tuple[int, int, str], safe: bool = True) -> Fix:
    return Fix("Mend it", tuple(Edit(*each) for each in edits), safe)


@pytest.mark.parametrize(
    ("fixes", "result", "fitting"),
    [
        ([], "abcdef", 0),
        ([_fix((0, 1, "X"))], "Xbcdef", 1),
        ([_fix((0, 2, "X")), _fix((1, 3, "Y"))], "Xcdef", 1),
        ([_fix((0, 2, "X")), _fix((2, 3, "Y"))], "XYdef", 2),
        ([_fix((2, 3, "Y")), _fix((0, 2, "X"))], "XYdef", 2),
        ([_fix((0, 0, "I"), (1, 2, "X")), _fix((0, 0, "I"), (3, 4, "Y"))], "IaXcYef", 2),
        ([_fix((0, 0, "I"), (1, 2, "X")), _fix((0, 0, "J"), (3, 4, "Y"))], "IaXcdef", 1),
        ([_fix((1, 5, "X")), _fix((2, 2, "Y"))], "aXf", 1),
        ([_fix((6, 6, "X"))], "abcdefX", 1),
    ],
)
def test_edits_that_fit_are_applied(fixes: list[Fix], result: str, fitting: int) -> None:
    after, made = applied("abcdef", fixes)
    assert (after, len(made)) == (result, fitting)


def test_diff() -> None:
    assert unified_diff("a.py", "a\r\nb\x0c\nc", "a\r\nB\x0c\nc") == (
        "--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n a\r\n-b\x0c\n+B\x0c\n c\n\\ No newline at end of file\n"
    )
    assert unified_diff("a.py", "a\n", "a\n") == ""


# Files


_KINDS_OF_FILE: dict[str, Callable[[str], bytes]] = {
    "lf": lambda source: source.encode(),
    "crlf": lambda source: source.replace("\n", "\r\n").encode(),
    "cr": lambda source: source.replace("\n", "\r").encode(),
    "bom": lambda source: b"\xef\xbb\xbf" + source.encode(),
    "latin": lambda source: f"# coding: latin-1\n\nX = 'é'\n{source}".encode("latin-1"),
    "japanese": lambda source: f"# coding: shift_jis\n\nX = '日本'\n{source}".encode("shift_jis"),
    "no_final_newline": lambda source: source.rstrip("\n").encode(),
    "tabs": lambda source: source.replace("    ", "\t").encode(),
    "trailer": lambda source: f"{source}# trailing \x0c \u2028\n\n\n".encode(),
}


def test_bytes_stay_as_they_are(tmp_path: Path) -> None:
    for name, change in _KINDS_OF_FILE.items():
        (tmp_path / f"{name}.py").write_bytes(change(SLEEP))
    assert left(run(tmp_path)) == []
    for name, change in _KINDS_OF_FILE.items():
        assert (tmp_path / f"{name}.py").read_bytes() == change(AWAITED), name


def test_an_encoding_that_cannot_go_back_is_a_failure(tmp_path: Path) -> None:
    data = b"# coding: utf-7\n\nX = '+AGE-'\n" + SLEEP.encode()
    (tmp_path / "a.py").write_bytes(data)
    result = run(tmp_path)
    assert [each.message for each in result.outcome.report.failures] == [
        "the fixed file cannot be encoded (utf-7 does not give back the bytes that it read); save it as UTF-8"
    ]
    assert (result.count, (tmp_path / "a.py").read_bytes()) == (0, data)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, source in files.items():
        (folder / name).write_text(source)
    return folder


def command(*arguments: str) -> Result:
    return CliRunner().invoke(archlint, ["check", "--jobs", "1", "--select", "ASY001", *arguments])


def test_a_further_report_does_not_change_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"a.py": SLEEP}))
    assert command(".", "--report", "json=a.json", "--no-cache").stdout == command(".", "--no-cache").stdout
    assert "asyncio.sleep" in (tmp_path / "a.json").read_text()


def test_fix_reports_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"a.py": SLEEP, "b.py": SLEEP.replace("time.sleep(1)", "with x: time.sleep(1)")}))
    (tmp_path / "a.py").chmod(0o755)
    result = command(".", "--fix")
    assert (result.exit_code, (tmp_path / "a.py").read_text()) == (1, AWAITED)
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o755
    assert "  = fix: Replace it with `await asyncio.sleep(...)` (--fix --unsafe-fixes)\n" in result.stdout
    assert result.stderr == (
        "Fixed 1 violation in 1 file; 1 more with --unsafe-fixes.\nFound 1 violation (1 error) in 2 files.\n"
    )
    result = command(".", "--fix", "--unsafe-fixes")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Fixed 1 violation in 1 file.\nNo violations in 2 files.\n"
    result = command(".", "--fix", "--unsafe-fixes")
    assert result.stderr == "Nothing to fix.\nNo violations in 2 files.\n"
    assert sorted(each.name for each in tmp_path.glob("[!.]*")) == ["a.py", "b.py"]


def test_diff_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"a.py": SLEEP, "b.py": AWAITED}))
    result = command(".", "--diff")
    assert result.exit_code == 1
    assert result.stdout == (
        "--- a.py\n+++ a.py\n@@ -1,5 +1,6 @@\n+import asyncio\n import time\n \n \n async def f():\n"
        "-    time.sleep(1)\n+    await asyncio.sleep(1)\n"
    )
    assert result.stderr == "Would fix 1 violation in 1 file.\n"
    assert (tmp_path / "a.py").read_text() == SLEEP
    assert command("b.py", "--diff").exit_code == 0
    assert command(".", "--diff", "--exit-zero").exit_code == 0
    (tmp_path / "c.py").write_text("(")
    result = command(".", "--diff")
    assert result.exit_code == 2
    assert "c.py" in result.stderr


def test_the_report_says_what_may_be_fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"a.py": SLEEP}))
    monkeypatch.setattr("archlint.concluding.wished_fixes", None)  # text does not ask for fixes
    assert "note: 1 violation may be fixed with --fix; --diff shows how\n" in command(".").stderr
    (tmp_path / "b.py").write_text("import requests\n\nrequests.get('https://example.org')\n")
    assert "note: 1 violation may be fixed with --fix, 1 more with --unsafe-fixes; --diff shows how\n" in (
        command(".", "--select", "HTP001").stderr
    )
    assert "note: 1 violation may be fixed with --fix --unsafe-fixes; --diff --unsafe-fixes shows how\n" in (
        command("b.py", "--select", "HTP001").stderr
    )


@pytest.mark.parametrize("options", [["--fix", "--diff"], ["--unsafe-fixes"]])
def test_options_that_make_no_sense(options: list[str]) -> None:
    result = command(".", *options)
    assert (result.exit_code, result.stdout) == (2, "")


def test_only_what_is_reported_is_fixed(tmp_path: Path) -> None:
    accepted = SLEEP.replace("(1)", "(1)  # archlint: ignore[ASY001] for a test")
    folder = write(tmp_path, {"a.py": accepted, "b.py": SLEEP, "c.py": SLEEP, "d.py": SLEEP})
    (tmp_path / "archlint.toml").write_text('[per-file-ignores]\n"c.py" = ["ASY001"]\n')
    assert run(folder, select="TIM001").count == 0
    result = fix(
        [folder / "a.py", folder / "c.py", folder / "d.py"], Options(fixes=True, jobs=1), unsafe=True, write=True
    )
    assert result.count == 1
    assert [(folder / f"{name}.py").read_text() for name in "abcd"] == [accepted, SLEEP, SLEEP, AWAITED]


def test_a_file_that_cannot_be_written_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, {"a.py": SLEEP, "b.py": SLEEP})

    def refuse(path: Path, data: bytes) -> None:
        if path.name == "a.py":
            raise PermissionError(13, "Permission denied")
        rewrite(path, data)

    monkeypatch.setattr(fixing, "rewrite", refuse)
    result = run(folder)
    assert [(Path(each.path).name, each.message) for each in result.outcome.report.failures] == [
        ("a.py", "cannot write the file: Permission denied; make it writable or leave out --fix")
    ]
    assert (result.count, left(result), result.outcome.exit_code) == (1, ["ASY001"], 2)
    assert ((folder / "a.py").read_text(), (folder / "b.py").read_text()) == (SLEEP, AWAITED)


def test_a_file_that_changed_meanwhile_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, {"a.py": SLEEP})
    monkeypatch.setattr(fixing, "read", lambda _: b"changed")
    result = run(folder)
    assert [each.message for each in result.outcome.report.failures] == [
        "the file changed since it was read; run archlint again"
    ]
    assert (result.count, (folder / "a.py").read_text()) == (0, SLEEP)


def test_a_fix_that_breaks_the_file_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, {"a.py": SLEEP})
    monkeypatch.setattr(fixing, "applied", lambda _, fixes: ("(", list(fixes)))
    result = run(folder)
    assert [each.message for each in result.outcome.report.failures] == [
        "a fix would break it, the file is no valid Python: '(' was never closed; please report this"
    ]
    assert (result.count, left(result), (folder / "a.py").read_text()) == (0, ["ASY001"], SLEEP)


def test_what_has_to_wait_is_fixed_in_another_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_one(source: str, fixes: Sequence[Fix]) -> tuple[str, list[Fix]]:
        return applied(source, fixes[:1])

    folder = write(tmp_path, {"a.py": SLEEP + "    time.sleep(1)\n" * 3})
    monkeypatch.setattr(fixing, "applied", only_one)
    result = run(folder)
    assert (result.count, left(result)) == (4, [])
    assert (folder / "a.py").read_text() == AWAITED + "    await asyncio.sleep(1)\n" * 3
    monkeypatch.setattr(fixing, "ROUNDS", 2)
    assert run(write(folder, {"a.py": SLEEP + "    time.sleep(1)\n" * 3})).count == 2


def test_rewrite_keeps_mode_and_refuses_read_only_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, {"a.py": "old"}) / "a.py"
    file.chmod(0o750)
    rewrite(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o750)
    file.chmod(0o440)
    monkeypatch.setattr(
        os, "access", lambda path, mode: bool(Path(path).stat().st_mode & 0o200)
    )  # root may do anything
    with pytest.raises(PermissionError):
        rewrite(file, b"newer")
    assert file.read_bytes() == b"new"


# Reports


def _violation(fix_: Fix | None, path: str = TABS) -> Violation:
    return Violation(
        code="ASY001", severity=Severity.ERROR, message="m", place=place(path, "time.sleep"),
        module="m", scope="", subject="time.sleep", fix=fix_,
    )  # fmt: skip


def test_text_and_json_show_the_fix() -> None:
    report = report_of(_violation(_fix((0, 3, "x"))), _violation(None))
    assert text.render(report, RULES, plain).count("  = fix: Mend it (--fix)\n") == 1
    first, second = json.loads(json_reporter.render(report, RULES, plain))["violations"]
    assert second["fix"] is None
    assert first["fix"] == {
        "description": "Mend it",
        "safe": True,
        "edits": [{"line": 1, "column": 1, "endLine": 1, "endColumn": 4, "text": "x"}],
    }


@pytest.mark.parametrize(
    ("edit", "region", "deleted", "inserted"),
    [
        ((0, 3, "x"), (1, 1, 1, 4), "def", "x"),
        ((8, 8, "x"), (1, 9, 1, 9), "", "x"),
        ((9, 9, "x\n"), (1, 9, 2, 1), "\n", "\nx\n"),
        ((9, 10, ""), (1, 9, 2, 2), "\n\t", "\n"),
        ((10, 12, "if"), (2, 2, 2, 4), "if", "if"),
        ((19, 21, "\t"), (2, 10, 3, 3), "\n\t\t", "\n\t"),
        ((20, 21, ""), (2, 10, 3, 3), "\n\t\t", "\n\t"),
        ((21, 22, "y"), (3, 3, 3, 4), "x", "y"),
    ],
)
def test_sarif_begins_no_region_in_leading_white_space(
    edit: tuple[int, int, str], region: tuple[int, int, int, int], deleted: str, inserted: str
) -> None:
    assert TEXTS[TABS].startswith("def f():\n\tif True:\n\t\tx\t=")
    run_ = json.loads(sarif.render(report_of(_violation(_fix(edit))), RULES, plain))["runs"][0]
    (made,) = run_["results"][0]["fixes"]
    assert made["description"]["text"] == "Mend it."
    (change,) = made["artifactChanges"]
    assert change["artifactLocation"] == run_["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    (replacement,) = change["replacements"]
    found = replacement["deletedRegion"]
    assert tuple(found[key] for key in ("startLine", "startColumn", "endLine", "endColumn")) == region
    assert (cut_utf16(TABS, found), replacement["insertedContent"]["text"]) == (deleted, inserted)


@given(st.text(alphabet=" \t\nx😀", max_size=30), st.data())
def test_sarif_means_the_same_edit(source: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    report = report_of()
    texts = {"/repo/a.py": SourceText(source)}
    one = Violation(
        code="ASY001", severity=Severity.ERROR, message="m", place=Place("/repo/a.py", 0, 0),
        module="m", scope="", subject="s", fix=_fix((start, end, "NEW")),
    )  # fmt: skip
    report = type(report)(
        violations=(one,),
        identities=("i",),
        failures=(),
        notes=(),
        suppressed=0,
        files=1,
        base="/repo",
        cwd="/repo",
        texts=texts,
    )
    result = json.loads(sarif.render(report, RULES, plain))["runs"][0]["results"][0]
    replacement = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    region = replacement["deletedRegion"]
    lines = source.split("\n")

    def offset(line: int, column: int) -> int:
        before = lines[line - 1].encode("utf-16-le")[: 2 * (column - 1)].decode("utf-16-le")
        return sum(len(each) + 1 for each in lines[: line - 1]) + len(before)

    first, last = offset(region["startLine"], region["startColumn"]), offset(region["endLine"], region["endColumn"])
    assert (
        source[:first] + replacement["insertedContent"]["text"] + source[last:] == source[:start] + "NEW" + source[end:]
    )
    blank = lines[region["startLine"] - 1]
    assert region["startLine"] == 1 or first - offset(region["startLine"], 1) >= len(blank) - len(blank.lstrip())
