"""What patterns of rule pages match in code."""

from collections.abc import Iterable

import pytest

from archlint.rulebook.model import Rule
from archlint.rulebook.pages import WITHIN, Page, load
from archlint.rulebook.patterns import pattern_violations, stands_within
from tests.test_types import project

PAGE = """# ABC001 bad-thing

Bad.

```toml
severity = "error"
message = "no"
{metadata}
```

## Bad

```python
```

## Good

```python
```
"""


def rule(metadata: str) -> Rule:
    return load([Page("p.md", "own", PAGE.format(metadata=metadata))])["ABC001"]


def matched(metadata: str, text: str, **others: str) -> list[str]:
    """Return the stretches of `text` that a rule with this metadata is violated by."""
    whole = project({"m": text, **others})
    found = pattern_violations(whole, [rule(metadata)])
    return [text[each.place.start : each.place.end] for each in found if each.module == "m"]


def lines(metadata: str, calls: Iterable[str]) -> list[str]:
    """Return those lines of code, each behind the same imports, that violate the rule."""
    return [call for call in calls if matched(metadata, f"import lib\nfrom lib import Thing, f\n{call}\n")]


@pytest.mark.parametrize(
    ("entry", "yes", "no"),
    [
        (
            "lib.f(...)",
            ["lib.f()", "f(1, a=2)", "f(*a, **b)", "x = [f() for y in z]"],
            ["lib.f", "lib.g()", "f.g()"],
        ),
        ("lib.f()", ["f()", "lib.f()"], ["f(1)", "f(a=1)", "f(*a)", "f(**a)"]),
        ("lib.f(1)", ["f(1)"], ["f()", "f(1, 2)", "f(a=1)", "f(2)", "f(x)", "f(True)", "f(*a)"]),
        ("lib.f(1, ...)", ["f(1)", "f(1, 2)", "f(1, a=x)"], ["f()", "f(2, 1)", "f(*a)", "f(1, **a)"]),
        (
            "lib.f(..., a=False)",
            ["f(a=False)", "f(1, a=False)"],
            ["f(a=0)", "f(a=None)", "f(False)", "f(b=1)", "f(a=x)"],
        ),
        (
            "lib.f(..., a='x')",
            ["f(a='x')", 'f(a="x")', "f(a=r'x')", "f(a='''x''')"],
            ["f(a='y')", "f(a=b'x')", "f(a=f'x')"],
        ),
        ("lib.f(a=-1)", ["f(a=-1)", "f(a=- 1)"], ["f(a=1)", "f(a=-1, b=2)"]),
        ("lib.f(..., a=1, b=None)", ["f(b=None, a=1)"], ["f(a=1)", "f(b=None)"]),
        ("lib.f", ["f()", "x = f", "x(f)"], ["lib.g", "f.g()", "import lib.f"]),
        (
            "lib.Thing.go(...)",
            ["Thing().go()", "lib.Thing(1).go(2)", "Thing.go(x)"],
            ["Thing()", "x.go()", "Thing().go"],
        ),
        ("lib.Thing(...)", ["Thing()", "lib.Thing(1)"], ["Thing", "x: Thing = y", "Thing.make()"]),
        ("builtins.eval(...)", ["eval('1')"], ["lib.eval()", "x.eval()", "eval"]),
    ],
)
def test_calls_and_names(entry: str, yes: list[str], no: list[str]) -> None:
    assert lines(f'match = ["{entry}"]', yes + no) == yes


def test_kinds_of_uses() -> None:
    uses = ["f()", "x = f", "g(f)"]
    assert lines('match = [{ call = "lib.f(...)" }]', uses) == ["f()"]
    assert lines('match = [{ load = "lib.f" }]', uses) == ["x = f", "g(f)"]
    assert lines('match = [{ name = "lib.f" }]', uses) == uses


def test_what_partial_will_call_is_no_plain_load() -> None:
    text = "import functools\nfrom lib import f\nx = functools.partial(f, 1)\n"
    assert matched('match = [{ load = "lib.f" }]', text) == []
    assert matched('match = ["lib.f"]', text) == ["f"]


@pytest.mark.parametrize(
    ("without", "yes", "no"),
    [
        ("tz", ["f()", "f(1)"], ["f(tz=1)", "f(**a)", "f(*a)"]),
        ("tz:0", ["f()", "f(a=1)"], ["f(1)", "f(tz=x)", "f(*a)"]),
        ("tz:1", ["f()", "f(1)"], ["f(1, 2)", "f(1, tz=x)"]),
    ],
)
def test_without_arguments(without: str, yes: list[str], no: list[str]) -> None:
    assert lines(f'match = ["lib.f(...)"]\nwithout-arguments = ["{without}"]', yes + no) == yes
    assert lines(f'match = [{{ call = "lib.f(...)", without-arguments = ["{without}"] }}]', yes + no) == yes


def test_unless() -> None:
    metadata = 'match = ["lib.f(...)", "lib.g(...)"]\nunless = ["lib.f(..., safe=True)", "lib.f(1, ...)"]'
    calls = ["f()", "f(safe=False)", "lib.g(safe=True)", "f(safe=True)", "f(1)", "f(1, 2)"]
    assert lines(metadata, calls) == calls[:3]


