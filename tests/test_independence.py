"""The same report from everywhere: any working directory, spelling of paths, place and environment."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hostile import BROKEN, as_nobody_in_particular, needs_modes, run, write

FILES: Mapping[str, str | bytes] = {
    "archlint.toml": '[layers]\ndomain = ["shop.domain"]\ninfrastructure = ["shop.infra"]\n',
    "src/shop/__init__.py": "",
    "src/shop/domain/__init__.py": "",
    "src/shop/domain/order.py": "from shop.infra import db  # näher 日本\n",
    "src/shop/infra/__init__.py": "",
    "src/shop/infra/db.py": BROKEN + '    r.keys("é")\n',
    "src/shop/broken.py": "x = (\n",
    "src/shop/bytes.py": b"x = '\xff'\n",
    "src/shop/empty.py": "",
}
FORMATS = ("json", "sarif", "gitlab", "rdjson", "markdown", "github")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "here/project", FILES)


def report(cwd: Path, path: str, output_format: str, *options: str, **others: object) -> str:
    arguments = ("check", path, "--jobs", "1", "--output-format", output_format, *options)
    result = run(cwd, *arguments, **others)  # type: ignore[arg-type]
    assert result.returncode == 2
    assert "LAY001" in result.stdout
    return result.stdout


def machine_reports(cwd: Path, path: str, folder: Path) -> dict[str, bytes]:
    """Return what one run writes in each of FORMATS, into a folder of its own."""
    folder.mkdir()
    files = {each: folder / each for each in FORMATS}
    options = [part for each, file in files.items() for part in ("--report", f"{each}={file}")]
    assert "LAY001" in report(cwd, path, "concise", *options)
    return {each: file.read_bytes() for each, file in files.items()}


def test_machines_get_the_same_bytes_from_everywhere(project: Path, tmp_path: Path) -> None:
    expected = machine_reports(project, ".", tmp_path / "expected")
    assert all(b"LAY001" in each for each in expected.values())
    link = project.parent.parent / "link"
    link.symlink_to(project)
    (project / "src/elsewhere").mkdir()
    for index, (cwd, path) in enumerate(
        (
            (project.parent, "project"),
            (project / "src/elsewhere", "../.."),
            (Path("/"), str(project)),
            (link.parent, "link"),
            (link, "."),
            (project, str(link)),
        )
    ):
        assert machine_reports(cwd, path, tmp_path / str(index)) == expected


def test_people_get_the_same_but_for_the_spelling_of_paths(project: Path) -> None:
    expected = report(project, ".", "concise")
    for cwd, prefix in ((project.parent, "project/"), (project / "src", "../"), (Path("/"), f"{project}/"[1:])):
        spelled = report(cwd, str(project), "concise")
        shortened = spelled.replace("src/", "") if cwd.name == "src" else spelled
        wanted = expected.replace("src/", "") if cwd.name == "src" else expected
        assert shortened.replace(prefix, "") == wanted.replace(prefix, "")


@pytest.mark.parametrize("output_format", ["json", "sarif", "concise"])
def test_a_project_may_be_moved_with_its_baseline_and_its_cache(project: Path, output_format: str) -> None:
    first = report(project, ".", output_format)
    moved = project.parent / "deeper/place"
    moved.parent.mkdir()
    shutil.copytree(project, moved)
    assert report(moved, ".", output_format) == first
    shutil.rmtree(project)
    assert report(moved, ".", output_format) == first


def test_a_baseline_holds_wherever_the_project_is(project: Path) -> None:
    for name in ("broken", "bytes"):
        (project / f"src/shop/{name}.py").unlink()
    assert run(project, "baseline", "--jobs", "1").returncode == 0
    written = (project / "archlint-baseline.json").read_bytes()
    for cwd, path in ((project, "."), (project.parent, "project"), (Path("/"), str(project))):
        assert run(cwd, "check", path, "--jobs", "1").returncode == 0
        assert run(cwd, "baseline", path, "--jobs", "1").returncode == 0
        assert (project / "archlint-baseline.json").read_bytes() == written
    moved = project.parent / "moved"
    project.rename(moved)
    assert run(Path("/"), "check", str(moved), "--jobs", "1").returncode == 0


ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    "C": {"LC_ALL": "C", "LANG": "C"},
    "POSIX": {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"},
    "ASCII": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "UTF-8": {"LC_ALL": "C.UTF-8"},
    "seed": {"PYTHONHASHSEED": "7"},
    "time": {"TZ": "Pacific/Kiritimati"},
    "narrow": {"COLUMNS": "20", "LINES": "2"},
    "warnings": {"PYTHONWARNINGS": "error"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
    "encoding": {"PYTHONIOENCODING": "latin-1:strict"},
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_environment_changes_nothing(project: Path, name: str) -> None:
    expected = report(project, ".", "text", "--no-cache")
    assert "näher 日本" in expected
    assert report(project, ".", "text", "--no-cache", env=ENVIRONMENTS[name]) == expected


def test_without_a_home_and_with_any_umask(project: Path) -> None:
    expected = report(project, ".", "json")

    def nowhere() -> None:
        os.umask(0o777)

    (project / ".archlint_cache").rename(project.parent / "old_cache")
    assert report(project, ".", "json", env={"HOME": "/nowhere", "XDG_CACHE_HOME": ""}, before=nowhere) == expected
    assert report(project, ".", "json") == expected


@needs_modes
def test_without_the_right_to_write(project: Path) -> None:
    expected = report(project, ".", "json", "--no-cache")
    project.chmod(0o555)
    assert report(project, ".", "json", before=as_nobody_in_particular) == expected
    project.chmod(0o755)


def test_pages_and_pictures_in_a_locale_of_ascii(project: Path) -> None:
    for arguments in (("rule",), ("rule", "RDS001"), ("graph",), ("ports",), ("why", "shop.domain", "redis")):
        done = run(project, *arguments, env=ENVIRONMENTS["ASCII"])
        assert done.stdout
    names = json.loads(report(project, ".", "json", env=ENVIRONMENTS["ASCII"]))["violations"]
    assert names
