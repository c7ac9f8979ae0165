"""The progress bar of long runs, on a terminal and nowhere else."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from archlint.intake.gathering import Told

_SECONDS = 1.0
"""How long a run may take without a bar."""
_REFRESHED = 0.1
"""Seconds between two looks of the bar."""


@contextmanager
def progress() -> Iterator[Told | None]:
    """Give what shows on standard error how parsing goes on once it takes long; `None` when that is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    with ExitStack() as stack:
        yield _Bar(stack).told


class _Bar:
    """A bar that comes up late, and goes when the stack is left."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._due = time.monotonic() + _SECONDS
        self._show: Told | None = None

    def told(self, done: int, total: int) -> None:
        """Show how far it is, if it takes long."""
        if self._show is None and time.monotonic() > self._due:
            self._show = _bar(self._stack)
        if self._show is not None:
            self._show(done, total)


def _bar(stack: ExitStack) -> Told:
    from rich.console import Console  # noqa: PLC0415 -- 0.1 s that only a long run on a terminal should pay
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("parsing"), BarColumn(), MofNCompleteColumn(), TextColumn("files,"), TimeRemainingColumn())
    bar = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False))
    task = bar.add_task("")
    shown = 0.0

    def told(done: int, total: int) -> None:
        nonlocal shown  # a thread that refreshes the bar would keep this process from making a copy of itself
        bar.update(task, completed=done, total=total)
        if done == total or time.monotonic() > shown + _REFRESHED:
            bar.refresh()
            shown = time.monotonic()

    return told
