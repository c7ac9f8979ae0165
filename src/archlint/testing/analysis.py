"""One analysis of a project, which all tests of a process share, and what a failed test says."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from archlint.concluding import conclude
from archlint.engine import Outcome, Taken, assess, project_of, take_in
from archlint.inputs import Options, reselected
from archlint.intake.processors import available_processors
from archlint.intake.texts import Texts
from archlint.model import Failure, Severity, UnableError, Violation
from archlint.outcome.reporters import summary, text
from archlint.outcome.reporters.paint import Paint, plain
from archlint.project.program import Project
from archlint.rulebook.model import Rule

T = TypeVar("T")

_WIDTH = 100
"""Cells of a line of source in the text of a failed test; pytest puts four before each."""
_SHOWN = 20
"""How many violations the text of a failed test shows."""


class ArchitectureError(Exception):
    """A test of the architecture cannot be judged; the text says why, one sentence a line."""


class Analysis:
    """A project that was read and parsed, with all that was worked out about it since."""

    def __init__(self, taken: Taken, start: Path) -> None:
        self._taken = taken
        self._start = start
        self.project: Project = project_of(taken)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be read or parsed."""
        inputs = self._taken.inputs
        return (*inputs.sources.failures, *inputs.unread, *self._taken.gathered.failures)

    def rule(self, code: str) -> Rule:
        """Return a rule, with the options that the project gives it."""
        return self._taken.inputs.rules[code]

    def check(self, options: Options) -> Outcome:
        """Judge the project by the rules that options select, as `archlint check` does."""
        __tracebackhide__ = True
        inputs = _able(lambda: reselected(self._taken.inputs, self._start, options))
        if options.fail_on is not None:
            config = msgspec.structs.replace(inputs.config, fail_on=options.fail_on)
            inputs = msgspec.structs.replace(inputs, config=config)
        return assess(msgspec.structs.replace(self._taken, inputs=inputs), self.project)

    def conclude(self, found: Iterable[Violation]) -> Outcome:
        """Report on violations of one statement, without those that a comment in the code accepts."""
        violations = list(found)
        chosen = {each.code: self.rule(each.code) for each in violations}
        inputs = msgspec.structs.replace(self._taken.inputs, chosen=chosen, baseline=None)
        taken = msgspec.structs.replace(self._taken, inputs=inputs)
        return conclude(taken, self.project, Texts(taken.gathered.data), violations)


def analysis_of(paths: Sequence[str | os.PathLike[str]], config: str | os.PathLike[str] | None = None) -> Analysis:
    """Return the analysis of the project that paths belong to, the same one each time in a process."""
    __tracebackhide__ = True
    absolute = tuple(Path(path).absolute() for path in paths or (Path(),))
    return _analysed(absolute, Path(config).absolute() if config is not None else None)


@cache
def _analysed(paths: tuple[Path, ...], config: Path | None) -> Analysis:
    __tracebackhide__ = True
    return Analysis(_able(lambda: take_in(paths, Options(config=config, cache=True, jobs=_jobs()))), paths[0])


def _jobs() -> int:
    """Return how many processes may parse: the processes of pytest-xdist share the processors."""
    processes = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    return max(1, available_processors() // (int(processes) if processes.isdecimal() else 1) or 1)


def _able(run: Callable[[], T]) -> T:
    """Return what `run` gives; what keeps archlint from its job becomes the error of this package."""
    __tracebackhide__ = True
    try:
        return run()
    except UnableError as error:
        raise ArchitectureError(str(error)) from None


def reduced(outcome: Outcome, keep: Callable[[Violation], bool]) -> Outcome:
    """Return an outcome with those of its violations alone that are to be kept."""
    report = outcome.report
    pairs = [pair for pair in zip(report.violations, report.identities, strict=True) if keep(pair[0])]
    violations, identities = tuple(each for each, _ in pairs), tuple(identity for _, identity in pairs)
    report = msgspec.structs.replace(report, violations=violations, identities=identities)
    return msgspec.structs.replace(outcome, report=report)


def demand(statement: str, outcome: Outcome, least: Severity) -> None:
    """Raise `AssertionError` with the report if something is as grave as `least`, or could not be looked at."""
    __tracebackhide__ = True
    report = outcome.report
    counted = [each for each in report.violations if each.code not in outcome.harmless]
    if report.failures or any(each.severity.rank >= least.rank for each in counted):
        raise AssertionError(_said(statement, outcome))


def demand_complete(analysis: Analysis) -> None:
    """Raise `ArchitectureError` if part of the project could not be looked at: no statement about it holds or not."""
    __tracebackhide__ = True
    if analysis.failures:
        raise ArchitectureError(
            "\n".join(text.failure_line(each, Path.cwd().as_posix(), plain) for each in analysis.failures)
        )


def _said(statement: str, outcome: Outcome) -> str:
    report = outcome.report
    more = len(report.violations) - _SHOWN
    shown = msgspec.structs.replace(
        report, violations=report.violations[:_SHOWN], identities=report.identities[:_SHOWN]
    )
    parts = [statement, "", text.render(shown, outcome.rules, Paint(_WIDTH)).rstrip("\n"), ""]
    parts += [f"... and {more:,} more"] if more > 0 else []
    parts += [f"note: {note}" for note in report.notes]
    return "\n".join([*parts, summary.summary(report)])
