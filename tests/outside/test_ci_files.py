"""The files for pre-commit and CI that README and guide show: their schemas, and the commands in them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.shown import Block, blocks
from tests.test_watch import SLEEPS

pytestmark = pytest.mark.outside

CHECKS = {
    ".pre-commit-config.yaml": ("pre_commit", "validate-config"),
    ".github/workflows/archlint.yml": ("check_jsonschema", "--builtin-schema", "vendor.github-workflows"),
    ".gitlab-ci.yml": ("check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
    "azure-pipelines.yml": ("check_jsonschema", "--builtin-schema", "vendor.azure-pipelines"),
}
"""File to the command that knows what may be in it."""
BLOCKS = blocks("yaml")


def test_every_service_has_its_file() -> None:
    assert {each.path for each in BLOCKS} == CHECKS.keys()
    assert {each.body for each in BLOCKS if each.page.stem == "README"} <= {
        each.body for each in BLOCKS if each.page.stem == "ci"
    }


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_files_follow_their_schema(block: Block, tmp_path: Path) -> None:
    file = tmp_path / Path(block.path).name
    file.write_text(block.body, encoding="utf-8")

    command = [sys.executable, "-m", *CHECKS[block.path], str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.path != ".pre-commit-config.yaml"], ids=str)
def test_their_commands_write_the_files_that_are_taken_up(block: Block, tmp_path: Path) -> None:
    from ruamel.yaml import YAML  # noqa: PLC0415 -- of the group `outside`; without it other tests run

    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "waits.py").write_text(SLEEPS, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.archlint]\n", encoding="utf-8")
    document = YAML(typ="safe").load(block.body)
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "step-summary"),
    }

    for command in scripts(document):
        line = command.removeprefix("pip install archlint").removeprefix(" && ").replace("$(Build", "$(echo .; : Build")
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=environment, capture_output=True, check=False)
        assert done.returncode == ("archlint check" in line), done.stderr

    taken_up = {
        ".github/workflows/archlint.yml": ("archlint.sarif", "step-summary"),
        ".gitlab-ci.yml": ("gl-code-quality-report.json", "archlint.xml"),
        "azure-pipelines.yml": ("archlint.sarif", "archlint.xml"),
    }
    assert all(b"ASY001" in (tmp_path / name).read_bytes() for name in taken_up[block.path])
    assert all(name in block.body for name in taken_up[block.path] if name != "step-summary")
    assert (tmp_path / ".archlint_cache").is_dir()


def scripts(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the commands of a pipeline in their order."""
    if "archlint" in document:
        yield from document["archlint"]["script"]
        return
    for step in document["jobs"]["archlint"]["steps"] if "jobs" in document else document["steps"]:
        yield from (step[key] for key in ("run", "script") if key in step)
