"""`archlint check --watch`, as a process of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

import pytest

SLEEPS = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"


class Watching:
    """A running command, and the lines that it writes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._lines: SimpleQueue[str] = SimpleQueue()
        self.errors: SimpleQueue[str] = SimpleQueue()
        for stream, lines in ((process.stdout, self._lines), (process.stderr, self.errors)):
            assert stream is not None
            Thread(target=lambda stream=stream, lines=lines: [lines.put(line) for line in stream], daemon=True).start()

    def round(self) -> str:
        """Wait until a run is over, and return what it said on standard error."""
        said = ""
        while "watching for changes" not in said:
            said += self.errors.get(timeout=300)
        return said

    def report(self) -> str:
        """Wait for something on standard output, and return what was written since the last time."""
        said = self._lines.get(timeout=300)
        while True:
            try:
                said += self._lines.get(timeout=0.05)
            except Empty:
                return said

    def is_quiet(self) -> bool:
        time.sleep(0.6)
        return self.errors.empty()


@contextmanager
def watching(root: Path, *arguments: str) -> Iterator[Watching]:
    command = [sys.executable, "-m", "archlint", "check", "--watch", "--jobs", "1", *arguments]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Watching(process)
        finally:
            process.kill()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.archlint]\n")
    (tmp_path / "app.py").write_text(SLEEPS)
    return tmp_path


def test_it_runs_again_after_each_change_and_ends_without_a_traceback(project: Path) -> None:
    with watching(project, "--output-format", "concise") as it:
        assert "Found 1 violation" in it.round()
        assert it.report().startswith("app.py:5:5: ASY001 ")

        (project / "app.py").write_text("")
        assert "No violations" in it.round()
        (project / "pyproject.toml").write_text("[tool.archlint]\nselekt = []\n")
        assert "archlint: pyproject.toml:2: tool.archlint.selekt: unknown key" in it.round()
        (project / "new.py").write_text(SLEEPS)
        it.round()
        (project / "pyproject.toml").write_text("[tool.archlint]\n")
        assert "Found 1 violation" in it.round()
        assert it.report().startswith("new.py:5:5: ASY001 ")
        (project / "new.py").unlink()
        assert "No violations" in it.round()

        it.process.send_signal(signal.SIGINT)
        assert it.process.wait(20) == 130
        assert it.errors.empty()


def test_what_it_writes_itself_starts_no_run(project: Path) -> None:
    report = project / ".sarif" / "archlint.sarif"
    with watching(project, "--output-format", "sarif", "--output-file", str(report), "--report", "text=notes.py") as it:
        it.round()
        assert [each["ruleId"] for each in json.loads(report.read_text())["runs"][0]["results"]] == ["ASY001"]
        assert (project / "notes.py").exists()
        assert (project / ".archlint_cache").is_dir()
        assert it.is_quiet()

        (project / "README.md").write_text("no page")
        assert it.is_quiet()
        (project / "app.py").write_text("")
        it.round()
        assert json.loads(report.read_text())["runs"][0]["results"] == []


def test_rule_pages_and_baselines_are_watched(project: Path) -> None:
    (project / "lint").mkdir()
    (project / "pyproject.toml").write_text('[tool.archlint]\nrule-pages = ["lint"]\n')
    with watching(project, "-q") as it:
        it.round()
        (project / "lint" / "ACM001.md").write_text("nonsense")
        assert "ACM001.md: the first line must be a heading" in it.round()
        (project / "lint" / "ACM001.md").unlink()
        assert "ACM001" not in it.round()
        (project / "archlint-baseline.json").write_text("nonsense")
        assert "archlint-baseline.json" in it.round()


@pytest.mark.parametrize("other", [["--fix"], ["--diff"], ["-", "--stdin-filename", "app.py"]])
def test_what_it_cannot_be_combined_with(project: Path, other: list[str]) -> None:
    said = run(project, "--watch", *other)

    assert said.returncode == 2
    assert said.stderr == (
        "archlint: --watch reports what the files are like, again and again; leave --fix, --diff and - out\n"
    )


def test_without_watchfiles_it_says_how_to_install_it(project: Path) -> None:
    said = run(project, "--watch", before="sys.modules['watchfiles'] = None")

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == (
        "archlint: --watch needs watchfiles, which is not installed; install it with `pip install 'archlint[watch]'`\n"
    )


def run(project: Path, *arguments: str, before: str = "") -> "subprocess.CompletedProcess[str]":
    code = f"import sys; {before}\nsys.argv[1:] = {['check', *arguments]!r}\nimport archlint.__main__ as it\nit.main()"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=project, input="", capture_output=True, text=True, timeout=300, check=False
    )
