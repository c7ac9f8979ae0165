"""What the walk writes down about small sources."""

import msgspec
import pytest

from archlint.facts import model
from archlint.facts.branches import exclude
from archlint.facts.extract import extract
from archlint.facts.interning import Interner
from archlint.facts.model import Call, Import
from archlint.facts.module import ModuleFacts
from archlint.facts.references import alternatives


def facts(text: str, name: str = "m", *, package: bool = False) -> ModuleFacts:
    return extract(text, name, package)


def callees(text: str) -> list[str]:
    """Return the references of all calls in the order of the text."""
    return [call.callee for call in sorted(facts(text).calls, key=lambda call: call.start)]


def call(text: str) -> Call:
    """Return the call of something whose reference ends in `target`."""
    return next(each for each in facts(text).calls if each.callee.endswith("target"))


@pytest.mark.parametrize(
    ("text", "callee"),
    [
        ("import time\ntime.sleep(1)", "time.sleep"),
        ("from time import sleep as s\ndef f():\n    s(1)", "time.sleep"),
        ("def f():\n    import time\n    time.sleep(1)", "time.sleep"),
        ("import a.b.c\na.b.c.f()", "a.b.c.f"),
        ("import a.b.c as x\nx.f()", "a.b.c.f"),
        ("def g(): pass\ng()", "m.g"),
        ("print(1)", "builtins.print"),
        ("unknown()", ""),
        # What nothing binds, as in a piece of a document.
        ("time.sleep(1)", "time.sleep"),
        ("def f(client: aioredis.Redis):\n    client.get()", "aioredis.Redis{}.get"),
        ("class A(Protocol):\n    def f(self, xs: Optional[List[int]]): xs.pop()", "typing.List<builtins.int>{}.pop"),
        ("from x import *\ntime.sleep(1)", "m.time.sleep"),
        ("from x import *\nunknown()", "m.unknown"),
        # Shadowing: by a parameter, a local, a loop, a comprehension, `except`, `with`, `case`.
        ("import time\ndef f(time):\n    time.sleep(1)", ""),
        ("import time\ndef f():\n    time = other\n    time.sleep(1)", ""),
        ("import time\ndef f():\n    time.sleep(1)\n    time = 1", ""),
        ("import time\ndef f():\n    for time in y: time.sleep(1)", ""),
        ("import time\n[time.sleep(1) for time in x]", ""),
        ("import time\nlambda time: time.sleep(1)", ""),
        ("import time\ndef f(*time): time.sleep(1)", "builtins.tuple{}.sleep"),
        ("import time\ndef f():\n    try: pass\n    except E as time: time.sleep(1)", ""),
        ("import time\ndef f():\n    with x as time: time.sleep(1)", ""),
        ("import time\ndef f():\n    match x:\n        case time: time.sleep(1)", ""),
        ("import time\ndef f():\n    match x:\n        case [*time]: time.sleep(1)", ""),
        ("import time\ndef f():\n    match x:\n        case {**time}: time.sleep(1)", ""),
        (
            "import time\ndef f():\n    match x:\n        case str() as time: time.sleep(1)",
            "builtins.str{}.sleep",
        ),
        ("import time\ndef f():\n    def g():\n        time.sleep(1)\n    time = 1", ""),
        ("import time\ndef f():\n    class time: pass\n    time.sleep(1)", "m@0.sleep"),
        ("import time\ndef f():\n    if (time := x): time.sleep(1)", ""),
        ("def f():\n    if x and (open := y): open()", ""),
        ("if x and (open := y): pass\nopen()", "m.open"),
        ("import time\ndef f():\n    a, *time = x\n    time.sleep(1)", ""),
        # The class scope is seen by its body alone, not by its methods or comprehensions.
        ("import time\nclass A:\n    time = x\n    def f(self): time.sleep(1)", "time.sleep"),
        ("import time\nclass A:\n    time = x\n    time.sleep(1)", ""),
        ("import time\nclass A:\n    time = x\n    [time.sleep(y) for y in z]", "time.sleep"),
        ("class A:\n    xs = str()\n    [y for y in xs.go()]", "builtins.str().go"),
        # What belongs to the scope outside.
        ("import time\ndef f(time=time.sleep(1)): pass", "time.sleep"),
        ("import time\n@time.sleep(1)\ndef f(time): pass", "time.sleep"),
        ("import time\ndef f(x: time.sleep(1), time): pass", "time.sleep"),
        ("import time\nclass A(time.sleep(1)):\n    time = 1", "time.sleep"),
        ("import time\nlambda time=time.sleep(1): 0", "time.sleep"),
        ("import time\n[0 for time in time.sleep(1)]", "time.sleep"),
        # global and nonlocal.
        ("import time\ndef f():\n    global time\n    time.sleep(1)", "time.sleep"),
        (
            "def f():\n    import time\n    def g():\n        nonlocal time\n        time.sleep(1)",
            "time.sleep",
        ),
        (
            "def f():\n    x = str()\n    def g():\n        nonlocal x\n        x = int()\n    x.go()",
            "builtins.str().go|builtins.int().go",
        ),
        # Flow.
        ("def f():\n    if a: x = str\n    else: x = int\n    x()", "builtins.str|builtins.int"),
        ("def f():\n    x = str\n    if a: x = int\n    x()", "builtins.str|builtins.int"),
        ("def f():\n    if a: x = str\n    else: return\n    x()", "builtins.str"),
        ("def f():\n    if a:\n        x = str\n        raise E\n    else: x = int\n    x()", "builtins.int"),
        ("def f():\n    try: x = str\n    except E: x = int\n    x()", "builtins.str|builtins.int"),
        ("def f():\n    try: x = str\n    except E: return\n    else: x = int\n    x()", "builtins.int"),
        ("def f():\n    x = str\n    try: x = int\n    finally: pass\n    x()", "builtins.int"),
        ("def f():\n    try: return\n    except E: x = int\n    x()", "builtins.int"),
        ("def f():\n    x = str\n    for y in z: x = int\n    x()", "builtins.int|builtins.str"),
        ("def f():\n    x = str\n    while y: x = int\n    else: x = bool\n    x()", "builtins.bool"),
        (
            "def f():\n    match y:\n        case 1: x = str\n        case _: x = int\n    x()",
            "builtins.str|builtins.int",
        ),
        ("def f():\n    x = str\n    x = int\n    x()", "builtins.int"),
        ("def f():\n    a, b = str, int\n    a, b = b, a\n    b()", "builtins.str"),
        ("def f():\n    a, b = x = str, int\n    b()", "builtins.int"),
        ("def f():\n    with open('x') as x: x.read()", "builtins.open()^.read"),
        # Values.
        ("x = str if a else int\ndef f():\n    y = x\n    y()", "m.x"),
        ("def f():\n    (str if a else int)()", "builtins.str|builtins.int"),
        ("def f():\n    (a or str)()", "builtins.str"),
        ("def f(x: 'list[str] | None'):\n    x.go()", "builtins.list<builtins.str>{}.go"),
        ("from typing import Literal\ndef f(x: Literal['a']):\n    x.go()", ""),
        ("from typing import cast\ndef f(x):\n    cast('str', x).go()", "builtins.str{}.go"),
        ("from typing import Annotated as A\nT = A[str, 1]\ndef f(x: T): x.go()", "m.T{}.go"),
        ("class A:\n    def f(self): super().go()", "m@0{}%.go"),
        ("class A:\n    def f(self): self.go()", "m@0{}.go"),
        ("class A:\n    @classmethod\n    def f(cls): cls.go()", "m@0.go"),
        ("class A:\n    @staticmethod\n    def f(x): x.go()", ""),
        ("def f(x):\n    if isinstance(x, (str, int)): x.go()", "builtins.str{}.go|builtins.int{}.go"),
    ],
)
def test_callee(text: str, callee: str) -> None:
    assert sorted(alternatives(callee)) in [sorted(alternatives(each)) for each in callees(text)]
    if not callee:
        assert not any("time" in each or "open" in each for each in callees(text))


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("target()", model.STATEMENT),
        ("x = target()", 0),
        ("target().a()", 0),
        ("a(target())", 0),
        ("async def f(): await target()", model.AWAITED | model.STATEMENT),
        ("async def f(): x = await target()", model.AWAITED),
        ("async def f(): await a(target())", 0),
        ("async def f(): await target().a()", 0),
        ("async def f(): await (x or target())", 0),
        ("async def f():\n    async with target(): pass", model.AWAITED),
        ("async def f():\n    async for x in target(): pass", model.AWAITED),
        ("for x in y: z = target()", model.IN_LOOP),
        ("for x in target(): pass", 0),
        ("for x in y: pass\nelse: z = target()", 0),
        ("while target(): pass", model.IN_LOOP | model.EXAMINED),
        ("[target() for x in y]", model.IN_LOOP | model.IN_COMPREHENSION),
        ("[x for x in target()]", 0),
        ("[x for x in y if target()]", model.IN_LOOP | model.IN_COMPREHENSION | model.EXAMINED),
        ("[x for x in y for z in target()]", model.IN_LOOP | model.IN_COMPREHENSION),
        ("for x in y:\n    def f(): return target()", 0),
        ("for x in y:\n    lambda: target()", 0),
        ("try: x = target()\nexcept E: pass", model.IN_TRY),
        ("try: pass\nexcept target(): pass", model.IN_TRY | model.IN_HANDLER),
        ("try: pass\nfinally: x = target()", 0),
        ("with y: x = target()", model.IN_WITH),
        ("with target(): pass", 0),
        ("if x: y = target()", model.IN_CONDITION),
        ("if x: pass\nelse: y = target()", model.IN_CONDITION),
        ("if target(): pass", model.EXAMINED),
        ("if TYPE_CHECKING: x = target()", model.IN_CONDITION | model.IN_TYPE_CHECKING),
        (
            "if not typing.TYPE_CHECKING: pass\nelse: x = target()",
            model.IN_CONDITION | model.IN_TYPE_CHECKING,
        ),
        ("if __name__ == '__main__': x = target()", model.IN_CONDITION | model.IN_MAIN_GUARD),
        ("@target()\ndef f(): pass", model.IN_DECORATOR),
        ("@target()\nclass A: pass", model.IN_DECORATOR),
        ("def f(x=target()): pass", model.IN_DEFAULT),
        ("lambda x=target(): 0", model.IN_DEFAULT),
        ("raise E(target())", model.IN_RAISE),
        ("class A:\n    x = target()", model.IN_CLASS_BODY),
        ("class A:\n    def f(self): return target()", 0),
        ("match x:\n    case 1: y = target()", model.IN_CONDITION),
    ],
)
def test_flags(text: str, flags: int) -> None:
    assert call(f"from m import target\n{text}\n").flags & (model.PER_ELEMENT << 1) - 1 == flags