@pytest.mark.parametrize(
    ("within", "yes", "no"),
    [
        ("async function", "async def h(): f()", "async def h():\n    def g(): f()"),
        ("function", "def h(): f()", "class A: f()"),
        ("module body", "class A:\n    x = f()", "def h(): f()"),
        ("loop", "for x in y: f()", "for x in f(): pass"),
        ("raise", "raise E(f())", "f()"),
        ("decorator", "@f()\ndef h(): pass", "def h(): f()"),
        ("with", "with x: f()", "with f(): pass"),
        ("try", "try: f()\nfinally: pass", "try: pass\nfinally: f()"),
        ("module body", "if x:\n    f()", 'if __name__ == "__main__":\n    f()'),
        ("class body", "class A:\n    x = f()", "class A:\n    def h(self): f()"),
        ("comprehension", "[f() for x in y]", "for x in y: f()"),
        ("condition", "if x: f()", "if f(): pass"),
        ("default", "def h(x=f()): pass", "def h(x=1): f()"),
    ],
)
def test_within(within: str, yes: str, no: str) -> None:
    assert lines(f'match = ["lib.f(...)"]\nwithin = "{within}"', [yes, no]) == [yes]


def test_within_names_all_places() -> None:
    assert set(stands_within.__globals__["_BITS"]) <= WITHIN


@pytest.mark.parametrize(
    ("metadata", "modules"),
    [
        ('layers = ["domain"]', ["shop.domain.m"]),
        ('layers = ["domain", "infrastructure"]', ["shop.domain.m", "shop.infrastructure.m"]),
        ('except-layers = ["domain"]', ["manage", "shop.infrastructure.m", "shop.other", "tests.test_m"]),
        ('except-layers = ["tests", "composition", "domain"]', ["shop.infrastructure.m", "shop.other"]),
    ],
)
def test_layers(metadata: str, modules: list[str]) -> None:
    names = ["shop.domain.m", "shop.infrastructure.m", "shop.other", "manage", "tests.test_m"]
    text = "import lib\nMADE = lib.f()\n"
    packages = ["shop", "shop.domain", "shop.infrastructure", "tests"]
    whole = project(dict.fromkeys(names, text) | dict.fromkeys(packages, ""))
    for entry in ("lib.f(...)", "import lib"):
        found = pattern_violations(whole, [rule(f'match = ["{entry}"]\n{metadata}')])
        assert sorted(each.module for each in found) == modules


def test_a_guessed_layer_makes_no_error() -> None:
    text = "import lib\nMADE = lib.f()\n"
    whole = project({"shop.domain": "", "shop.domain.a": text, "shop.infrastructure": "", "shop.models": text})
    found = pattern_violations(whole, [rule('match = ["lib.f(...)"]\nlayers = ["domain"]')])
    assert {each.module: each.severity for each in found} == {"shop.domain.a": "error", "shop.models": "warning"}


@pytest.mark.parametrize(
    ("within", "texts"),
    [
        ("function", ["def f():\n    import old\n"]),
        ("module body", ["import old\n", "class A:\n    import old\n"]),
        ("loop", []),
    ],
)
def test_imports_within(within: str, texts: list[str]) -> None:
    typing = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import old\n"
    every = ["import old\n", "class A:\n    import old\n", "def f():\n    import old\n", typing]
    metadata = f'match = ["import old"]\nwithin = "{within}"'
    assert [text for text in every if matched(metadata, text)] == texts


def test_an_import_of_one_name() -> None:
    text = "from old import a, b\nimport old\nimport old.a.c\nfrom old.a import d\nfrom old import *\n"
    assert matched('match = ["from old import a"]', text) == ["a", "old.a.c", "d"]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("import old", ["old"]),
        ("import old.sub as s", ["old.sub"]),
        ("from old import a, b as c", ["a", "b"]),
        ("from old.sub import *", ["old.sub"]),
        ("def f():\n    import old", ["old"]),
        ("import importlib\nimportlib.import_module('old')", ["importlib.import_module"]),
        ("import older\nfrom . import old\nimport x.old", []),
        ("lazy import old", ["old"]),
    ],
)
def test_imports(text: str, spans: list[str]) -> None:
    assert matched('match = ["import old"]', text) == spans


def test_a_module_of_the_project_is_not_the_library_of_its_name() -> None:
    assert matched('match = ["import old"]', "import old\n", old="") == []


@pytest.mark.parametrize(
    "text",
    [
        "import lib as l\nl.f()",
        "from lib import f as g\ng()",
        "from lib import f\nh = f\nh()",
        "from lib import f\nh = f\nk = h\nk()",
        "from lib import f\ndef g():\n    h = f\n    h()",
        "from a import h\nh()",
        "import a\na.h()",
        "from lib import f\nclass A:\n    def __init__(self): self.g = f\n    def m(self): self.g()",
        "try:\n    from lib import f as g\nexcept ImportError:\n    from other import f2 as g\ng()",
        "from lib import f\n(f if x else y)()",
        "from lib import f\nfrom other import z\n(f if x else z)()",
    ],
)
def test_other_names_for_the_same_thing(text: str) -> None:
    assert len(matched('match = [{ call = "lib.f(...)" }]', text, a="from lib import f as h")) == 1


def test_names_are_canonical() -> None:
    text = "from redis.asyncio.client import Redis\nasync def f(r: Redis): await r.keys()\n"
    assert matched('match = ["redis.asyncio.Redis.keys(...)"]', text) == ["r.keys"]
    assert matched('match = ["redis.asyncio.client.Redis.keys(...)"]', text) == ["r.keys"]


def test_a_rule_is_broken_once_by_one_call() -> None:
    entries = '"redis.Redis.keys(...)", "redis.asyncio.Redis.keys(...)", "redis.client.Redis.keys(...)"'
    text = "import redis\ndef f(r: redis.Redis): r.keys()\n"
    assert matched(f"match = [{entries}]", text) == ["r.keys"]
