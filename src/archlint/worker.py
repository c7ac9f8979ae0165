"""The child process that parses: modules come in on standard input, their facts or fixes go out on standard output.

LibCST's parser is native code that can overflow the stack, take very long and ignores signals meanwhile; here
it can be killed and costs one file.
"""

import contextlib
import gc
import os
import signal
import sys
import threading

from archlint.facts.lean import load_lean
from archlint.intake.limits import be_modest

STACK_SIZE = 512 * 1024 * 1024
RECURSION_LIMIT = 100_000
COLLECTED_AFTER = 200_000
"""How many objects may come up before garbage is looked for: few trees have more, and each is let go of at once."""


def main() -> None:
    """Answer batches of tasks until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if len(sys.argv) > 1:
        _die_with(int(sys.argv[1]))
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    be_modest()
    gc.set_threshold(COLLECTED_AFTER)
    load_lean()
    from archlint.answering import serve  # noqa: PLC0415 -- with it comes LibCST as it is

    sys.setrecursionlimit(RECURSION_LIMIT)
    gc.freeze()
    threading.stack_size(STACK_SIZE)
    thread = threading.Thread(target=serve, args=(requests, answers))
    thread.start()
    thread.join()


def _die_with(pipe: int) -> None:
    """Have the kernel kill this process when the other end of a pipe, to which nothing is written, is closed."""
    with contextlib.suppress(ImportError, AttributeError, OSError):  # not every system can
        import fcntl  # noqa: PLC0415 -- POSIX has it

        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)


if __name__ == "__main__":
    main()
