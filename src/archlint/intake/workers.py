"""Runs the child processes that parse: hands them files, takes their answers, and survives what they do not."""

import contextlib
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping

import msgspec

from archlint.facts.text import DecodeError, decode
from archlint.intake.child import child, child_ahead
from archlint.intake.limits import OUT_OF_TIME, PATIENCE, seconds_for
from archlint.intake.sources import SourceFile
from archlint.intake.wire import NOTHING, Answer, Task, read_message, write_message
from archlint.model import UnableError
from archlint.rulebook.fixable import Wish

SECONDS_TO_START = 120.0


class WorkerError(UnableError):
    """The child process cannot even start."""


class _Worker:
    """One child process and the moment until which it may be silent."""

    def __init__(self) -> None:
        self._child = child()
        self.process = self._child.process
        self.stdin, self.stdout = self._child.stdin, self._child.stdout
        self.deadline = time.monotonic() + SECONDS_TO_START
        self.timed_out = False
        self._started = False

    def starts(self) -> bool:
        """Wait until the child is ready; false when it never is."""
        self._started = self._started or read_message(self.stdout) is not None
        return self._started

    def end(self) -> None:
        """End the process and close its pipes; only the thread that reads from it does this."""
        self._child.end()


class _Kept:
    """Workers that wait for the next pool, at most so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._workers: list[_Worker] = []

    def take(self) -> _Worker | None:
        """Return a worker that is still alive, if there is one."""
        with contextlib.suppress(IndexError):
            while True:
                worker = self._workers.pop()
                worker.deadline = time.monotonic() + SECONDS_TO_START
                if worker.process.poll() is None:
                    return worker
                worker.end()
        return None

    def put(self, worker: _Worker) -> None:
        """Keep a worker, or end it if there are enough."""
        if len(self._workers) < self._most:
            self._workers.append(worker)
        else:
            worker.end()

    def end(self) -> None:
        """End all of them."""
        while self._workers:
            self._workers.pop().end()


_kept: list[_Kept] = []
"""The last one takes the workers of a pool that has ended; without one none may outlive its pool."""


@contextlib.contextmanager
def kept_workers(most: int = sys.maxsize) -> Iterator[None]:
    """Let workers (at `most` so many) live on from one pool to the next while this is entered.

    Each takes 0.3 s to start, and 60 MB.
    """
    _kept.append(_Kept(most))
    try:
        yield
    finally:
        _kept.pop().end()


def worker_ahead() -> contextlib.AbstractContextManager[None]:
    """Have a worker start while this process still looks for what there is to parse, if none is kept."""
    return contextlib.nullcontext() if _kept else child_ahead()


class Pool:
    """Threads of this process, each with a worker of its own, that take batches until none is left."""

    def __init__(
        self,
        batches: "deque[list[SourceFile]]",
        data: Mapping[str, bytes],
        wishes: Mapping[SourceFile, tuple[Wish, ...]] | None = None,
    ) -> None:
        self._batches = batches
        self._data = data
        self._wishes = wishes or {}
        self._done: queue.SimpleQueue[tuple[SourceFile, bytes] | Exception | None] = queue.SimpleQueue()
        self._workers: dict[int, _Worker] = {}
        self._threads: list[threading.Thread] = []
        self._stopped = False

    def start(self, jobs: int) -> None:
        """Start working with `jobs` child processes, or fewer when there are fewer batches."""
        for number in range(min(jobs, len(self._batches))):
            thread = threading.Thread(target=self._work, args=(number,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def answers(self) -> Iterator[tuple[SourceFile, bytes]]:
        """Yield the answer to every file as an encoded `Answer`, in the order in which they come."""
        running = len(self._threads)
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
        self._batches.clear()
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
            while self._batches and not self._stopped:
                with contextlib.suppress(IndexError):  # another thread took the last one
                    self._serve(number, self._batches.popleft())
        except Exception as error:  # noqa: BLE001 -- a thread's exception would be lost
            self._stopped = True
            self._done.put(error)
        finally:
            if number in self._workers:
                self._release(self._workers.pop(number))
            self._done.put(None)

    def _release(self, worker: _Worker) -> None:
        if _kept and not self._stopped:
            _kept[-1].put(worker)
        else:
            worker.end()

    def _serve(self, number: int, batch: list[SourceFile]) -> None:
        worker = self._workers.get(number)
        if worker is None:
            worker = self._workers[number] = (_kept[-1].take() if _kept else None) or _start()
            if not self._stopped and not worker.starts() and not self._stopped:
                raise WorkerError("the parsing process does not start; `python -m archlint.worker` says why")
        if not self._stopped and not self._process(worker, batch):
            self._workers.pop(number).end()

    def _task(self, file: SourceFile, data: bytes) -> Task:
        return Task(file.module, file.is_package, data, seconds_for(len(data)), self._wishes.get(file, ()))

    def _process(self, worker: _Worker, batch: list[SourceFile]) -> bool:
        """Send a batch and hand on its answers; false when the worker died, which costs the file it was at."""
        tasks = [self._task(file, self._data[file.path]) for file in batch]
        worker.deadline = time.monotonic() + PATIENCE * seconds_for(0)
        with contextlib.suppress(OSError):  # it died; the missing answers tell
            write_message(worker.stdin, msgspec.msgpack.encode(tasks))
        for position, file in enumerate(batch):
            data = self._data[file.path]
            worker.deadline = time.monotonic() + PATIENCE * seconds_for(len(data))
            message = read_message(worker.stdout)
            if message is not None:
                self._done.put((file, message))
                continue
            if not self._stopped:
                self._done.put((file, msgspec.msgpack.encode(_death(worker, data))))
                if batch[position + 1 :]:
                    self._batches.append(batch[position + 1 :])
            return False
        return True


def _start() -> _Worker:
    try:
        return _Worker()
    except OSError as error:
        raise WorkerError(f"the parsing process does not start: {error.strerror}") from error


def _death(worker: _Worker, data: bytes) -> Answer:
    """Return what to say of the file that a process was at when it died."""
    code = worker.process.wait()
    if worker.timed_out or code == OUT_OF_TIME:
        what = f"parsing takes longer than {seconds_for(len(data)):.0f} seconds"
    else:
        what = "the parser crashed, which deeply nested code and very large files make it do"
    try:
        text = decode(data)
    except DecodeError:
        return Answer(NOTHING, 0, what)
    from archlint.facts.tokens import longest_statement  # noqa: PLC0415 -- its expressions take long to compile

    line = text.count("\n", 0, longest_statement(text)) + 1
    return Answer(NOTHING, line, f"{what}; the longest statement begins here")
