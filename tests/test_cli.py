"""The command line: exit codes, what goes where, and what is said about mistakes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result

from archlint import __version__
from archlint.cli import COMMANDS
from archlint.outcome.files import write_whole
from archlint.outcome.reporters.paint import Paint
from tests.support import run

BROKEN = "import redis\ndef f(r: redis.Redis):\n    r.keys()\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with one violation, and stand in it."""
    (tmp_path / "archlint.toml").write_text("")
    (tmp_path / "bad.py").write_text(BROKEN)
    (tmp_path / "good.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments: str) -> Result:
    return run("check", "--jobs", "1", *arguments)


def test_a_clean_file(project: Path) -> None:
    result = check("good.py")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No violations in 1 file.\n"


def test_a_violation(project: Path) -> None:
    result = check(".", "--output-format", "concise")
    assert result.exit_code == 1
    assert result.stdout.startswith("bad.py:3:5: RDS001 ")
    assert result.stderr == (
        "note: 1 violation may be fixed with --fix; --diff shows how\nFound 1 violation (1 error) in 2 files.\n"
    )


def test_a_failure_is_more_than_a_violation(project: Path) -> None:
    (project / "worse.py").write_text("(")
    result = check(".", "--exit-zero")
    assert result.exit_code == 2
    assert "worse.py:1" in result.stdout
    assert "RDS001" in result.stdout


def test_exit_zero(project: Path) -> None:
    assert check(".", "--exit-zero").exit_code == 0


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [
        (["--select", "RDS001"], 1),
        (["--select", "redis-keys"], 1),
        (["--select", "RDS"], 1),
        (["--select", "ALL"], 1),
        (["--select", "TIM,SEC002"], 0),
        (["--select", "TIM", "--select", "RDS001"], 1),
        (["--select", "TIM", "--extend-select", " RDS001 ,"], 1),
        (["--ignore", "RDS001"], 0),
        (["--ignore", "RDS"], 0),
        (["--ignore", "redis-keys"], 0),
        (["--select", "RDS001", "--ignore", "RDS001"], 0),
        (["--isolated"], 1),
        (["--config", "archlint.toml"], 1),
    ],
)
def test_selection(project: Path, options: list[str], exit_code: int) -> None:
    assert check("bad.py", *options).exit_code == exit_code


@pytest.mark.parametrize(
    ("option", "selectors", "said"),
    [
        ("--select", "RDS01", "there is no rule RDS01; did you mean RDS001?"),
        ("--select", "RDS001,redis-key", "there is no rule redis-key; did you mean redis-keys?"),
        ("--ignore", "rds001", "there is no rule rds001; did you mean RDS001?"),
        ("--extend-select", "all", "there is no rule all; did you mean ALL?"),
        ("--select", "whatever", "there is no rule whatever; `archlint rule` lists them all"),
    ],
)
def test_a_selector_that_names_nothing(project: Path, option: str, selectors: str, said: str) -> None:
    result = check("bad.py", option, selectors)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"archlint: {said}\n")


def test_every_unknown_selector_is_named(project: Path) -> None:
    result = check("bad.py", "--select", "XXX,RDS001,YYY", "--ignore", "XXX")
    assert [line.split(";")[0] for line in result.stderr.splitlines()] == [
        "archlint: there is no rule XXX",
        "archlint: there is no rule YYY",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing"],
        ["missing.py", "good.py"],
        ["empty"],
        ["."],
        ["good.py", "--config", "missing.toml"],
        ["good.py", "--config", "archlint.toml", "--isolated"],
        ["good.py", "--config", "wrong.toml"],
    ],
)
def test_one_sentence_about_what_cannot_be_done(project: Path, arguments: list[str]) -> None:
    (project / "empty").mkdir()
    (project / "wrong.toml").write_text("selct = []\n")
    if arguments == ["."]:
        (project / "good.py").unlink()
        (project / "bad.py").unlink()
    result = check(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("archlint: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["check", ".", "--no-such"], ["check", ".", "--jobs", "0"], ["chekc"]])
def test_usage(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: " in result.stderr
    assert arguments != ["chekc"] or "(Did you mean 'check'?)" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["good.py", "--select", ""], "no rule ran; what is selected is ignored, or nothing is selected"),
        (["good.py", "--ignore", "ALL"], "no rule ran; what is selected is ignored, or nothing is selected"),
        (["notes.md"], "no file was checked; what is named is no Python file, or `exclude` leaves it out"),
        (["left"], "no file was checked; what is named is no Python file, or `exclude` leaves it out"),
    ],
)
def test_a_run_that_cannot_find_anything_says_so(project: Path, arguments: list[str], said: str) -> None:
    (project / "archlint.toml").write_text('exclude = ["left/"]\n')
    (project / "notes.md").write_text("")
    (project / "left").mkdir()
    (project / "left" / "bad.py").write_text(BROKEN)
    result = check(*arguments)
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"note: {said}\n" in result.stderr
    assert check(*arguments, "-q").stderr == ""


