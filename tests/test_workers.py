"""What the parsing processes survive, and what a file costs that they do not."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from archlint.facts.extract import extract
from archlint.intake import child as child_module
from archlint.intake import gathering, limits, workers
from archlint.intake.child import child, child_ahead
from archlint.intake.config import Config
from archlint.intake.gathering import Gathered
from archlint.intake.sources import SourceFile, find, read_all
from archlint.intake.workers import WorkerError


def files(folder: Path, texts: dict[str, str | bytes]) -> tuple[SourceFile, ...]:
    for name, text in texts.items():
        (folder / f"{name}.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    return find([folder], Config()).files


def gather(found: Sequence[SourceFile], jobs: int, root: Path) -> Gathered:
    data, unread = read_all(found)
    assert not unread
    return gathering.gather(found, data, jobs, root)


def failures(gathered: Gathered) -> dict[str, tuple[int, str]]:
    return {Path(each.path).stem: (each.line, each.message) for each in gathered.failures}


def children() -> set[int]:
    """Return the process ids of this process's children."""
    folder = Path(f"/proc/{os.getpid()}/task")
    if not folder.exists():
        pytest.skip("needs /proc")
    found: set[int] = set()
    for task in folder.iterdir():
        with suppress(FileNotFoundError):  # a thread may end while its folder is read
            found.update(map(int, (task / "children").read_text().split()))
    return found


@pytest.fixture(autouse=True)
def _no_process_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(workers, "_kept", [])
    before = children()
    yield
    assert children() <= before


def test_bad_files_cost_themselves_only(tmp_path: Path) -> None:
    texts: dict[str, str | bytes] = {
        "a_good": "x = 1\n",
        "empty": "",
        "nested": "(" * 3000 + "1" + ")" * 3000,
        "chain": "if x: pass\n" + "elif x: pass\n" * 10_000,
        "unclosed": "x = 1\ny = (\nz = 2\n",
        "indented": "def f():\n    x\n  y\n",
        "keyword": "x = 1\n\nclass = 3\n",
        "latin": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        "bytes": b"x = 1\ny = '\xff'\n",
        "unknown": b"# coding: no-such-thing\n",
        "null": b"x = 1\n\0\n",
        "template": "x = t'a' t'{b}'\n",
        "form_feed": "if x:\n    \x0cy = 1\n",
        "z_good": "import a_good\n",
    }

    gathered = gather(files(tmp_path, texts), jobs=2, root=tmp_path)

    failed = failures(gathered)
    parsed = {Path(path).stem for path in gathered.facts}
    assert {"a_good", "empty", "latin", "z_good"} <= parsed
    assert parsed | failed.keys() == texts.keys()
    assert not parsed & failed.keys()
    assert {name: line for name, (line, _) in failed.items() if name in ("unclosed", "indented", "keyword")} == {
        "unclosed": 2,
        "indented": 3,
        "keyword": 3,
    }
    assert failed["unclosed"][1].startswith(
        "the file is no valid Python: '(' was never closed; leave it out with exclude = [\"unclosed.py\"]"
    )
    assert failed["bytes"] == (2, failed["bytes"][1])
    assert "byte 0xff is not utf-8" in failed["bytes"][1]
    assert failed["null"][0] == 2
    assert failed["unknown"][0] == 1
    assert all(message.count("\n") == 0 for _, message in failed.values())


def test_a_worker_that_dies_costs_one_file(tmp_path: Path) -> None:
    deep = "x = " + "(" * 200_000 + ")" * 200_000
    names = [f"m{number}" for number in range(20)]
    gathered = gather(
        files(tmp_path, {name: deep if name == "m7" else "x = 1\n" for name in names}), jobs=1, root=tmp_path
    )

    assert {Path(path).stem for path in gathered.facts} == {*names} - {"m7"}
    assert list(failures(gathered)) == ["m7"]


def test_a_file_that_takes_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS_PER_FILE", 1.0)
    monkeypatch.setattr(limits, "SECONDS_PER_MEGABYTE", 0.0)
    slow = "x = a" + ".b" * 20_000 + "\n"  # LibCST takes minutes for it

    gathered = gather(files(tmp_path, {"fast": "x = 1\n", "slow": slow, "then": "y = 2\n"}), jobs=1, root=tmp_path)

    assert failures(gathered).keys() == {"slow"}
    assert (
        "parsing takes longer than 1 seconds; the longest statement begins here, or leave it out"
        in failures(gathered)["slow"][1]
    )


def test_the_number_of_processes_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "BATCH_BYTES", 2000)
    texts: dict[str, str | bytes] = {
        f"m{number}": f"import m{number // 2}\ndef f{number}(a: int): return a.b()\n" for number in range(40)
    }
    texts["broken"] = "("
    found = files(tmp_path, texts)

    one, two = gather(found, jobs=1, root=tmp_path), gather(found, jobs=2, root=tmp_path)

    assert one.facts == two.facts
    assert one.failures == two.failures
    assert one.facts[found[1].path] == extract(one.data[found[1].path].decode(), found[1].module, is_package=False)


def test_no_files_need_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert gather([], jobs=2, root=Path()).facts == {}


@pytest.mark.parametrize("executable", ["/nowhere", "/bin/false"])
def test_processes_that_do_not_start_are_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executable: str
) -> None:
    found = files(tmp_path, {"m": "", "n": ""})
    monkeypatch.setattr(sys, "executable", executable)
    with pytest.raises(WorkerError, match="the parsing process does not start"):
        gather(found, jobs=2, root=tmp_path)


def test_an_interrupt_ends_the_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "BATCH_BYTES", 1)
    found = files(tmp_path, {f"m{number}": "x = 1\n" * 5000 for number in range(60)})
    signal.setitimer(signal.ITIMER_REAL, 0.8)
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            gather(found, jobs=2, root=tmp_path)
        assert time.monotonic() - start < 60
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def test_what_a_worker_says_that_is_no_answer_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def garbled(stream: object) -> bytes:
        return b"\xc1"

    found = files(tmp_path, {"m": ""})
    monkeypatch.setattr(workers, "read_message", garbled)
    with pytest.raises(Exception, match=r"MessagePack|truncated|malformed"):
        gather(found, jobs=1, root=tmp_path)


def test_a_child_ahead_is_taken_by_one_or_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "available_processors", lambda: 2)
    with child_ahead():
        with child_ahead():
            (ahead,) = child_module._ahead
        assert ahead.process.poll() is not None
    with child_ahead():
        (ahead,) = child_module._ahead
        taken, other = child(), child()
    assert (taken is ahead, other is ahead, taken.process.poll(), other.process.poll()) == (True, False, None, None)
    taken.end()
    other.end()
