"""Judging with another process: the report is the same however that goes."""

import subprocess
import sys
from collections.abc import Mapping
from itertools import chain
from typing import Any

import msgspec
import pytest

from archlint.engine import Options, project_of, take_in
from archlint.project.modulewise import ModuleWise
from archlint.rulebook.judge import checks
from archlint.rulebook.questions import questions
from tests.support import FIXTURES, ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")
WAYS = (
    "well",
    "one processor",
    "it dies at once",
    "it dies over the checks",
    "it asks something else",
    "it fails there",
    "it fails here",
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Judge one project in all these ways."""
    folder = tmp_path_factory.mktemp("two")
    done = subprocess.run(
        [sys.executable, "-m", "tests.two_processes", str(folder)], cwd=ROOT, capture_output=True, check=False
    )
    assert not done.stderr
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    return found


@pytest.mark.parametrize("way", WAYS)
def test_the_report_is_the_same(told: Mapping[str, Any], way: str) -> None:
    alone, together, _ = told[way]
    assert together == alone
    assert "ASY003" in alone
    assert ('"code":"ASY002"' in alone) != ("fails" in way)
    assert ("too much" in alone) == ("fails" in way)


def test_each_asks_half(told: Mapping[str, Any]) -> None:
    assert {"uses", "effects", "blocking calls", "unawaited coroutines"} <= set(told["well"][2])
    assert told["one processor"][2] == []
    assert set(told["it dies at once"][2]) == {""}
    assert told["it dies over the checks"][2] == told["well"][2]
    assert told["it asks something else"][2][-1] == ""
    for way in ("it fails there", "it fails here"):
        assert told[way][2] < told["well"][2] or "" in told[way][2]


def test_one_learns_what_the_other_has_inferred(told: Mapping[str, Any]) -> None:
    alone, own, learned = map(set, told["inferred"])
    assert own < alone
    assert alone <= learned
    assert "question about pairs that agree" in alone


def test_an_interrupt_leaves_no_process(told: Mapping[str, Any]) -> None:
    assert told["interrupt"] == []


def test_no_question_is_asked_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = take_in([FIXTURES / "shop"], Options(jobs=1))
    rules = taken.inputs.rules
    asked: set[str] = set()
    answer = ModuleWise.__call__

    def noted(self: ModuleWise[Any], project: Any) -> Any:
        asked.add(self.name)
        return answer(self, project)

    monkeypatch.setattr(ModuleWise, "__call__", noted)
    for code in rules:
        asked.clear()
        for check in chain(*checks(project_of(taken), {code: rules[code]})):
            list(check())
        assert {each.name for each in questions([code])} <= asked, code