def test_without_git_and_configuration_paths_start_at_the_working_directory(project: Path) -> None:
    (project / "archlint.toml").unlink()
    (project / "lib").mkdir()
    (project / "bad.py").rename(project / "lib" / "bad.py")
    for paths in (["lib"], ["lib/bad.py"], ["."]):
        report = json.loads(check(*paths, "--output-format", "json").stdout)
        assert [each["path"] for each in report["violations"]] == ["lib/bad.py"]
    (project / "lib" / "pack").mkdir()
    for name, text in (("__init__", ""), ("a", "import pack.b\n"), ("b", "")):
        (project / "lib" / "pack" / f"{name}.py").write_text(text)
    (project / ".importlinter").write_text(
        "[importlinter]\nroot_package = pack\n"
        "[importlinter:contract:1]\nname = x\ntype = independence\nmodules =\n    pack.a\n    pack.b\n"
    )
    broken = check("lib", "--select", "LAY007", "--output-format", "concise")
    assert broken.stdout.startswith("lib/pack/a.py:1:8: LAY007 ")


def test_from_the_root_of_the_file_system_paths_start_at_what_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "archlint.toml").unlink()
    monkeypatch.chdir("/")
    report = json.loads(check(str(project), "--no-cache", "--output-format", "json").stdout)
    assert [each["path"] for each in report["violations"]] == ["bad.py"]


def test_the_proposal_to_leave_a_file_out_holds_where_settings_would_be(project: Path) -> None:
    (project / "archlint.toml").unlink()
    (project / "lib").mkdir()
    (project / "lib" / "worse.py").write_text("(")
    (project / "lib" / "good.py").write_text("")
    proposed = check("lib", "--output-format", "concise").stdout.partition("leave it out with ")[2]
    assert proposed == 'exclude = ["lib/worse.py"]\n'
    (project / "archlint.toml").write_text(proposed)
    assert check("lib").exit_code == 0


def test_the_commands_are_listed_in_whole_sentences() -> None:
    listed = run("--help").stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


def test_standard_output_is_a_dash(project: Path) -> None:
    assert check("bad.py", "-o", "-").stdout == check("bad.py").stdout != ""
    refused = check("bad.py", "--report", "sarif=-")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.endswith("standard output has the report of --output-format; name a file\n")
    assert not (project / "-").exists()


def test_output_file(project: Path) -> None:
    result = check("bad.py", "--output-format", "json", "--output-file", "out/deep/report.json")
    assert (result.exit_code, result.stdout) == (1, "")
    report = json.loads((project / "out/deep/report.json").read_text())
    assert [each["code"] for each in report["violations"]] == ["RDS001"]
    assert [each.name for each in (project / "out/deep").iterdir()] == ["report.json"]


@pytest.mark.parametrize("target", ["bad.py/report", "."])
def test_output_file_that_cannot_be_written(project: Path, target: str) -> None:
    result = check("good.py", "-o", target)
    assert result.exit_code == 2
    assert "report" in result.stderr or "directory" in result.stderr
    assert "Traceback" not in result.stderr
    assert (project / "bad.py").read_text() == BROKEN


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report"
    file.write_text("old")
    file.chmod(0o640)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="No space left"):
            write_whole(file, "new")
    assert [each.name for each in tmp_path.iterdir()] == ["report"]
    assert file.read_text() == "old"
    write_whole(file, "new \udc80")
    assert file.read_text() == "new \\udc80"
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_link_to_a_report_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_statistics(project: Path) -> None:
    (project / "worse.py").write_text(BROKEN + "    r.keys()\n")
    result = check(".", "--statistics")
    assert (result.exit_code, result.stdout) == (1, "3  RDS001  redis-keys\n")


