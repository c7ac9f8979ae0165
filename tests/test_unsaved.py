"""A buffer of an editor, laid over the project: `archlint check - --stdin-filename F`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlint.cli import archlint
from archlint.engine import Options, check

KEYS = "from app.client import client\n\n\ndef sweep():\n    client.keys()\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "archlint.toml").write_text("")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("")
    (tmp_path / "app" / "client.py").write_text("import redis\n\nclient = redis.Redis()\n")
    (tmp_path / "app" / "use.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(buffer: str, *arguments: str) -> Result:
    return CliRunner().invoke(archlint, ["check", "--output-format", "concise", *arguments], input=buffer)


def test_the_buffer_stands_for_the_file(project: Path) -> None:
    result = run(KEYS, "-", "--stdin-filename", "app/use.py")

    assert result.exit_code == 1
    assert result.stdout.startswith("app/use.py:5:5: RDS001 ")
    assert run("", "app/use.py").exit_code == 0


def test_a_file_that_was_never_saved_belongs_to_the_project(project: Path) -> None:
    result = run(KEYS, "-", "--stdin-filename", "app/new.py")

    assert result.stdout.startswith("app/new.py:5:5: RDS001 ")
    assert not (project / "app" / "new.py").exists()


def test_other_files_see_the_buffer(project: Path) -> None:
    (project / "app" / "use.py").write_text(KEYS)

    result = run("client = {}\n", "-", "--stdin-filename", "app/client.py")

    assert (result.exit_code, result.stdout) == (0, "")
    assert run("client = {}\n", "-", "app/use.py", "--stdin-filename", "app/client.py").exit_code == 0
    assert run("", "app/use.py").exit_code == 1


def test_a_buffer_that_is_no_python_is_a_failure_of_its_file(project: Path) -> None:
    result = run("def f(:\n", "-", "--stdin-filename", "app/use.py")

    assert result.exit_code == 2
    assert result.stdout.startswith("app/use.py:1:1: failure the file is no valid Python")


def test_what_is_excluded_stays_so(project: Path) -> None:
    (project / "archlint.toml").write_text('exclude = ["app/new.py"]')

    assert run(KEYS, "-", "--stdin-filename", "app/new.py").stdout == ""


def test_any_number_of_buffers(project: Path) -> None:
    unsaved = {(project / "app" / f"{name}.py").as_posix(): KEYS.encode() for name in ("use", "new")}

    report = check([project], Options(unsaved=unsaved)).report

    assert [Path(each.place.path).name for each in report.violations] == ["new.py", "use.py"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-",), "- is a file on standard input; say which with --stdin-filename"),
        ((".", "--stdin-filename", "a.py"), "--stdin-filename says what standard input is; add the path -"),
        (("-", "--stdin-filename", "a.py", "--fix"), "--fix and --diff are about files as they are saved; leave - out"),
    ],
)
def test_mistakes(project: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run("", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"archlint: {said}\n"
