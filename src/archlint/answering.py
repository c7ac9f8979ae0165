"""Answers tasks of the parsing process: the facts of a module, or the fixes that are wished for."""

import re
from typing import BinaryIO

import libcst as cst
import msgspec

from archlint.facts.extract import extract
from archlint.facts.text import DecodeError, decode
from archlint.intake.limits import allow
from archlint.intake.wire import NOTHING, Answer, Task, read_message, write_message
from archlint.rulebook.checks.module_checks import MODULE_CHECKS


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer batches of tasks until there are no more; the first message, an empty one, says that all is ready."""
    decoder = msgspec.msgpack.Decoder(list[Task])
    encoder = msgspec.msgpack.Encoder()
    write_message(answers, b"")
    while (message := read_message(requests)) is not None:
        for task in decoder.decode(message):
            allow(task.seconds)
            write_message(answers, encoder.encode(answer(task, encoder)))


def answer(task: Task, encoder: msgspec.msgpack.Encoder) -> Answer:
    """Return what there is to say to a task; whatever goes wrong is an answer too."""
    try:
        text = decode(task.data)
        if task.wishes:
            return _fixes(task, text, encoder)
        facts = extract(text, task.module, task.is_package, MODULE_CHECKS)
        return Answer(memoryview(encoder.encode(facts)), lasting=True)
    except DecodeError as error:
        return Answer(NOTHING, error.line, error.message, lasting=True)
    except (cst.ParserSyntaxError, cst.CSTLogicError, SyntaxError) as error:
        return Answer(NOTHING, *_syntax_error(text, error), lasting=True)
    except MemoryError:
        return Answer(NOTHING, 1, "parsing needs more memory than it may have; the file is too large")
    except Exception as error:  # noqa: BLE001 -- a mistake of ours costs one file and must not look like a crash
        return Answer(
            NOTHING, 0, f"archlint cannot read the file ({type(error).__name__}: {error}); please report this"
        )


def _fixes(task: Task, text: str, encoder: msgspec.msgpack.Encoder) -> Answer:
    from archlint.rulebook.fixes.make import make_fixes  # noqa: PLC0415 -- few runs want fixes

    try:
        return Answer(memoryview(encoder.encode(make_fixes(text, task.module, task.is_package, task.wishes))))
    except Exception as error:  # noqa: BLE001 -- a fix that cannot be made must not look like a parser that crashed
        return Answer(NOTHING, 0, f"{type(error).__name__}: {error}; please report this")


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
