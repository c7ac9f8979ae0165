"""Runs that are cut short: signals, streams that close or are full, workers that are killed, two runs at once."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.hostile import BROKEN, COMMAND, SECONDS, run, write

SLOW = "x = a" + ".b" * 20_000 + "\n"  # LibCST takes minutes for it
FIXED = BROKEN.replace("r.keys()", "list(r.scan_iter())")
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")


def started(cwd: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def members(session: int) -> set[int]:
    """Return the living processes of a session."""
    found = set()
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdecimal():
                state, *_, belongs = (folder / "stat").read_text().rpartition(") ")[2].split()[:4]
                if int(belongs) == session and state != "Z":
                    found.add(int(folder.name))
    return found


def parses(worker: int) -> bool:
    """Tell whether a worker has used more of a processor than it takes to start."""
    with suppress(OSError):
        used = int(Path(f"/proc/{worker}/stat").read_text().rpartition(") ")[2].split()[11])
        return used > 3 * os.sysconf("SC_CLK_TCK")
    return False


def until(wanted: Callable[[], bool]) -> bool:
    """Wait until something is so; false when it never is."""
    end = time.monotonic() + SECONDS
    while not wanted():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@needs_proc
@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -9)],
)
def test_a_signal_leaves_neither_processes_nor_files(tmp_path: Path, number: int, exit_code: int) -> None:
    write(tmp_path, {"slow.py": SLOW, "a.py": BROKEN})
    with started(tmp_path, "check", ".", "--fix", "--jobs", "2", "-o", "report") as process:
        assert until(lambda: len(members(process.pid)) > 1)
        time.sleep(0.5)
        process.send_signal(number)
        assert process.stderr is not None
        said = process.stderr.read().decode()
        assert process.wait(SECONDS) == exit_code
        assert until(lambda: not members(process.pid))
    assert "Traceback" not in said
    assert {each.name for each in tmp_path.iterdir()} - {".archlint_cache"} == {"slow.py", "a.py"}
    assert not [*tmp_path.glob(".archlint_cache/*.tmp")]
    assert (tmp_path / "a.py").read_text() == BROKEN


@needs_proc
def test_workers_that_are_killed_cost_what_they_were_at(tmp_path: Path) -> None:
    write(tmp_path, {"slow.py": SLOW, **{f"m{number}.py": BROKEN for number in range(5)}})
    with started(tmp_path, "check", ".", "--jobs", "1", "--output-format", "json", "-o", "report") as process:
        assert until(lambda: len(members(process.pid)) > 1)
        assert until(lambda: any(map(parses, members(process.pid) - {process.pid})))
        for worker in members(process.pid) - {process.pid}:
            os.kill(worker, signal.SIGKILL)
        assert process.wait(SECONDS) == 2
    report = (tmp_path / "report").read_text()
    assert report.count('"RDS001"') + report.count("the parser crashed") >= 5
    assert 1 <= report.count("the parser crashed") <= 2


def killed_while_fixing(tmp_path: Path, moment: float) -> None:
    names = {f"m{number}.py" for number in range(40)}
    write(tmp_path, dict.fromkeys(names, BROKEN))
    with started(tmp_path, "check", ".", "--fix", "--jobs", "1", "--no-cache", "-q") as process:
        if not until(
            lambda: process.poll() is not None or any((tmp_path / name).read_text() == FIXED for name in names)
        ):
            raise AssertionError
        time.sleep(moment)
        process.kill()
    assert {(tmp_path / name).read_text() for name in names} <= {BROKEN, FIXED}
    left = {each.name for each in tmp_path.iterdir()} - names
    assert all(name.startswith(".m") and not name.endswith(".py") for name in left)
    assert len(left) <= 1


@pytest.mark.parametrize("moment", [0.0, 0.002])
def test_a_fix_that_is_killed_leaves_each_file_old_or_new(tmp_path: Path, moment: float) -> None:
    killed_while_fixing(tmp_path, moment)


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(100))
def test_a_fix_that_is_killed_at_any_moment(tmp_path: Path, moment: int) -> None:
    killed_while_fixing(tmp_path, moment / 20_000)


FULL = (
    *(
        ("check", "."),
        ("check", ".", "--output-format", "json"),
        ("check", ".", "--statistics"),
        ("check", ".", "--diff"),
    ),
    *(("rule",), ("rule", "RDS001", "--output-format", "json"), ("graph",), ("--help",), ("--version",)),
)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", FULL, ids=" ".join)
def test_a_full_disk_is_said(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write(tmp_path, {"a.py": BROKEN})
    result = run(tmp_path, command=("sh", "-c", 'exec "$@" > /dev/full', "sh", *COMMAND, *arguments))
    assert result.returncode == 2
    assert "cannot write to standard output: No space left on device" in result.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "2>/dev/full"])
def test_streams_that_are_closed(tmp_path: Path, closed: str) -> None:
    write(tmp_path, {"a.py": BROKEN})
    script = f'exec "$@" {closed}'
    result = run(tmp_path, "check", ".", "-o", "report", command=("sh", "-c", script, "sh", *COMMAND))
    assert result.returncode == (2 if "full" in closed else 1)
    assert "RDS001" in (tmp_path / "report").read_text()


@pytest.mark.parametrize("arguments", ["check .", "rule", "graph", "check . --output-format sarif 2>&1"])
def test_a_pipe_that_nobody_reads(tmp_path: Path, arguments: str) -> None:
    write(tmp_path, {"a.py": BROKEN + "    r.keys()\n" * 2000})
    run(tmp_path, command=("sh", "-c", f'"{sys.executable}" -m archlint {arguments} | true'))


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("check", "."), 1, "note: nothing is kept for the next run (File too large"),
        (("check", ".", "-o", "report"), 2, "archlint: cannot write report: File too large"),
        (("baseline",), 2, "archlint-baseline.json: File too large"),
        (("check", ".", "--fix"), 2, "cannot write the file: File too large"),
        (("graph", "-o", "x.html"), 2, "archlint: cannot write x.html: File too large"),
    ],
)
def test_files_that_cannot_be_written_whole_are_not_written(
    tmp_path: Path, arguments: tuple[str, ...], exit_code: int, said: str
) -> None:
    text = "import redis\n" + "".join(f"def f{number}(r: redis.Redis):\n    r.keys()\n" for number in range(60))
    write(tmp_path, {"a.py": text})
    result = run(tmp_path, *arguments, "--jobs", "1", before=limited)
    assert result.returncode == exit_code
    assert said in result.stderr + result.stdout
    assert (tmp_path / "a.py").read_text() == text
    assert {each.name for each in tmp_path.iterdir()} <= {"a.py", ".archlint_cache"}
    assert not [*tmp_path.rglob("*.tmp")]


def test_two_runs_at_once_on_one_cache(tmp_path: Path) -> None:
    write(tmp_path, {f"m{number}.py": BROKEN for number in range(20)})
    options = ("check", ".", "--jobs", "1", "--output-format", "json", "-o")
    processes = [started(tmp_path, *options, f"../report{number}") for number in range(4)]
    for process in processes:
        with process:
            assert process.wait(SECONDS) == 1
    reports = {(tmp_path.parent / f"report{number}").read_bytes() for number in range(4)}
    assert len(reports) == 1
    assert not [*(tmp_path / ".archlint_cache").glob("*.tmp")]
    assert run(tmp_path, *options, "../report4").returncode == 1
    assert (tmp_path.parent / "report4").read_bytes() in reports
