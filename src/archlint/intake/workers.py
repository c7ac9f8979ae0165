"""Runs the child processes that parse, and gathers the facts and fixes they send back."""

import contextlib
import os
import queue
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from archlint.facts.model import ModuleFacts
from archlint.intake.sources import SourceFile, read
from archlint.model import Failure, Fix
from archlint.rulebook.fixable import Wish

BATCH_BYTES = 192 * 1024
SECONDS_TO_START = 30.0
SECONDS_PER_FILE = 30.0
SECONDS_PER_MEGABYTE = 30.0
_LENGTH = struct.Struct(">I")


class Task(msgspec.Struct, frozen=True, array_like=True):
    """One module to parse: its dotted name, whether it is a package, its bytes; `wishes` ask for fixes instead."""

    module: str
    is_package: bool
    data: bytes
    wishes: tuple[Wish, ...] = ()


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The encoded facts or fixes of one module, or (when empty) the line (0: unknown) and why there are none."""

    value: bytes
    line: int
    message: str


class WorkerError(Exception):
    """The child process cannot even start."""


def read_message(stream: BinaryIO) -> bytes | None:
    """Return the next message, `None` at the end of the stream (a message cut short is none)."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    message = stream.read(size)
    return message if len(message) == size else None


def write_message(stream: BinaryIO, message: bytes) -> None:
    """Send one message."""
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


class Gathered(msgspec.Struct):
    """What came of the files: facts by path, failures, and the bytes of every file that could be read."""

    facts: dict[str, ModuleFacts]
    failures: list[Failure]
    data: dict[str, bytes]


def gather(
    files: Sequence[SourceFile], jobs: int, root: Path, contents: Callable[[SourceFile], bytes | Failure] = read
) -> Gathered:
    """Read and parse all files with `jobs` child processes; the result does not depend on their number.

    `root` is the project's directory, to which the `exclude` that failures propose is relative; `contents` gives the
    bytes of a file.

    Raises `WorkerError` when no child process can start.
    """
    gathered = Gathered({}, [], {})
    pool = _Pool(_batches(files, gathered, contents), gathered.data)
    decoder = msgspec.msgpack.Decoder(ModuleFacts)
    try:
        for file, answer in pool.run(max(1, min(jobs, len(pool.batches)))):
            if answer.value:
                gathered.facts[file.path] = decoder.decode(answer.value)
            else:
                hint = f'leave it out with exclude = ["{Path(os.path.relpath(file.path, root)).as_posix()}"]'
                failure = Failure(file.path, answer.line, f"{answer.message}; {hint}")
                gathered.failures.append(failure)
    finally:
        pool.stop()
    gathered.failures.sort(key=lambda failure: (failure.path, failure.line, failure.message))
    return gathered


def wished_fixes(
    wishes: Mapping[SourceFile, tuple[Wish, ...]], data: Mapping[str, bytes], jobs: int
) -> tuple[dict[tuple[str, Wish], Fix], list[Failure]]:
    """Return the fixes by path and wish, and a failure for each file that a child process came to grief on.

    `data` are the bytes of the files. Raises `WorkerError` when no child process can start.
    """
    fixes: dict[tuple[str, Wish], Fix] = {}
    failures: list[Failure] = []
    pool = _Pool(deque([file] for file in wishes), data, wishes)
    decoder = msgspec.msgpack.Decoder(list[Fix | None])
    try:
        for file, answer in pool.run(max(1, min(jobs, len(pool.batches)))):
            if not answer.value:
                failures.append(Failure(file.path, answer.line, f"no fix can be made: {answer.message}"))
                continue
            made = zip(wishes[file], decoder.decode(answer.value), strict=True)
            fixes.update(((file.path, wish), fix) for wish, fix in made if fix is not None)
    finally:
        pool.stop()
    return fixes, sorted(failures, key=lambda failure: failure.path)


def _batches(
    files: Iterable[SourceFile], gathered: Gathered, contents: Callable[[SourceFile], bytes | Failure]
) -> "deque[list[SourceFile]]":
    """Read every file, and put those that could be read into batches of about the same number of bytes."""
    batches: deque[list[SourceFile]] = deque()
    size = BATCH_BYTES
    for file in files:
        data = contents(file)
        if isinstance(data, Failure):
            gathered.failures.append(data)
            continue
        gathered.data[file.path] = data
        if size >= BATCH_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(file)
        size += len(data) + 512
    return batches


