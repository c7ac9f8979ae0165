"""`python -m archlint`, and the entry point of the installed command."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # `python -m` looks for modules in the working directory, which may hold the code to check

import gc
import signal

from archlint.cli import archlint
from archlint.cli.streams import open_what_is_closed, writable


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
        with writable():
            archlint(prog_name="archlint")
    except SystemExit:
        if _left:  # whoever waits for changes takes any signal for an interrupt
            sys.exit(128 + _left[0])
        raise


_left: list[int] = []
"""The signals that said to leave."""


def _leave(number: int, _frame: object) -> None:
    """End as an interrupt does, so that no process and no half-written file is left."""
    _left.append(number)
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
