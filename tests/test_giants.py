"""Files so large, deep or long that they cost minutes: each is answered, and its neighbour checked.

pytest -n 1 -m giants tests/test_giants.py
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TERMS = 10_000
GIANTS: dict[str, Callable[[], str]] = {
    "a sum": lambda: "x = " + " + ".join(f"a{index}" for index in range(TERMS)),
    "a chain of attributes": lambda: "x = a" + ".b" * TERMS,
    "a chain of calls": lambda: "x = a" + ".b()" * TERMS,
    "a union": lambda: "x: " + " | ".join(f"A{index}" for index in range(TERMS)),
    "lambdas in lambdas": lambda: "x = " + "lambda: " * TERMS + "y",
    "conditions in conditions": lambda: "x = " + "a if b else " * TERMS + "y",
    "many elif": lambda: "if x: pass\n" + "".join(f"elif x == {index}: pass\n" for index in range(TERMS)),
    "many functions, one after the other": lambda: (
        "import time\nasync def f(): f0()\n"
        + "".join(f"def f{index}(): f{index + 1}()\n" for index in range(TERMS))
        + f"def f{TERMS}(): time.sleep(1)\n"
    ),
    "a class that derives from a class that": lambda: (
        "class C0: pass\n" + "".join(f"class C{index + 1}(C{index}): pass\n" for index in range(3000)) + "C3000().x()\n"
    ),
    "parentheses": lambda: "x = " + "(" * 100_000 + ")" * 100_000,
    "nested calls": lambda: "x = " + "f(" * 3000 + ")" * 3000,
    "nested types in a text": lambda: "x: '" + "list[" * 3000 + "int" + "]" * 3000 + "'\n",
    "blocks in blocks": lambda: "".join(" " * index + "if x:\n" for index in range(99)) + " " * 99 + "pass\n",
    "20 MB of functions": lambda: "".join(
        f"def f{index}(a: int): return g(a.b[{index}])\n" for index in range(430_000)
    ),
    "20 MB of one text": lambda: "X = '''" + "abc defg hij\n" * 1_600_000 + "'''\n",
    "a line of 5 MB": lambda: "X = [" + "1, " * 1_700_000 + "]\n",
    "a line that is flagged everywhere": lambda: "x = 1  " + "# archlint: ignore " * 5_000 + "\n",
}


@pytest.mark.giants
@pytest.mark.parametrize("name", GIANTS)
def test_a_giant_is_answered(name: str, tmp_path: Path) -> None:
    (tmp_path / "giant.py").write_text(GIANTS[name]())
    (tmp_path / "small.py").write_text("import redis\n\n\ndef f() -> None:\n    redis.Redis().keys('*')\n")

    run = subprocess.run(
        [sys.executable, "-m", "archlint", "check", ".", "--no-cache", "--jobs", "1", "--output-format", "concise"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=3000,
        check=False,
    )

    assert run.returncode in (1, 2)
    assert "Traceback" not in run.stderr
    assert "please report" not in run.stdout
    assert "small.py:5:5" in run.stdout
    if run.returncode == 2:
        assert re.search(r"^giant\.py:\d+:\d+: ", run.stdout, re.MULTILINE)
