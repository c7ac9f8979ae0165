"""What was inferred about a program, kept for its next state, in which most modules say the same.

An answer of `Types` depends on its reference, on third-party knowledge, on which modules there are, and on the modules
that it has read. It holds as long as these are the same; what depends on the order of questions is never kept.
"""

from collections.abc import Iterable

import msgspec

from archlint.facts.model import ModuleFacts
from archlint.facts.places import without_places
from archlint.project.program import Project
from archlint.project.types import Value, types


class Inferences(msgspec.Struct, frozen=True, array_like=True):
    """Answers by reference, each with the place in `sets` of the set of modules that it has read.

    `modules` are the names and paths of all modules, in order; `missed` the names that no module had. Values are by
    their place in `values`, because many references stand for the same.
    """

    modules: tuple[tuple[str, str], ...]
    missed: frozenset[str]
    sets: tuple[bytes, ...]
    values: tuple[tuple[Value, ...], ...]
    references: tuple[str, ...]
    reads: tuple[int, ...]
    answers: tuple[int, ...]


def inferences(project: Project) -> Inferences:
    """Return what was inferred about a project so far."""
    known = project.query(types)
    sets: dict[int, int] = {}
    values: dict[tuple[Value, ...], int] = {}
    settled = list(known.settled())
    return Inferences(
        modules=_modules(project),
        missed=frozenset(known.reading.missed),
        reads=tuple(sets.setdefault(reads, len(sets)) for _, _, reads in settled),
        answers=tuple(values.setdefault(answer, len(values)) for _, answer, _ in settled),
        references=tuple(reference for reference, _, _ in settled),
        sets=tuple(reads.to_bytes((reads.bit_length() + 7) // 8, "little") for reads in sets),
        values=tuple(values),
    )


def resume(project: Project, earlier: Inferences, changed: Iterable[tuple[ModuleFacts, ModuleFacts]]) -> None:
    """Let a project know what was inferred about an earlier state of it.

    `changed` are modules that say something else now: the facts of then and of now.
    """
    if earlier.modules != _modules(project) or not _is_whole(earlier):
        return
    known = project.query(types)
    others = known.reading.set_of(now.name for then, now in changed if not _looks_same(then, now, earlier.missed))
    known.reading.missed |= earlier.missed
    sets = [int.from_bytes(each, "little") for each in earlier.sets]
    for reference, reads, answer in zip(earlier.references, earlier.reads, earlier.answers, strict=True):
        if not sets[reads] & others:
            known.settle(reference, earlier.values[answer], sets[reads])


def _is_whole(earlier: Inferences) -> bool:
    """Tell whether every reference has what it needs: what comes from a file may be anything."""
    same = len(earlier.references) == len(earlier.reads) == len(earlier.answers)
    return (
        same
        and all(0 <= each < len(earlier.sets) for each in earlier.reads)
        and all(0 <= each < len(earlier.values) for each in earlier.answers)
    )


def _modules(project: Project) -> tuple[tuple[str, str], ...]:
    return tuple((name, module.path) for name, module in project.by_name.items())


def _looks_same(then: ModuleFacts, now: ModuleFacts, missed: frozenset[str]) -> bool:
    """Tell whether a module is the same to whoever infers: no name that anybody has looked for in it is different.

    Functions and classes are known by their number, so new ones may come behind the others.
    """
    before, after = _interface(then), _interface(now)
    new = after.bindings.keys() - before.bindings.keys()
    if not missed.isdisjoint(f"{now.name}.{name}" for name in new):
        return False
    if any(0 <= each.owner < len(before.classes) for each in after.functions[len(before.functions) :]):
        return False
    return before == msgspec.structs.replace(
        after,
        bindings={name: bound for name, bound in after.bindings.items() if name not in new},
        functions=after.functions[: len(before.functions)],
        classes=after.classes[: len(before.classes)],
    )


def _interface(facts: ModuleFacts) -> ModuleFacts:
    """Return what inferring reads of a module."""
    stars = tuple(each for each in facts.imports if each.name == "*")
    return without_places(
        msgspec.structs.replace(
            facts, imports=stars, calls=(), loads=(), assignments=(), suppressions=(), candidates=()
        ),
        [],
    )
