"""How long a parsing process may take for one file, by its size, and how such a process limits itself."""

import sys
import time

SECONDS_PER_FILE = 30.0
SECONDS_PER_MEGABYTE = 30.0
PATIENCE = 4
"""How much longer than its processor time a file may take by the clock: the machine may have other work."""

MEMORY_PER_FILE = 2 << 30
MEMORY_PER_BYTE = 1000


def seconds_for(size: int) -> float:
    """Return the processor time that parsing so many bytes may take: many times what ordinary code needs."""
    return SECONDS_PER_FILE + SECONDS_PER_MEGABYTE * size / 1_000_000


if sys.platform == "win32":  # the clock alone has to do

    def leave_no_core() -> None:
        """There are no core files."""

    def allow(seconds: float, size: int) -> None:
        """There are no limits that a process can set itself."""

    OUT_OF_TIME: int | None = None
else:
    import resource
    import signal

    OUT_OF_TIME = -signal.SIGXCPU
    """The return code of a process that went beyond its limit."""

    def leave_no_core() -> None:
        """Let this process leave no core file behind when it crashes: it would land in the user's project."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    def allow(seconds: float, size: int) -> None:
        """Let the system end this process when it needs more processor time from now on, or more memory, than it may.

        `size` is that of the file. An allocation that fails ends LibCST's parser.
        """
        _limit(resource.RLIMIT_CPU, int(time.process_time() + seconds) + 1)
        _limit(resource.RLIMIT_AS, MEMORY_PER_FILE + MEMORY_PER_BYTE * size)

    def _limit(kind: int, soft: int) -> None:
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
