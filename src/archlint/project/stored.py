"""Inferences as bytes, for the next run or for another process."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import chain, count
from typing import Annotated, Any, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec

from archlint.project.buckets import Buckets, Chunks, bucketed, chunked
from archlint.project.inferences import Inferences, modules_of
from archlint.project.modulewise import Answered, Answers
from archlint.project.program import Project
from archlint.project.reading import Number
from archlint.project.types import types
from archlint.project.values import Answer, Value

T = TypeVar("T")

_Place: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
_VALUES = msgspec.msgpack.Decoder(tuple[Value, ...])
_MOST_IN_A_LESSON = 200_000
"""To tell of more references would take too much memory."""


class _Places(NamedTuple):
    """Where the answer for a reference is in `_Stored.values`, and what it has read in `_Stored.sets`."""

    answer: _Place
    reads: _Place


_PLACES = msgspec.msgpack.Decoder(dict[str, _Places])


class _StoredAnswers(msgspec.Struct, frozen=True, array_like=True):
    """The answers to one question, about the modules in their order; `reads` are places in `_Stored.sets`."""

    needs: bytes
    reads: tuple[_Place, ...]
    answers: memoryview


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """Answers of `Types`: the `_Places` of so many `references` are `settled` (see `bucketed`).

    Values (see `chunked`) are by their place, because many references stand for the same.
    """

    modules: tuple[tuple[str, str, Number], ...]
    missed: frozenset[str]
    sets: tuple[bytes, ...]
    values: tuple[memoryview, ...]
    references: _Place
    settled: tuple[memoryview, ...]
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
    """What one process has stored."""

    stored: _Stored
    settled: Buckets[_Places]
    values: Chunks[tuple[Value, ...]]
    sets: Sequence[int]

    def answer(self, reference: str, others: int) -> Answer | None:
        """Return the answer for a reference; `None` if there is none, or one that has read one of the set `others`."""
        places = self.settled.get(reference)
        if places is None or places.reads >= len(self.sets) or self.sets[places.reads] & others:
            return None
        found = self.values.get(places.answer)
        return (found, self.sets[places.reads]) if found is not None else None


class _Settled(Mapping[str, Answer]):
    """The answers that are stored, but those that have read one of the set `others`.

    They are decoded when they are asked for: to count them takes long.
    """

    def __init__(self, parts: Sequence[_Part], others: int) -> None:
        self._parts = parts
        self._others = others

    def __getitem__(self, reference: str) -> Answer:
        for part in self._parts:
            answer = part.answer(reference, self._others)
            if answer is not None:
                return answer
        raise KeyError(reference)

    def __iter__(self) -> Iterator[str]:
        references = dict.fromkeys(chain.from_iterable(part.settled for part in self._parts))
        return (reference for reference in references if reference in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def encode(known: Inferences) -> bytes:
    """Return inferences as bytes."""
    settled = known.settled(0)
    answered = {name: [*each.answers(Any).values()] for name, each in known.answered.items()}
    everything = [settled.values(), *answered.values()]
    sets = _Numbered(reads for some in everything for _, reads in some)
    values = _Numbered(answer for answer, _ in settled.values())
    numbers = values.of(answer for answer, _ in settled.values()), sets.of(reads for _, reads in settled.values())
    places = zip(*numbers, strict=True)
    return msgspec.msgpack.encode(
        _Stored(
            modules=known.modules,
            missed=frozenset(known.missed),
            references=len(settled),
            settled=bucketed(dict(zip(settled, places, strict=True))),
            values=chunked(values.things),
            answered={
                name: _StoredAnswers(
                    known.answered[name].needs,
                    sets.of(reads for _, reads in some),
                    memoryview(msgspec.msgpack.encode([answer for answer, _ in some])),
                )
                for name, some in answered.items()
            },
            sets=tuple(reads.to_bytes((reads.bit_length() + 7) // 8, "little") for reads in sets.things),
        )
    )


def decode(data: Iterable[bytes | memoryview]) -> Inferences | None:
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
        references=sum(part.stored.references for part in parts),
    )


def _part(data: bytes | memoryview) -> _Part | None:
    """Return what one process has stored; `None` if it is nothing."""
    try:
        stored = msgspec.msgpack.decode(data, type=_Stored)
    except (msgspec.MsgspecError, RecursionError):
        return None
    if not _is_whole(stored):
        return None
    return _Part(
        stored,
        Buckets(stored.settled, _PLACES),
        Chunks(stored.values, _VALUES),
        [int.from_bytes(each, "little") for each in stored.sets],
    )


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
        references=len(references),
        news=len(references) + answers.asked - since.asked,
    )


def _is_whole(stored: _Stored) -> bool:
    """Tell whether every answer about a module has what it needs: what comes from a file may be anything."""
    return all(
        len(each.reads) == len(stored.modules) and max(each.reads, default=-1) < len(stored.sets)
        for each in stored.answered.values()
    )


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
