"""The command writes the same bytes however the work is shared out and however hashes are seeded."""

import os
import subprocess
import sys

import pytest

from tests.support import FIXTURES


def output(output_format: str, seed: int, jobs: int) -> tuple[bytes, bytes]:
    """Check the shop in a process of its own; return what it writes, and what it tells beside that."""
    options = ("--jobs", str(jobs), "--output-format", output_format)
    done = subprocess.run(
        [sys.executable, "-m", "archlint", "check", ".", *options],
        cwd=FIXTURES / "shop",
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stdout, done.stderr


@pytest.mark.parametrize(("output_format", "seeds"), [("text", (1, 2)), ("json", (3,)), ("sarif", (4, 5))])
def test_same_bytes_for_any_seed_and_jobs(output_format: str, seeds: tuple[int, ...]) -> None:
    first = output(output_format, seed=0, jobs=1)
    for seed in seeds:
        assert output(output_format, seed, jobs=2) == first
