"""Judges the project as far as it was not judged before.

Where facts only stand elsewhere, what was judged holds, elsewhere; else everything is judged again, on what was
inferred before as far as that still holds.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain

from archlint.inputs import Inputs
from archlint.intake.gathering import Gathered
from archlint.intake.judgements import moved, moved_files
from archlint.intake.partners import Found, Keep, Other, judged_by_two, load_companion
from archlint.memories import Earlier, Memory
from archlint.model import Failure, Violation
from archlint.project.inferences import inferences, resume
from archlint.project.program import Project


def judged(project: Project, inputs: Inputs, gathered: Gathered, memory: Memory | None) -> list[Violation | Failure]:
    """Return everything that breaks one of the rules that run, and what went wrong; `memory` makes it faster."""
    earlier = memory.earlier(inputs, gathered) if memory is not None else None
    if memory is None:
        return _judge(project, inputs)
    if earlier is not None:
        known = _again(earlier, gathered)
        if known is not None:
            if earlier.before:
                memory.keep(known)
            return list(known)
    _resume(project, memory, gathered)
    return _judge(project, inputs, partial(_keep, project, memory))


def _keep(project: Project, memory: Memory, found: Sequence[Found], other: Other) -> None:
    """Remember what was found, and what was inferred here and in the other process, if nothing went wrong."""
    if not any(each.failures for each in found):
        memory.keep(tuple(chain.from_iterable(each.violations for each in found)))
        memory.learn(inferences(project), other)


def load_checks(jobs: int = 1) -> None:
    """Load what judges with so many processes, so that it is there when it is needed."""
    import archlint.rulebook.judge  # noqa: F401, PLC0415 -- as in `_judge`

    if jobs > 1:
        load_companion()


def _judge(project: Project, inputs: Inputs, keep: Keep | None = None) -> list[Violation | Failure]:
    from archlint.rulebook.judge import checks  # noqa: PLC0415 -- a run that knows what would be judged needs no checks
    from archlint.rulebook.questions import questions  # noqa: PLC0415

    about_calls, others = ([partial(_found, check) for check in part] for part in checks(project, inputs.chosen))
    found = judged_by_two(project, inputs.jobs, questions(inputs.chosen), about_calls, others, keep)
    return [each for part in found for each in part.everything()]


def _found(check: Callable[[], Iterable[Violation | Failure]]) -> Found:
    found = [*check()]
    return Found(
        tuple(each for each in found if isinstance(each, Violation)),
        tuple(each for each in found if isinstance(each, Failure)),
    )


def _again(earlier: Earlier, gathered: Gathered) -> tuple[Violation, ...] | None:
    """Return what was judged, as it stands now; `None` if a file says something else than it did."""
    files = moved_files(earlier.before, {path: gathered.facts.get(path) for path in earlier.before})
    return moved(earlier.violations, files) if files is not None else None


def _resume(project: Project, memory: Memory, gathered: Gathered) -> None:
    """Let the project know what was inferred before, as far as it holds."""
    known = memory.inferred()
    if known is not None:
        now = gathered.facts
        resume(
            project, known.inferences, [(then, now[path], path) for path, then in known.before.items() if path in now]
        )
