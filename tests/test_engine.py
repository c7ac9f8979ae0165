"""The pipeline as a whole: what a run reports, on which files, and with which exit code."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archlint.engine import Options, Outcome, check
from archlint.model import Severity

Project = Callable[[dict[str, str]], Path]
NAIVE = "from datetime import datetime\n\nNOW = datetime.now()\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    def write(files: dict[str, str]) -> Path:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def codes(outcome: Outcome) -> list[str]:
    return [each.code for each in outcome.report.violations]


def test_paths_filter_the_report_and_not_the_analysis(project: Project) -> None:
    root = project(
        {
            "archlint.toml": '[layers]\ndomain = ["shop.domain"]\ninfrastructure = ["shop.db"]\n',
            "shop/__init__.py": "",
            "shop/domain.py": "from shop.util import save\n",
            "shop/util.py": "from shop.db import save\n" + NAIVE,
            "shop/db.py": "def save(): ...\n",
        }
    )

    assert codes(check([root], Options(jobs=1))) == ["LAY001", "TIM001"]
    assert codes(check([root / "shop/domain.py"], Options(jobs=1))) == ["LAY001"]
    assert codes(check([root / "shop/db.py"], Options(jobs=1))) == []


@pytest.mark.parametrize(
    ("selectors", "left"), [("TIM", []), ("naive-datetime", []), ("TIM001", []), ("ALL", []), ("RDS", ["TIM001"])]
)
def test_per_file_ignores_take_every_kind_of_selector(project: Project, selectors: str, left: list[str]) -> None:
    root = project({"archlint.toml": f'[per-file-ignores]\n"scripts/**" = ["{selectors}"]\n', "scripts/run.py": NAIVE})

    assert codes(check([root], Options(jobs=1))) == left


@pytest.mark.parametrize(
    ("settings", "exit_code"),
    [("", 1), ('fail-on = "error"', 0), ('[rule.TIM001]\nseverity = "note"', 0), ('fail-on = "note"', 1)],
)
def test_severity_and_threshold_decide_the_exit_code(project: Project, settings: str, exit_code: int) -> None:
    root = project({"archlint.toml": settings, "run.py": NAIVE})

    outcome = check([root], Options(jobs=1))

    assert codes(outcome) == ["TIM001"]
    assert outcome.exit_code == exit_code


def test_a_file_that_cannot_be_parsed_costs_only_itself(project: Project) -> None:
    root = project({"a.py": "def f(:\n", "b.py": NAIVE, "c.py": "x = '\n"})

    outcome = check([root], Options(jobs=2))

    assert codes(outcome) == ["TIM001"]
    assert [(Path(each.path).name, each.line) for each in outcome.report.failures] == [("a.py", 1), ("c.py", 1)]
    assert all(f'exclude = ["{Path(each.path).name}"]' in each.message for each in outcome.report.failures)
    assert outcome.exit_code == 2


def test_a_layer_that_matches_nothing_is_a_failure(project: Project) -> None:
    root = project({"archlint.toml": '[layers]\ndomain = ["shop.domian"]\n', "shop/domain.py": "X = 1\n"})

    (failure,) = check([root], Options(jobs=1)).report.failures

    assert failure.message == 'the domain layer "shop.domian" matches no module; did you mean "shop.domain"?'


def test_contracts_above_the_checked_folder_are_found(project: Project) -> None:
    contract = '[tool.importlinter]\nroot_package = "shop"\n[[tool.importlinter.contracts]]\nname = "pure"\n'
    contract += 'type = "forbidden"\nsource_modules = ["shop.domain"]\nforbidden_modules = ["shop.db"]\n'
    root = project(
        {
            ".git/HEAD": "ref: refs/heads/main\n",
            "pyproject.toml": contract,
            "src/shop/__init__.py": "",
            "src/shop/domain.py": "import shop.db\n",
            "src/shop/db.py": "",
        }
    )

    outcome = check([root / "src"], Options(jobs=1))

    assert [(each.code, each.subject, each.contract) for each in outcome.report.violations] == [
        ("LAY007", "shop.db", "pure")
    ]


def test_apis_that_the_user_calls_blocking(project: Project) -> None:
    text = "import country_lib\n\nasync def f():\n    country_lib.holidays()\n"
    root = project({"archlint.toml": '[blocking]\n"country_lib.holidays" = "use an executor"\n', "run.py": text})

    (violation,) = check([root], Options(jobs=1)).report.violations

    assert (violation.code, violation.severity) == ("ASY001", Severity.ERROR)
    assert violation.message.endswith("; use an executor")


def test_identity_counts_the_same_violation_and_survives_moving(project: Project) -> None:
    before = check([project({"run.py": NAIVE + "THEN = datetime.now()\n"})], Options(jobs=1))
    after = check([project({"run.py": "# moved\n" + NAIVE + "LATER = datetime.now()\n"})], Options(jobs=1))

    assert before.report.identities == after.report.identities
    assert [each.rpartition("|")[2] for each in before.report.identities] == ["1", "2"]


def test_nothing_of_the_checked_code_is_run(project: Project) -> None:
    mark = "import pathlib\npathlib.Path(__file__).with_name('mark').touch()\n"
    names = ("conftest.py", "setup.py", "sitecustomize.py", "shop/__init__.py", "shop/run.py", "libcst.py")
    root = project(dict.fromkeys(names, mark))

    check([root], Options(jobs=1))

    assert not list(root.rglob("mark"))


def test_two_files_with_one_module_name_are_both_judged(project: Project) -> None:
    text = "class {0}:\n    def __init__(self):\n        self.x = 1\n\n\nclass Last{0}({0}): ...\n" + NAIVE
    root = project(
        {"a/conftest.py": text.format("A"), "b/conftest.py": NAIVE, "archlint.toml": 'source-roots = ["a", "b"]\n'}
    )

    assert codes(check([root], Options(jobs=1))) == ["TIM001", "TIM001"]


def test_private_names_of_a_package_that_cannot_be_parsed(project: Project) -> None:
    files = {"pack/__init__.py": "x = (\n", "pack/a.py": "", "main.py": "from pack import _hidden\n"}
    outcome = check([project(files)], Options(jobs=1))

    assert codes(outcome) == ["LAY005"]
    assert [Path(each.path).name for each in outcome.report.failures] == ["__init__.py"]
