"""What was inferred about a program, kept for its next state, in which most modules say the same.

An answer depends on its question, on third-party knowledge, on the modules that it has read, and on which modules
there are, as far as names lead to them. It holds as long as these are the same; what depends on the order of questions
is never kept.
"""

from collections.abc import Callable, Collection, Mapping, Set

import msgspec

from archlint.facts.module import ModuleFacts
from archlint.facts.places import without_places
from archlint.project.invalidation import invalidated
from archlint.project.modulewise import Answered, Answers
from archlint.project.namespaces import KEPT
from archlint.project.program import Project
from archlint.project.reading import NAMESPACES, Number
from archlint.project.types import types
from archlint.project.values import Answer


class Inferences(msgspec.Struct, frozen=True):
    """What was inferred about a project.

    `modules` are the names and paths of all modules, in order, and their numbers in sets of modules; `missed` the names
    that no module had. `settled` gives what every reference stands for, but those for which one of the set that it is
    told was read, and `references` is about how many these are; `answered` are the answers about modules, by the name
    of the question. `news` is how many answers were not inferred earlier, of `everything`.
    """

    modules: tuple[tuple[str, str, Number], ...]
    missed: Set[str]
    settled: Callable[[int], Mapping[str, Answer]]
    answered: Mapping[str, Answered]
    references: int
    news: int = 0
    everything: int = 0


def inferences(project: Project) -> Inferences:
    """Return what was inferred about a project so far."""
    known, answers = project.query(types).known, project.query(Answers)
    references = known.worked_out + known.resumed
    return Inferences(
        modules_of(project),
        project.reading.missed,
        known.settled,
        answers.answered,
        references,
        news=known.worked_out + answers.asked,
        everything=references + answers.asked + len(project.modules) * len(answers.answered),
    )


def resume(
    project: Project, earlier: Inferences, changed: Collection[tuple[ModuleFacts | None, ModuleFacts, str]]
) -> None:
    """Let a project know what was inferred about an earlier state of it.

    `changed` are modules that say something else now, or are new: the facts of then, `None` if they are gone, those of
    now, and the path.
    """
    reading = project.reading
    reading.renumber({name: number for name, _, number in earlier.modules})
    then = {(name, path) for name, path, _ in earlier.modules}
    moved = invalidated(project, then, earlier.missed)
    if moved is None:
        reading.spread()
        return
    pairs = [(before, now) for before, now, path in changed if (now.name, path) in then]
    reads = moved.others | reading.bodies_of(now.name for _, now in pairs)
    reads |= reading.set_of(now.name for before, now in pairs if not _looks_same(before, now, earlier.missed))
    if any(before is None or _hangs(before) != _hangs(now) for before, now in pairs):
        reads |= NAMESPACES
    reading.missed |= earlier.missed
    project.query(types).known.resume(earlier.settled(reads), earlier.references)
    paths = moved.paths.union(path for _, _, path in changed)
    project.query(Answers).resume(earlier.answered, paths, reads)


def modules_of(project: Project) -> tuple[tuple[str, str, Number], ...]:
    """Return the names and paths of all modules, in order, and their numbers in sets of modules."""
    return tuple((module.name, module.path, project.reading.number(module.name)) for module in project.modules)


def _looks_same(then: ModuleFacts | None, now: ModuleFacts, missed: Set[str]) -> bool:
    """Tell whether a module is the same to whoever infers: no name that anybody has looked for in it is different.

    Functions and classes are known by their number, so new ones may come behind the others.
    """
    if then is None:
        return False
    before, after = _interface(then), _interface(now)
    new = after.bindings.keys() - before.bindings.keys()
    if any(f"{now.name}.{name}" in missed for name in new):
        return False
    if any(0 <= each.owner < len(before.classes) for each in after.functions[len(before.functions) :]):
        return False
    return before == after.but(
        {
            "bindings": {name: bound for name, bound in after.bindings.items() if name not in new},
            "functions": after.functions[: len(before.functions)],
            "classes": after.classes[: len(before.classes)],
        }
    )


def _interface(facts: ModuleFacts) -> ModuleFacts:
    """Return what inferring reads of a module."""
    stars = tuple(each for each in facts.imports if each.name == "*")
    read = facts.but({"imports": stars, "calls": (), "loads": (), "assignments": (), "candidates": (), "handed": {}})
    return without_places(read, [])


def _hangs(facts: ModuleFacts) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what a module hangs onto objects that are made for it."""
    return [(each.subject, each.reference, each.values) for each in facts.candidates if each.code == KEPT]
