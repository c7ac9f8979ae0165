"""Rules of one's own: the guide is true, the commands do what they say, installed packages bring rules."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shown import blocks
from tests.support import ROOT, run

GUIDE = [each for each in blocks() if each.page.stem == "writing-rules"]
PLUGIN = ROOT / "tests" / "example_plugin"
PAGE = "lint/rules/ABC001-no-print.md"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_the_guide_says_of_a_missing_marker(here: Path) -> None:
    page = next(each.body for each in GUIDE if each.language == "markdown")
    (here / "lint").mkdir()
    (here / "lint" / "ACM002-float-money.md").write_text(page.replace('"EUR")  # expect: ACM002', '"EUR")'))
    result = run("test-rules", "lint")
    assert result.exit_code == 1
    failure = next(each.body for each in GUIDE if each.body.startswith("FAIL"))
    assert failure.replace("lint/rules", "lint") in result.stdout


def test_the_example_plugin_is_the_one_of_the_guide() -> None:
    check = next(each.body for each in GUIDE if "def long_signature" in each.body)
    assert check in (PLUGIN / "acme_rules" / "checks.py").read_text(encoding="utf-8")
    entry = next(each.body for each in GUIDE if "entry-points" in each.body)
    assert entry in (PLUGIN / "pyproject.toml").read_text(encoding="utf-8")


def _new_page(here: Path) -> str:
    assert run("rule", "--new", "ABC001", "no-print").exit_code == 0
    return (here / PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "  # expect: ABC001",
            "",
            "expects nothing; mark at least one line with `# expect: ABC001`, or move it to Good",
        ),
        ("# expect: ABC001", "# expect: ABC001, ABC001", "example.py:2: expected ABC001 2 times, found ABC001"),
        ("# expect: ABC001", "# expect: RDS001", "example.py:2: expects RDS001, but only ABC001 is tried here"),
        ("# expect: ABC001", "# expect: bad", "example.py:2: malformed marker"),
        ("logger.info(", "print(", "example.py:7: expected nothing, found ABC001 ("),
        ("import logging\n", "import logging (\n", "example.py: the file is no valid Python"),
        ("```python\nimport logging", "`../x.py`:\n\n```python\nimport logging", "`../x.py` leads out of the example"),
        ("def show(print)", "def show(print):  # expect: ABC001\n    pass\n\n\ndef f(print)", "expects a violation"),
    ],
)
def test_a_failing_example_says_what_is_wrong(here: Path, old: str, new: str, problem: str) -> None:
    page = _new_page(here)
    assert old in page
    (here / PAGE).write_text(page.replace(old, new, 1), encoding="utf-8")
    result = run("test-rules", "lint/rules")
    assert result.exit_code == 1
    assert f"      {problem}" in result.stdout
    assert "1 failed, 1 passed (1 page)" in result.stderr


def test_rule_pages_of_the_configuration_are_tested(here: Path) -> None:
    _new_page(here)
    assert run("test-rules").exit_code == 2
    (here / "archlint.toml").write_text('rule-pages = ["lint/rules"]\n')
    assert run("test-rules", "-q").output == "2 passed (1 page)\n"


def test_a_page_that_cannot_be_read_is_exit_2(here: Path) -> None:
    page = _new_page(here)
    (here / PAGE).write_text(page.replace("ABC001", "RDS001").replace('"warning"', '"bad"'), encoding="utf-8")
    result = run("test-rules", "lint/rules")
    assert (result.exit_code, result.stdout) == (2, "")
    assert '"severity" must be "error", "warning" or "note"' in result.stderr
    (here / PAGE).write_text(page.replace("ABC001", "RDS001"), encoding="utf-8")
    assert "the code RDS001 is taken by" in run("test-rules", "lint/rules").stderr


def test_a_new_page_never_overwrites_and_says_why_not(here: Path) -> None:
    _new_page(here)
    assert "is there already" in run("rule", "--new", "ABC001", "no-print").stderr
    result = run("rule", "--new", "RDS001", "Bad Name")
    assert (result.exit_code, list(here.glob("**/RDS*"))) == (2, [])
    assert result.stderr == (
        "archlint: the code RDS001 is taken by redis-keys; choose another\n"
        "archlint: Bad Name is no name for a rule; write small words with hyphens, as in print-in-service\n"
    )
    assert run("rule", "RDS001", "--new", "ABC002", "x").exit_code == 2
    assert run("rule", "--new", "ABC002", "x", "--directory", "own").stdout.startswith("wrote own/ABC002-x.md")


def test_rules_are_listed_in_columns_and_as_json() -> None:
    lines = run("rule").stdout.splitlines()
    assert len({line.index(line.split(maxsplit=2)[1]) for line in lines}) == 1
    described = json.loads(run("rule", "--output-format", "json").stdout)
    assert len(described) == len(lines)
    assert described[0].keys() == {
        *["code", "name", "family", "severity", "default", "summary", "options", "page", "url"]
    }
    assert {each["code"] for each in json.loads(run("rule", "IMP", "--output-format", "json").stdout)} == {
        *(f"IMP00{number}" for number in range(1, 5))
    }


def _install(target: Path, entries: str) -> None:
    """Put the example plugin where an installer would, without one."""
    shutil.copytree(PLUGIN / "acme_rules", target / "acme_rules")
    info = target / "acme_rules-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text(f"[archlint.checks]\n{entries}\n")


def _archlint(target: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archlint", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(target)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def service(here: Path) -> Path:
    (here / "service").mkdir()
    (here / "service" / "m.py").write_text("import os\n\n\ndef f(a, b, c, d, e, f, g, h, i):\n    os.system('x')\n")
    return here / "service"


CONCISE = ("check", ".", "--output-format", "concise", "--jobs", "1", "--no-cache", "--select", "ACM")


def test_an_installed_package_brings_rules(here: Path, service: Path) -> None:
    _install(here / "target", "ACM101 = acme_rules.checks:long_signature")
    done = _archlint(here / "target", *CONCISE, cwd=service)
    assert [line.split(" ", 2)[:2] for line in done.stdout.splitlines()] == [
        ["m.py:4:5:", "ACM101"],
        ["m.py:5:5:", "ACM102"],
    ]
    assert done.returncode == 1
    pages = here / "target" / "acme_rules" / "archlint_rules"
    assert _archlint(here / "target", "test-rules", str(pages), cwd=service).stderr == "4 passed (2 pages)\n"


@pytest.mark.parametrize(
    ("entry", "failure"),
    [
        ("acme_rules.missing:check", "cannot be loaded: ModuleNotFoundError: No module named 'acme_rules.missing'"),
        ("acme_rules.checks:nothing", "cannot be loaded: AttributeError:"),
        ("acme_rules:__doc__", "is no function"),
        ("builtins:divmod", "raised TypeError: unsupported operand"),
        ("builtins:max", "raised TypeError:"),
    ],
)
def test_a_plugin_that_fails_is_one_failure(here: Path, service: Path, entry: str, failure: str) -> None:
    pages = "pages = acme_rules\n"
    _install(here / "target", f"{pages}ACM101 = {entry}")
    done = _archlint(here / "target", *CONCISE, cwd=service)
    failures = [line for line in done.stdout.splitlines() if "failure" in line]
    assert len(failures) == 1
    assert "the check of ACM101 in acme-rules 1.0.0" in failures[0]
    assert failure in failures[0]
    assert "Traceback" not in done.stdout + done.stderr
    assert "ACM102" in done.stdout
    assert done.returncode == 2


def test_a_check_without_a_page_is_a_failure(here: Path, service: Path) -> None:
    _install(here / "target", "ACM999 = acme_rules.checks:long_signature")
    done = _archlint(here / "target", *CONCISE, cwd=service)
    assert "there is no rule ACM999 for the check of acme-rules 1.0.0" in done.stdout
    assert done.returncode == 2


def test_plugins_in_the_checked_tree_are_not_run(here: Path, service: Path) -> None:
    _install(service / "vendored", "ACM101 = acme_rules.checks:long_signature")
    done = _archlint(service / "vendored", "rule", cwd=service)
    assert "ACM101" not in done.stdout
    assert "ACM101" not in _archlint(service / "vendored", "rule", cwd=here).stdout
