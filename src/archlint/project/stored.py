"""Inferences as bytes, for the next run or for another process."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import chain, compress, count
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from archlint.project.inferences import Inferences, modules_of
from archlint.project.modulewise import Answered, Answers
from archlint.project.program import Project
from archlint.project.reading import Number
from archlint.project.types import types
from archlint.project.values import Answer, Value

T = TypeVar("T")

_VALUES = msgspec.msgpack.Decoder(tuple[Value, ...])
_MOST_IN_A_LESSON = 200_000
"""To tell of more references would take too much memory."""


class _StoredAnswers(msgspec.Struct, frozen=True, array_like=True):
    """The answers to one question, about the modules in their order; `reads` are places in `_Stored.sets`."""

    needs: bytes
    reads: tuple[int, ...]
    answers: msgspec.Raw


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """Answers of `Types` by reference, each with the place in `sets` of the set of modules that it has read.

    Values are by their place in `values`, because many references stand for the same; most are never asked for, and
    stay as they are.
    """

    modules: tuple[tuple[str, str, Number], ...]
    missed: frozenset[str]
    sets: tuple[bytes, ...]
    values: tuple[msgspec.Raw, ...]
    references: tuple[str, ...]
    reads: tuple[int, ...]
    answers: tuple[int, ...]
    answered: dict[str, _StoredAnswers]


class _Numbered(Generic[T]):
    """Things by their number, in the order in which they first come; the same object has one number."""

    def __init__(self, things: Iterable[T]) -> None:
        distinct = {id(thing): thing for thing in things}
        self.things = tuple(distinct.values())
        self._numbers = dict(zip(distinct, count()))

    def of(self, things: Iterable[T]) -> tuple[int, ...]:
        """Return the numbers of things."""
        return tuple(map(self._numbers.__getitem__, map(id, things)))


class _Part(NamedTuple):
    """What one process has stored, and its sets of modules."""

    stored: _Stored
    sets: Sequence[int]


class _Settled(Mapping[str, Answer]):
    """The answers that are stored, but those that have read one of the set `others`; decoded when asked for."""

    def __init__(self, parts: Sequence[_Part], others: int) -> None:
        self._parts = parts
        self._numbers: dict[str, int] = {}
        """By reference, the place of its answer times the number of parts, and the place of its part added to that."""
        for place, (stored, sets) in enumerate(parts):
            holds = [not reads & others for reads in sets]
            numbers = zip(stored.references, count(place, len(parts)), strict=False)
            self._numbers.update(compress(numbers, map(holds.__getitem__, stored.reads)))

    def __getitem__(self, reference: str) -> Answer:
        number, part = divmod(self._numbers[reference], len(self._parts))
        stored, sets = self._parts[part]
        try:
            return _VALUES.decode(stored.values[stored.answers[number]]), sets[stored.reads[number]]
        except (msgspec.MsgspecError, RecursionError):
            raise KeyError(reference) from None

    def __contains__(self, reference: object) -> bool:
        return reference in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def encode(known: Inferences) -> bytes:
    """Return inferences as bytes."""
    settled = known.settled(0)
    answered = {name: [*each.answers(Any).values()] for name, each in known.answered.items()}
    everything = [settled.values(), *answered.values()]
    sets = _Numbered(reads for some in everything for _, reads in some)
    values = _Numbered(answer for answer, _ in settled.values())
    return msgspec.msgpack.encode(
        _Stored(
            modules=known.modules,
            missed=frozenset(known.missed),
            reads=sets.of(reads for _, reads in settled.values()),
            answers=values.of(answer for answer, _ in settled.values()),
            references=tuple(settled),
            values=tuple(map(msgspec.Raw, map(msgspec.msgpack.Encoder().encode, values.things))),
            answered={
                name: _StoredAnswers(
                    known.answered[name].needs,
                    sets.of(reads for _, reads in some),
                    msgspec.Raw(msgspec.msgpack.encode([answer for answer, _ in some])),
                )
                for name, some in answered.items()
            },
            sets=tuple(reads.to_bytes((reads.bit_length() + 7) // 8, "little") for reads in sets.things),
        )
    )


def decode(data: Sequence[bytes]) -> Inferences | None:
    """Return what `encode` made bytes of in each of the processes that judged; `None` if it is nothing."""
    parts = [part for part in map(_part, data) if part is not None]
    if not parts:
        return None
    return Inferences(
        parts[0].stored.modules,
        frozenset(chain.from_iterable(part.stored.missed for part in parts)),
        partial(_Settled, parts),
        {
            name: Answered(each.needs, _answers(part.stored, each, part.sets))
            for part in parts
            for name, each in part.stored.answered.items()
        },
    )


def _part(data: bytes) -> _Part | None:
    """Return what one process has stored; `None` if it is nothing."""
    try:
        stored = msgspec.msgpack.decode(data, type=_Stored)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return _Part(stored, [int.from_bytes(each, "little") for each in stored.sets]) if _is_whole(stored) else None


class Beginning(NamedTuple):
    """How much was known of a project once: how many references, and how many answers about modules."""

    references: int
    asked: int


def beginning(project: Project) -> Beginning:
    """Return how much is known of a project now."""
    return Beginning(len(project.query(types).known.memo), project.query(Answers).asked)


def lesson(project: Project, since: Beginning, shared: Set[str]) -> Inferences:
    """Return what has become known of a project: what references stand for, if it is not too much, and answers.

    The answers to `shared` questions about modules are known elsewhere, too.
    """
    known, answers = project.query(types).known, project.query(Answers)
    references = known.news(since.references)
    return Inferences(
        modules_of(project),
        project.reading.missed,
        lambda _: references if len(references) <= _MOST_IN_A_LESSON else {},
        {name: answered for name, answered in answers.answered.items() if name not in shared},
        news=len(references) + answers.asked - since.asked,
    )


def _is_whole(stored: _Stored) -> bool:
    """Tell whether every answer has what it needs: what comes from a file may be anything."""
    same = len(stored.references) == len(stored.reads) == len(stored.answers)
    reads = (stored.reads, *(each.reads for each in stored.answered.values()))
    return (
        same
        and all(len(each.reads) == len(stored.modules) for each in stored.answered.values())
        and all(_are_places(each, stored.sets) for each in reads)
        and _are_places(stored.answers, stored.values)
    )


def _are_places(numbers: tuple[int, ...], things: tuple[object, ...]) -> bool:
    return not numbers or (min(numbers) >= 0 and max(numbers) < len(things))


def _answers(
    stored: _Stored, answered: _StoredAnswers, sets: Sequence[int]
) -> Callable[[Any], Mapping[str, tuple[Any, int]]]:
    def decoded(wanted: Any) -> Mapping[str, tuple[Any, int]]:  # noqa: ANN401 -- a type, which has no type of its own
        try:
            answers = msgspec.msgpack.decode(answered.answers, type=tuple[wanted, ...])
        except (msgspec.MsgspecError, RecursionError):
            return {}
        if len(answers) != len(stored.modules):
            return {}
        found = zip(stored.modules, answers, answered.reads, strict=True)
        return {path: (answer, sets[reads]) for (_, path, _), answer, reads in found}

    return decoded
