"""`python -m archlint`, and the entry point of the installed command."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # `python -m` looks for modules in the working directory, which may hold the code to check

import gc
import os
import signal
from contextlib import nullcontext, suppress
from typing import NoReturn

from archlint.intake.child import child_ahead
from archlint.streams import open_what_is_closed, writable


def main() -> None:
    """Run the command line.

    Facts and answers stay to the end, and are no garbage to look for: that would take a tenth of the time.
    """
    gc.disable()
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_DFL:
            signal.signal(getattr(signal, name), _leave)
    open_what_is_closed()
    try:
        with writable(), child_ahead() if sys.argv[1:2] == ["check"] else nullcontext():
            from archlint.cli import archlint  # noqa: PLC0415 -- while it is loaded, the child starts

            archlint(prog_name="archlint")
    except SystemExit as error:
        _end(128 + _left[0] if _left else error.code)  # whoever waits for changes takes any signal for an interrupt


def _end(code: object) -> NoReturn:
    """End here and now: to take every fact and answer apart first is an eighth of a run."""
    with suppress(OSError):  # Python itself knows what to do about a stream that cannot be written
        sys.stdout.flush()
        sys.stderr.flush()
        if code is None or isinstance(code, int):
            os._exit(code or 0)
    raise SystemExit(code)


_left: list[int] = []
"""The signals that said to leave."""


def _leave(number: int, _frame: object) -> None:
    """End as an interrupt does, so that no process and no half-written file is left."""
    _left.append(number)
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
