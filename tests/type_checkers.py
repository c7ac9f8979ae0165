"""Lets mypy and pyright judge the pairs of `port_cases.py`; `python -m tests.type_checkers` records pyright's answers.

pyright needs Node.js and an installation of its own, which a test run should not depend on: its answers are in
`pyright_answers.json`, with the version that gave them.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.port_cases import CASES, HEAD, TYPED

ANSWERS = Path(__file__).with_name("pyright_answers.json")
_MYPY_ERROR = re.compile(r"^(\w+)\.py:\d+: error: ")


def write_modules(folder: Path) -> dict[str, str]:
    """Write one module for each case; return the title of each by the module's name."""
    titles = {f"case_{number:03}": title for number, title in enumerate(CASES)}
    for name, title in titles.items():
        (folder / f"{name}.py").write_text(HEAD + CASES[title].text + TYPED, encoding="utf-8")
    return titles


def refused_by_mypy(folder: Path) -> set[str]:
    """Return the titles of the cases in which mypy finds an error."""
    titles = write_modules(folder)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--config-file=",
            "--no-incremental",
            "--check-untyped-defs",
            *map("{}.py".format, titles),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode > 1:
        raise RuntimeError(run.stdout + run.stderr)
    found = filter(None, map(_MYPY_ERROR.match, run.stdout.splitlines()))
    return {titles[match[1]] for match in found}


def refused_by_pyright(folder: Path, command: str) -> tuple[str, set[str]]:
    """Return pyright's version, and the titles of the cases in which it finds an error."""
    titles = write_modules(folder)
    (folder / "pyrightconfig.json").write_text(
        '{"reportMissingImports": false, "reportReturnType": false}', encoding="utf-8"
    )
    run = subprocess.run([command, "--outputjson"], cwd=folder, capture_output=True, text=True, check=False)
    answer = json.loads(run.stdout)
    errors = (each for each in answer["generalDiagnostics"] if each["severity"] == "error")
    return answer["version"], {titles[Path(each["file"]).stem] for each in errors}


def main() -> None:
    """Ask the pyright on the PATH and write down what it says."""
    command = shutil.which("pyright")
    if command is None:
        raise SystemExit("pyright is not on the PATH; `pip install pyright` gets it")
    with tempfile.TemporaryDirectory() as folder:
        version, refused = refused_by_pyright(Path(folder), command)
    ANSWERS.write_text(json.dumps({"version": version, "refused": sorted(refused)}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
