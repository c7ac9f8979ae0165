"""Small projects that make judging run away, if anything can: each is written for a size.

Facts of a file have a time limit, what is worked out from the facts of all files has none: it must not grow faster than
about the square of the source, however the program is entangled.
"""

from collections.abc import Callable
from itertools import pairwise

Files = dict[str, str]
PROTOCOL = "from typing import Any, Callable, Generic, Protocol, TypeVar\nT = TypeVar('T')\nU = TypeVar('U')\n"


def alternatives(size: int) -> Files:
    """Functions that return what one of two others returns, level by level: 2 ** size ways."""
    lines = [
        "import redis",
        "class A:\n    def keys(self): return self",
        "def f0(c): return A()",
        "def g0(c): return redis.Redis()",
    ]
    for level in range(1, size):
        lines += [f"def {name}{level}(c): return f{level - 1}(c) if c else g{level - 1}(c)" for name in "fg"]
    return {"m.py": "\n".join([*lines, f"f{size - 1}(1).keys('*')", ""])}


def own_types(size: int) -> Files:
    """As many classes, each with a method that gives any of them; calls of it in a chain."""
    lines = ["def any_of(c):"]
    lines += [f"    if c == {number}: return C{number}()" for number in range(size)]
    for number in range(size):
        lines += [f"class C{number}:", "    def go(self, c): return any_of(c)"]
    lines += [f"any_of(1){'.go(1)' * number}" for number in range(1, 12)]
    return {"m.py": "\n".join(lines) + "\n"}


def heirs(size: int) -> Files:
    """One class derives from the next, and each calls all methods of itself."""
    lines = ["import time", "class C0:\n    def go(self): time.sleep(1)"]
    for level in range(1, size):
        lines += [
            f"class C{level}(C{level - 1}):",
            "    def go(self):",
            "        super().go()",
            f"        self.go{level - 1}()",
        ]
        lines += [f"    def go{level}(self): self.go()"]
    return {"m.py": "\n".join([*lines, "async def main():", f"    C{size - 1}().go()", ""])}


def diamonds(size: int) -> Files:
    """Each class derives from two that derive from the same two."""
    lines = ["class A0: pass", "class B0: pass"]
    for level in range(1, size):
        lines += [f"class {name}{level}(A{level - 1}, B{level - 1}):\n    x{level} = 1" for name in "AB"]
    return {"m.py": "\n".join([*lines, f"A{size - 1}().missing()", ""])}


def ring(size: int) -> Files:
    """As many modules of one package, each of which imports the next."""
    files = {f"p/m{number}.py": f"from p import m{(number + 1) % size}\n" for number in range(size)}
    return {**files, "p/__init__.py": ""}


def all_import_all(size: int) -> Files:
    """As many modules, each of which imports all others."""
    lines = "".join(f"import p.m{number}\n" for number in range(size))
    return {**{f"p/m{number}.py": lines for number in range(size)}, "p/__init__.py": ""}


def stars(size: int) -> Files:
    """Star imports in a ring, each module with a name of its own; one uses what it never sees."""
    files = {
        f"p/m{number}.py": f"from p.m{(number + 1) % size} import *\ndef f{number}(): return f{(number + 7) % size}()\n"
        for number in range(size)
    }
    return {**files, "p/__init__.py": "from p.m0 import *\nnowhere()\n"}


def exchanged(size: int) -> Files:
    """Names that two modules import from each other."""
    names = [f"n{number}" for number in range(size)]
    return {
        "p/__init__.py": "",
        "p/a.py": "".join(f"from p.b import {name}\n" for name in names),
        "p/b.py": "".join(f"from p.a import {name}\n{name}().go()\n" for name in names),
    }


def all_call_all(size: int) -> Files:
    """As many functions, each of which calls all."""
    calls = "".join(f"    f{number}()\n" for number in range(size))
    functions = "".join(f"async def a{number}():\n    f{number}()\ndef f{number}():\n{calls}" for number in range(size))
    return {"m.py": f"import time\n{functions}def last(): time.sleep(1)\n".replace("f0()\n    f1", "last()\n    f1", 1)}


def deep_calls(size: int) -> Files:
    """A chain of functions with something that blocks at its end, and an async function beside each."""
    lines = ["import time", "def f0(): time.sleep(1)"]
    for level in range(1, size):
        lines += [f"def f{level}(): f{level - 1}()", f"async def a{level}(): f{level}()"]
    return {"m.py": "\n".join(lines) + "\n"}


def overrides(size: int) -> Files:
    """A port with as many adapters, and as many functions that call it."""
    lines = [PROTOCOL, "import time", "class Port(Protocol):\n    def go(self) -> None: ..."]
    for number in range(size):
        lines += [f"class A{number}(Port):\n    def go(self) -> None: time.sleep(1)"]
        lines += [
            f"async def use{number}(port: Port): port.go()",
            f"def pass{number}(): return use{number}(A{number}())",
        ]
    return {"m.py": "\n".join(lines) + "\n"}


def generic_heirs(size: int) -> Files:
    """Each class derives from the last with a type argument twice as large."""
    lines = [PROTOCOL, "class Port(Protocol[T]):\n    def go(self, x: T) -> T: ..."]
    lines += ["class G0(Port[T]):\n    def go(self, x: int) -> int: return 1"]
    lines += [f"class G{level}(G{level - 1}[dict[T, T]], Generic[T]): pass" for level in range(1, size)]
    lines += [f"class Last(G{size - 1}[int]):\n    def go(self, x: str) -> str: return ''"]
    return {"m.py": "\n".join(lines) + "\n"}


