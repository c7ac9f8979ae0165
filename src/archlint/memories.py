"""What runs remember of a project for the next: what was judged, and what was inferred, of which state of its files.

What is remembered depends on all that judging reads: the rules, the architecture, third-party knowledge, which modules
there are, and what each says.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import msgspec

from archlint.facts.module import ModuleFacts
from archlint.inputs import Inputs
from archlint.intake.cache import Answers
from archlint.intake.gathering import Gathered, facts_of
from archlint.intake.judgements import Inferred, Judged, Judgements
from archlint.intake.partners import Other
from archlint.intake.sources import SourceFile
from archlint.model import Violation
from archlint.project.inferences import Inferences
from archlint.project.stored import decode, encode

Before = Mapping[str, ModuleFacts | None]
"""The facts of then of the files that have changed since, by path; `None` where there were none, or they are gone."""
_WORTH_WRITING = 1 / 50
"""Which part of the inferences is to be new: to infer it once more takes less time than to write all of them."""


class Earlier(msgspec.Struct, frozen=True):
    """The violations that were judged last, and what has changed since."""

    violations: tuple[Violation, ...]
    before: Before


class Basis(msgspec.Struct, frozen=True):
    """What was inferred of an earlier state, and what has changed since."""

    inferences: Inferences
    before: Before


class Memory(Protocol):
    """Remembers what was judged and inferred."""

    def earlier(self, inputs: Inputs, gathered: Gathered) -> Earlier | None:
        """Return what was judged last on the same files by the same rules, whatever these files said.

        The other methods are about the inputs that this was asked about last.
        """

    def inferred(self) -> Basis | None:
        """Return what was inferred before by the same rules."""

    def keep(self, violations: tuple[Violation, ...]) -> None:
        """Remember what was judged now."""

    def learn(self, inferences: Inferences, other: Other) -> None:
        """Remember what was inferred now, here and in the other process."""


class KeptMemory:
    """What earlier runs kept on the disk; `answers` are what the parsing process said then and says now."""

    def __init__(self, judgements: Judgements, answers: Answers) -> None:
        self._judgements = judgements
        self._answers = answers
        self._digests: Mapping[str, bytes] = {}

    def earlier(self, inputs: Inputs, gathered: Gathered) -> Earlier | None:
        """See `Memory`; files without a lasting answer are not to be judged twice."""
        self._digests = self._answers.digests()
        if self._digests.keys() != {file.path for file in inputs.sources.files}:
            self._digests = {}
            return None
        judged = self._judgements.judged.get()
        return Earlier(judged.violations, self._before(judged.digests)) if judged is not None else None

    def inferred(self) -> Basis | None:
        """See `Memory`; what was inferred may be of a state long before the one that was judged last."""
        kept = self._judgements.inferred.get() if self._digests else None
        inferences = decode(kept.inferences) if kept is not None else None
        return Basis(inferences, self._before(kept.digests)) if kept is not None and inferences is not None else None

    def _before(self, digests: Mapping[str, bytes]) -> Before:
        found: dict[str, ModuleFacts | None] = {}
        for path, digest in self._digests.items():
            then = digests.get(path, b"")
            if then != digest:
                message = self._answers.earlier(path, then)
                found[path] = facts_of(message) if message is not None else None
        return found

    def keep(self, violations: tuple[Violation, ...]) -> None:
        """See `Memory`."""
        if self._digests:
            self._judgements.judged.put(Judged(violations, self._digests))

    def learn(self, inferences: Inferences, other: Other) -> None:
        """See `Memory`; a little that is new is not written down. Both processes make bytes of theirs at once."""
        if self._digests and inferences.news + other.news > inferences.everything * _WORTH_WRITING:
            own = encode(inferences)
            both = memoryview(own), memoryview(other.lesson())
            self._judgements.inferred.put(Inferred(both, self._digests))


class _Asked(NamedTuple):
    """What somebody was asked about: all that judging depends on but for the modules, the files, and what they say."""

    basis: object
    files: tuple[SourceFile, ...]
    facts: Mapping[str, ModuleFacts]


class LivingMemory:
    """What was judged last in this process, of the project that is asked about again and again."""

    def __init__(self) -> None:
        self._last: _Asked | None = None
        self._violations: tuple[Violation, ...] = ()
        self._inferences: Inferences | None = None
        self._asked: _Asked | None = None
        self._before: Before = {}

    def earlier(self, inputs: Inputs, gathered: Gathered) -> Earlier | None:
        """See `Memory`; facts that are the same object have not changed."""
        self._asked = _Asked(inputs.basis, inputs.sources.files, gathered.facts)
        last = self._last
        if last is None or last.basis != inputs.basis:
            self._inferences = None
            return None
        then, now = last.facts, gathered.facts
        self._before = {
            path: then.get(path) for path in (*now, *(then.keys() - now.keys())) if then.get(path) is not now.get(path)
        }
        return Earlier(self._violations, self._before) if last.files == inputs.sources.files else None

    def inferred(self) -> Basis | None:
        """See `Memory`."""
        return Basis(self._inferences, self._before) if self._inferences is not None else None

    def keep(self, violations: tuple[Violation, ...]) -> None:
        """See `Memory`."""
        self._last = self._asked
        self._violations = violations

    def learn(self, inferences: Inferences, _other: Other) -> None:
        """See `Memory`; a process that lives on has threads, and judges alone."""
        self._inferences = inferences
