"""SARIF as others judge it: the schema, Microsoft's validator with GitHub's rules, and GitHub's own check."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.outside.sarif_logs import write_logs
from tests.support import ROOT

pytestmark = pytest.mark.outside

POLICY = ROOT / "tests" / "outside" / "sarif_policy.xml"
ALLOWED = {
    "SARIF2002": "message.id alone is what GitHub rejects",
    "SARIF2003": "only a checkout has a version control provenance",
    "SARIF2013": "asks for the whole source of every file",
    "SARIF2012": "wants rules even where none ran",
}
"""Notes of the validator that are not followed, and why."""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_logs(tmp_path_factory.mktemp("logs"))


def findings(logs: list[Path], tool: Path) -> Iterator[str]:
    """Run the validator, which exits 0 whatever it finds, and read its report."""
    tool.chmod(0o755)
    report = logs[0].with_suffix(".findings")
    command = [str(tool), "validate", *map(str, logs), "--rule-kind", "Sarif;Gh", "--level", "Error;Warning;Note"]
    command += ["--config", str(POLICY), "-o", str(report), "--log", "ForceOverwrite"]
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert f"{len(logs)} files scanned" in done.stdout
    for run in json.loads(report.read_text(encoding="utf-8-sig"))["runs"]:
        for result in run.get("results", []):
            message = result["message"].get("text") or result["message"].get("arguments")
            log = Path(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).name
            yield f"{log}: {result.get('level', 'warning')} {result['ruleId'].split('/')[0]} {message}"


def test_the_validator_has_nothing_to_say(logs: list[Path], node_modules: Path) -> None:
    tool = node_modules / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"

    said = list(findings(logs, tool))

    assert [each for each in said if each.split()[2] not in ALLOWED] == []
    assert any(each.startswith("shop.sarif: ") for each in said)


def test_the_validator_would_say_something(tmp_path: Path, node_modules: Path) -> None:
    log = tmp_path / "bad.sarif"
    log.write_text('{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [{}]}')
    tool = node_modules / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"

    assert list(findings([log], tool))


def test_logs_follow_the_schema_and_name_their_columns(logs: list[Path], node_modules: Path) -> None:
    schema = json.loads((node_modules / "@microsoft/sarif-multitool-linux/sarif-2.1.0.json").read_text("utf-8-sig"))
    validator = Draft202012Validator(schema)

    for log in logs:
        document: dict[str, Any] = json.loads(log.read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(document)] == []
        assert {run["columnKind"] for run in document["runs"]} == {"utf16CodeUnits"}


def test_github_takes_every_log(logs: list[Path], node_modules: Path) -> None:
    schema = node_modules / "@microsoft/sarif-multitool-linux/sarif-2.1.0.json"
    gate = ROOT / "tests" / "outside" / "github_gate.js"
    command = ["node", str(gate), str(schema), *map(str, logs)]
    environment = {**os.environ, "NODE_PATH": str(node_modules)}

    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


def test_fingerprints_are_those_that_microsoft_computes(tmp_path: Path, node_modules: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    write_logs(folder)
    log = folder / "emoji.sarif"
    document = json.loads(log.read_text(encoding="utf-8"))
    for run in document["runs"]:
        run["originalUriBaseIds"]["%SRCROOT%"]["uri"] = f"{(folder / 'emoji_project').as_uri()}/"
    ours = [result["partialFingerprints"].pop("primaryLocationLineHash") for result in document["runs"][0]["results"]]
    log.write_text(json.dumps(document), encoding="utf-8")
    tool = node_modules / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
    tool.chmod(0o755)
    command = [str(tool), "rewrite", str(log), "-o", str(folder / "new.sarif")]
    command += ["--insert", "RollingHashPartialFingerprints", "--log", "ForceOverwrite"]
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    rewritten = json.loads((folder / "new.sarif").read_text(encoding="utf-8-sig"))
    theirs = [result["partialFingerprints"]["primaryLocationLineHash"] for result in rewritten["runs"][0]["results"]]

    assert ours
    assert theirs == ours
