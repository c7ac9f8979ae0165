"""How long a parsing process may take for one file, by its size, and how such a process limits itself."""

import contextlib
import sys
import time

SECONDS_PER_FILE = 30.0
SECONDS_PER_MEGABYTE = 30.0
PATIENCE = 10
"""How much longer than its processor time a file may take by the clock: the machine may have other work."""

MEMORY = 4 << 30
"""What a parsing process may have: enough for a file of 5 MB, whose tree takes 600 times as much as the file."""


def seconds_for(size: int) -> float:
    """Return the processor time that parsing so many bytes may take: many times what ordinary code needs."""
    return SECONDS_PER_FILE + SECONDS_PER_MEGABYTE * size / 1_000_000


if sys.platform == "win32":  # the clock alone has to do

    def be_modest() -> None:
        """There are no such limits."""

    def allow(seconds: float) -> None:
        """There are no limits that a process can set itself."""

    OUT_OF_TIME: int | None = None
else:
    import resource
    import signal

    OUT_OF_TIME = -signal.SIGXCPU
    """The return code of a process that went beyond its limit."""

    def be_modest() -> None:
        """Give this process no more memory than it may have, and no core file, which would land in the project.

        An allocation that fails ends LibCST's parser.
        """
        _limit(resource.RLIMIT_AS, MEMORY)
        _limit(resource.RLIMIT_CORE, 0)

    def allow(seconds: float) -> None:
        """Let the system end this process when it needs more processor time than this from now on."""
        _limit(resource.RLIMIT_CPU, int(time.process_time() + seconds) + 1)

    def _limit(kind: int, soft: int) -> None:
        _, hard = resource.getrlimit(kind)
        with contextlib.suppress(ValueError, OSError):  # not every system has every limit
            resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
