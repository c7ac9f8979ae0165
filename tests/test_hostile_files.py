"""The file system at its worst: what is no file, has no end, no reader, no proper name, no depth or no place."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from archlint.cli import archlint
from archlint.intake.config import Config
from archlint.intake.extent import SourceError
from archlint.intake.reading import read_regular
from archlint.intake.scan import MOST_DEPTH
from archlint.intake.sources import find, read_all
from tests.hostile import BROKEN, COMMAND, as_nobody_in_particular, check, needs_modes, run, write

SPARSE = 200 << 30


def sparse(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.truncate(path, SPARSE)


def endless(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/dev/zero")


def pipe(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


READ = ("archlint.toml", "pyproject.toml", ".gitignore", "setup.cfg", ".importlinter", ".git", "lint/x.md", "x.py")


@pytest.mark.parametrize("made", [sparse, endless, pipe], ids=lambda made: made.__name__)
@pytest.mark.parametrize("name", READ)
def test_what_has_no_end_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[[Path], None], name: str
) -> None:
    write(tmp_path, {"a.py": BROKEN})
    if name == "lint/x.md":
        write(tmp_path, {"archlint.toml": 'rule-pages = ["lint"]\n'})
    made(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(archlint, ["check", ".", "--jobs", "1", "--no-cache", "--output-format", "concise"])
    refused = "larger than" in (said := result.stdout + result.stderr) or "no regular file" in said or "a link" in said
    assert result.exit_code == (2 if refused else 1)
    assert "a.py:3:5: RDS001" in result.stdout or refused


def test_a_path_that_leads_in_a_circle_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("loop", "loop/a.py"):
        with pytest.raises(SourceError, match=r"in a circle|no such file"):
            find([tmp_path / name], Config())


def test_devices_are_no_source(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x = 1\n"})
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    pipe(tmp_path / "pipe.py")
    assert [Path(file.path).name for file in find([tmp_path], Config()).files] == ["a.py"]


@needs_modes
@pytest.mark.parametrize(
    ("locked", "named", "said"),
    [
        ("sec", ".", "sec:1:1: failure cannot look into the folder: Permission denied"),
        ("sec/b.py", ".", "sec/b.py:1:1: failure cannot read the file: Permission denied"),
        ("sec", "sec/b.py", "sec/b.py: cannot be looked at: Permission denied"),
        ("archlint.toml", ".", "archlint.toml: cannot be read: Permission denied"),
        (".importlinter", ".", ".importlinter:1:1: failure cannot be read: Permission denied"),
        (".gitignore", ".", ".gitignore:1:1: failure cannot be read: Permission denied"),
        ("archlint-baseline.json", ".", "archlint-baseline.json: cannot be read: Permission denied"),
        (".git", ".", ""),
    ],
)
def test_what_may_not_be_read_is_named(tmp_path: Path, locked: str, named: str, said: str) -> None:
    files = {"a.py": BROKEN, "sec/b.py": BROKEN, ".git/HEAD": "ref: refs/heads/main\n"}
    write(tmp_path, files if locked in files or locked in ("sec", ".git") else {**files, locked: "\n"})
    (tmp_path / locked).chmod(0)
    result = check(tmp_path, named, before=as_nobody_in_particular)
    (tmp_path / locked).chmod(0o755)
    assert result.returncode == (2 if said else 1)
    assert said in result.stdout + result.stderr


@needs_modes
@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("check", "."), 1, "note: nothing is kept for the next run (Permission denied"),
        (("check", ".", "--fix"), 2, "a.py: failure: cannot write the file: Permission denied"),
        (("check", ".", "-o", "x.txt"), 2, "archlint: cannot write x.txt: Permission denied"),
        (("baseline",), 2, "archlint-baseline.json: Permission denied"),
        (("init",), 2, "archlint: cannot write archlint.toml: Permission denied"),
        (("rule", "--new", "ACM001", "a-name"), 2, "archlint: cannot make "),
        (("graph", "-o", "x.svg"), 2, "archlint: cannot write x.svg: Permission denied"),
    ],
)
def test_a_folder_that_may_not_be_written(
    tmp_path: Path, arguments: tuple[str, ...], exit_code: int, said: str
) -> None:
    write(tmp_path, {"a.py": BROKEN}).chmod(0o555)
    result = run(tmp_path, *arguments, before=as_nobody_in_particular)
    tmp_path.chmod(0o755)
    assert result.returncode == exit_code
    assert said in result.stdout + result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["a.py"]
    assert (tmp_path / "a.py").read_text() == BROKEN


NAMES = {
    "new\nline.py": r"new\nline.py",
    "a\x1b[31m.py": r"a\x1b[31m.py",
    "\u202eyp.x.py": r"\u202eyp.x.py",
    '\'; rm -r "x".py': '\'; rm -r "x".py',
    "[red]x[/red].py": "[red]x[/red].py",
    "::error::x.py": "./::error::x.py",
    " ::error::x.py": "./ ::error::x.py",
    "##vso[task]x.py": r"#\x23vso[task]x.py",
    "-x.py": "-x.py",
    "😀 é.py": "😀 é.py",
    "\\.py": "\\.py",
}


def test_odd_names_are_shown_and_never_obeyed(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(NAMES, BROKEN))
    result = check(tmp_path, ".", "-q")
    assert {line.partition(":3:5: RDS001")[0] for line in result.stdout.splitlines()} == set(NAMES.values())
    for name, shown in NAMES.items():
        assert check(tmp_path, "-q", "--", name).stdout.startswith(f"{shown}:3:5: RDS001")


def test_a_name_that_is_no_text_costs_its_file_only(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": BROKEN, "caf\udce9.py": BROKEN})
    for named in (".", "caf\udce9.py"):
        result = run(tmp_path, "check", "--jobs", "1", named)
        assert result.returncode == 2
        assert r"caf\udce9.py: failure: the name of the file is not UTF-8" in result.stdout


def test_a_working_directory_that_is_no_text(tmp_path: Path) -> None:
    odd = tmp_path / "d\udce9"
    write(odd, {"x": ""})
    project = write(tmp_path / "p", {"a.py": BROKEN})
    assert run(odd, "check", "--jobs", "1", str(project)).returncode == 1


@pytest.mark.parametrize("arguments", [("check", "."), ("rule",), ("init",), ("graph",)])
def test_a_working_directory_that_is_gone(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = run(gone, *arguments, command=("sh", "-c", 'rmdir "$PWD"; exec "$@"', "sh", *COMMAND))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "archlint: the working directory does not exist any more; change to another one\n"


def test_twins_and_folders_called_like_files(tmp_path: Path) -> None:
    names = ("Shop.py", "shop.py", "x.py/y.py", "__init__.py/z.py")
    write(tmp_path, dict.fromkeys(names, BROKEN))
    result = check(tmp_path, ".", "-q")
    found = {line.partition(":")[0] for line in result.stdout.splitlines()}
    assert found == {str(Path(name)) for name in names if (tmp_path / name).exists()}


def test_paths_given_twice_or_by_detours_are_the_same(tmp_path: Path) -> None:
    write(tmp_path, {"archlint.toml": "", "src/p/__init__.py": "", "src/p/a.py": BROKEN})
    (tmp_path / "link").symlink_to(tmp_path / "src")
    expected = check(tmp_path, "src")
    assert expected.returncode == 1
    for paths in (
        ("src", "src"),
        ("src", "src/p/a.py"),
        ("src/p/../../src",),
        ("src//p/.", f"../{tmp_path.name}/src"),
        ("link",),
        (str(tmp_path / "src"),),
    ):
        assert check(tmp_path, *paths).stdout == expected.stdout


def test_folders_below_folders_without_end(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": BROKEN})
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("a", dir_fd=here)
        inner = os.open("a", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("x.py", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    result = check(tmp_path, ".")
    assert result.returncode == 2
    assert f"its folders are nested more than {MOST_DEPTH} deep; leave them out with `exclude`" in result.stdout
    assert "a.py:3:5: RDS001" in result.stdout
    subprocess.run(["rm", "-rf", str(tmp_path / "a")], check=True)


def test_files_that_vanish_between_the_look_and_the_reading(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "b.py": "", "c/d.py": ""})
    sources = find([tmp_path], Config())
    (tmp_path / "a.py").unlink()
    (tmp_path / "b.py").unlink()
    (tmp_path / "b.py").mkdir()
    data, failures = read_all(sources.files)
    assert list(data) == [f"{tmp_path}/c/d.py"]
    assert [failure.message for failure in failures] == [
        "the file is gone since it was found; run archlint again",
        "cannot read the file: Is a directory; make it readable or exclude it",
    ]


def test_links_to_a_file_are_fixed_once(tmp_path: Path) -> None:
    write(tmp_path, {"main.py": BROKEN})
    (tmp_path / "twin.py").symlink_to(tmp_path / "main.py")
    result = run(tmp_path, "check", ".", "--fix", "--jobs", "1")
    assert result.returncode == 0, result.stdout
    assert (tmp_path / "twin.py").is_symlink()
    assert "list(r.scan_iter())" in (tmp_path / "main.py").read_text()


def test_a_regular_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert read_regular(tmp_path / "x", 5) == b"12345"
    with pytest.raises(OSError, match="it is larger than"):
        read_regular(tmp_path / "x", 4)
    with pytest.raises(IsADirectoryError):
        read_regular(tmp_path, 4)


@pytest.mark.slow
def test_a_hundred_thousand_files(tmp_path: Path) -> None:
    for folder in range(1000):
        package = tmp_path / f"p{folder}"
        package.mkdir()
        for number in range(100):
            (package / f"m{number}.py").write_text(f"import p{folder}.m{(number + 1) % 100}\nx = {number}\n")
    write(tmp_path, {"archlint.toml": "", "a.py": BROKEN})
    result = run(tmp_path, "check", ".", "--output-format", "concise", "--no-cache", timeout=3600)
    assert (result.returncode, result.stdout.count("RDS001")) == (1, 1)
    assert "in 100,001 files" in result.stderr
