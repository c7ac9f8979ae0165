"""The npm packages that the tests of this folder share."""

import json
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support import ROOT

PACKAGES = {
    "@microsoft/sarif-multitool-linux": "5.7.0",
    "@microsoft/sarif-web-component": "0.6.0-29",
    "jsonschema": "1.5.0",
    "react": "16.14.0",
    "react-dom": "16.14.0",
}


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Return the folder of the npm packages, installed once and kept in `build/`."""
    folder = ROOT / "build" / "outside"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps({"private": True, "dependencies": PACKAGES})
    with FileLock(folder / "lock"):
        package = folder / "package.json"
        if not package.is_file() or package.read_text() != wanted or not (folder / "node_modules").is_dir():
            package.write_text(wanted)
            command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "node_modules"
