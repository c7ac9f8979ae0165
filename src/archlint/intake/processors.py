"""How many processors this process may use: what the machine has, less what is kept from it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUP = Path("/proc/self/cgroup")


def available_processors() -> int:
    """Return the number of processors that affinity and the cgroup (as containers limit them) leave, at least 1."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([there, *(round(quota) for quota in _quotas(_OWN_CGROUP, _CGROUPS))]))


def _quotas(own: Path, cgroups: Path) -> Iterator[float]:
    """Yield how many processors' time each cgroup around the process allows, for both versions of cgroups."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        _, _, named = line.partition(":")
        controllers, _, path = named.partition(":")
        if not controllers:
            yield from _along(cgroups, path, _version_2)
        elif "cpu" in controllers.split(","):
            yield from _along(cgroups / "cpu", path, _version_1)


def _along(top: Path, path: str, quota: Callable[[Path], float | None]) -> Iterator[float]:
    folder = top / path.lstrip("/")
    for each in (folder, *folder.parents):
        if each == top or top in each.parents:
            found = quota(each)
            if found is not None:
                yield found


def _version_2(folder: Path) -> float | None:
    quota, _, period = _text(folder / "cpu.max").partition(" ")
    return _ratio(quota, period)


def _version_1(folder: Path) -> float | None:
    return _ratio(_text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us"))


def _ratio(quota: str, period: str) -> float | None:
    """Return the quotient of two written numbers; a quota that is no positive number is no limit."""
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) else None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
