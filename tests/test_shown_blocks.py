"""Settings and commands that README and guide show work as they stand there."""

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from archlint.engine import Options, configure
from tests.shown import GUIDE, PAGES, Block, blocks
from tests.support import ROOT
from tests.test_watch import SLEEPS

ELSEWHERE = {
    "console": "a transcript, which is made anew and compared",
    "elisp": "tests/outside/test_emacs.py",
    "lua": "tests/outside/test_neovim.py",
    "markdown": "a rule page, which the transcripts around it run",
    "python": "a file of a transcript, or run with the tests of archlint.testing",
    "text": "output, which is made anew and compared",
    "yaml": "tests/outside/test_ci_files.py",
}
"""Language to where its blocks are run or checked, if not here."""


def test_blocks_of_every_language_are_looked_at() -> None:
    opened = re.findall(r"^`{3,4}(\w*)$", "\n".join(page.read_text("utf-8") for page in PAGES), re.MULTILINE)

    assert {each for each in opened if each} == {*ELSEWHERE, "json", "sh", "toml"}


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json(block: Block) -> None:
    assert json.loads(block.body)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml(block: Block, tmp_path: Path) -> None:
    values = tomllib.loads(block.body)

    if block.page in GUIDE and block.path:
        return  # a file of a transcript
    if "tool" in values:
        for folder in ("src", *values["tool"]["archlint"].get("rule-pages", ())):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "pyproject.toml").write_text(block.body, encoding="utf-8")
        configure(tmp_path, Options())
    else:
        assert values.keys() <= {"language-server", "language", "project"}


def test_helix_has_a_server_by_the_name_that_its_languages_use() -> None:
    (settings,) = (tomllib.loads(each.body) for each in blocks("toml") if "language-server" in each.body)

    ((name, server),) = settings["language-server"].items()
    assert [server["command"], *server["args"]] == ["archlint", "server"]
    assert [each["name"] for each in settings["language"] if name in each["language-servers"]] == ["python", "toml"]


def commands() -> list[str]:
    """Return the lines of shell, but for those of the README that set everything up, which test_readme is about."""
    lines = [line for block in blocks("sh") for line in block.body.splitlines()]
    return sorted({line for line in lines if not line.startswith("python3 -m venv")})


def test_what_is_to_be_installed_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = "\n".join(page.read_text("utf-8") for page in PAGES)

    wanted = re.findall(r"pip\s+install\s+'?(archlint)(?:\[(\w+)\])?", texts)
    assert {name for name, _ in wanted} == {project["name"]}
    assert {extra for _, extra in wanted if extra} == project["optional-dependencies"].keys()


@pytest.mark.parametrize("command", [each for each in commands() if not each.startswith("pip install")])
def test_commands(command: str, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "orders.py").write_text("", encoding="utf-8")
    for name in ("buffer", "src/waits.py"):
        (tmp_path / name).write_text(SLEEPS, encoding="utf-8")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if "--watch" in command:
            assert any(b"watching for changes" in line for line in process.stderr)
            process.terminate()
            said = (tmp_path / ".sarif" / "archlint.sarif").read_bytes()
        else:
            said = process.stdout.read()

    assert process.returncode == (128 + signal.SIGTERM if "--watch" in command else 1)
    assert b"ASY001" in said
