"""Where identifiers stand: the regular expression against CPython's tokenizer and against the tree."""

import io
import keyword
import tokenize
from pathlib import Path

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.facts.extract import extract
from archlint.facts.tokens import comments, logical_lines, names

HARD = frozenset(keyword.kwlist) - {"None", "True", "False"}
STANDARD_LIBRARY = Path(tokenize.__file__).parent


def tokenized(text: str) -> tuple[list[str], list[int]]:
    """Say the same as `names` for text without f-strings, by way of the standard library."""
    starts = [0]
    for line in io.StringIO(text, newline="").readlines():
        starts.append(starts[-1] + len(line))
    tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    found = [each for each in tokens if each.type == tokenize.NAME and each.string not in HARD]
    return [each.string for each in found], [starts[each.start[0] - 1] + each.start[1] for each in found]


def words(text: str) -> list[str]:
    found, starts = names(text)
    assert [text[start : start + len(word)] for word, start in zip(found, starts, strict=True)] == found
    return found


@pytest.mark.parametrize("name", ["ast", "argparse", "tokenize", "inspect", "typing", "json/decoder", "re/_parser"])
def test_agrees_with_cpython_on_its_own_library(name: str) -> None:
    text = (STANDARD_LIBRARY / f"{name}.py").read_text(encoding="utf-8")
    without_fields = text.replace(' f"', ' "').replace("(f'", "('").replace(" f'", " '").replace('(f"', '("')

    assert names(without_fields) == tokenized(without_fields)


WORDS = """
a b1 _ é match case type lazy None if or in 1 0x1f 1_0.5e-3j 0b1 .5 1. "" '' b'a' Rb'c' r'd'
( ) [ ] . = @ : ,
"""
SPACED = ["'a b'", '"# c"', "'''x\n'y\n'''", '"""a"b"""', r"'\''", r'r"\""', "# note a\n"]
BLANK = ["\\\n", "\n", "\r\n", " ", "\t"]
ATOMS = st.sampled_from([*WORDS.split(), *SPACED, *BLANK])


