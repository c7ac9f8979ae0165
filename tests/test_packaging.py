"""What is shipped: rule pages and data are in the wheel, also in one that is built from the sdist."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from archlint.intake.rulefiles import rules_directory
from tests.support import ROOT, RULES


def wheel_files(root: Path, folder: Path) -> set[str]:
    wheel = next(WheelBuilder(str(root)).build(directory=str(folder), versions=["standard"]))
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_wheel_and_sdist_hold_every_rule(tmp_path: Path) -> None:
    rules = {f"archlint/_rules/{path.relative_to(RULES).as_posix()}" for path in RULES.rglob("*.*")}

    direct = wheel_files(ROOT, tmp_path)
    sdist = next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):  # Python 3.11.2, which Debian has, is older than filters
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(tmp_path)
    from_sdist = wheel_files(next(tmp_path.glob("archlint-*/")), tmp_path / "second")

    assert rules < direct
    assert "archlint/py.typed" in direct
    assert from_sdist == direct


def test_editable_install_uses_the_pages_of_the_checkout() -> None:
    assert rules_directory() == RULES


def test_without_its_rules_nothing_is_called_clean(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "clean.py").touch()
    done = subprocess.run(
        [sys.executable, "-m", "archlint", "check", "clean.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"{(tmp_path / 'rules').as_posix()}: archlint's own rules should be here" in done.stderr
    assert not done.stdout