def test_arguments() -> None:
    text = """f(1, -2.5, 'a', name=True, *rest, other=x.y, **more, key=None, text=f"{a}", big=b"x")"""

    assert call(f"from m import target as f\nimport x\n{text}\n").arguments == (
        ("", "=1"),
        ("", "=-2.5"),
        ("", "='a'"),
        ("name", "=True"),
        ("*", ""),
        ("other", "x.y"),
        ("**", ""),
        ("key", "=None"),
        ("text", "builtins.str{}"),
        ("big", '=b"x"'),
    )


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import a.b", [("a.b", "", "a", "a.b")]),
        ("import a.b as c, d", [("a.b", "", "c", "a.b"), ("d", "", "d", "d")]),
        ("from a.b import c as d, e", [("a.b", "c", "d", "c"), ("a.b", "e", "e", "e")]),
        ("from a import (\n    b,\n    c,\n)", [("a", "b", "b", "b"), ("a", "c", "c", "c")]),
        ("from . import x", [("pkg.sub", "x", "x", "x")]),
        ("from .y import x", [("pkg.sub.y", "x", "x", "x")]),
        ("from .. import x", [("pkg", "x", "x", "x")]),
        ("from ..y import x", [("pkg.y", "x", "x", "x")]),
        ("from ....y import x", [("", "x", "x", "x")]),
        ("from a.b import *", [("a.b", "*", "", "a.b")]),
        ("lazy import a.b", [("a.b", "", "a", "a.b")]),
        ("lazy from a import b", [("a", "b", "b", "b")]),
        ("import lazy", [("lazy", "", "lazy", "lazy")]),
    ],
)
@pytest.mark.parametrize("before", ["", "x = 1; ", "import_from = 1\n"])
def test_imports(statement: str, expected: list[tuple[str, str, str, str]], before: str) -> None:
    text = f"{before}{statement}  # import from lazy\n"
    found = facts(text, "pkg.sub.m").imports

    assert [(each.target, each.name, each.alias, text[each.start : each.end]) for each in found] == expected
    assert {each.statement for each in found} == {len(before)}
    assert {each.lazy for each in found} == {statement.startswith("lazy")}


