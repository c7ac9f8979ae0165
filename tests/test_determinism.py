"""The command writes the same bytes however the work is shared out and however hashes are seeded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archlint.intake.gathering import BATCH_BYTES
from tests.support import FIXTURES


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the shop, its files so long that they are several batches: two workers answer in any order."""
    copy = tmp_path_factory.mktemp("determinism") / "shop"
    shutil.copytree(FIXTURES / "shop", copy, ignore=shutil.ignore_patterns("__pycache__"))
    for file in copy.rglob("*.py"):
        with file.open("a", encoding="utf-8") as stream:
            stream.write(f"# {'x' * (BATCH_BYTES // 4)}\n")
    return copy


def output(folder: Path, output_format: str, seed: int, jobs: int, cache: str = "--no-cache") -> tuple[bytes, bytes]:
    """Check a folder in a process of its own; return what it writes, and what it tells beside that."""
    options = ("--jobs", str(jobs), "--output-format", output_format, cache)
    done = subprocess.run(
        [sys.executable, "-m", "archlint", "check", ".", *options],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stdout, done.stderr


@pytest.mark.parametrize(("output_format", "seeds"), [("text", (1, 2)), ("json", (3,)), ("sarif", (4, 5))])
def test_same_bytes_for_any_seed_and_jobs(shop: Path, output_format: str, seeds: tuple[int, ...]) -> None:
    first = output(shop, output_format, seed=0, jobs=1)
    for seed in seeds:
        assert output(shop, output_format, seed, jobs=2) == first
    for seed in (0, *seeds):  # what one run keeps, the next uses
        assert output(shop, output_format, seed, 1, cache="--cache-dir=kept") == first
