"""The SARIF log, held against what the specification and its readers ask of it."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.model import Failure, Place, Provenance, Report, SourceText, Step
from archlint.outcome.reporters import sarif
from archlint.outcome.reporters.fingerprint import line_hashes
from archlint.outcome.reporters.paint import plain
from tests.handmade_report import (
    BASE,
    CHAIN,
    CRLF,
    EMOJI,
    HOSTILE,
    LONE_CR,
    REPORT,
    RULES,
    TEXTS,
    WIDE,
    report_of,
    violation,
)


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(sarif.render(report, RULES, plain))
    assert log["version"] == "2.1.0"
    run: dict[str, Any] = log["runs"][0]
    return run


RUN = run_of(REPORT)


def everything(value: object) -> Iterator[tuple[str, Any]]:
    """Yield each key and value of a document, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from everything(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from everything(inner)


def cut_utf16(path: str, region: dict[str, Any]) -> str:
    """Return what a reader that counts UTF-16 units finds in a region, with LF as line end."""
    source = SourceText(TEXTS[path])
    lines = [source.line(number) for number in range(region["startLine"], region["endLine"] + 1)]
    units = [line.encode("utf-16-le") for line in lines]
    units[-1] = units[-1][: 2 * (region["endColumn"] - 1)]
    units[0] = units[0][2 * (region["startColumn"] - 1) :]
    return "\n".join(unit.decode("utf-16-le") for unit in units)


@pytest.mark.parametrize("index", range(len(REPORT.violations)))
def test_regions_hold_the_flagged_source_in_utf16_units(index: int) -> None:
    one = REPORT.violations[index]
    flagged = TEXTS[one.place.path][one.place.start : one.place.end]
    region = RUN["results"][index]["locations"][0]["physicalLocation"]["region"]
    assert cut_utf16(one.place.path, region) == flagged == region["snippet"]["text"]
    assert RUN["columnKind"] == "utf16CodeUnits"


def test_columns_count_utf16_units() -> None:
    region = run_of(report_of(EMOJI))["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (38, 55)


def test_context_is_two_lines_each_side() -> None:
    contexts = [
        result["locations"][0]["physicalLocation"]["contextRegion"]
        for result in run_of(report_of(EMOJI, LONE_CR, CRLF))["results"]
    ]
    assert [(one["startLine"], one["endLine"]) for one in contexts] == [(7, 10), (1, 3), (2, 4)]
    assert contexts[1]["snippet"]["text"] == "import time\ntime.sleep(1)\ntime.sleep(1)"
    assert contexts[2]["snippet"]["text"] == "import time\n\ntime.sleep(1)"


def test_long_sources_are_left_out() -> None:
    path = f"{BASE}/a.py"
    text = "x = 1; y = '" + "a" * 5_000 + "'\n"
    report = report_of(violation("RDS001", Place(path, 0, 1), "m"), violation("RDS001", Place(path, 0, 5_000), "m"))
    long = msgspec.structs.replace(report, texts={path: SourceText(text)})
    short, whole = (result["locations"][0]["physicalLocation"] for result in run_of(long)["results"])
    assert short["region"]["snippet"] == {"text": "x"}
    assert "contextRegion" not in short
    assert "snippet" not in whole["region"]


def test_newline_sequences_name_a_lone_cr_only_where_there_is_one() -> None:
    assert RUN["newlineSequences"] == ["\r\n", "\n", "\r"]
    assert run_of(report_of(CRLF, EMOJI))["newlineSequences"] == ["\r\n", "\n"]


def test_uris_are_relative_encoded_and_indexed() -> None:
    uris = [artifact["location"]["uri"] for artifact in RUN["artifacts"]]
    assert "src/shop/na%C3%AFve%20file%231.py" in uris
    assert uris == sorted(uris)
    locations = [value for key, value in everything(RUN) if key in ("artifactLocation", "location") and "uri" in value]
    assert len(locations) > len(uris)
    for location in locations:
        assert location["uriBaseId"] in RUN["originalUriBaseIds"]
        assert uris[location["index"]] == location["uri"]


def test_nothing_depends_on_the_machine() -> None:
    assert BASE not in sarif.render(REPORT, RULES, plain)
    assert not [key for key, _ in everything(RUN) if key.endswith("Utc") or key in ("machine", "account")]


def test_rules_are_those_that_ran_with_their_pages() -> None:
    run = run_of(report_of(WIDE, CHAIN))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(RULES)
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["RDS001", "LAY001"]
    assert rules[2] == {
        "id": "RDS001",
        "name": "RedisKeys",
        "shortDescription": {"text": "Says what redis-keys is."},
        "fullDescription": {"text": "Says what redis-keys is. Also why: this."},
        "help": {"text": RULES["RDS001"].markdown.strip(), "markdown": RULES["RDS001"].markdown.strip()},
        "helpUri": RULES["RDS001"].url,
        "defaultConfiguration": {"enabled": True, "level": "error"},
        "properties": {
            "tags": ["architecture", "redis"],
            "precision": "very-high",
            "problem.severity": "error",
        },
    }


def test_levels_are_always_written() -> None:
    assert [result["level"] for result in RUN["results"]] == [one.severity.value for one in REPORT.violations]


def test_messages_are_sentences_with_their_help() -> None:
    messages = [result["message"]["text"] for result in RUN["results"]]
    assert messages[0].startswith("domain imports infrastructure. Help: declare a port in the domain:\n\nclass Cache")
    assert messages[1] == "`KEYS` walks every key; iterate with `SCAN`."
    assert messages[3] == r"`time.sleep` blocks \x1b[2J\u202e\nnow [bold]."
    assert messages[4] == "a note."
    advised = violation("RDS001", WIDE.place, "no", help="use `SCAN`")
    assert run_of(report_of(advised))["results"][0]["message"]["text"] == "no. Help: use `SCAN`."


def test_fingerprints_are_those_of_github_and_of_the_identity() -> None:
    for result, one, identity in zip(RUN["results"], REPORT.violations, REPORT.identities, strict=True):
        line = REPORT.location(one.place).line
        hashes = line_hashes(TEXTS[one.place.path], {line})
        assert result["partialFingerprints"] == {
            "primaryLocationLineHash": hashes[line],
            "archlint/v1": identity,
        }


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("import redis\nredis.Redis().keys()\n".encode("utf-8-sig"), "utf-8-sig"),
        ("# coding: latin-1\nname = 'é'; keys()\n".encode("latin-1"), "latin-1"),
    ],
)
def test_fingerprints_hash_what_github_reads(data: bytes, encoding: str) -> None:
    """GitHub takes each file for UTF-8: `createReadStream(path, "utf8")` keeps U+FEFF, and writes U+FFFD."""
    path = f"{BASE}/a.py"
    text = data.decode(encoding)
    report = report_of(
        violation("RDS001", Place(path, 0, 1), "m"),
        violation("RDS001", Place(path, text.index("keys"), len(text)), "m"),
    )
    read = msgspec.structs.replace(report, texts={path: SourceText(text, data)})
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run_of(read)["results"]]
    seen = data.decode("utf-8", "replace")
    assert seen != text
    assert prints == [line_hashes(seen, {1, 2})[line] for line in (1, 2)]
    assert prints[0] != line_hashes(text, {1})[1]


