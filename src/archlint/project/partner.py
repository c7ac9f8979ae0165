"""Lets two processes ask the same questions about a project, each about a part of the modules.

Both do all else by themselves and in the same order, so that each knows what the other is about to tell.
"""

import os
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from archlint.project.program import Module
from archlint.project.reading import Reading

if TYPE_CHECKING:  # it takes long to load
    from multiprocessing.connection import Connection


STRETCHES = 64
"""Into how many parts the modules are cut for one question."""


class Tokens:
    """So many tokens, for two processes that take them one by one; each closes its own."""

    def __init__(self, count: int) -> None:
        self._theirs, self._ours = os.pipe()
        os.set_blocking(self._theirs, False)
        self.put(count)

    def put(self, count: int) -> None:
        """Add tokens, a thousand at most while they lie there."""
        os.write(self._ours, bytes(count))

    def take(self) -> bool:
        """Take one, and tell whether there was one."""
        try:
            return bool(os.read(self._theirs, 1))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Let go of them."""
        os.close(self._theirs)
        os.close(self._ours)


class _Message(msgspec.Struct, frozen=True, array_like=True):
    """Answers in the order of the modules; `reads` are places in `sets`, the sets of modules that were read.

    `missed` are names that no module had.
    """

    question: str
    answers: msgspec.Raw
    reads: tuple[int, ...]
    sets: tuple[bytes, ...]
    missed: tuple[str, ...]


class Partner:
    """The other process, as the one with this `number` (0 or 1) sees it.

    Both take from the same `tokens`, of which there are as many as stretches before each question.
    """

    def __init__(self, number: int, connection: "Connection", tokens: Tokens, reading: Reading) -> None:
        self._number = number
        self._connection = connection
        self._tokens = tokens
        self._reading = reading
        self._told: set[str] = set()

    def share(self, modules: Sequence[Module]) -> Iterator[Module]:
        """Yield modules for this process to ask about until all are with one of both, who begin at either end.

        Neighbours stay together, because they use the same things.
        """
        stretches = _stretches(modules)
        for stretch in reversed(stretches) if self._number else stretches:
            if not self._tokens.take():
                return
            yield from stretch

    def exchange(
        self, question: str, asked: Sequence[tuple[Any, int]], wanted: object, others: int
    ) -> Sequence[tuple[Any, int]] | None:
        """Tell the other process these answers, of the type `wanted`, with what was read; return the `others`, so many.

        Both are in the order of the modules. It parts with a process that is gone or tells of something else now, and
        returns `None`.
        """
        mine = self._encoded(question, asked)
        try:
            if self._number:  # if both talked first, neither would listen
                self._connection.send_bytes(mine)
            theirs = msgspec.msgpack.decode(self._connection.recv_bytes(), type=_Message)
            if theirs.question != question or len(theirs.reads) != others:
                self.part()
                return None
            if not self._number:
                self._tokens.put(STRETCHES)  # both have seen that there are no more, and one waits
                self._connection.send_bytes(mine)
        except (OSError, EOFError):
            self.part()
            return None
        return self._decoded(theirs, wanted)

    def part(self) -> None:
        """Leave the other process to itself."""
        self._connection.close()

    def _encoded(self, question: str, asked: Sequence[tuple[Any, int]]) -> bytes:
        numbers: dict[int, int] = {}
        reads = tuple(numbers.setdefault(each, len(numbers)) for _, each in asked)
        missed = tuple(self._reading.missed - self._told)
        self._told.update(missed)
        return msgspec.msgpack.encode(
            _Message(
                question=question,
                answers=msgspec.Raw(msgspec.msgpack.encode([answer for answer, _ in asked])),
                reads=reads,
                sets=tuple(each.to_bytes((each.bit_length() + 7) // 8, "little") for each in numbers),
                missed=missed,
            )
        )

    def _decoded(self, message: _Message, wanted: Any) -> Sequence[tuple[Any, int]]:  # noqa: ANN401 -- a type
        answers = msgspec.msgpack.decode(message.answers, type=tuple[wanted, ...])
        sets = [int.from_bytes(each, "little") for each in message.sets]
        self._reading.missed.update(message.missed)
        self._told.update(message.missed)
        return [(answer, sets[number]) for answer, number in zip(answers, message.reads, strict=True)]


def _stretches(modules: Sequence[Module]) -> list[Sequence[Module]]:
    """Cut modules into stretches with about as many calls in each."""
    calls = [*accumulate(len(module.facts.calls) for module in modules)]
    ends = [bisect(calls, calls[-1] * number // STRETCHES) for number in range(1, STRETCHES)]
    return [modules[start:end] for start, end in pairwise([0, *ends, len(modules)])]
