"""The README says what is true now."""

import re
import tomllib
from pathlib import Path

from archlint.inputs import Options, configure
from archlint.intake.rulefiles import data_tables
from archlint.project.library_files import read_tables
from tests.readme import README, updated
from tests.support import ROOT


def test_generated_parts_are_up_to_date() -> None:
    text = README.read_text(encoding="utf-8")

    assert updated(text) == text, "run: python -m tests.readme"


def test_the_catalogue_of_blocking_apis_is_as_large_as_said() -> None:
    said = re.search(r"some ([\d,]+) APIs", README.read_text(encoding="utf-8"))
    assert said is not None
    known = len(read_tables(data_tables()).blocking)

    assert 0.9 * known <= int(said[1].replace(",", "")) <= known


def test_two_commands_set_everything_up() -> None:
    commands = re.findall(r"^```sh\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

    assert [len(command.splitlines()) for command in commands] == [1, 1]
    assert commands[0].endswith("archlint check fixtures/shop\n")
    assert commands[1].endswith("pytest\n")


def test_configuration_example_is_valid(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    example = next(block for block in blocks if "tool.archlint.layers" in block)
    for folder in ("src", "lint/rules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")

    config, _ = configure(tmp_path, Options())

    assert config.fail_on == "error"
    assert set(tomllib.loads(example)["tool"]["archlint"]) >= {"layers", "blocking", "rule-pages"}
    assert (ROOT / "LICENSE").is_file()
