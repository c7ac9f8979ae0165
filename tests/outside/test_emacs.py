"""Emacs as a client of the language server, set up as docs/editors.md has it; needs Eglot, in Debian `elpa-eglot`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.outside.test_neovim import SLEEPS
from tests.shown import blocks

SESSION = Path(__file__).with_name("emacs.el")
EGLOT, _LSP_MODE = (each.body for each in blocks("elisp"))


def has_eglot() -> bool:
    if shutil.which("emacs") is None:
        return False
    command = ["emacs", "--batch", "--no-init-file", "--eval", "(require 'eglot)"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.outside,
    pytest.mark.skipif(not has_eglot(), reason="needs Emacs with Eglot: apt-get install emacs-nox elpa-eglot"),
]


def test_emacs_shows_a_diagnostic_and_applies_the_fix(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    settings = tmp_path / "pyproject.toml"
    settings.write_text("[tool.archlint]\n")
    file = tmp_path / "waits.py"
    file.write_text(SLEEPS, encoding="utf-8")
    configuration = tmp_path / "init.el"
    configuration.write_text(EGLOT, encoding="utf-8")
    environment = {
        "ARCHLINT_CONFIGURATION": str(configuration),
        "ARCHLINT_FILE": str(file),
        "ARCHLINT_SETTINGS": str(settings),
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }

    seen = subprocess.run(
        ["emacs", "--batch", "--no-init-file", "-l", str(SESSION)],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    said = [line for line in seen.stderr.splitlines() if not line.startswith(("[", "Loading "))]
    assert (seen.returncode, said) == (
        0,
        [
            "diagnostic: time.sleep",
            "message: archlint [ASY001]: `time.sleep` blocks the event loop (sleep) in `async def wait`; "
            "use `await asyncio.sleep(...)`",
            "actions: Replace it with `await asyncio.sleep(...)` [ASY001]; Ignore ASY001 on this line; "
            "archlint: make all safe fixes in this file",
            "buffer: import asyncio",
            "import time",
            "",
            "",
            "async def wait() -> None:",
            '    who = "😀漢"; await asyncio.sleep(1)',
            "",
            "no diagnostic",
            "servers: 1",
            "ignored by settings that are not saved",
        ],
    ), seen.stderr
    assert file.read_text(encoding="utf-8") == SLEEPS
