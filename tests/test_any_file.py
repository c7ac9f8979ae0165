"""Whatever a Python file holds, it is read or named with line and reason, and the other files are checked."""

import re
import warnings
from pathlib import Path

import pytest

from archlint.engine import Options, check
from archlint.model import Report
from tests.odd_files import ODD_FOR_THE_PARSER, READ, REFUSED

GOOD = b"import redis\n\n\ndef f() -> None:\n    redis.Redis().keys('*')\n"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Return the report on all odd files, with an ordinary one before and behind them, all rules on."""
    folder = tmp_path_factory.mktemp("odd")
    files = READ | {name: data for name, (data, _) in REFUSED.items()} | {"a_good": GOOD, "zz_good": GOOD}
    for name, data in files.items():
        (folder / f"{name}.py").write_bytes(data)
    return check([folder], Options(select=("ALL",), jobs=2)).report


def test_what_is_refused_is_named_with_its_line(report: Report) -> None:
    failed = {Path(each.path).stem: each.line for each in report.failures}

    assert failed == {name: line for name, (_, line) in REFUSED.items()}


def test_failures_give_one_reason_in_one_line(report: Report) -> None:
    for each in report.failures:
        reason, _, _ = each.message.rpartition(f'eave it out with exclude = ["{Path(each.path).name}"]')
        assert reason.endswith(("? L", "; l", ", or l"))
        assert "?;" not in reason
        assert each.message.isprintable()
        assert "please report" not in each.message


def test_others_are_checked(report: Report) -> None:
    found = {Path(each.place.path).stem for each in report.violations if each.code == "RDS001"}

    assert {"a_good", "zz_good", "cr", "crlf", "crstr", "emojistr", "fscom", "nelcom", "vtstr"} <= found


def test_places_are_those_of_the_calls(report: Report) -> None:
    for each in report.violations:
        if each.code == "RDS001":
            source = report.texts[each.place.path].text
            assert source[each.place.start : each.place.end].endswith(".keys")


def test_names_are_compared_as_python_compares_them(report: Report) -> None:
    assert {"unicodeid", "unicodeid2"} <= {Path(each.place.path).stem for each in report.violations}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_python_refuses_it_too(name: str) -> None:
    """What Python reads and archlint does not is a limit of LibCST; there are few of these."""
    data = REFUSED[name][0]
    if re.search(rb"coding: (unicode_escape|utf-7|cp037|mbcs|oem)", data):
        pytest.skip("depends on the platform, or Python decodes escapes and refuses what comes of it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in ODD_FOR_THE_PARSER:
            compile(data, name, "exec")
        else:
            with pytest.raises((SyntaxError, ValueError)):
                compile(data, name, "exec")