def nested(text: str, inner: str, depth: int) -> str:
    for _ in range(depth):
        inner = text.format(inner)
    return inner


def invariant(size: int) -> Files:
    """A port and an adapter whose parameters differ deep inside of invariant types."""
    depth = min(size, 60)
    port, adapter = (nested("dict[{0}, int]", inner, depth) for inner in ("int", "str"))
    both, other = (nested("Callable[[{0}], {0}]", inner, min(depth, 10)) for inner in ("int", "str"))
    return {
        "m.py": f"{PROTOCOL}class Port(Protocol):\n    def go(self, x: {port}) -> {both}: ...\n"
        f"class Adapter(Port):\n    def go(self, x: {adapter}) -> {other}: ...\n"
        "    def more(self): return 1\n"
    }


def invariant_pairs(size: int) -> Files:
    """As `invariant`, with two type arguments at every level."""
    depth = min(size, 9)
    port, adapter = (nested("dict[{0}, {0}]", inner, depth) for inner in ("int", "str"))
    return {
        "m.py": f"{PROTOCOL}class Port(Protocol):\n    def go(self, x: {port}) -> None: ...\n"
        f"class Adapter(Port):\n    def go(self, x: {adapter}) -> None: return None\n"
    }


def aliases(size: int) -> Files:
    """Type aliases each of which is twice the last."""
    lines = ["X0 = int", *(f"X{level} = dict[X{level - 1}, X{level - 1}]" for level in range(1, size))]
    return {
        "m.py": "\n".join([*lines, f"def f(x: X{size - 1}):", "    for a in x.values():", "        a.keys().go()", ""])
    }


def unions(size: int) -> Files:
    """A port and an adapter with unions of as many types."""
    one, other = (" | ".join(f"{name}{number}" for number in range(size)) for name in "AB")
    classes = "".join(f"class A{number}: pass\nclass B{number}(A{number}): pass\n" for number in range(size))
    return {
        "m.py": f"{PROTOCOL}{classes}class Port(Protocol):\n    def go(self, x: {other}) -> {one}: ...\n"
        f"class Adapter(Port):\n    def go(self, x: {one}) -> {other}: return B0()\n"
    }


def attributes(size: int) -> Files:
    """Long chains of attributes of what refers to itself."""
    chain = ".next" * size
    lines = ["class Node:", "    next: 'Node'", f"    def __init__(self): self.other = self{chain}"]
    return {"m.py": "\n".join([*lines, f"    def go(self): self.other{chain}.go()", ""])}


def tables(size: int) -> Files:
    """A table of as many functions, and as many calls of any of them."""
    lines = ["import time", *(f"def f{number}(): time.sleep(1)" for number in range(size))]
    lines += ["HANDLERS = {" + ", ".join(f"'{number}': f{number}" for number in range(size)) + "}"]
    lines += [f"async def a{number}(name): HANDLERS[name]()" for number in range(size)]
    return {"m.py": "\n".join(lines) + "\n"}


def partials(size: int) -> Files:
    """Each name is a partial call of the last; decorators around decorators."""
    lines = ["from functools import partial", "def p0(x): return x", "def d0(f): return f"]
    for level in range(1, size):
        lines += [f"p{level} = partial(p{level - 1}, 1)"]
        lines += [f"def d{level}(f):\n    @d{level - 1}\n    def w(*a): return f(*a)\n    return w"]
    return {"m.py": "\n".join([*lines, f"@d{size - 1}", "def last(): p1()", f"p{size - 1}().go()", "last().go()", ""])}


def contracts(size: int) -> Files:
    """As many contracts about as many modules."""
    blocks = [
        f'[[tool.archlint.contracts]]\nname = "c{number}"\ntype = "forbidden"\nmodules = ["p.m{number}"]\n'
        f'may-not-import = ["p.m{size - 1}"]\n'
        for number in range(size - 1)
    ]
    files = {f"p/m{one}.py": f"from p import m{other}\n" for one, other in pairwise(range(size))}
    return {
        **files,
        f"p/m{size - 1}.py": "",
        "p/__init__.py": "",
        "pyproject.toml": "[tool.archlint]\n" + "\n".join(blocks),
    }


def layers(size: int) -> Files:
    """As many domain modules, from each of which a way as long leads to the infrastructure."""
    files = {f"p/x/m{one}.py": f"from p.x import m{other}\n" for one, other in pairwise(range(size))}
    files |= {f"p/domain/d{number}.py": f"from p.x import m{number}\n" for number in range(size)}
    empty = dict.fromkeys(
        ("p/__init__.py", "p/x/__init__.py", "p/domain/__init__.py", "p/infrastructure/__init__.py"), ""
    )
    return {
        **files,
        **empty,
        f"p/x/m{size - 1}.py": "from p.infrastructure import db\n",
        "p/infrastructure/db.py": "import redis\n",
    }


RUNAWAYS: dict[str, tuple[Callable[[int], Files], int]] = {
    each.__name__: (each, size)
    for each, size in (
        (alternatives, 40), (own_types, 30), (heirs, 60), (diamonds, 30), (ring, 60), (all_import_all, 15), (stars, 40),
        (exchanged, 60), (all_call_all, 15), (deep_calls, 50), (overrides, 20), (generic_heirs, 12), (invariant, 4),
        (invariant_pairs, 2), (aliases, 20), (unions, 20), (attributes, 50), (tables, 30), (partials, 20),
        (contracts, 30), (layers, 30),
    )
}  # fmt: skip
"""By name: what writes the project, and the size to begin with."""
