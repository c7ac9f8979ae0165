"""Neovim as a client of the language server, set up as docs/editors.md has it; needs `nvim`, as Debian has it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shown import blocks

pytestmark = [
    pytest.mark.outside,
    pytest.mark.skipif(shutil.which("nvim") is None, reason="needs Neovim: apt-get install neovim"),
]

SESSION = Path(__file__).with_name("neovim.lua")
SLEEPS = 'import time\n\n\nasync def wait() -> None:\n    who = "😀漢"; time.sleep(1)\n'
NEW, OLD, KEY = (each.body for each in blocks("lua"))
"""Settings for Neovim from 0.11 on and for older ones, and a key for all safe fixes."""


def test_neovim_shows_a_diagnostic_and_applies_the_fix(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.archlint]\n")
    file = tmp_path / "waits.py"
    file.write_text(SLEEPS, encoding="utf-8")
    configuration = tmp_path / "init.lua"
    configuration.write_text(f"{NEW if version() >= (0, 11) else OLD}\n{KEY}", encoding="utf-8")
    environment = {
        "ARCHLINT_CONFIGURATION": str(configuration),
        "ARCHLINT_FILE": str(file),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }

    seen = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {SESSION}"],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (seen.returncode, seen.stdout.splitlines()) == (
        0,
        [
            "diagnostic: 5:22-31 archlint ASY001",
            "message: `time.sleep` blocks the event loop (sleep) in `async def wait`; use `await asyncio.sleep(...)`",
            f"client: archlint {'utf-8' if version() >= (0, 11) else 'utf-16'}",
            "hover: # ASY001 blocking-call",
            "actions: Replace it with `await asyncio.sleep(...)` [ASY001]; Ignore ASY001 on this line; "
            "archlint: make all safe fixes in this file",
            "buffer: import asyncio",
            "buffer: import time",
            "buffer: ",
            "buffer: ",
            "buffer: async def wait() -> None:",
            'buffer:     who = "😀漢"; await asyncio.sleep(1)',
            "no diagnostic",
        ],
    )
    assert file.read_text(encoding="utf-8") == SLEEPS


@pytest.mark.parametrize("text", [NEW, OLD, KEY], ids=["new", "old", "key"])
def test_all_settings_are_lua(text: str, tmp_path: Path) -> None:
    (tmp_path / "it.lua").write_text(text, encoding="utf-8")

    check = "lua io.stdout:write(select(2, loadfile('it.lua')) or 'lua')"
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", check, "-c", "qall!"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert said == "lua"


def version() -> tuple[int, int]:
    said = subprocess.run(["nvim", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"NVIM v(\d+)\.(\d+)", said)
    assert found is not None
    return int(found[1]), int(found[2])