@given(st.lists(ATOMS, max_size=25).map(" ".join))
def test_agrees_with_cpython_on_made_up_tokens(text: str) -> None:
    try:
        expected = tokenized(text)
    except (tokenize.TokenError, IndentationError):
        return
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f'{a}'", ["a"]),
        ("f'{{a}}{b}'", ["b"]),
        ("f'{{{a}}}'", ["a"]),
        ("f'{a!r}{b!s:>{width}.{precision}}{c=}{d = }'", ["a", "b", "width", "precision", "c", "d"]),
        ("f'{a:%Y-%m-%d}'", ["a"]),
        ("f'{a != b:x}'", ["a", "b"]),
        ("f'{(lambda x: x)(y):z}'", ["x", "x", "y"]),
        ("f'{d[\"key\"]}{ {1: e}[1] }'", ["d", "e"]),
        ("f'{a[b:c]}'", ["a", "b", "c"]),
        ("f'{f\"{inner}\"}'", ["inner"]),
        ("f'''{\na\n}'''", ["a"]),
        (r"rf'\{a}'", ["a"]),
        (r"f'\\{a}\N{DIGIT ONE}{b}\n'", ["a", "b"]),
        (r"Rf'\N{a}'", ["a"]),
        ("t'{a}' T'{b!r}' Rt'{c}'", ["a", "b", "c"]),
        ("f''f'{a}'", ["a"]),
        ("print(f'{a}', end='')", ["print", "a", "end"]),
        ("b'{a}' u'{b}' '{c}'", []),
        ("1if x else 2or y", ["x", "y"]),
        ("0xfor_", ["or_"]),
        ("1e5.real, 1_000j .imag, 1..b", ["real", "imag", "b"]),
        ("a.b.c(d=e)", ["a", "b", "c", "d", "e"]),
        ("match match:\n case case: pass", ["match", "match", "case", "case"]),
        ("type X = Y", ["type", "X", "Y"]),
        ("a = 1 \\\n + b", ["a", "b"]),
        ("a\r# b\rc", ["a", "c"]),
        ("'\\\r\nx' y", ["y"]),
        ("x = '' # 'a\n'b' y", ["x", "y"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(
    st.lists(
        st.sampled_from(
            ["{a}", "{b!r}", "{c:>{d}}", "{{", "}}", "x ", "{e['k']}", "{f(g)}", "{ {1: h} }", ":", "!", "#"]
        )
        | st.sampled_from(["{i:{j}{k}}", "{l=}", "{(m, *n)}", "{o if p else q}", "{r[0]!s:%d}", r"\\", r"\n", "é"]),
        max_size=8,
    ),
    st.sampled_from(["f", "rf", "F", "fR"]),
    st.sampled_from(['"', '"""']),
)
def test_replacement_fields_agree_with_the_tree(parts: list[str], prefix: str, quote: str) -> None:
    text = f"{prefix}{quote}{''.join(parts)}{quote}\n"

    visitor = _Names()
    cst.parse_module(text).visit(visitor)

    assert words(text) == visitor.words


class _Names(cst.CSTVisitor):
    def __init__(self) -> None:
        self.words: list[str] = []

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802 -- LibCST's naming
        self.words.append(node.value)


@pytest.mark.parametrize(
    ("text", "callees"),
    [
        ('f"{d["key"].get(name)}" + after(x)\n', ['d["key"].get', "after"]),
        ("f'{f'{inner.call(1)}'}'; later.go()\n", ["inner.call", "later.go"]),
        ('f"{f(\n    "a"  # note "\n)}"; later.go()\n', ["f", "later.go"]),
        ('t"{d["key"].get(name)}" ; after(x)\n', ['d["key"].get', "after"]),
        ('f"{"a".join( ( (names) ) )}"; (  (later )).go()\n', ["join", "(  (later )).go"]),
        ('match x:\n case _: f"{f("a")}"\nlater.go()\n', ["f", "later.go"]),
        ('match"{a}":\n case"{b}": later.go()\n', ["later.go"]),
        ('x = a if"{b}"in c() else"{d}"or"\\"e()"\nlater.go()\n', ["c", "later.go"]),
    ],
)
def test_text_that_only_the_tree_understands_has_right_spans(text: str, callees: list[str]) -> None:
    calls = extract(text, "m", is_package=False).calls

    assert sorted(text[call.start : call.end] for call in calls) == sorted(callees)


@given(st.text(alphabet="ab'\"#\\\n\r{}()[] fr:!", max_size=40))
def test_any_text_ends(text: str) -> None:
    found, starts = names(text)
    assert len(found) == len(starts) == len(set(starts))
    assert all(mark.startswith("#") for _, mark in comments(text))
    lines = list(logical_lines(text))
    assert lines[0][0] == 0
    assert lines[-1][1] == len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb", ["a", "b"]),
        ("f(\n  1,\n)\nb\n", ["f(\n  1,\n)", "b", ""]),
        ("x = '''\n\n'''\ry", ["x = '''\n\n'''", "y"]),
        ("a \\\n  + b\r\nc", ["a \\\n  + b", "c"]),
        ("x = {  # (\n}\ny", ["x = {  # (\n}", "y"]),
        (")\na", [")", "a"]),
    ],
)
def test_logical_lines(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in logical_lines(text)] == expected


@pytest.mark.parametrize(
    ("text", "callees"),
    [
        ("(folder / 'a').read()", ["(folder / 'a').read"]),
        ("( await connect() ).find()", ["connect", "( await connect() ).find"]),
        ("(not a).b()", ["(not a).b"]),
        ("wrap(load)(1)", ["wrap", "wrap(load)"]),
        ("wrap(load, ')')(1)", ["wrap", "wrap(load, ')')"]),
        ("table[key](1)", ["table[key]"]),
        ("[a, b][0].c()", ["[a, b][0].c"]),
        ("('%s)' % a).join(b)", ["join"]),
        ("f'{a}b'.upper()", ["upper"]),
        ("{a: b}.get(c)", ["get"]),
        ("x(')').y(  # )\n 1)", ["x", "x(')').y"]),
        ("(x\n .y(1)\n .z)(2)", ["x\n .y", "x\n .y(1)\n .z"]),
    ],
)
def test_brackets_belong_to_what_is_called(text: str, callees: list[str]) -> None:
    calls = extract(text, "m", is_package=False).calls

    assert sorted(text[call.start : call.end] for call in calls) == sorted(callees)
