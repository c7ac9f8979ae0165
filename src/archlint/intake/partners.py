"""Has a copy of this process judge beside it: each asks about a part of the modules, and does some checks."""

import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from archlint.intake.processors import available_processors
from archlint.model import Failure, Violation
from archlint.project.adapters import joined
from archlint.project.importers import importers
from archlint.project.layers import layers
from archlint.project.modulewise import WORTH_SHARING, Answers, ModuleWise
from archlint.project.partner import STRETCHES, Partner, Tokens
from archlint.project.program import Project
from archlint.project.stored import beginning, encode, lesson
from archlint.project.uses import Calls

if TYPE_CHECKING:  # it takes long to load
    from multiprocessing.connection import Connection


class Found(msgspec.Struct, frozen=True, array_like=True):
    """What one of the checks found, and what went wrong with it."""

    violations: tuple[Violation, ...]
    failures: tuple[Failure, ...]

    def everything(self) -> Iterator[Violation | Failure]:
        """Yield all of it."""
        yield from self.violations
        yield from self.failures


class Other(NamedTuple):
    """What the other process, if there is one, has inferred: how many answers are new, and what gives them, encoded."""

    news: int = 0
    lesson: Callable[[], bytes] = bytes


class _Told(msgspec.Struct, frozen=True, array_like=True):
    """What the other process found, by number of the check, and how many answers it has to tell of."""

    found: dict[int, Found]
    news: int


Check = Callable[[], Found]
Keep = Callable[[Sequence[Found], Other], None]
"""Remembers what was found, and what the other process has inferred meanwhile."""


def judged_by_two(
    project: Project,
    jobs: int,
    questions: Sequence[ModuleWise[object]],
    about_calls: Sequence[Check],
    others: Sequence[Check],
    keep: Keep | None = None,
) -> list[Found]:
    """Do all checks of the project, with another process if `jobs` and the system allow it; in order.

    Both first ask the `questions`, which the checks `about_calls` will ask, too, or this one alone if most answers are
    there from before; it alone does those checks then. It begins with the first check, the other process with the last.
    That one is a fork: all that was read is there at once. What it does not come to, because it has died, is done here.
    What was found is given to `keep` while the other process is still there.
    """
    checks = [*about_calls, *others]
    if min(jobs, available_processors()) < 2 or len(project.modules) < WORTH_SHARING or not _can_fork():
        everything = [check() for check in checks]
        if keep is not None:
            keep(everything, Other())
        return everything
    resumed = project.query(Answers).has_earlier
    both: tuple[Callable[[Project], object], ...] = (Calls, layers, *((joined, importers) if resumed else ()))
    for each in both if questions else ():
        with suppress(Exception):  # as in `_ask`
            project.query(each)
    theirs = [*enumerate(checks)][len(about_calls) if resumed else 0 :]
    with closing(Tokens(STRETCHES)) as stretches, closing(Tokens(len(checks))) as tasks:

        def accompany(connection: "Connection") -> None:
            partner = None if resumed else Partner(1, connection, stretches, project.reading)
            _accompany(project, partner, questions, theirs, tasks, connection, learns=keep is not None)

        with _companion(accompany) as connection:
            _ask(project, questions, None if resumed else Partner(0, connection, stretches, project.reading))
            found = _done(enumerate(checks), tasks)
            told = _received(connection)
            found |= told.found
            everything = [found[number] if number in found else check() for number, check in enumerate(checks)]
            if keep is not None:
                keep(everything, Other(told.news, partial(_lesson, connection)))
            return everything


def _can_fork() -> bool:
    """Tell whether a copy of this process will run: threads would be missing in it, and macOS has some of its own."""
    return sys.platform == "linux" and threading.active_count() == 1


def load_companion() -> None:
    """Load what copies this process, so that it is there when it is needed."""
    import multiprocessing.connection  # noqa: PLC0415 -- as in `_companion`
    import multiprocessing.popen_fork  # noqa: F401, PLC0415


@contextmanager
def _companion(run: Callable[["Connection"], None]) -> Iterator["Connection"]:
    """Give the connection to a copy of this process that does `run`; without one nobody is at its other end."""
    from multiprocessing import get_context  # noqa: PLC0415 -- small projects need none

    context = get_context("fork")
    ours, theirs = context.Pipe()

    def alone() -> None:
        ours.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with suppress(BaseException):  # the other process can do without this one
            run(theirs)

    process = context.Process(target=alone, daemon=True)
    with suppress(OSError):  # there are as many processes as there may be
        process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        if process.pid is not None:
            process.kill()
            process.join()


def _accompany(
    project: Project,
    partner: Partner | None,
    questions: Sequence[ModuleWise[object]],
    checks: Sequence[tuple[int, Check]],
    tasks: Tokens,
    connection: "Connection",
    *,
    learns: bool,
) -> None:
    since = beginning(project)
    if partner is not None:
        _ask(project, questions, partner)
    shared = {*project.query(Answers).answered}
    found = _done(reversed(checks), tasks)
    if not learns:
        connection.send_bytes(msgspec.msgpack.encode(_Told(found, 0)))
        return
    news = lesson(project, since, shared)
    connection.send_bytes(msgspec.msgpack.encode(_Told(found, news.news)))
    connection.send_bytes(encode(news))


def _lesson(connection: "Connection") -> bytes:
    """Return what the other process has inferred, nothing if it is gone."""
    try:
        return connection.recv_bytes()
    except (OSError, EOFError):
        return b""


def _ask(project: Project, questions: Sequence[ModuleWise[object]], partner: Partner | None) -> None:
    """Ask questions, together with the other process if it is a partner."""
    answers = project.query(Answers)
    answers.partner = partner
    for question in questions:
        with suppress(Exception):  # it will be raised again where the answer is needed, and told
            project.query(question)
    answers.partner = None


def _done(checks: Iterable[tuple[int, Check]], tasks: Tokens) -> dict[int, Found]:
    """Do numbered checks until none is left, and return what they found by their number.

    There are as many tokens as checks: who begins at one end never comes to what the other has done.
    """
    found: dict[int, Found] = {}
    for number, check in checks:
        if not tasks.take():
            break
        found[number] = check()
    return found


def _received(connection: "Connection") -> _Told:
    """Return what the other process found, nothing if it is gone."""
    try:
        return msgspec.msgpack.decode(connection.recv_bytes(), type=_Told)
    except (OSError, EOFError):
        return _Told({}, 0)
