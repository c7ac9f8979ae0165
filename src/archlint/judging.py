"""Judges the project as far as it was not judged before.

Where facts only stand elsewhere, what was judged holds, elsewhere; else everything is judged again, on what was
inferred before as far as that still holds. What is remembered depends on all that judging reads: the rules, the
architecture, third-party knowledge, which modules there are, and what each says.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Protocol

import msgspec

from archlint.facts.model import ModuleFacts
from archlint.inputs import Inputs
from archlint.intake.cache import Answers
from archlint.intake.gathering import Gathered, facts_of
from archlint.intake.judgements import Judged, Judgements, moved, moved_files
from archlint.intake.partners import Found, judged_by_two
from archlint.model import Failure, Violation
from archlint.project.inferences import Inferences, inferences, resume
from archlint.project.program import Project
from archlint.project.stored import decode, encode


class Earlier(msgspec.Struct, frozen=True):
    """What was judged last: the violations, the facts of then of the files that have changed since, by path.

    Facts are `None` where there were none. `inferences` gives what was inferred, if it can still be had.
    """

    violations: tuple[Violation, ...]
    before: Mapping[str, ModuleFacts | None]
    inferences: Callable[[], Inferences | None]


class Memory(Protocol):
    """Remembers what was judged last."""

    def earlier(self, inputs: Inputs, gathered: Gathered) -> Earlier | None:
        """Return what was judged last on the same files by the same rules, whatever these files said."""

    def keep(self, violations: tuple[Violation, ...], inferred: Inferences | None) -> None:
        """Remember what was judged now, and what was inferred (`None`: all that was inferred before still holds).

        It is about the inputs that `earlier` was asked about last.
        """


def judged(project: Project, inputs: Inputs, gathered: Gathered, memory: Memory | None) -> list[Violation | Failure]:
    """Return everything that breaks one of the rules that run, and what went wrong; `memory` makes it faster."""
    earlier = memory.earlier(inputs, gathered) if memory is not None else None
    if memory is None:
        return _judge(project, inputs, learns=False)
    if earlier is not None:
        known = _again(earlier, gathered)
        if known is not None:
            if earlier.before:
                memory.keep(known, None)
            return list(known)
        _resume(project, earlier, gathered)
    found = _judge(project, inputs, learns=True)
    violations = tuple(each for each in found if isinstance(each, Violation))
    if len(violations) == len(found):
        memory.keep(violations, inferences(project))
    return found


def load_checks() -> None:
    """Load what judges, so that it is there when it is needed."""
    import archlint.rulebook.judge  # noqa: F401, PLC0415 -- as in `_judge`


def _judge(project: Project, inputs: Inputs, *, learns: bool) -> list[Violation | Failure]:
    from archlint.rulebook.judge import checks  # noqa: PLC0415 -- a run that knows what would be judged needs no checks
    from archlint.rulebook.questions import questions  # noqa: PLC0415

    parts = [partial(_found, check) for check in checks(project, inputs.chosen)]
    found = judged_by_two(project, inputs.jobs, questions(inputs.chosen), parts, learns=learns)
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


def _resume(project: Project, earlier: Earlier, gathered: Gathered) -> None:
    """Let the project know what was inferred before, as far as it holds."""
    changed: list[tuple[ModuleFacts, ModuleFacts, str]] = []
    for path, then in earlier.before.items():
        now = gathered.facts.get(path)
        if then is None or now is None:
            return
        changed.append((then, now, path))
    known = earlier.inferences()
    if known is not None:
        resume(project, known, changed)


class KeptMemory:
    """What earlier runs kept on the disk; `answers` are what the parsing process said then and says now."""

    def __init__(self, judgements: Judgements, answers: Answers) -> None:
        self._judgements = judgements
        self._answers = answers
        self._judged: Judged | None = None
        self._digests: Mapping[str, bytes] = {}

    def earlier(self, inputs: Inputs, gathered: Gathered) -> Earlier | None:
        """See `Memory`; files without a lasting answer are not to be judged twice."""
        self._judged = None
        self._digests = self._answers.digests()
        if self._digests.keys() != {file.path for file in inputs.sources.files}:
            self._digests = {}
            return None
        self._judged = self._judgements.get()
        before = self._before(self._judged) if self._judged is not None else None
        return (
            Earlier(self._judged.violations, before, self._inferences) if self._judged and before is not None else None
        )

    def _before(self, judged: Judged) -> dict[str, ModuleFacts | None] | None:
        """Return the facts of then of the files that have changed; `None` if they are gone."""
        found: dict[str, ModuleFacts | None] = {}
        for path, digest in self._digests.items():
            then = judged.digests.get(path, b"")
            if then != digest:
                message = self._answers.earlier(path, then)
                if message is None:
                    return None
                found[path] = facts_of(message)
        return found

    def _inferences(self) -> Inferences | None:
        return decode(self._judged.inferences) if self._judged else None

    def keep(self, violations: tuple[Violation, ...], inferred: Inferences | None) -> None:
        """See `Memory`."""
        if inferred is not None:
            body = encode(inferred)
        else:
            body = self._judged.inferences if self._judged is not None else b""
        if self._digests:
            self._judgements.put(Judged(violations, self._digests, body))


class LivingMemory:
    """What was judged last in this process, of the project that is asked about again and again."""

    def __init__(self) -> None:
        self._basis: object = None
        self._facts: Mapping[str, ModuleFacts] = {}
        self._violations: tuple[Violation, ...] = ()
        self._inferences: Inferences | None = None
        self._asked: tuple[object, Mapping[str, ModuleFacts]] = (None, {})

    def earlier(self, inputs: Inputs, gathered: Gathered) -> Earlier | None:
        """See `Memory`; facts that are the same object have not changed."""
        self._asked = (inputs.basis, gathered.facts)
        if self._basis is None or self._basis != inputs.basis:
            return None
        before = {
            path: self._facts.get(path)
            for path in (*gathered.facts, *(self._facts.keys() - gathered.facts.keys()))
            if self._facts.get(path) is not gathered.facts.get(path)
        }
        return Earlier(self._violations, before, lambda: self._inferences)

    def keep(self, violations: tuple[Violation, ...], inferred: Inferences | None) -> None:
        """See `Memory`."""
        self._basis, self._facts = self._asked
        self._violations = violations
        self._inferences = inferred or self._inferences