def test_relative_imports_of_a_package() -> None:
    found = facts("from . import a\nfrom .b import c\nfrom .. import d\n", "pkg.sub", package=True).imports
    assert [each.target for each in found] == ["pkg.sub", "pkg.sub.b", "pkg"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("import a", "runtime"),
        ("class A:\n    import a", "runtime"),
        ("def f():\n    import a", "function-local"),
        ("if x:\n    import a", "conditional"),
        ("try:\n    import a\nexcept ImportError: pass", "conditional"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a", "type-checking"),
        ("import typing as t\nif t.TYPE_CHECKING:\n    from a import b", "type-checking"),
        ("import importlib\nimportlib.import_module('a')", "dynamic"),
        ("from importlib import import_module as i\ni('a')", "dynamic"),
        ("__import__('a')", "dynamic"),
    ],
)
def test_kinds_of_imports(text: str, kind: str) -> None:
    assert [each.kind for each in facts(text).imports if each.target == "a"] == [kind]


@pytest.mark.parametrize("argument", ["name", "'.a', 'b'", "'a b'", "''", "f'a'", "b'a'"])
def test_dynamic_imports_of_something_unknown_are_none(argument: str) -> None:
    found: tuple[Import, ...] = facts(f"import importlib\nimportlib.import_module({argument})\n").imports
    assert [each.target for each in found] == ["importlib"]


