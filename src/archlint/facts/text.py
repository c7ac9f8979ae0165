"""Turns the bytes of a source file into text as Python itself would read them, and back."""

import io
import re
import tokenize
from codecs import BOM_UTF8

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_LINE_END = re.compile(rb"\r\n|\n|\r")


class DecodeError(ValueError):
    """Bytes that are no Python source: `line` is 1-based, `message` one sentence without the place."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


def decode(data: bytes) -> str:
    """Return the text of a source file without its byte order mark, line ends as they are.

    The encoding is found as PEP 263 and `tokenize.detect_encoding` have it. Raises DecodeError for an unknown
    or contradictory encoding, for bytes that it cannot decode and for null bytes, which CPython refuses.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise _header_error(data, str(error)) from None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, encoding) from None
    except (LookupError, ValueError):  # a codec such as rot13, which makes no text of bytes
        message = f"{encoding} is no encoding of text; save the file as UTF-8"
        raise DecodeError(_cookie_line(data), message) from None
    null = data.find(b"\0")
    if null >= 0:
        raise DecodeError(_line_at(data, null), "contains a null byte, which no source may have")
    if not encoding.startswith("utf-8"):
        _refuse_no_text(text, encoding)
    return text


def _refuse_no_text(text: str, encoding: str) -> None:
    """Raise DecodeError for what an encoding with escapes can give and no source may have."""
    found = _NO_TEXT.search(text)
    if found is not None:
        message = f"the character U+{ord(found[0]):04X} that {encoding} gives is no text; save the file as UTF-8"
        raise DecodeError(text.count("\n", 0, found.start()) + 1, message)


def encode(text: str, original: bytes) -> bytes:
    """Return a new text of a file as bytes, with encoding and byte order mark of the `original` ones.

    Raises ValueError when the encoding has no such character, or does not give the original bytes back.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(original).readline)
    if original.decode(encoding).encode(encoding) != original:
        raise ValueError(f"{encoding} does not give back the bytes that it read")
    return text.encode(encoding)


def as_saved(text: str) -> bytes:
    """Return the text of an unsaved buffer as the bytes that an editor would save: in the encoding that it declares.

    What that encoding has no characters for, and what declares an unknown one, is UTF-8.
    """
    data = text.encode("utf-8", "surrogatepass")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data if encoding.startswith("utf-8") else text.encode(encoding)
    except (SyntaxError, LookupError, ValueError):
        return data


def _header_error(data: bytes, message: str) -> DecodeError:
    """Explain why `detect_encoding` gave up: bad bytes in the first two lines, or a bad declaration there."""
    try:
        b"".join(data.splitlines(keepends=True)[:2]).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _undecodable(data, error, "utf-8")
    if data.startswith(BOM_UTF8) and message.startswith("encoding problem"):
        message = "the byte order mark says UTF-8 and the declaration something else; delete one of them"
        return DecodeError(_cookie_line(data), message)
    return DecodeError(_cookie_line(data), f"{message}; declare an encoding that Python knows")


def _undecodable(data: bytes, error: UnicodeDecodeError, encoding: str) -> DecodeError:
    # A codec may count from behind the byte order mark (utf-8-sig) or in a part of the data (idna).
    offset = max(data.find(error.object), 0) + error.start
    message = f"byte 0x{data[offset]:02x} is not {encoding.removesuffix('-sig')}; save the file as UTF-8"
    return DecodeError(_line_at(data, offset), message)


def _cookie_line(data: bytes) -> int:
    return 1 if b"coding" in data.split(b"\n", 1)[0] else 2


def _line_at(data: bytes, offset: int) -> int:
    return len(_LINE_END.findall(data, 0, offset)) + 1
