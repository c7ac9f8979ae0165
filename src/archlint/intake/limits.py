"""How long a parsing process may take for one file, by its size, and how such a process limits itself."""

import sys
import time

SECONDS_PER_FILE = 30.0
SECONDS_PER_MEGABYTE = 30.0
PATIENCE = 4
"""How much longer than its processor time a file may take by the clock: the machine may have other work."""


def seconds_for(size: int) -> float:
    """Return the processor time that parsing so many bytes may take: many times what ordinary code needs."""
    return SECONDS_PER_FILE + SECONDS_PER_MEGABYTE * size / 1_000_000


if sys.platform == "win32":  # the clock alone has to do

    def leave_no_core() -> None:
        """There are no core files."""

    def allow(seconds: float) -> None:
        """There is no limit of processor time."""

    OUT_OF_TIME: int | None = None
else:
    import resource
    import signal

    OUT_OF_TIME = -signal.SIGXCPU
    """The return code of a process that went beyond its limit."""

    def leave_no_core() -> None:
        """Let this process leave no core file behind when it crashes: it would land in the user's project."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    def allow(seconds: float) -> None:
        """Let the system end this process when it takes more processor time than this from now on."""
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        soft = int(time.process_time() + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
