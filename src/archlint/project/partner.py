"""Lets two processes ask the same questions about a project, each about its half of the modules.

Both do all else by themselves and in the same order, so that each knows what the other is about to tell.
"""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import msgspec

from archlint.project.program import Module
from archlint.project.reading import Reading

if TYPE_CHECKING:  # it takes long to load
    from multiprocessing.connection import Connection


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
    """The other process, as the one with this `number` (0 or 1) sees it."""

    def __init__(self, number: int, connection: "Connection", reading: Reading) -> None:
        self._number = number
        self._connection = connection
        self._reading = reading
        self._told: set[str] = set()

    def shares(self, modules: Sequence[Module]) -> tuple[Sequence[Module], Sequence[Module]]:
        """Return the modules that this process asks about, and those that the other does: as many calls are in each.

        Neighbours stay together, because they use the same things.
        """
        calls = [*accumulate(len(module.facts.calls) for module in modules)]
        half = bisect(calls, calls[-1] // 2)
        first, second = modules[:half], modules[half:]
        return (second, first) if self._number else (first, second)

    def exchange(
        self, question: str, asked: Sequence[tuple[Any, int]], wanted: object
    ) -> Sequence[tuple[Any, int]] | None:
        """Tell the other process half of the answers, of the type `wanted`, with what was read; return the other half.

        It parts with a process that is gone or asks something else now, and returns `None`.
        """
        mine = self._encoded(question, asked)
        try:
            if self._number:  # if both talked first, neither would listen
                self._connection.send_bytes(mine)
            theirs = msgspec.msgpack.decode(self._connection.recv_bytes(), type=_Message)
            if theirs.question != question:
                self.part()
                return None
            if not self._number:
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
