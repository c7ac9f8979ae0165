"""The child process that parses: modules come in on standard input, their facts or fixes go out on standard output.

LibCST's parser is native code that can overflow the stack, take very long and ignores signals meanwhile; here
it can be killed and costs one file.
"""

import contextlib
import gc
import os
import re
import signal
import sys
import threading
from typing import BinaryIO

import libcst as cst
import msgspec

from archlint.facts.context import ModuleChecks
from archlint.facts.extract import extract
from archlint.facts.lean import lean_nodes
from archlint.facts.text import DecodeError, decode
from archlint.intake.limits import allow, be_modest
from archlint.intake.wire import Answer, Task, read_message, write_message
from archlint.rulebook.checks.module_checks import MODULE_CHECKS
from archlint.rulebook.fixes.make import make_fixes

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
    sys.setrecursionlimit(RECURSION_LIMIT)
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)
    threading.stack_size(STACK_SIZE)
    thread = threading.Thread(target=_serve, args=(requests, answers, MODULE_CHECKS))
    thread.start()
    thread.join()


def _die_with(pipe: int) -> None:
    """Have the kernel kill this process when the other end of a pipe, to which nothing is written, is closed."""
    with contextlib.suppress(ImportError, AttributeError, OSError):  # not every system can
        import fcntl  # noqa: PLC0415 -- POSIX has it

        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)


def _serve(requests: BinaryIO, answers: BinaryIO, checks: ModuleChecks) -> None:
    decoder = msgspec.msgpack.Decoder(list[Task])
    encoder = msgspec.msgpack.Encoder()
    with lean_nodes():
        write_message(answers, b"")
        while (message := read_message(requests)) is not None:
            for task in decoder.decode(message):
                allow(task.seconds)
                write_message(answers, encoder.encode(_answer(task, checks, encoder)))


def _answer(task: Task, checks: ModuleChecks, encoder: msgspec.msgpack.Encoder) -> Answer:
    try:
        text = decode(task.data)
        if task.wishes:
            return _fixes(task, text, encoder)
        return Answer(encoder.encode(extract(text, task.module, task.is_package, checks)), lasting=True)
    except DecodeError as error:
        return Answer(b"", error.line, error.message, lasting=True)
    except (cst.ParserSyntaxError, cst.CSTLogicError, SyntaxError) as error:
        return Answer(b"", *_syntax_error(text, error), lasting=True)
    except MemoryError:
        return Answer(b"", 1, "parsing needs more memory than it may have; the file is too large")
    except Exception as error:  # noqa: BLE001 -- a mistake of ours costs one file and must not look like a crash
        return Answer(b"", 0, f"archlint cannot read the file ({type(error).__name__}: {error}); please report this")


def _fixes(task: Task, text: str, encoder: msgspec.msgpack.Encoder) -> Answer:
    try:
        return Answer(encoder.encode(make_fixes(text, task.module, task.is_package, task.wishes)))
    except Exception as error:  # noqa: BLE001 -- a fix that cannot be made must not look like a parser that crashed
        return Answer(b"", 0, f"{type(error).__name__}: {error}; please report this")


def _syntax_error(text: str, error: Exception) -> tuple[int, str]:
    """Return line and message of a syntax error, from CPython's own parser when it refuses the file too.

    LibCST gives line 1 for tokenizer errors and the last line for an open bracket.
    """
    try:
        compile(text, "<source>", "exec", dont_inherit=True, flags=0x400)
    except SyntaxError as own:
        return own.lineno or 0, f"the file is no valid Python: {own.msg}"
    except (ValueError, MemoryError, RecursionError):
        pass
    message = error.message if isinstance(error, cst.ParserSyntaxError) else str(error)
    place = _PLACE.search(message)  # the line of the error itself is one off now and then
    line = int(place[1]) if place else getattr(error, "raw_line", 0)
    return line, "LibCST, which parses for archlint, does not understand this, though Python may"


_PLACE = re.compile(r"error at (\d+):\d+")


if __name__ == "__main__":
    main()