@pytest.mark.parametrize(
    "text",
    [
        "def f[T: str, *Ts, **P](x: T, *a: *Ts) -> T: target(x)\n",
        "class A[T = int](B):\n    def f(self): target()\n",
        "type X[T] = list[T]\ntarget(X)\n",
        'x = f"{target("a")}"\n',
        "x = f'{target('a')!r:>{width}}'\n",
        "x = t'{target(1)!r:>{width}}'\n",
        "try: target()\nexcept A, B: pass\n",
        "try: target()\nexcept* A: pass\n",
        "with (a() as b, c() as d,): target()\n",
        "match x:\n    case {'a': [1, *_], **rest} | A(b=2) if x: target()\n    case _: pass\n",
        "lazy import a\nlazy from b import c\ntarget()\n",
        "async def f():\n    return [await target(x) async for x in y]\n",
        "@(yield_)\ndef f(a, /, b, *, c: int = 1, **d): target()\n",
        "print(*a, **b, sep='')\ntarget()\n",
        "x: int = (y := target())\n",
        "del a.b, c[target()]\n",
        "é = 1; target(é)\n",
        "global_ = lambda *a, k=1, **b: target\nx = target()\n",
        "if x:\r\n\ttarget()\r\n",
        "for x, (y, *z) in target(): a.b.c[d] = 1\n",
        "assert target(), 'x'\n",
        "def f():\n    yield from target()\n    yield\n    return\n",
    ],
)
def test_syntax_old_and_new_has_right_spans(text: str) -> None:
    found = facts(text)

    assert "target" in [text[each.start : each.end] for each in found.calls]
    assert [text[each.start : each.end] for each in found.functions if each.name != "<lambda>"] == [
        each.name for each in found.functions if each.name != "<lambda>"
    ]
    assert [text[each.start : each.end] for each in found.classes] == [each.name for each in found.classes]
    for function in found.functions:
        assert [text[each.start : each.end] for each in function.parameters] == [
            each.name for each in function.parameters
        ]


def test_functions() -> None:
    text = """
class A:
    async def f(self, a, /, b: int = 1, *c, d, **e) -> str:
        def inner():
            yield 1
        return "x"
    g = lambda x: x
def stub(): "Docs."; ...
def raising():
    raise NotImplementedError("x")
"""
    found = {each.qualname: each for each in facts(text).functions}

    assert list(found) == ["A.f", "A.f.<locals>.inner", "A.<lambda>", "stub", "raising"]
    method, inner = found["A.f"], found["A.f.<locals>.inner"]
    assert (method.owner, method.parent, method.is_async, method.is_generator) == (0, -1, True, False)
    assert (inner.owner, inner.parent, inner.is_async, inner.is_generator) == (-1, 0, False, True)
    assert [(each.name, each.kind, each.has_default) for each in method.parameters] == [
        ("self", "positional-only", False),
        ("a", "positional-only", False),
        ("b", "normal", True),
        ("c", "variadic", False),
        ("d", "keyword-only", False),
        ("e", "keyword-variadic", False),
    ]
    assert (method.returns, method.values) == ("builtins.str", ("builtins.str{}",))
    assert inner.yields == ("builtins.int{}",)
    assert [each.name for each in found.values() if each.body == "stub"] == ["stub", "raising"]


def test_classes() -> None:
    text = """
from typing import ClassVar
@final
class A(B, metaclass=M, total=False):
    x: int
    y: ClassVar[str] = "a"
    z = 1
    def __init__(self, p: bytes) -> None:
        self.p = p
        self.q: "list[int]" = []
        self.x = 2
        other.r = 3
"""
    (found,) = facts(text).classes

    assert found.keywords == (("metaclass", ""), ("total", "=False"))
    assert [(each.name, each.annotation, each.values, each.in_body) for each in found.attributes] == [
        ("x", "builtins.int", ("builtins.int{}",), True),
        ("y", "builtins.str", ("builtins.str{}",), True),
        ("z", "", ("builtins.int{}",), True),
        ("p", "", ("builtins.bytes{}",), False),
        ("q", "builtins.list<builtins.int>", ("builtins.list{}",), False),
    ]