def test_quiet_and_verbose(project: Path) -> None:
    assert check("bad.py", "-q").stderr == ""
    assert "RDS001" in check("bad.py", "-q").stdout
    said = check("good.py", "-v").stderr
    assert "archlint.toml" in said
    assert "RDS001" in said


def test_colour(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in check("bad.py").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in check("bad.py").stdout
    assert "\x1b[" in run("rule", "RDS001").stdout
    assert "\x1b" not in check("bad.py", "--output-format", "json").stdout
    check("bad.py", "-o", "report")
    assert "\x1b" not in (project / "report").read_text()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in check("bad.py").stdout


def test_version() -> None:
    assert run("--version").stdout == f"archlint {__version__}\n"


def test_rules_are_listed() -> None:
    result = run("rule")
    assert result.exit_code == 0
    assert re.search(r"^RDS001  error +redis-keys  +`KEYS` walks", result.stdout, re.MULTILINE)
    codes = [line.split()[0] for line in result.stdout.splitlines()]
    assert codes == sorted(codes)


def test_a_list_of_rules_is_folded_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archlint.cli.rule.paint", lambda: Paint(130, folds=True))
    lines = run("rule", "RDS").stdout.splitlines()
    column = lines[0].index("`KEYS`")
    assert max(map(len, lines)) <= 130
    assert lines[1] == " " * column + "meanwhile."


@pytest.mark.parametrize("name", ["RDS001", "redis-keys"])
def test_a_rule_is_shown(name: str) -> None:
    result = run("rule", name)
    assert result.exit_code == 0
    assert result.stdout.startswith("# RDS001 redis-keys\n")


def test_an_unknown_rule_is_not_shown() -> None:
    result = run("rule", "RDS01")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "archlint: there is no rule RDS01; did you mean RDS001?\n"


def test_a_rule_of_the_user_is_shown(project: Path) -> None:
    page = run("rule", "RDS001").stdout.replace("RDS001 redis-keys", "OWN001 own-thing")
    (project / "lint").mkdir()
    (project / "lint" / "OWN001.md").write_text(page)
    (project / "archlint.toml").write_text('rule-pages = ["lint"]\n')
    assert run("rule", "own-thing").stdout == page
    (project / "lint" / "OWN001.md").write_text("")
    result = run("rule")
    assert result.exit_code == 2
    assert "lint/OWN001.md: the first line must be a heading" in result.stderr


def command(*arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "archlint", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )


def test_a_pipe_that_closes_is_no_traceback(project: Path) -> None:
    (project / "bad.py").write_text(BROKEN + "    r.keys()\n" * 3000)
    with command("check", "bad.py", "--jobs", "1") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read().decode()
    assert "Traceback" not in said
    assert "Exception ignored" not in said


def test_the_module_runs_too() -> None:
    with command("--version") as process:
        out, _ = process.communicate()
    assert out.decode() == f"archlint {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (("check", "--output-format", "s"), "sarif"),
        (("check", "--select", "LAY001,rds00"), "LAY001,RDS003"),
        (("rule", "redis-k"), "redis-keys"),
    ],
)
def test_shells_can_complete(shell: str, words: tuple[str, ...], completed: str) -> None:
    # fish passes the word itself, the others its number.
    number = words[-1] if shell == "fish" else str(len(words))
    asked = {"COMP_WORDS": " ".join(("archlint", *words)), "COMP_CWORD": number}

    def said(instruction: str) -> str:
        environment = {**os.environ, **asked, "_ARCHLINT_COMPLETE": f"{shell}_{instruction}"}
        command = [sys.executable, "-c", "from archlint.cli import archlint; archlint(prog_name='archlint')"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout

    assert completed in said("complete")
    assert "_ARCHLINT_COMPLETE" in said("source")
