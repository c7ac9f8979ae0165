"""The formats for CI services, and several reports in one run."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from archlint.cli import archlint
from archlint.engine import Options, check
from archlint.model import Edit, Failure, Fix, Report, Severity
from archlint.outcome.reporters import REPORTERS
from archlint.outcome.reporters.limits import beyond
from archlint.outcome.reporters.paint import plain
from tests.handmade_report import CACHE, KEYS, REPORT, RULES, place, report_of, violation
from tests.support import ROOT, fixture_projects

SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
EVIL = "::error::\x1b[31m|</script>]]>&@me `<b>` \u202e%0A\r\nx"


def written(name: str, report: Report) -> str:
    return REPORTERS[name](report, RULES, plain)


def many(count: int, severity: Severity = Severity.ERROR) -> Report:
    one = msgspec.structs.replace(violation("RDS001", place(CACHE, "keys"), KEYS), severity=severity)
    return report_of(*[one] * count)


def evil() -> Report:
    one = violation("RDS001", place(CACHE, "keys"), EVIL)
    failed = Failure("/repo/a,b:c.py", 3, EVIL)
    return msgspec.structs.replace(report_of(one), failures=(failed,))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(archlint, ["check", "--jobs", "1", *arguments])


@pytest.mark.parametrize("project", fixture_projects(), ids=lambda project: project.name)
def test_json_of_fixtures_follows_the_published_schema(project: Path) -> None:
    outcome = check([project], Options(jobs=1, fixes=True, show_suppressed=True))
    document = json.loads(REPORTERS["json"](outcome.report, outcome.rules, plain))

    Draft202012Validator.check_schema(SCHEMA)
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []


@pytest.mark.parametrize("report", [REPORT, evil(), report_of()], ids=["handmade", "evil", "empty"])
def test_json_follows_the_published_schema(report: Report) -> None:
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(written("json", report)))) == []


def test_the_schema_asks_for_every_key_that_is_written() -> None:
    document = json.loads(written("json", REPORT))

    assert set(SCHEMA["required"]) == set(document)
    assert set(SCHEMA["properties"]["stats"]["required"]) == set(document["stats"])
    assert set(SCHEMA["$defs"]["violation"]["required"]) == set(document["violations"][0])


def test_github_names_place_and_title() -> None:
    lines = written("github", REPORT).splitlines()

    keys = next(line for line in lines if "title=RDS001" in line)
    assert keys.startswith(
        "::error title=RDS001 redis-keys,file=src/shop/infra/cache.py,line=9,col=36,endLine=9,endColumn=53::"
    )
    order = [re.match(r"::(\w+)", line) for line in lines]
    kinds = [match[1] for match in order if match]
    assert kinds == sorted(kinds, key=["error", "warning", "notice"].index)
    assert set(kinds) == {"error", "warning", "notice"}


def test_github_annotates_ten_of_a_kind_and_lists_the_others() -> None:
    text = written("github", many(13))

    assert text.count("::error ") == 10
    assert text.count("src/shop/infra/cache.py:9:") == 0
    assert sum(": RDS001 " in line for line in text.splitlines()) == 3
    assert beyond("github", many(13)) == "GitHub shows 10 annotations of a kind; 3 more are lines of the log"
    assert beyond("github", many(10)) == ""


def test_no_workflow_command_comes_from_the_code() -> None:
    lines = written("github", evil()).splitlines()

    assert all(line.startswith("::error title=") for line in lines)
    assert len(lines) == 2
    assert "file=a%2Cb%3Ac.py,line=3::" in lines[0]
    assert not re.search(r"[\x00-\x1f\u202e]", "".join(lines))


def test_gitlab_fingerprints_are_unique_and_outlive_moves() -> None:
    first = json.loads(written("gitlab", many(2)))
    moved = json.loads(written("gitlab", report_of(violation("RDS001", place(CACHE, "keys", 2), KEYS))))

    assert len({entry["fingerprint"] for entry in first}) == 2
    assert moved[0]["fingerprint"] == first[0]["fingerprint"]
    assert moved[0]["location"]["positions"]["begin"] != first[0]["location"]["positions"]["begin"]
    assert [entry["severity"] for entry in json.loads(written("gitlab", evil()))] == ["major", "blocker"]


def test_junit_has_a_suite_for_each_rule() -> None:
    root = ET.fromstring(written("junit", REPORT))

    suites = {suite.get("name"): suite for suite in root}
    assert {f"{code} {rule.name}" for code, rule in RULES.items()} | {"failures"} == set(suites)
    failed = sum(1 for one in REPORT.violations if one.severity is not Severity.NOTE)
    assert root.get("failures") == str(failed) == str(len(root.findall(".//failure")))
    assert root.get("errors") == str(len(REPORT.failures))


def test_junit_has_a_passed_case_for_a_rule_that_holds_and_for_a_note() -> None:
    assert {suite.get("tests") for suite in ET.fromstring(written("junit", report_of()))} == {"1"}
    noted = ET.fromstring(written("junit", many(1, Severity.NOTE)))
    assert noted.get("failures") == "0"
    assert noted.findtext(".//system-out", "").endswith(KEYS)
    assert ET.fromstring(written("junit", evil())).find(".//failure") is not None


def test_rdjson_counts_bytes() -> None:
    diagnostic = next(
        each for each in json.loads(written("rdjson", REPORT))["diagnostics"] if each["code"]["value"] == "RDS001"
    )

    text = REPORT.texts[CACHE].line(9).encode()
    span = diagnostic["location"]["range"]
    assert text[span["start"]["column"] - 1 : span["end"]["column"] - 1] == b"self._client.keys"


def test_rdjson_suggests_fixes_of_one_edit_only() -> None:
    where = place(CACHE, "keys")
    edit = Edit(where.start, where.end, "scan_iter")
    one = violation("RDS001", where, KEYS)
    single = msgspec.structs.replace(one, fix=Fix("use it", (edit,), safe=True))
    double = msgspec.structs.replace(one, fix=Fix("use it", (Edit(0, 0, "x"), edit), safe=True))

    def suggestions(report: Report) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = json.loads(written("rdjson", report))["diagnostics"][0].get("suggestions", [])
        return found

    assert [each["text"] for each in suggestions(report_of(single))] == ["scan_iter"]
    assert suggestions(report_of(double)) == []


def test_markdown_is_a_table_that_nothing_breaks() -> None:
    text = written("markdown", evil())

    rows = [line for line in text.splitlines() if line.startswith("| error")]
    assert len(rows) == 1
    assert len(re.findall(r"(?<!\\)\|", rows[0])) == 5
    assert "<b>" not in text.replace("`<b>`", "")
    assert "@me" not in text
    assert "</script>" not in text
    assert "- **failure** `a,b:c.py:3` " in text


def test_markdown_fits_into_a_comment() -> None:
    text = written("markdown", many(2_000))

    assert len(text) < 65_536
    shown = text.count("\n| error |")
    assert f"... and {2_000 - shown} more: {2_000 - shown} RDS001" in text


def test_sarif_says_what_github_leaves_out() -> None:
    assert beyond("sarif", many(5_000)) == ""
    assert beyond("sarif", many(5_001)) == "SARIF: GitHub shows only the gravest 5,000 of 5,001 violations"
    assert "25,000 of 25,001" in beyond("sarif", many(25_001))


def test_hostile_text_is_inert_in_every_format() -> None:
    for name in REPORTERS:
        text = written(name, REPORT) + written(name, evil())
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", text.replace("\t", "")), name


def test_several_reports_in_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("import redis\ndef f(r: redis.Redis):\n    r.keys()\n")

    result = run(".", "--report", "sarif=out/a.sarif", "--report", "json=a.json", "--output-format", "concise")

    assert result.exit_code == 1
    assert result.stdout.startswith("a.py:3:5: RDS001 ")
    assert json.loads((tmp_path / "out" / "a.sarif").read_text())["version"] == "2.1.0"
    assert len(json.loads((tmp_path / "a.json").read_text())["violations"]) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("sarf=x", "--report sarf=x: there is no format sarf; did you mean sarif?"),
        ("qqq=x", "--report qqq=x: there is no format qqq; there are text, concise, "),
        ("sarif", "--report sarif: names no file; write sarif=FILE"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_first(given: str, said: str) -> None:
    result = run(".", "--report", given)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"archlint: {said}")


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("note", 1)])
def test_fail_on(tmp_path: Path, fail_on: str, code: int) -> None:
    (tmp_path / "archlint.toml").write_text('fail-on = "note"\n')
    (tmp_path / "a.py").write_text("from datetime import datetime\nnow = datetime.utcnow()\n")

    assert run(str(tmp_path), "--fail-on", fail_on).exit_code == code
