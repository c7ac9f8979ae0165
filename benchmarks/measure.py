"""Runs one command and measures it: seconds on the clock and on processors, memory of all its processes."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

POLL_SECONDS = 0.05


class Sample(NamedTuple):
    """What one run of a command took; `memory` is the most bytes that it and its children held at once, 0 unwatched."""

    wall: float
    cpu: float
    memory: int
    exit_code: int


def measure(command: Sequence[str], cwd: Path, environment: Mapping[str, str], *, watched: bool) -> Sample:
    """Run a command to its end, with what it prints thrown away.

    To be `watched` costs it time, more with every page of memory that it has: the kernel goes through all of them.
    """
    before = os.times()
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env={**environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    watch = _Watch(process.pid)
    if watched:
        watch.start()
    exit_code = process.wait()
    wall = time.perf_counter() - start
    after = os.times()
    if watched:
        watch.stop()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Sample(wall, cpu, watch.most, exit_code)


class _Watch(threading.Thread):
    """Looks at the memory of a process and its children until told to stop."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._process = process
        self._stopped = threading.Event()

    def run(self) -> None:
        """Keep the largest sum."""
        while not self._stopped.wait(POLL_SECONDS):
            self.most = max(self.most, sum(map(_memory, _family(self._process))))

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self.join()


def _family(process: int) -> list[int]:
    found = [process]
    for each in found:
        try:
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:  # it has ended
            continue
    return found


def _memory(process: int) -> int:
    """Return a process's share of memory (pages that several share count in part), 0 when it has ended."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)
