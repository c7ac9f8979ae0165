"""After any edit a run that remembers the one before says what a run says that remembers nothing."""

import shutil
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from archlint import judging, memories
from archlint.cli import archlint
from archlint.engine import Options, assess, check, take_in
from archlint.facts.module import ModuleFacts
from archlint.fixing import fix
from archlint.intake import cache
from archlint.memories import LivingMemory
from archlint.model import Report
from tests.edits import Editor
from tests.support import FIXTURES, fixture_projects

EDITS = 5


OPTIONS = Options(jobs=1, extend_select=("ALL",))


def report(root: Path, cache_dir: Path | None) -> bytes:
    options = msgspec.structs.replace(OPTIONS, cache=cache_dir is not None, cache_dir=cache_dir)
    return encoded(check([root], options).report)


def encoded(report: Report) -> bytes:
    texts = {path: text.text for path, text in report.texts.items()}
    return msgspec.json.encode(msgspec.structs.replace(report, texts=texts))


class Living:
    """A process that checks a project again and again."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._memory = LivingMemory()
        self._facts: dict[str, ModuleFacts] = {}

    def report(self) -> bytes:
        taken = take_in([self._root], OPTIONS)
        for path, facts in taken.gathered.facts.items():
            if self._facts.get(path) == facts:
                taken.gathered.facts[path] = self._facts[path]
        self._facts = taken.gathered.facts
        return encoded(assess(taken, memory=self._memory).report)


@pytest.mark.parametrize("project", fixture_projects(), ids=lambda path: path.name)
def test_warm_is_cold(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _compare_after_edits(project, tmp_path, monkeypatch)


@pytest.mark.parametrize("project", ["shop", "ordering"])
def test_modules_come_and_go(project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _compare_after_edits(FIXTURES / project, tmp_path, monkeypatch, files=0.9, edits=12)


def _compare_after_edits(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, files: float = 0.1, edits: int = EDITS
) -> None:
    root = tmp_path / project.name
    shutil.copytree(project, root, ignore=shutil.ignore_patterns("__pycache__"))
    seed = len(project.name)
    monkeypatch.setattr(memories, "_WORTH_WRITING", 0.9)  # what was inferred first is what later runs begin with
    if seed % 2:
        monkeypatch.setattr(cache, "_MOST_SINCE", 9.0)  # and the facts of then are still there
    editor = Editor(root, seed, files)
    living = Living(root)
    assert report(root, tmp_path / "kept") == living.report()
    made: list[str] = []
    for _ in range(edits):
        made.append(editor.edit())
        right = report(root, None)
        assert report(root, tmp_path / "kept") == right, made
        assert living.report() == right, made


@pytest.mark.parametrize("project", fixture_projects(), ids=lambda path: path.name)
def test_what_only_moves_is_not_judged_again(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / project.name
    shutil.copytree(project, root, ignore=shutil.ignore_patterns("__pycache__"))
    report(root, tmp_path / "kept")
    for file in root.rglob("*.py"):
        file.write_text("# what follows has moved\n\n" + file.read_text())
    right = report(root, None)

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(judging, "_judge", never)
    assert report(root, tmp_path / "kept") == right


def test_other_commands_leave_nothing_stale(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(FIXTURES / "shop", root, ignore=shutil.ignore_patterns("__pycache__"))
    options = msgspec.structs.replace(OPTIONS, cache=True, cache_dir=tmp_path / "kept", fixes=True)
    report(root, tmp_path / "kept")
    CliRunner().invoke(archlint, ["graph", str(root), "--cache-dir", str(tmp_path / "kept")], catch_exceptions=False)
    assert fix([root], options, unsafe=True, write=True).count
    assert report(root, tmp_path / "kept") == report(root, None)
    (root / "src/shop/__init__.py").write_text("# moved\n")
    assert report(root, tmp_path / "kept") == report(root, None)