def test_provenance_maps_the_repository_to_the_root_of_all_uris() -> None:
    found = Provenance("https://a.example/shop", "c" * 40, "main")
    assert run_of(msgspec.structs.replace(REPORT, provenance=found))["versionControlProvenance"] == [
        {
            "repositoryUri": "https://a.example/shop",
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
            "revisionId": "c" * 40,
            "branch": "main",
        }
    ]
    unborn = Provenance("https://a.example/shop", None, None)
    assert run_of(msgspec.structs.replace(REPORT, provenance=unborn))["versionControlProvenance"] == [
        {"repositoryUri": "https://a.example/shop", "mappedTo": {"uriBaseId": "%SRCROOT%"}}
    ]
    assert "versionControlProvenance" not in RUN


def test_a_trace_is_a_code_flow_that_ends_at_the_related_location() -> None:
    result = RUN["results"][0]
    steps = [step["location"] for step in result["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert [step["message"]["text"] for step in steps] == [
        "shop.domain.orders imports shop.infra.cache",
        "shop.infra.cache imports redis.asyncio",
    ]
    assert [step["physicalLocation"]["region"]["startLine"] for step in steps] == [2, 1]
    assert result["relatedLocations"] == [{"id": 1, **steps[-1]}]
    assert not [key for result in RUN["results"][1:] for key in result if key in ("codeFlows", "relatedLocations")]


def test_a_trace_outside_the_checked_files_has_no_code_flow() -> None:
    outside = violation("RDS001", EMOJI.place, "m", trace=(Step("redis", None),))
    assert "codeFlows" not in run_of(report_of(outside))["results"][0]


def test_logical_locations_name_module_and_scope() -> None:
    logical = [result["locations"][0]["logicalLocations"] for result in RUN["results"][:2]]
    assert logical == [
        [{"name": "orders", "fullyQualifiedName": "shop.domain.orders", "kind": "module"}],
        [{"name": "invalidate", "fullyQualifiedName": "shop.infra.cache.Cache.invalidate"}],
    ]


def test_failures_are_notifications_and_no_results() -> None:
    invocation = RUN["invocations"][0]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    notifications = invocation["toolExecutionNotifications"]
    assert [one["message"]["text"] for one in notifications] == [one.message for one in REPORT.failures]
    assert notifications[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert "region" not in notifications[1]["locations"][0]["physicalLocation"]
    assert "locations" not in notifications[2]
    assert RUN["tool"]["driver"]["notifications"][0]["id"] == notifications[0]["descriptor"]["id"]
    assert len(RUN["results"]) == len(REPORT.violations)


def test_a_clean_run_is_successful() -> None:
    run = run_of(report_of())
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    assert (run["results"], run["artifacts"]) == ([], [])
    assert run["tool"]["driver"]["rules"] == RUN["tool"]["driver"]["rules"]


def test_a_run_too_big_for_github_keeps_the_gravest() -> None:
    run = run_of(report_of(*[CRLF] * 20_000, *[EMOJI] * 4_000, *[HOSTILE] * 2_000))
    levels = [result["level"] for result in run["results"]]
    assert levels == ["error"] * 4_000 + ["warning"] * 2_000 + ["note"] * 19_000
    message = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert message == "1,000 violations are left out: a run holds at most 25,000 results."


def test_same_bytes_each_time() -> None:
    assert sarif.render(REPORT, RULES, plain) == sarif.render(REPORT, dict(reversed(RULES.items())), plain)
    assert [one["ruleId"] for one in run_of(report_of(WIDE, CHAIN))["results"]] == ["RDS001", "LAY001"]


def test_an_absolute_failure_path_outside_the_base_stays_relative() -> None:
    run = run_of(report_of(failures=(Failure("/elsewhere/a.py", 1, "m"),)))
    assert [artifact["location"]["uri"] for artifact in run["artifacts"]] == ["../elsewhere/a.py"]


PUBLISHED = {
    "": ["c129715d7a2bc9a3:1"],
    " a\nb\n  \t\tc\n d": [
        "271789c17abda88f:1",
        "54703d4cd895b18:1",
        "180aee12dab6264:1",
        "a23a3dc5e078b07b:1",
    ],
    " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n": [
        "e9496ae3ebfced30:1",
        "fb7c023a8b9ccb3f:1",
        "ce8ba1a563dcdaca:1",
        "e20e36e16fcb0cc8:1",
        "b3edc88f2938467e:1",
        "c8e28b0b4002a3a0:1",
        "c129715d7a2bc9a3:1",
    ],
    "Lorem ipsum dolor sit amet.\n" * 10: [
        "a7f2ff13bc495cf2:1",
        "a7f2ff13bc495cf2:2",
        "a7f2ff13bc495cf2:3",
        "a7f2ff13bc495cf2:4",
        "a7f2ff13bc495cf2:5",
        "a7f2ff13bc495cf2:6",
        "a7f2ff1481e87703:1",
        "a9cf91f7bbf1862b:1",
        "55ec222b86bcae53:1",
        "cc97dc7b1d7d8f7b:1",
        "c129715d7a2bc9a3:1",
    ],
    "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n": [
        "e54938cc54b302f1:1",
        "bb609acbe9138d60:1",
        "1131fd5871777f34:1",
        "5c482a0f8b35ea28:1",
        "54517377da7028d2:1",
        "2c644846cb18d53e:1",
        "f1b89f20de0d133:1",
        "c129715d7a2bc9a3:1",
    ],
}
"""The vectors of github/codeql-action, `src/fingerprints.test.ts`."""


@pytest.mark.parametrize("text", PUBLISHED)
def test_line_hashes_are_those_that_github_publishes(text: str) -> None:
    expected = dict(enumerate(PUBLISHED[text], start=1))
    assert line_hashes(text, expected.keys()) == expected
    assert line_hashes(text, {len(expected)}) == {len(expected): expected[len(expected)]}


def rolling_line_hashes(text: str) -> list[str]:
    """Hash every line as GitHub does: one unit after the other, the oldest of 100 falling out."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "").encode("utf-16-le")
    units = [int.from_bytes(raw[i : i + 2], "little") for i in range(0, len(raw), 2)] + [0xFFFF]
    starts = {0, *(i + 1 for i, unit in enumerate(units) if unit == ord("\n"))}
    value, counts, hashes = 0, dict[int, int](), []
    padded = units + [0] * 100
    for i, unit in enumerate([*padded, *[0] * 100]):
        if i - 100 in starts:
            counts[value] = counts.get(value, 0) + 1
            hashes.append(f"{value:x}:{counts[value]}")
        oldest = padded[i - 100] if i >= 100 else 0
        value = (37 * value + unit - pow(37, 100) * oldest) % 2**64
    return hashes


@given(st.text(st.sampled_from("ab \t\r\n😀\u2028é"), max_size=600))
def test_line_hashes_roll(text: str) -> None:
    lines = SourceText(text).line_count
    assert list(line_hashes(text, set(range(1, lines + 1))).values()) == rolling_line_hashes(text)
