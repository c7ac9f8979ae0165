"""The progress bar: on a terminal and when it takes long, and not otherwise."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from archlint.cli import progress


def on_a_terminal(folder: Path, seconds: float, **variables: str) -> bytes:
    """Check a folder with standard error on a terminal, and return what came there."""
    code = (
        "from archlint.cli import archlint, progress\n"
        f"progress._SECONDS = {seconds}\n"
        f"archlint(['check', {str(folder)!r}, '--no-cache', '--jobs', '1'])"
    )
    own, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", **variables},
    ):
        os.close(theirs)
        said = b""
        while True:
            try:
                said += os.read(own, 65536)
            except OSError:
                break
    os.close(own)
    return said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(30):
        (tmp_path / f"m{number}.py").write_text("x = 1\n")
    return tmp_path


def test_a_long_run_on_a_terminal_has_a_bar(folder: Path) -> None:
    said = on_a_terminal(folder, 0.0)
    assert b"parsing" in said
    assert b"30/30" in said
    assert said.rstrip().endswith(b"No violations in 30 files.")


@pytest.mark.parametrize(("seconds", "terminal"), [(100.0, "xterm"), (0.0, "dumb")])
def test_others_have_none(folder: Path, seconds: float, terminal: str) -> None:
    assert on_a_terminal(folder, seconds, TERM=terminal) == b"No violations in 30 files.\r\n"


def test_without_a_terminal_nobody_is_told() -> None:
    with progress.progress() as told:
        assert told is None or sys.stderr.isatty()
