"""Gathers the facts of all files, from the cache or the parsing processes, and the fixes that are asked for."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from archlint.facts.interning import Interner
from archlint.facts.module import ModuleFacts
from archlint.intake.cache import Answers
from archlint.intake.sources import SourceFile
from archlint.intake.wire import Answer
from archlint.intake.workers import Pool
from archlint.model import Failure, Fix
from archlint.rulebook.fixable import Wish

BATCH_BYTES = 192 * 1024
"""How large a batch is where many are left; for less there is no second process."""
_INTERNED_BYTES = 8 << 20
"""How much source there must be for equal texts to be worth looking for: that takes a hundredth of the time."""
Told: TypeAlias = Callable[[int, int], None]
"""Hears how far something is: what is done, of how much."""


class Gathered(msgspec.Struct):
    """What came of the files: facts by path, failures, and the bytes that were parsed, by path.

    `lasting` says that the same bytes will always give this.
    """

    facts: dict[str, ModuleFacts]
    failures: list[Failure]
    data: Mapping[str, bytes]
    lasting: bool = True


def gather(
    files: Iterable[SourceFile],
    data: Mapping[str, bytes],
    jobs: int,
    root: Path,
    known: Answers | None = None,
    told: Told | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Gathered:
    """Parse the files whose `data` are there (by path) and not `known`, with `jobs` child processes.

    The result depends on neither. `root` is the directory of the settings, to which the `exclude` that failures propose
    is relative; `told` hears how many of how many files are parsed, `meanwhile` is called when parsing has begun.
    Raises `WorkerError` when no child process can start.
    """
    take = _Take(root, data)
    there = [file for file in files if file.path in data]
    answers = {file: known.get(file, data[file.path]) if known is not None else None for file in there}
    new = [file for file, message in answers.items() if message is None]
    while new or answers:
        workers = min(jobs, -(-sum(_size(file, data) for file in new) // BATCH_BYTES))
        pool = Pool(_batches(new, data, workers), data)
        try:
            pool.start(workers)
            if new and meanwhile is not None:
                meanwhile()
            harmed = [
                file for file, message in answers.items() if message is not None and not take.remembered(file, message)
            ]
            for number, (file, message) in enumerate(pool.answers(), 1):
                if told is not None:
                    told(number, len(new))
                if take.add(file, message) and known is not None:
                    known.put(file, data[file.path], message)
        finally:
            pool.stop()
        new, answers = harmed, {}
    if known is not None:
        known.save(there)
    return take.result()


def facts_of(message: bytes | memoryview) -> ModuleFacts | None:
    """Return the facts that an answer of an earlier run has, `None` when it has none."""
    try:
        value = msgspec.msgpack.decode(message, type=Answer).value
        return msgspec.msgpack.decode(value, type=ModuleFacts) if value else None
    except (msgspec.MsgspecError, RecursionError):
        return None


def wished_fixes(
    wishes: Mapping[SourceFile, tuple[Wish, ...]], data: Mapping[str, bytes], jobs: int
) -> tuple[dict[tuple[str, Wish], Fix], list[Failure]]:
    """Return the fixes by path and wish, and a failure for each file that a child process came to grief on.

    `data` are the bytes of the files. Raises `WorkerError` when no child process can start.
    """
    fixes: dict[tuple[str, Wish], Fix] = {}
    failures: list[Failure] = []
    pool = Pool(deque([file] for file in wishes), data, wishes)
    answers, decoder = msgspec.msgpack.Decoder(Answer), msgspec.msgpack.Decoder(list[Fix | None])
    try:
        pool.start(jobs)
        for file, message in pool.answers():
            answer = answers.decode(message)
            if not answer.value:
                failures.append(Failure(file.path, answer.line, f"no fix can be made: {answer.message}"))
                continue
            made = zip(wishes[file], decoder.decode(answer.value), strict=True)
            fixes.update(((file.path, wish), fix) for wish, fix in made if fix is not None)
    finally:
        pool.stop()
    return fixes, sorted(failures, key=lambda failure: failure.path)


def _size(file: SourceFile, data: Mapping[str, bytes]) -> int:
    """Return how many bytes a file counts for: an empty one is work, too."""
    return len(data[file.path]) + 512


def _batches(files: Sequence[SourceFile], data: Mapping[str, bytes], workers: int) -> "deque[list[SourceFile]]":
    """Put the files into batches, smaller and smaller ones at the end, so that the workers are done at about one time.

    Source: C. D. Polychronopoulos, D. J. Kuck, Guided Self-Scheduling, IEEE Transactions on Computers C-36 (1987).
    """
    batches: deque[list[SourceFile]] = deque()
    left = sum(_size(file, data) for file in files)
    room = 0
    for file in files:
        if room <= 0:
            batches.append([])
            room = min(BATCH_BYTES, left // (2 * workers))
        batches[-1].append(file)
        room -= _size(file, data)
        left -= _size(file, data)
    return batches


class _Take:
    """What has come so far."""

    def __init__(self, root: Path, data: Mapping[str, bytes]) -> None:
        self._gathered = Gathered({}, [], data)
        self._root = root
        self._answer = msgspec.msgpack.Decoder(Answer)
        self._facts = msgspec.msgpack.Decoder(ModuleFacts)
        self._interner = Interner() if sum(map(len, data.values())) > _INTERNED_BYTES else None

    def add(self, file: SourceFile, message: bytes) -> bool:
        """Take in the answer to a file; tell whether it is worth remembering."""
        lasting = self._add(file, message)
        if file.path in self._gathered.facts:
            facts = self._gathered.facts[file.path]
            facts.decode()  # while others are parsed; who begins anew asks for everything
            if self._interner is not None:
                self._interner.intern(facts)
        return lasting

    def _add(self, file: SourceFile, message: bytes | memoryview) -> bool:
        answer = self._answer.decode(message)
        if answer.value:
            self._gathered.facts[file.path] = self._facts.decode(answer.value)
        else:
            shown = Path(os.path.relpath(file.path, self._root)).as_posix()
            joint = " Leave" if answer.message.endswith("?") else ", or leave" if "; " in answer.message else "; leave"
            told = f'{answer.message}{joint} it out with exclude = ["{shown}"]'
            self._gathered.failures.append(Failure(file.path, answer.line, told))
            self._gathered.lasting &= answer.lasting
        return answer.lasting

    def remembered(self, file: SourceFile, message: memoryview) -> bool:
        """Take in an answer from the cache; false when it is none."""
        try:
            return self._add(file, message)
        except (msgspec.MsgspecError, RecursionError):
            return False

    def result(self) -> Gathered:
        """Return all of it, failures in order."""
        self._gathered.failures.sort(key=lambda failure: (failure.path, failure.line, failure.message))
        return self._gathered
