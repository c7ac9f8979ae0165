"""Keeps what judging the program gave, so that a run after which facts only stand elsewhere need not judge."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from archlint.facts.module import ModuleFacts
from archlint.facts.places import moves
from archlint.intake.kept import Kept
from archlint.model import Place, Step, Violation


class Judged(msgspec.Struct, frozen=True, array_like=True):
    """The violations that were found, and the digest of each file, by path, whose facts were judged."""

    violations: tuple[Violation, ...]
    digests: Mapping[str, bytes]


class Inferred(msgspec.Struct, frozen=True, array_like=True):
    """What was inferred, and the digest of each file, by path, whose facts were the basis.

    The inferences are bytes, which are many, of each process that has judged.
    """

    inferences: tuple[memoryview, ...]
    digests: Mapping[str, bytes]


class Judgements(NamedTuple):
    """What earlier runs judged last, and what one of them, not always the last, has inferred."""

    judged: Kept[Judged]
    inferred: Kept[Inferred]


Moves = Mapping[str, Mapping[int, int]]
"""Where each place of a file is now, by path, for the files in which it has changed."""


def moved_files(before: Mapping[str, ModuleFacts | None], after: Mapping[str, ModuleFacts | None]) -> Moves | None:
    """Return what has moved in files, by path, of which the facts are there; `None` if they say something else now."""
    found: dict[str, Mapping[int, int]] = {}
    for path, then in before.items():
        now = after[path]
        moved = moves(then, now) if then is not None and now is not None else None
        if moved is None:
            return None
        found[path] = moved
    return found


def moved(violations: tuple[Violation, ...], files: Moves) -> tuple[Violation, ...] | None:
    """Return violations as they stand now; `None` if one does not stand where a fact does."""
    try:
        return tuple(_moved(each, files) for each in violations)
    except KeyError:
        return None


def _moved(violation: Violation, files: Moves) -> Violation:
    if not any(place.path in files for place in _places(violation)):
        return violation
    steps = (Step(each.message, each.place and _place(each.place, files)) for each in violation.trace)
    return msgspec.structs.replace(violation, place=_place(violation.place, files), trace=tuple(steps))


def _places(violation: Violation) -> Iterator[Place]:
    yield violation.place
    yield from (step.place for step in violation.trace if step.place is not None)


def _place(place: Place, files: Moves) -> Place:
    """Return where a place is now; what is about the whole file stands at its beginning for ever."""
    moved = files.get(place.path)
    if moved is None or place.start == place.end == 0:
        return place
    return Place(place.path, moved[place.start], moved[place.end])
