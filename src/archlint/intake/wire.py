"""What this process and the one that parses say to each other.

A message is a length (4 bytes, big endian) and MessagePack.
"""

import struct
from typing import BinaryIO

import msgspec

from archlint.rulebook.fixable import Wish

_LENGTH = struct.Struct(">I")


class Task(msgspec.Struct, frozen=True, array_like=True):
    """One module to parse: its dotted name, whether it is a package, its bytes; `wishes` ask for fixes instead.

    `seconds` is how much processor time that may take.
    """

    module: str
    is_package: bool
    data: bytes
    seconds: float
    wishes: tuple[Wish, ...] = ()


NOTHING = memoryview(b"")
"""The value of an answer that has none."""


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The encoded facts or fixes of one module, or (when empty) the line (0: unknown) and why there are none.

    The value that is read is a part of the message, no copy: all of them are large. `lasting` says that the same task
    always has this answer; a parser that crashed may do better next time.
    """

    value: memoryview
    line: int = 0
    message: str = ""
    lasting: bool = False


def read_message(stream: BinaryIO) -> bytes | None:
    """Return the next message, `None` at the end of the stream (a message cut short is none)."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    message = stream.read(size)
    return message if len(message) == size else None


def write_message(stream: BinaryIO, message: bytes) -> None:
    """Send one message."""
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()
