"""What the tests of hostile surroundings share: the command as a process of its own, with little and with less."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

BROKEN = "import redis\ndef f(r: redis.Redis):\n    r.keys()\n"
COMMAND = (sys.executable, "-m", "archlint")
_DROP = 24  # prctl(PR_CAPBSET_DROP)
_OVERRIDE, _SEARCH = 1, 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
SECONDS = 600


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def run(
    cwd: Path,
    *arguments: str,
    command: Sequence[str] = COMMAND,
    env: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
    timeout: float = SECONDS,
) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end: it never hangs, never shows a traceback, never dies."""
    done = subprocess.run(
        [*command, *arguments],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
        preexec_fn=before,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
    assert "Traceback (most recent" not in done.stderr, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr
    assert done.returncode in (0, 1, 2), done.stderr
    return done


def check(cwd: Path, *arguments: str, **others: object) -> "subprocess.CompletedProcess[str]":
    options = ("--jobs", "1", "--no-cache", "--output-format", "concise")
    return run(cwd, "check", *options, *arguments, **others)  # type: ignore[arg-type]


def as_nobody_in_particular() -> None:
    """Take from this process the right of root to read and write what its mode forbids."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None, use_errno=True)
        for capability in (_OVERRIDE, _SEARCH):
            if library.prctl(_DROP, capability, 0, 0, 0):
                os._exit(77)


needs_modes = pytest.mark.skipif(
    os.name != "posix" or (os.geteuid() == 0 and not sys.platform.startswith("linux")),
    reason="root can read everything, and gives that up on Linux alone",
)
