"""Mutated real code and generated programs through the whole pipeline: a few always, many with `-m fuzz`.

The long run, with another seed each time (`FUZZ_SEED` repeats one) and as many seconds as wished:

    FUZZ_SECONDS=1800 pytest -n 0 -m fuzz tests/test_fuzz.py
"""

import itertools
import os
import random
import time
from pathlib import Path

import pytest

from archlint.intake.workers import kept_workers
from tests import fuzzing

SECONDS = float(os.environ.get("FUZZ_SECONDS", "600"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or time.time_ns() % 1_000_000_000
SHARE_OF_MUTATED = 0.75


def hold(seed: int, folder: Path) -> None:
    """Hold what must be true of the project that a seed stands for."""
    chance = random.Random(seed)
    project = fuzzing.drawn_project(chance)
    hold_project(project, seed, folder, chance)


def hold_project(project: fuzzing.Project, seed: object, folder: Path, chance: random.Random) -> None:
    try:
        fuzzing.hold_invariants(project, folder, chance)
    except Exception as error:
        error.add_note(fuzzing.report_of_failure(project, seed))
        raise


@pytest.mark.parametrize("seed", range(1, 7))
def test_mutated_code(seed: int, tmp_path: Path) -> None:
    hold(seed, tmp_path)


@pytest.mark.fuzz
def test_much_mutated_code(tmp_path: Path) -> None:
    failed: list[str] = []
    held = 0
    start = time.monotonic()
    with kept_workers():
        while time.monotonic() - start < SECONDS * SHARE_OF_MUTATED:
            seed = SEED + held
            try:
                hold(seed, tmp_path / "run")
            except Exception as error:  # noqa: BLE001 -- all that goes wrong is collected
                failed.append(f"seed {seed}: {type(error).__name__}: {str(error)[:300]}")
                print("FAILED", failed[-1], flush=True)  # noqa: T201 -- the run is long
            held += 1
    print(f"held {held} projects from seed {SEED}", flush=True)  # noqa: T201 -- as above
    assert not failed


@pytest.mark.fuzz
def test_generated_programs(tmp_path: Path) -> None:
    hypothesmith = pytest.importorskip("hypothesmith")
    from hypothesis import HealthCheck, given, seed, settings  # noqa: PLC0415 -- beside what only this needs

    counted = 0

    def hold_one(program: str) -> None:
        nonlocal counted
        counted += 1
        project = {"m.py": program.encode("utf-8", "replace"), "n.py": b"from m import *\n"}
        hold_project(project, "-", tmp_path / "run", random.Random(counted))

    programs = given(program=hypothesmith.from_node() | hypothesmith.from_grammar())
    few = settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    start = time.monotonic()
    with kept_workers():
        for batch in itertools.count():
            if time.monotonic() - start > SECONDS * (1 - SHARE_OF_MUTATED):
                break
            seed(SEED + batch)(few(programs(hold_one)))()
    print(f"held {counted} generated projects", flush=True)  # noqa: T201 -- as above
