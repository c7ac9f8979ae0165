"""Which calls are marked as made once for each element of a collection."""

import pytest

from archlint.facts import model
from archlint.facts.extract import extract


def marked(text: str) -> list[str]:
    """Return the last words of the calls in a function `f` that are made for each element."""
    body = "\n".join(f"    {line}" for line in text.split("\n"))
    facts = extract(f"import lib\ndef f(xs, ys, ORDER):\n{body}\n", "m", False)
    return [each.callee.rpartition(".")[2] for each in facts.calls if each.flags & model.PER_ELEMENT]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("for x in xs: lib.a(x)", ["a"]),
        ("for x in xs: lib.a(lib.b(x.y[0]), lib.c())", ["a", "b"]),
        ("for x in xs:\n    z = x.key\n    lib.a(z)", ["a"]),
        ("for x, y in enumerate(xs): lib.a(y)", ["a"]),
        ("[lib.a(x) for x in xs if lib.b(x)]", ["a", "b"]),
        ("{x: lib.a(y) for x in xs for y in x}", ["a"]),
        ("for x in xs:\n    for y in ys: lib.a(x)", ["a"]),
        ("for x in xs: lib.a(f'{x}')", ["a"]),
        ("for x in xs: lib.a(1)", []),
        ("for x in (1, 2): lib.a(x)", []),
        ("tables = ['a', 'b']\nfor x in tables: lib.a(x)", []),
        ("tables = {'a': 1}\nfor x, y in tables.items(): lib.a(y)", []),
        ("tables = [*xs]\nfor x in tables: lib.a(x)", ["a"]),
        ("tables = []\ntables += xs\nfor x in tables: lib.a(x)", ["a"]),
        ("for x in xs.values(): lib.a(x)", ["a"]),
        ("for x in ORDER: lib.a(x)", []),
        ("for x in lib.Color: lib.a(x)", []),
        ("for x in range(3): lib.a(x)", []),
        ("for x in range(len(xs)): lib.a(xs[x])", ["a"]),
        ("for x in range(0, len(xs), 100): lib.a(xs[x])", []),
        ("for x in range(xs.num_batches): lib.a(xs[x])", []),
        ("for x in lib.batched(xs, 3): lib.a(x)", []),
        ("for x in xs:\n    lib.a(x)\n    if x: return x", []),
        ("for x in xs:\n    try:\n        lib.a(x)\n        break\n    except E: pass", []),
        ("for x in xs:\n    for y in ys:\n        break\n    lib.a(x)", ["a"]),
        ("for x in xs:\n    if x == 'a' and ys: lib.a(x)\n    elif x in ('b', ORDER): lib.b(x)", []),
        ("for x in xs:\n    if x == 'a': pass\n    else: lib.a(x)\n    lib.b(x)", ["a", "b"]),
        ("for x in xs:\n    if x.kind == 'a' or x != 'b' or x in ys: lib.a(x)", ["a"]),
        ("while xs: lib.a(xs)", []),
        ("for x in xs: pass\nlib.a(x)", []),
        ("for x in xs:\n    def g(): lib.a(x)", []),
        ("lib.a([lib.b(x) for x in xs])", ["b"]),
    ],
)
def test_marked(text: str, calls: list[str]) -> None:
    assert [each for each in marked(text) if not each.startswith("__")] == calls
