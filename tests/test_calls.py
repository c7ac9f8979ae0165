"""Which async functions block, over small projects: forms that hide a blocking call, and forms that only look so."""

import re
from collections import Counter

import pytest

from archlint.facts.extract import extract
from archlint.facts.references import attributes, last_step, parse
from archlint.model import Severity, Violation
from archlint.project.program import Architecture, Module, Project
from archlint.rulebook.checks.project_checks import PROJECT_CHECKS
from archlint.rulebook.examples import Finding, expected
from archlint.rulebook.model import Rule
from tests.calls_that_block import BLOCKS
from tests.calls_that_do_not_block import SAFE
from tests.test_types import LIBRARY

_FILE = re.compile(r"^# file: (.+)$\n", re.MULTILINE)
_CODES = ("ASY001", "ASY002")


def modules(text: str) -> dict[str, str]:
    """Divide a project's text into its files."""
    first, *rest = _FILE.split(text)
    files = dict(zip(rest[::2], rest[1::2], strict=True))
    return {"shop.py": first, **files} if first.strip() else files


def judged(files: dict[str, str]) -> list[Violation]:
    """Judge a project by the rules about blocking; a violation's path is that of its file."""
    packages = {path.removesuffix("/__init__.py") for path in files if path.endswith("/__init__.py")}
    facts = []
    for path, text in files.items():
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        facts.append(Module(extract(text, name, is_package=name.replace(".", "/") in packages), path))
    own = {"country_lib.holidays": "run it in an executor"}
    project = Project(tuple(facts), LIBRARY, Architecture(blocking=own))
    return [violation for code in _CODES for violation in PROJECT_CHECKS[code](project, _rule(code))]


def _rule(code: str) -> Rule:
    return Rule(
        code=code,
        name="name",
        family="async",
        severity=Severity.ERROR,
        default=True,
        summary="",
        markdown="",
        url="",
    )


def found(files: dict[str, str]) -> Counter[Finding]:
    """Return the violations of a project in the form of its markers."""
    return Counter(
        (each.place.path, files[each.place.path].count("\n", 0, each.place.start) + 1, each.code)
        for each in judged(files)
    )


@pytest.mark.parametrize("text", BLOCKS.values(), ids=BLOCKS.keys())
def test_what_blocks(text: str) -> None:
    files = modules(text)
    markers = sum((expected(path, content) for path, content in files.items()), start=Counter())
    assert markers
    assert found(files) == markers


@pytest.mark.parametrize("text", SAFE.values(), ids=SAFE.keys())
def test_what_does_not_block(text: str) -> None:
    assert found(modules(text)) == Counter()


def test_the_table_is_large() -> None:
    assert len(BLOCKS) >= 40
    assert len(SAFE) >= 30


def test_a_trace_names_every_step() -> None:
    [violation] = judged(modules(BLOCKS["a helper three calls down"]))

    assert [step.message for step in violation.trace] == [
        "`main` calls `a`",
        "`a` calls `b`",
        "`b` calls `c`",
        "`c` calls `requests.get`, which blocks",
    ]


def test_a_callback_says_how_it_comes_to_the_loop() -> None:
    [violation] = judged(modules(BLOCKS["call_later"]))

    assert "in `tick`, which runs there by `asyncio.AbstractEventLoop.call_later`" in violation.message


@pytest.mark.parametrize("ending", ["time.sleep(1)", "f0()"], ids=["chain", "circle"])
def test_a_chain_of_ten_thousand_calls_ends(ending: str) -> None:
    depth = 10_000
    text = "import time\n"
    text += "".join(f"def f{number}(): return f{number + 1}()\n" for number in range(depth))
    text += f"def f{depth}(): return {ending}\nasync def main(): f0()\n"

    violations = judged({"shop.py": text})

    assert [len(violation.trace) for violation in violations] == ([depth + 2] if ending != "f0()" else [])


@pytest.mark.parametrize(
    "reference",
    [
        "a", "a.b", "a.b#3", "a.b@12", "a.b#3.c", "a.b@3{}", "a.b@3{}.c", "a.b@3{}.c.d()", "a()", "a().b", "a.b!",
        "a^.b~", "a<b.c@3>", "a<b.c@3>{}", "a<b.c@3>{}.d", "a<b.c@3>!", "a{}<b.c@3>", "a<b.c<d.e>>.f", "a<b.c@3",
        "a<b.c", "a[0]", "a[0].b.c", "a['x.y']", "a[].b",
        "=r'([?&]sig=)[^&;]+'", "='a.b'", "=f(x).y", "a%.b", "a$", "a+*", "a&.b", "2to3.x", "a-b.c().d",
    ],
)  # fmt: skip
def test_the_last_step_is_the_last_of_the_steps(reference: str) -> None:
    steps = parse(reference)[1]
    assert last_step(reference) == (steps[-1] if steps else "")


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("a", []),
        ("a.b#3:c.d().e", ["a.b", "a.b#3:c.d", "a.b#3:c.d().e"]),
        ("a.b<c.d>{}.e[0].f", ["a.b", "a.b<c.d>{}.e", "a.b<c.d>{}.e[0].f"]),
        ("a<b.c<d.e()>,f.g>.h", ["a<b.c<d.e()>,f.g>.h"]),
    ],
)
def test_attributes_of_type_arguments_are_none_of_the_reference(reference: str, found: list[str]) -> None:
    assert [f"{reference[:start]}.{name}" for start, name in attributes(reference)] == found
