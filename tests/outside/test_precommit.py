"""The hooks, as pre-commit runs them from this checkout in somebody's repository."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

pytestmark = pytest.mark.outside

CLEAN = "import redis\n\n\ndef sweep(client: redis.Redis) -> list[bytes]:\n    return list(client.scan_iter())\n"
BROKEN = "import redis\n\n\ndef sweep(client: redis.Redis) -> list[bytes]:\n    return client.keys()\n"


class Sample:
    """A repository with one module, and pre-commit's answer to a hook."""

    def __init__(self, folder: Path) -> None:
        self.hooks = _snapshot(folder / "archlint")
        self.root = folder / "sample"
        self.root.mkdir()
        # The hook's Python is a new one; what belongs to the test's environment must not reach it.
        self._environment = {**os.environ, "PRE_COMMIT_HOME": str(folder / "home"), "PRE_COMMIT_COLOR": "never"}
        self.write("pyproject.toml", "[tool.archlint]\n")
        self.git("init", "-q")

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True)

    def try_repo(self, hook: str) -> subprocess.CompletedProcess[str]:
        return self._pre_commit("try-repo", str(self.hooks), hook, "--all-files", "--verbose")

    def run(self, hook: str) -> subprocess.CompletedProcess[str]:
        return self._pre_commit("run", hook, "--all-files", "--verbose")

    def configure(self) -> None:
        revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=self.hooks, check=True, capture_output=True)
        hooks = [{"id": "archlint"}, {"id": "archlint-sarif"}]
        repository = {"repo": str(self.hooks), "rev": revision.stdout.decode().strip(), "hooks": hooks}
        self.write(".pre-commit-config.yaml", json.dumps({"repos": [repository]}))

    def _pre_commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self.git("add", "-A")
        command = [sys.executable, "-m", "pre_commit", *arguments]
        return subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, check=False, env=self._environment
        )


def _snapshot(folder: Path) -> Path:
    """Commit this checkout as it is into a repository of its own: of one that is not committed nothing is reused."""
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "as it is")):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    return folder


def test_hooks_in_a_sample_repository(tmp_path: Path) -> None:
    sample = Sample(tmp_path)
    sample.write("cache.py", CLEAN)

    tried = sample.try_repo("archlint")
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "Passed" in tried.stdout
    assert "No violations in 1 file." in tried.stdout

    sample.configure()
    assert "Installing environment" in sample.run("archlint").stdout
    sample.write("cache.py", BROKEN)
    violation = sample.run("archlint")
    assert violation.returncode == 1
    assert "- exit code: 1" in violation.stdout
    assert "cache.py:5:12: error: RDS001 [redis-keys]" in violation.stdout
    assert "Installing environment" not in violation.stdout

    written = sample.run("archlint-sarif")
    assert "- exit code: 1" in written.stdout
    assert (sample.root / "archlint.sarif").is_file()

    sample.write("pyproject.toml", "[tool.archlint]\nselekt = []\n")
    mistaken = sample.run("archlint")
    assert "- exit code: 2" in mistaken.stdout
    assert 'unknown key; did you mean "select"?' in mistaken.stdout
