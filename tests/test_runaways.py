"""Judging does not run away, however a program is entangled: it grows no faster than the square of the text."""

import sys
from pathlib import Path
from types import FrameType

import pytest

from archlint.engine import Options, check
from archlint.model import Report
from tests.fuzzing import write
from tests.runaways import RUNAWAYS, Files

LEEWAY = 1.25
"""For what grows in steps."""
LEAST = 5000
"""Fewer calls than that are none."""
BUDGET = 5_000_000
"""How many calls no project here may come near to."""


class RunAwayError(Exception):
    """Judging needs more calls than any of these small projects may."""


class Calls:
    """Counts the calls of Python functions in this process: no clock, so that a busy machine is no failure."""

    def __enter__(self) -> "Calls":
        self.count = 0
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _note(self, _: FrameType, event: str, __: object) -> None:
        if event == "call":
            self.count += 1
            if self.count > BUDGET:
                raise RunAwayError


def judged(files: Files, home: Path) -> Report:
    write({path: text.encode() for path, text in files.items()}, home)
    return check([home], Options(select=("ALL",), jobs=1)).report


@pytest.fixture(scope="module")
def first_calls(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Count what it costs to judge next to nothing, once everything is loaded."""
    home = tmp_path_factory.mktemp("nothing")
    judged({"m.py": "x = 1\n"}, home)
    with Calls() as calls:
        judged({"m.py": "x = 1\n"}, home)
    return calls.count


@pytest.mark.parametrize("name", RUNAWAYS)
def test_judging_grows_no_faster_than_the_square(name: str, first_calls: int, tmp_path: Path) -> None:
    make, size = RUNAWAYS[name]
    costs, sizes = [], []
    for times in (1, 2):
        files = make(times * size)
        with Calls() as calls:
            report = judged(files, tmp_path / str(times))
        assert report.failures == ()
        costs.append(max(calls.count - first_calls, LEAST))
        sizes.append(sum(map(len, files.values())))

    assert costs[1] / costs[0] <= LEEWAY * (sizes[1] / sizes[0]) ** 2, (costs, sizes)
