"""What references stand for, as far as it was worked out: of this state of the program, or of an earlier one."""

from collections.abc import Mapping
from itertools import islice

from archlint.project.reading import CUT
from archlint.project.values import Answer


class Known:
    """Answers by reference: `memo` has those that were worked out, or were there before and asked for."""

    def __init__(self) -> None:
        self.memo: dict[str, Answer] = {}
        self._earlier: Mapping[str, Answer] = {}
        self._taken_over = 0
        self.resumed = 0
        """About how many references have an answer from before."""

    def take_over(self, reference: str) -> "Answer | None":
        """Return the answer that was there before, if there is one; from then on `memo` has it."""
        known = self._earlier.get(reference)
        if known is not None:
            self.memo[reference] = known
            self._taken_over += 1
        return known

    @property
    def worked_out(self) -> int:
        """How many references have an answer that was not there before."""
        return len(self.memo) - self._taken_over

    def news(self, first: int = 0) -> "dict[str, Answer]":
        """Return the answers that were not there before, but for the `first`, and for what depends on earlier ones."""
        answers = islice(self.memo.items(), first, None)
        return {name: answer for name, answer in answers if not answer[1] & CUT and name not in self._earlier}

    def settled(self, others: int) -> "Mapping[str, Answer]":
        """Return every reference with its answer, unless a module of `others` was read for that.

        What depends on the order of questions is left out.
        """
        others |= CUT
        known = self.memo
        if self.resumed:
            known = {**self._earlier, **known}
        return {name: answer for name, answer in known.items() if not answer[1] & others}

    def resume(self, earlier: "Mapping[str, Answer]", references: int) -> None:
        """Take what references stood for before, about so many, and still do."""
        self._earlier = earlier
        self.resumed = references
