"""The whole pipeline over the fixture projects: it finds what their markers say, no more and no less."""

from pathlib import Path

import pytest

from archlint.engine import Options, check
from archlint.rulebook.examples import expected
from tests.goldens import COMMAND, golden_fixture, told
from tests.support import FIXTURES, expected_in, fixture_projects, found, rule_codes


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("project", fixture_projects(), ids=lambda project: project.name)
def test_violations_equal_markers(project: Path, jobs: int) -> None:
    report = check([project], Options(jobs=jobs)).report

    assert report.failures == ()
    assert found(report, project) == expected_in(project)
    assert told(report, project) == golden_fixture(project), f"read the difference; then run: {COMMAND}"


def test_fixtures_together_break_every_rule() -> None:
    marked = {code for project in fixture_projects() for _, _, code in expected_in(project)}

    assert marked == rule_codes()


def test_shop_clean_breaks_none() -> None:
    assert not expected_in(FIXTURES / "shop_clean")


def test_markers_name_path_line_and_every_code() -> None:
    text = "import a\nimport b  # expect: LAY001\nf()  # expect: RDS001, RDS001, ASY001\n"

    assert sorted(expected("shop/order.py", text).elements()) == [
        ("shop/order.py", 2, "LAY001"),
        ("shop/order.py", 3, "ASY001"),
        ("shop/order.py", 3, "RDS001"),
        ("shop/order.py", 3, "RDS001"),
    ]


@pytest.mark.parametrize(
    "marker", ["# expect: RDS1", "# expect: RDS001 here", "# expect:RDS001", "# expect: RDS001,ASY001"]
)
def test_malformed_marker_is_refused(marker: str) -> None:
    with pytest.raises(ValueError, match=r"cache\.py:2: malformed marker"):
        expected("cache.py", f"\nkeys()  {marker}")
