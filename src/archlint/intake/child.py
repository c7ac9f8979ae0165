"""Starts the child process that parses, if need be before this process has loaded what it needs itself."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import BinaryIO, cast

from archlint.intake.processors import available_processors

_PIPE_BYTES = 1 << 20
"""What Linux grants everyone (`fs.pipe-max-size`), sixteen times as much as a pipe has."""


class Child:
    """A process that parses; it takes longer to start than all that this one does before something is to be parsed.

    Raises `OSError` when it cannot be made.
    """

    def __init__(self) -> None:
        # The parser ignores signals and the end of its input while it works: this pipe, whose other end this process
        # alone holds, gets the child killed when this process is.
        ours, self._lifeline = os.pipe()
        try:
            self.process = subprocess.Popen(  # noqa: S603 -- archlint itself
                [sys.executable, "-P", "-m", "archlint.worker", str(ours)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(ours,) if os.name == "posix" else (),
            )
        except OSError:
            os.close(self._lifeline)
            raise
        finally:
            os.close(ours)
        self.stdin = cast(BinaryIO, self.process.stdin)
        self.stdout = cast(BinaryIO, self.process.stdout)
        for pipe in (self.stdin, self.stdout):
            _widen(pipe)

    def end(self) -> None:
        """End the process and close its pipes; only the thread that reads from it does this."""
        self.process.kill()
        self.process.wait()
        self.stdout.close()
        os.close(self._lifeline)
        with contextlib.suppress(OSError):  # what was still buffered has nobody to go to
            self.stdin.close()


def _widen(pipe: BinaryIO) -> None:
    """Let a pipe hold many messages, so that whoever writes need not wait until this process comes to read."""
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 -- POSIX has it

        with contextlib.suppress(OSError):  # a user may have only so many bytes in pipes
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


_ahead: list[Child] = []


@contextlib.contextmanager
def child_ahead() -> Iterator[None]:
    """Have a child start now, unless one has, for whoever asks for one first while this is entered.

    Without a second processor it would only be in the way.
    """
    with contextlib.suppress(OSError):  # whoever asks for one is told
        if not _ahead and available_processors() > 1:
            _ahead.append(Child())
    try:
        yield
    finally:
        while _ahead:
            _ahead.pop().end()


def child() -> Child:
    """Return a child of which nobody knows yet. Raises `OSError` when none can be made."""
    with contextlib.suppress(IndexError):  # another thread took it
        return _ahead.pop()
    return Child()
