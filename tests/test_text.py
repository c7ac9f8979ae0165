"""Bytes become text as Python has it, and say in which line they do not."""

import io
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.facts.text import DecodeError, decode


def test_text_is_kept_as_it_is() -> None:
    assert decode(b"a\r\nb\rc\n") == "a\r\nb\rc\n"
    assert decode(b"\xef\xbb\xbf# \xc3\xa9") == "# é"
    assert decode(b"# coding: latin-1\n\xe9") == "# coding: latin-1\né"
    assert decode(b"") == ""


PIECES = [
    b"\xef\xbb\xbf",
    b"\r\n",
    b"# coding: ",
    b"utf-8",
    b"latin-1",
    b"ascii",
    b"cp1252",
    b"rot13",
    b"\xc3\xa9",
    b"\0",
]


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"a\r\nb\rc\n\xff", 4, "byte 0xff is not utf-8"),
        (b"\xef\xbb\xbfa\nb\xff", 2, "byte 0xff is not utf-8"),
        (b"\xef\xbb\xbfa\nb\nc\xff", 3, "byte 0xff is not utf-8"),
        (b"# coding: cp1252\n\n\x81", 3, "byte 0x81 is not cp1252"),
        (b"#!/bin/x\n# coding: klingon\n", 2, "unknown encoding: klingon"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, "the byte order mark says UTF-8"),
        (b"# coding: rot13\n", 1, "rot13 is no encoding of text"),
        (b"a\nb\0", 2, "null byte"),
        (b"\xff\xfea\0", 1, "byte 0xff is not utf-8"),
    ],
)
def test_what_is_no_source(data: bytes, line: int, message: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(data)
    assert caught.value.line == line
    assert message in caught.value.message


@given(st.binary() | st.sampled_from([b"", b"\n"]).flatmap(lambda head: st.binary().map(lambda tail: head + tail)))
def test_whatever_the_bytes_it_agrees_with_tokenize_or_raises_its_own_error(data: bytes) -> None:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        expected = data.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        expected = "\0"
    if "\0" not in expected:
        assert decode(data) == expected
        return
    with pytest.raises(DecodeError) as caught:
        decode(data)
    assert 1 <= caught.value.line <= data.count(b"\n") + data.count(b"\r") + 2
