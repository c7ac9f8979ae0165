"""`--changed-since`: what git says has changed, and what of the report that leaves."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlint.cli import archlint
from archlint.intake.changes import ChangesError, changes_since

NAIVE = "from datetime import datetime\n\nnow = datetime.utcnow()\n"


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path, **files: str) -> None:
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "change")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "archlint.toml").write_text("")
    commit(tmp_path, old=NAIVE, other="x = 1\n")
    git(tmp_path, "switch", "-qc", "feature")
    return tmp_path


def run(root: Path, *arguments: str) -> Result:
    command = ["check", str(root), "--jobs", "1", "--output-format", "concise", *arguments]
    return CliRunner().invoke(archlint, command)


def reported(root: Path, since: str = "main") -> list[str]:
    result = run(root, "--changed-since", since)
    assert result.exit_code in (0, 1), result.stderr
    return sorted({Path(line.partition(":")[0]).name for line in result.stdout.splitlines()})


def test_only_changed_files_are_reported(checkout: Path) -> None:
    commit(checkout, new=NAIVE)

    assert reported(checkout) == ["new.py"]


def test_uncommitted_and_untracked_files_count(checkout: Path) -> None:
    (checkout / "other.py").write_text(NAIVE)
    (checkout / "untracked.py").write_text(NAIVE)

    assert reported(checkout) == ["other.py", "untracked.py"]


def test_what_the_other_branch_changed_since_is_not_ours(checkout: Path) -> None:
    commit(checkout, new=NAIVE)
    git(checkout, "switch", "-q", "main")
    commit(checkout, other=NAIVE)
    git(checkout, "switch", "-q", "feature")

    assert reported(checkout) == ["new.py"]


def test_a_chain_that_a_changed_line_made_is_reported_where_it_starts(checkout: Path) -> None:
    git(checkout, "switch", "-q", "main")
    commit(
        checkout,
        endpoint="from helper import load\n\nasync def get():\n    load()\n",
        helper="import time\n\ndef load():\n    return 1\n\ndef slow():\n    time.sleep(1)\n",
        caller="from helper import slow\n\nasync def run():\n    slow()\n",
    )
    git(checkout, "switch", "-qc", "chains")
    (checkout / "helper.py").write_text("import time\n\ndef load():\n    slow()\n\ndef slow():\n    time.sleep(1)\n")

    assert reported(checkout) == ["endpoint.py"]


def test_nothing_changed(checkout: Path) -> None:
    result = run(checkout, "--changed-since", "main")

    assert (result.exit_code, result.stdout) == (0, "")


def test_odd_names_are_found(checkout: Path) -> None:
    for name in ("naïve", "a b", 'quo"te', "tab\there"):
        (checkout / f"{name}.py").write_text(NAIVE)
    git(checkout, "add", "-A")

    changed = changes_since(checkout, "main")

    assert {Path(path).stem for path in changed.lines} == {"naïve", "a b", 'quo"te', "tab\there"}
    assert all(changed.has_line(path, 3) and not changed.has_line(path, 4) for path in changed.lines)


def test_lines_are_those_of_the_new_text(checkout: Path) -> None:
    (checkout / "old.py").write_text("# one\n# two\n" + NAIVE)

    changed = changes_since(checkout, "main")

    path = (checkout / "old.py").as_posix()
    assert [changed.has_line(path, line) for line in (1, 2, 3)] == [True, True, False]
    assert not changed.has_file((checkout / "other.py").as_posix())


@pytest.mark.parametrize("revision", ["nowhere", "--output=evil", "-x"])
def test_an_unknown_revision_is_named(checkout: Path, revision: str) -> None:
    result = run(checkout, f"--changed-since={revision}")

    assert result.exit_code == 2
    assert f"git knows no revision {revision}; fetch it" in result.stderr
    assert not (checkout / "evil").exists()


def test_unrelated_histories_are_told(checkout: Path) -> None:
    git(checkout, "switch", "-q", "--orphan", "apart")
    commit(checkout, new=NAIVE)

    with pytest.raises(ChangesError, match="no common commit; fetch more of the history"):
        changes_since(checkout, "main")


def test_outside_of_a_repository(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(NAIVE)

    result = run(tmp_path, "--changed-since", "main")

    assert result.exit_code == 2
    assert "is in no git repository; leave the option out" in result.stderr


def test_git_runs_nothing_that_the_checkout_names(checkout: Path) -> None:
    git(checkout, "config", "core.fsmonitor", "touch evil; false")
    git(checkout, "config", "diff.external", "touch evil2; true")
    (checkout / ".gitattributes").write_text("*.py diff=bad\n")
    git(checkout, "config", "diff.bad.textconv", "touch evil3; cat")
    (checkout / "new.py").write_text(NAIVE)

    assert reported(checkout) == ["new.py"]
    assert not list(checkout.glob("evil*"))
