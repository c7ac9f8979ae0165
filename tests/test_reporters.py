"""The formats for people and programs, except SARIF."""

import json
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.model import Failure, Place, Report, SourceText, Step
from archlint.outcome.reporters import REPORTERS
from archlint.outcome.reporters.paint import STYLES, Colours, Paint, plain
from archlint.outcome.reporters.paths import relative, uri
from archlint.outcome.reporters.summary import statistics, summary
from archlint.outcome.reporters.visible import cells, visible
from tests.handmade_report import (
    BASE,
    EMOJI,
    HOSTILE,
    KEYS,
    LONE_CR,
    REPORT,
    RULES,
    WINDOWS,
    place,
    report_of,
    violation,
)


def written(name: str, report: Report) -> str:
    return REPORTERS[name](report, RULES, plain)


class Checked(Paint):
    """Writes words as they are if their style is known."""

    def __call__(self, text: str, style: str) -> str:
        return text if style in STYLES else "?"


def excerpt_of(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the line of source and the line of carets when a stretch of `text` is flagged."""
    path = f"{BASE}/src/a.py"
    one = violation("RDS001", Place(path, start, end), KEYS)
    report = Report(
        violations=(one,),
        identities=("i",),
        failures=(),
        notes=(),
        suppressed=0,
        files=1,
        base=BASE,
        cwd=BASE,
        texts={path: SourceText(text)},
    )
    _, _, code, carets = written("text", report).rstrip("\n").split("\n")
    return code, carets


def test_text_shows_place_source_carets_trace_and_help() -> None:
    expected = """\
shop/domain/orders.py:1:1: error: LAY001 [forbidden-import] domain imports infrastructure
  |
1 | from shop.infra import (
  | ^^^^^^^^^^^^^^^^^^^^^^^^
  -> shop/domain/orders.py:2: shop.domain.orders imports shop.infra.cache
  -> redis is outside the project
  -> shop/infra/cache.py:1: shop.infra.cache imports redis.asyncio
  = help: declare a port in the domain:

          class Cache(Protocol):
              def keys(self) -> list[str]: ...

shop/infra/cache.py:9:36: error: RDS001 [redis-keys] `KEYS` walks every key; iterate with `SCAN`
  |
9 |         label = "😀😀"; keys = await self._client.keys("*")
  |                                      ^^^^^^^^^^^^^^^^^

"""
    assert written("text", report_of(*REPORT.violations[:2])) == expected


def test_text_shows_one_cause_once() -> None:
    shared = place(WINDOWS, "time.sleep")
    steps = (Step("`main` calls `load`", shared), Step("`load` calls `sleep`", shared))
    others = [violation("ASY001", place(WINDOWS, word), "it blocks", trace=steps) for word in ("import os", "time")]

    lines = written("text", report_of(*others)).split("\n")

    first, second = (index for index, line in enumerate(lines) if ": ASY001 [" in line)
    assert sum("-> shop/windows.py:4:" in line for line in lines[first:second]) == 2
    assert lines[second].startswith("shop/windows.py:2:8: ")
    assert lines[second + 1 :] == ["", ""]


def test_text_lists_failures_last() -> None:
    assert written("text", REPORT).endswith("""
shop/broken.py:3: failure: invalid syntax; mend it, or leave it out with `exclude`
shop/latin.py: failure: not UTF-8
failure: contract `layers` names no module
""")


def test_concise_is_one_line_each() -> None:
    assert written("concise", REPORT).split("\n") == [
        "shop/domain/orders.py:1:1: LAY001 domain imports infrastructure",
        "shop/infra/cache.py:9:36: RDS001 `KEYS` walks every key; iterate with `SCAN`",
        "shop/infra/cache.py:10:34: RDS001 `KEYS` walks every key; iterate with `SCAN`",
        r"shop/naïve file#1.py:3:7: ASY001 `time.sleep` blocks \x1b[2J\u202e\nnow [bold]",
        "shop/old_mac.py:3:1: TIM001 a note.",
        "shop/windows.py:4:1: TIM001 a note.",
        "shop/broken.py:3:1: failure invalid syntax; mend it, or leave it out with `exclude`",
        "shop/latin.py:1:1: failure not UTF-8",
        "failure contract `layers` names no module",
        "",
    ]


def test_json_says_all() -> None:
    document = json.loads(written("json", REPORT))
    assert list(document) == ["version", "tool", "violations", "accepted", "failures", "stats"]
    assert document["version"] == 1
    assert document["tool"]["name"] == "archlint"
    assert document["violations"][1] == {
        "code": "RDS001",
        "name": "redis-keys",
        "severity": "error",
        "message": KEYS,
        "help": "",
        "path": "src/shop/infra/cache.py",
        "line": 9,
        "column": 36,
        "endLine": 9,
        "endColumn": 53,
        "module": "shop.infra.cache",
        "scope": "Cache.invalidate",
        "subject": "a.b",
        "contract": "",
        "identity": "RDS001|shop.infra.cache|1",
        "trace": [],
        "fix": None,
        "url": RULES["RDS001"].url,
    }
    assert document["violations"][0]["trace"][1:] == [
        {"message": "redis is outside the project", "path": None, "line": None, "column": None},
        {
            "message": "shop.infra.cache imports redis.asyncio",
            "path": "src/shop/infra/cache.py",
            "line": 1,
            "column": 1,
        },
    ]
    assert document["failures"][1:] == [
        {"message": "not UTF-8", "path": "src/shop/latin.py", "line": None},
        {"message": "contract `layers` names no module", "path": None, "line": None},
    ]
    assert document["stats"] == {
        "files": 6,
        "violations": 6,
        "errors": 3,
        "warnings": 1,
        "notes": 2,
        "failures": 3,
        "suppressed": 2,
        "baselined": 0,
    }


def test_json_keeps_what_checked_code_says() -> None:
    assert json.loads(written("json", report_of(HOSTILE)))["violations"][0]["message"] == HOSTILE.message


@pytest.mark.parametrize("name", REPORTERS)
def test_half_a_character_can_be_written(name: str) -> None:
    report = report_of(failures=(Failure(f"{BASE}/\udcff.py", 1, "bad name \ud800"),))
    output = written(name, report)
    assert output.encode()
    assert r"\ud800" in output


@pytest.mark.parametrize(("name", "expected"), [("text", ""), ("concise", "")])
def test_nothing_to_say(name: str, expected: str) -> None:
    assert written(name, report_of()) == expected


@pytest.mark.parametrize("name", ["text", "concise"])
def test_colour_only_adds_escapes(name: str) -> None:
    painted = REPORTERS[name](REPORT, RULES, Colours())
    assert "\x1b[1;31m" in painted
    unpainted = REPORTERS[name](REPORT, RULES, Checked())
    assert unpainted == written(name, REPORT)
    assert "\x1b" not in unpainted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("one\r\ntwo\tthree", r"one\r\ntwo\tthree"),
        ("\x9b\x7f\x00", r"\x9b\x7f\x00"),
        ("\U000e0041\u2028\ufeff", r"\U000e0041\u2028\ufeff"),
        ("日本 é 😀", "日本 é 😀"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_visible_leaves_nothing_that_a_terminal_obeys(text: str) -> None:
    shown = visible(text)
    assert not [one for one in shown if unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not [one for one in shown if unicodedata.bidirectional(one) in {"LRE", "RLE", "LRO", "RLO", "PDF"}]
    assert not [one for one in shown if unicodedata.bidirectional(one) in {"LRI", "RLI", "FSI", "PDI"}]


def test_cells_counts_wide_and_combining_characters() -> None:
    assert [cells(text) for text in ("abc", "日本", "😀", "e\u0301", "")] == [3, 4, 2, 1, 0]


@pytest.mark.parametrize(
    ("text", "flagged", "code", "carets"),
    [
        ("\tx = 1\n", "x", "1 |     x = 1", "  |     ^"),
        ("\tx\t= 1", "= 1", "1 |     x    = 1", "  |          ^^^"),
        ('"日本"; x', "x", '1 | "日本"; x', "  |         ^"),
        ("日本 = 1", "本", "1 | 日本 = 1", "  |   ^^"),
        ("'\x1b'; x", "x", r"1 | '\x1b'; x", "  |         ^"),
        ("(\n1)", "(\n1", "1 | (", "  | ^"),
        ("x = 1", "", "1 | x = 1", "  | ^"),
        ("", "", "1 |", "  | ^"),
    ],
)
def test_carets_stand_under_what_is_flagged(text: str, flagged: str, code: str, carets: str) -> None:
    start = text.index(flagged)
    assert excerpt_of(text, start, start + len(flagged)) == (code, carets)


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=30)
FILLERS = st.sampled_from(["", "a" * 200, "日" * 90, "\t" * 50, "\x1b" * 40])


@given(FILLERS, LINES, LINES, FILLERS)
def test_carets_stand_under_what_is_flagged_in_any_line(far: str, before: str, after: str, end: str) -> None:
    start = len(far + before)
    code, carets = excerpt_of(f"{far}{before}TARGET{after}{end}", start, start + len("TARGET"))
    first = len(carets.rstrip("^"))
    columns = [column for column, one in enumerate(code) for _ in range(cells(one))]
    assert "".join(code[columns[cell]] for cell in range(first, len(carets))) == "TARGET"
    assert cells(code) <= len("1 | ......") + 120


def test_a_long_line_is_cropped_around_what_is_flagged() -> None:
    code, carets = excerpt_of("a" * 300 + "TARGET" + "b" * 300, 300, 306)
    assert code == "1 | ..." + "a" * 36 + "TARGET" + "b" * 68 + "..."
    assert carets == "  | " + " " * 39 + "^^^^^^"


def test_a_location_is_never_cut() -> None:
    path = f"{BASE}/src/" + "very_long_directory/" * 30 + "a.py"
    assert written("concise", report_of(failures=(Failure(path, 7, "x"),))).startswith(path[len(BASE) + 5 :] + ":7:1:")


@pytest.mark.parametrize(
    ("path", "base", "expected"),
    [
        ("/repo/src/a.py", "/repo", "src/a.py"),
        ("/repo/src/a.py", "/", "repo/src/a.py"),
        ("/repo/a.py", "/repo/src", "../a.py"),
        ("/repository/a.py", "/repo", "../repository/a.py"),
    ],
)
def test_relative(path: str, base: str, expected: str) -> None:
    assert relative(path, base) == expected


def test_uri_is_percent_encoded() -> None:
    assert uri("/repo/a b#c%d/é:1?\udcff.py", "/repo") == "a%20b%23c%25d/%C3%A9%3A1%3F%FF.py"


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (
            REPORT,
            "Found 6 violations (3 errors, 1 warning, 2 notes) and 3 failures in 6 files; 2 suppressed.",
        ),
        (report_of(), "No violations in 6 files."),
        (report_of(suppressed=1), "No violations in 6 files; 1 suppressed."),
        (report_of(LONE_CR), "Found 1 violation (1 note) in 6 files."),
        (report_of(failures=(Failure("", 0, "x"),)), "No violations and 1 failure in 6 files."),
    ],
)
def test_summary(report: Report, sentence: str) -> None:
    assert summary(report) == sentence


def test_statistics_counts_the_commonest_first() -> None:
    report = report_of(LONE_CR, *[EMOJI] * 10, HOSTILE)
    assert statistics(report, RULES) == ("10  RDS001  redis-keys\n 1  ASY001  blocking-call\n 1  TIM001  naive-clock\n")


def test_links_lead_to_the_file_and_the_page() -> None:
    painted = REPORTERS["text"](REPORT, RULES, Colours(links=True))

    assert "\x1b]8;;https://a.example/rules/redis/RDS001-redis-keys\x1b\\" in painted
    assert f"\x1b]8;;file://{BASE}/src/shop/na%C3%AFve%20file%231.py\x1b\\" in painted
    assert "\x1b]8;" not in REPORTERS["text"](REPORT, RULES, Colours())
    assert Colours(links=True).link("x", "https://evil\x1b\\") == "x"


WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=9), max_size=20)


@given(WORDS.map(" ".join), st.integers(1, 40), st.integers(0, 60), st.integers(0, 8))
def test_a_terminal_has_whole_words_in_lines_of_its_width(text: str, width: int, before: int, indent: int) -> None:
    folded = Paint(width, folds=True).fold(text, before, indent)

    first, *others = folded.split("\n")
    assert Paint(width).fold(text, before, indent) == text
    assert [word for line in (first, *others) for word in line.split()] == text.split()
    assert all(line.startswith(" " * indent) for line in others)
    for line, used in ((first, before % width), *((line[indent:], indent) for line in others)):
        assert cells(line.rstrip()) <= width - used or " " not in line.strip(" ")


def test_a_word_that_fits_nowhere_stays_where_it_is() -> None:
    path = "services/orders/api.py:14: it"
    assert Paint(20, folds=True).fold(path, 6, 5) == "services/orders/api.py:14:\n     it"


def test_a_terminal_has_locations_and_code_whole() -> None:
    folded = REPORTERS["text"](REPORT, RULES, Paint(40, folds=True)).split("\n")
    plainly = written("text", REPORT).split("\n")

    heads = [line.partition(" ")[0] for line in plainly if line.startswith("src/")]
    assert [line.partition(" ")[0] for line in folded if line.startswith("src/")] == heads
    assert len(folded) > len(plainly)


@pytest.mark.parametrize("width", [30, 60, 100, 200])
def test_no_line_of_source_is_wider_than_the_terminal(width: int) -> None:
    path = f"{BASE}/src/a.py"
    text = "名前 = [" + ", ".join(f"名{number}" for number in range(90)) + "]  # the end\n"
    for start in (0, 40, 200, len(text) - 8):
        one = violation("RDS001", Place(path, start, start + 4), KEYS)
        report = msgspec.structs.replace(report_of(one), texts={path: SourceText(text)})
        rendered = REPORTERS["text"](report, RULES, Paint(width)).split("\n")
        source, carets = (line for line in rendered if " | " in line)
        assert max(cells(source), cells(carets)) <= width
        assert source[len("1 | ") :].count("...") <= 2
        flagged = text[start : start + 4]
        assert flagged in source
        assert cells(source.partition(flagged)[0]) == cells(carets.partition("^")[0])
