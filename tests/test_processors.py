"""How many processes parse by default: no more than affinity and the cgroup leave processors."""

import os
from pathlib import Path

import pytest

from archlint.intake import processors
from archlint.intake.processors import available_processors


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with eight processors, whose cgroups are files below the folder."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(processors, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(processors, "_OWN_CGROUP", tmp_path / "own")
    return tmp_path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_affinity_alone(machine: Path) -> None:
    assert available_processors() == 8


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"": "max 100000"}, 8),
        ({"a/b": "200000 100000", "a": "max 100000"}, 2),
        ({"a/b": "max 100000", "a": "350000 100000"}, 4),
        ({"a/b": "20000 100000"}, 1),
        ({"a/b": "1600000 100000"}, 8),
        ({"a/b": "nonsense"}, 8),
        ({"a/b": "0 0"}, 8),
    ],
)
def test_version_2(machine: Path, limits: dict[str, str], expected: int) -> None:
    write(machine / "own", "0::/a/b\n")
    for folder, text in limits.items():
        write(machine / "cgroup" / folder / "cpu.max", text)
    assert available_processors() == expected


def test_version_1(machine: Path) -> None:
    write(machine / "own", "5:memory:/x\n4:cpu,cpuacct:/a\n")
    write(machine / "cgroup/cpu/a/cpu.cfs_quota_us", "-1\n")
    write(machine / "cgroup/cpu/cpu.cfs_quota_us", "300000\n")
    write(machine / "cgroup/cpu/cpu.cfs_period_us", "100000\n")
    assert available_processors() == 3


def test_an_unreadable_cgroup_is_no_limit(machine: Path) -> None:
    (machine / "own").write_bytes(b"\xff\xfe")
    assert available_processors() == 8
