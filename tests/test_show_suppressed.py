"""What comments and the baseline accept is shown on request, in text, JSON and SARIF."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from archlint.cli import archlint
from archlint.model import Place, Report
from archlint.outcome.reporters import summary, text
from archlint.outcome.reporters.paint import Colours, plain
from tests.handmade_report import RULES, WIDE, report_of, violation
from tests.test_formats import SCHEMA

CODE = """import time


async def nap() -> None:
    time.sleep(1)  # archlint: ignore[ASY001] a \x1b[31mdemo
    time.sleep(2)  # archlint: ignore[blocking-call]
    time.sleep(3)
    time.sleep(4)
"""


@pytest.fixture
def accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with two suppressed violations, one in the baseline and one that is new."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "archlint.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    (tmp_path / "naps.py").write_text(CODE.replace("    time.sleep(4)\n", ""), encoding="utf-8")
    assert CliRunner().invoke(archlint, ["baseline"]).exit_code == 0
    entry = (tmp_path / "known.json").read_text(encoding="utf-8")
    known = entry.replace('"count": 1', '"count": 1, "reason": "until May"')
    (tmp_path / "known.json").write_text(known, encoding="utf-8")
    (tmp_path / "naps.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def check(*options: str) -> str:
    done = CliRunner().invoke(archlint, ["check", *options])
    assert done.exit_code == 1, done.output
    return done.stdout


@pytest.mark.parametrize("again", [False, True], ids=["cold", "from the cache"])
def test_in_text(accepted: Path, again: bool) -> None:
    if again:
        check("--show-suppressed")
    new, _, rest = check("--show-suppressed").partition("\n\n")
    assert new.startswith("naps.py:8:5: error: ASY001")
    assert [line.partition("`time")[0] for line in rest.splitlines()] == [
        r"suppressed (a \x1b[31mdemo): naps.py:5:5: error: ASY001 [blocking-call] ",
        "suppressed: naps.py:6:5: error: ASY001 [blocking-call] ",
        "in the baseline (until May): naps.py:7:5: error: ASY001 [blocking-call] ",
    ]
    assert check() == new + "\n\n"


def results(*options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(check("--output-format", "sarif", *options))["runs"][0]["results"]
    return found


def test_in_sarif(accepted: Path) -> None:
    new, *others = results("--show-suppressed")
    assert new == results()[0]
    assert "suppressions" not in new
    assert [(each["suppressions"], each["baselineState"]) for each in others] == [
        ([{"kind": "inSource", "status": "accepted", "justification": r"a \x1b[31mdemo"}], "new"),
        ([{"kind": "inSource", "status": "accepted"}], "new"),
        ([{"kind": "external", "status": "accepted", "justification": "until May"}], "unchanged"),
    ]
    lines = [each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in (new, *others)]
    assert lines == [8, 5, 6, 7]
    prints = [each["partialFingerprints"]["archlint/v1"] for each in (new, *others)]
    assert len(set(prints)) == 4
    assert prints[0].endswith("|2"), "what is reported keeps its identity"


def test_in_json(accepted: Path) -> None:
    document = json.loads(check("--output-format", "json", "--show-suppressed"))

    assert [each["line"] for each in document["violations"]] == [8]
    found = [(each["line"], each["acceptedBy"], each["reason"]) for each in document["accepted"]]
    assert found == [(5, "comment", "a \x1b[31mdemo"), (6, "comment", ""), (7, "baseline", "until May")]
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
    keys = set(document["violations"][0]) | {"acceptedBy", "reason"}
    assert all(set(each) == keys for each in document["accepted"])
    assert json.loads(check("--output-format", "json")) == {**document, "accepted": []}


def test_what_the_paths_and_settings_leave_out_is_not_shown(accepted: Path) -> None:
    (accepted / "other.py").write_text(CODE, encoding="utf-8")
    assert "other.py" not in check("naps.py", "--show-suppressed")
    settings = 'baseline = "known.json"\nper-file-ignores = {"naps.py" = ["ASY"]}\n'
    (accepted / "archlint.toml").write_text(settings, encoding="utf-8")
    assert "naps.py" not in check("--show-suppressed")


def many(count: int) -> Report:
    return report_of(*(violation("RDS001", Place(WIDE.place.path, n, n + 1), f"m{n}") for n in range(count)))


def test_of_many_violations_only_the_first_of_a_kind_are_shown_whole() -> None:
    few = text.render(many(100), RULES, plain)
    assert few.count("^") == 100
    shown = text.render(many(101), RULES, plain)
    whole, _, rest = shown.partition("m2\n")[2].partition("\n\n")
    assert "^" in whole
    assert rest.count("\n") == 98
    assert "\n\n" not in rest


def test_what_to_do_about_many_violations() -> None:
    assert summary.advice(many(100), RULES) == []
    assert summary.advice(many(1_200), RULES) == [
        "most are 1,200 RDS001 [redis-keys]; --statistics counts all, --select RDS001 shows one rule alone",
        "`archlint baseline` accepts what is there today; from then on only what is new is reported",
    ]
    assert "\x1b" in text.render(many(101), RULES, Colours())