@pytest.mark.parametrize(
    ("text", "exports"),
    [
        ("__all__ = ['a', \"b\"]", ("a", "b")),
        ("__all__ = ('a',)", ("a",)),
        ("__all__ = []", ()),
        ("__all__ = x", None),
        ("a = 1", None),
    ],
)
def test_exports(text: str, exports: tuple[str, ...] | None) -> None:
    assert facts(text).exports == exports


def test_an_empty_module_has_no_facts() -> None:
    found = facts("")
    assert (found.imports, found.calls, found.functions, found.bindings) == ((), (), (), {})


def test_starred_target_beside_as_many_values_as_targets() -> None:
    found = facts("def f(x):\n    first, *rest = str, x\n    first()\n")

    assert [each.callee for each in found.calls] == ["builtins.tuple<builtins.type<builtins.str>,>{}[0]"]


@pytest.mark.parametrize(
    ("body", "exclude_each_other"),
    [
        ("first()\n second()", False),
        ("if x: first(); second()", False),
        ("if x: first()\n else: second()", True),
        ("if x: first()\n elif y: pass\n else: second()", True),
        ("if x: first()\n elif y: second()", True),
        ("if x: first()\n if y: second()", False),
        ("if x: first()\n second()", False),
        ("if x:\n  first()\n  return\n second()", True),
        ("if x:\n  first()\n  return\n if y: second()", True),
        ("if x:\n  first()\n  return\n if y:\n  second()\n  return", True),
        ("if x:\n  first()\n  if y: second()\n  return", False),
        ("if x:\n  first()\n  second()\n  return", False),
        ("if x: pass\n else:\n  first()\n  raise y\n second()", True),
        ("for a in b:\n  if x:\n   first()\n   continue\n  second()", False),
        ("if x: first()\n def g():\n  if x: pass\n  else: second()", False),
    ],
)
def test_calls_that_exclude_each_other(body: str, exclude_each_other: bool) -> None:
    found = facts(f"from m import first, second\n\n\ndef f(x, y, b):\n {body}\n")
    first, second = (each.flags for name in ("first", "second") for each in found.calls if each.callee.endswith(name))
    assert exclude(first, second) is exclude_each_other


def test_parts_are_decoded_when_they_are_asked_for() -> None:
    found = facts("import a\nprint(a.b)\n")
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=ModuleFacts)
    assert not vars(again)
    assert again.calls == found.calls != ()
    assert [*vars(again)] == ["calls"]
    assert again == found


def test_equal_texts_of_modules_become_one() -> None:
    text = "import a\n\ndef f(hass: a.B, *rest: a.B) -> a.B:\n    return a.f(a.b, 'c')\n"
    one, other = (msgspec.msgpack.decode(msgspec.msgpack.encode(facts(text)), type=ModuleFacts) for _ in range(2))
    interner = Interner()
    for each in (one, other):
        each.decode()
        interner.intern(each)

    assert one == other == facts(text)
    assert one.calls[0].arguments is other.calls[0].arguments
    assert one.loads[0].reference is other.loads[0].reference
    parameters = [each.functions[0].parameters[0] for each in (one, other)]
    assert parameters[0].annotation is parameters[1].annotation is one.functions[0].parameters[1].annotation
    assert next(iter(one.bindings.values())) is next(iter(other.bindings.values()))


def test_parts_that_are_nonsense_are_nothing() -> None:
    found = facts("import a\nprint(a.b)\n")
    nonsense = {"calls": memoryview(b"\xc1"), "loads": memoryview(msgspec.msgpack.encode([1]))}
    kept = {name: part for name, part in found.stored.items() if name != "bindings"}
    forged = msgspec.structs.replace(found, stored={**kept, **nonsense})
    assert (forged.calls, forged.loads, forged.bindings) == ((), (), {})
    assert forged.imports == found.imports != ()


def test_decoded_facts_are_the_same_and_not_stored_any_more() -> None:
    found = msgspec.msgpack.decode(msgspec.msgpack.encode(facts("import a\na.f()")), type=ModuleFacts)
    other = msgspec.msgpack.decode(msgspec.msgpack.encode(facts("import a\na.g()")), type=ModuleFacts)
    found.decode()
    other.decode()

    assert not found.stored
    assert found == facts("import a\na.f()")
    assert found != other