class _Worker:
    """One child process and the moment until which it may be silent."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "archlint.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.deadline = time.monotonic() + SECONDS_TO_START
        self.timed_out = False
        self.stdin = cast(BinaryIO, self.process.stdin)
        self.stdout = cast(BinaryIO, self.process.stdout)

    def starts(self) -> bool:
        """Wait until the child is ready; false when it never is."""
        return read_message(self.stdout) is not None

    def end(self) -> None:
        """End the process and close its pipes; only the thread that reads from it does this."""
        self.process.kill()
        self.process.wait()
        self.stdout.close()
        with contextlib.suppress(OSError):  # what was still buffered has nobody to go to
            self.stdin.close()


class _Pool:
    """Threads of this process, each with a worker of its own, that take batches until none is left."""

    def __init__(
        self,
        batches: "deque[list[SourceFile]]",
        data: Mapping[str, bytes],
        wishes: Mapping[SourceFile, tuple[Wish, ...]] | None = None,
    ) -> None:
        self.batches = batches
        self._data = data
        self._wishes = wishes or {}
        self._done: queue.SimpleQueue[tuple[SourceFile, Answer] | Exception | None] = queue.SimpleQueue()
        self._workers: dict[int, _Worker] = {}
        self._threads: list[threading.Thread] = []
        self._stopped = False

    def run(self, jobs: int) -> Iterator[tuple[SourceFile, Answer]]:
        """Yield the answer to every file, in the order in which they come."""
        running = jobs if self.batches else 0
        for number in range(running):
            thread = threading.Thread(target=self._work, args=(number,), daemon=True)
            self._threads.append(thread)
            thread.start()
        while running:
            try:
                item = self._done.get(timeout=1.0)
            except queue.Empty:
                self._kill_the_late()
                continue
            if item is None:
                running -= 1
            elif isinstance(item, Exception):
                raise item
            else:
                yield item

    def stop(self) -> None:
        """End all processes and threads, whatever they are doing."""
        self._stopped = True
        self.batches.clear()
        for worker in list(self._workers.values()):
            worker.process.kill()
        for thread in self._threads:
            thread.join()

    def _kill_the_late(self) -> None:
        for worker in list(self._workers.values()):
            if time.monotonic() > worker.deadline:
                worker.timed_out = True
                worker.process.kill()

    def _work(self, number: int) -> None:
        """Serve as thread `number`; what goes wrong is raised where the answers are read."""
        try:
            while self.batches and not self._stopped:
                with contextlib.suppress(IndexError):  # another thread took the last one
                    self._serve(number, self.batches.popleft())
        except Exception as error:  # noqa: BLE001 -- a thread's exception would be lost
            self._done.put(error)
        finally:
            if number in self._workers:
                self._workers.pop(number).end()
            self._done.put(None)

    def _serve(self, number: int, batch: list[SourceFile]) -> None:
        worker = self._workers.get(number)
        if worker is None:
            worker = self._workers[number] = _start()
            if not worker.starts() and not self._stopped:
                raise WorkerError("the parsing process does not start; `python -m archlint.worker` says why")
        if not self._stopped and not self._process(worker, batch):
            self._workers.pop(number).end()

    def _process(self, worker: _Worker, batch: list[SourceFile]) -> bool:
        """Send a batch and hand on its answers; false when the worker died, which costs the file it was at."""
        tasks = [
            Task(file.module, file.is_package, self._data[file.path], self._wishes.get(file, ())) for file in batch
        ]
        worker.deadline = time.monotonic() + SECONDS_PER_FILE
        with contextlib.suppress(OSError):  # it died; the missing answers tell
            write_message(worker.stdin, msgspec.msgpack.encode(tasks))
        for position, file in enumerate(batch):
            limit = SECONDS_PER_FILE + SECONDS_PER_MEGABYTE * len(self._data[file.path]) / 1_000_000
            worker.deadline = time.monotonic() + limit
            message = read_message(worker.stdout)
            if message is not None:
                self._done.put((file, msgspec.msgpack.decode(message, type=Answer)))
                continue
            if not self._stopped:
                self._done.put((file, Answer(b"", 0, _death(worker, limit))))
                if batch[position + 1 :]:
                    self.batches.append(batch[position + 1 :])
            return False
        return True


def _start() -> _Worker:
    try:
        return _Worker()
    except OSError as error:
        raise WorkerError(f"the parsing process does not start: {error.strerror}") from error


def _death(worker: _Worker, limit: float) -> str:
    if worker.timed_out:
        return f"parsing takes longer than {limit:.0f} seconds"
    return "the parser crashed, which deeply nested code makes it do"
