"""The standard streams as they may be found: closed, full, or at an end."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_UNWRITABLE = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF))


def open_what_is_closed() -> None:
    """Let streams that are closed (`>&-`) lead nowhere: else the next file that is opened would be one of them."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8"))


@contextmanager
def writable() -> Iterator[None]:
    """Say that standard output cannot be written, such as on a full disk, and exit with 2."""
    try:
        yield
    except OSError as error:
        if error.errno not in _UNWRITABLE or error.filename is not None:
            raise
        handle = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):  # what is still to be flushed at exit has nowhere to go
            if number == 1 or not _told(error):
                os.dup2(handle, number)
        sys.exit(2)


def _told(error: OSError) -> bool:
    try:
        print(f"archlint: cannot write to standard output: {error.strerror}", file=sys.stderr, flush=True)  # noqa: T201
    except OSError:
        return False
    return True
