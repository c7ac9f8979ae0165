"""Where the names of a source text stand, found by one regular expression instead of a tokenizer.

The expressions follow the lexical analysis chapter of the Python reference. Replacement fields of f-strings
and t-strings are looked into, except where they contain their own quote (PEP 701); callers compare the names
found here with those of the tree and fall back to the tree's own positions when they differ.
"""

import keyword
import re
from collections.abc import Iterator

_LONG_STRING = r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''|\"\"\"[^\"\\]*(?:(?:\\.|\"(?!\"\"))[^\"\\]*)*\"\"\""
_SHORT_STRING = r"'[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'|\"[^\"\\\r\n]*(?:\\(?:\r\n|.)[^\"\\\r\n]*)*\""
_PREFIX = r"(?:[rRbBuUfFtT]|[bBfFtT][rR]|[rR][bBfFtT])"
_NUMBER = r"0[xX][\da-fA-F_]++|0[bB][01_]++|0[oO][0-7_]++|\d[\d_]*+\.?[\d_]*+(?:[eE][+-]?\d[\d_]*+)?[jJ]?"
"""One that begins with a point is a point and a number."""
_STRING = f"{_PREFIX}?(?:{_LONG_STRING}|{_SHORT_STRING})"
_COMMENT = r"\#[^\r\n]*"
_NAME = r"[^\W\d]\w*+(?!['\"])"
"""A word before a quote is the prefix of a string, or a keyword."""

_SKIP_AND_NAME = re.compile(
    f"[^\\w'\"#]*+(?:(?P<name>{_NAME})|(?P<string>{_STRING})|{_COMMENT}|{_NUMBER}|.|\\Z)", re.DOTALL
)
"""What no name begins in, and then a name or something else that is gone past in one go; it matches everywhere."""
_FIELD_OR_ESCAPE = re.compile(r"[{\\]")
_COMMENTS = re.compile(f"{_STRING}|(?P<comment>{_COMMENT})", re.DOTALL)
_LOGICAL = re.compile(
    f"{_STRING}|{_COMMENT}|(?P<open>[([{{])|(?P<close>[)\\]}}])|\\\\(?:\r\n|.)|(?P<end>\r\n|\n|\r)", re.DOTALL
)
_BRACKETS = re.compile(f"{_STRING}|{_COMMENT}|(?P<open>[([{{])|(?P<close>[)\\]}}])", re.DOTALL)
_BRACKET = re.compile(r"[()\[\]{}]")
_BEFORE_NAME = re.compile(r"[(\[]\s*(?:await\s+|not\s+)?\Z")
_FIELD_PARTS = re.compile(f"{_STRING}|(?P<open>[([{{])|(?P<close>[)\\]}}])|!=|(?P<stop>[:!])|\\#[^\r\n]*", re.DOTALL)
_IS_NAME, _IS_STRING = 1, 2
_KEYWORDS = frozenset(keyword.kwlist) - {"None", "True", "False"}
"""Words that are never a `Name` of the tree; the soft keywords are not among them, the walk counts those too."""


def names(text: str) -> tuple[list[str], list[int]]:
    """Return every identifier of `text` in order, and the offset (code points) at which each starts.

    `None`, `True`, `False` and soft keywords count as identifiers, other keywords do not.
    """
    words: list[str] = []
    starts: list[int] = []
    _collect(text, 0, len(text), words, starts)
    return words, starts


def _collect(text: str, start: int, end: int, words: list[str], starts: list[int]) -> None:
    add_word, add_start, keywords = words.append, starts.append, _KEYWORDS
    for match in _SKIP_AND_NAME.finditer(text, start, end):
        kind = match.lastindex
        if kind == _IS_NAME:
            word = match[_IS_NAME]
            if word not in keywords:
                add_word(word)
                add_start(match.start(_IS_NAME))
        elif kind == _IS_STRING and text[match.start(_IS_STRING)] not in "\"'":
            _string(text, match.start(_IS_STRING), match.end(), words, starts)


def _string(text: str, start: int, end: int, words: list[str], starts: list[int]) -> None:
    """Collect the names in a string with a prefix, when that makes it a template."""
    body = start + 1 if text[start + 1] in "\"'" else start + 2
    prefix = text[start:body].lower()
    if "f" in prefix or "t" in prefix:
        width = 3 if end - body >= 6 and text.startswith(text[body] * 3, body) else 1
        _fields(text, body + width, end - width, "r" in prefix, words, starts)


def _fields(text: str, position: int, end: int, raw: bool, words: list[str], starts: list[int]) -> None:
    """Collect the names in the replacement fields of an f-string's content `text[position:end]`."""
    while special := _FIELD_OR_ESCAPE.search(text, position, end):
        position, character = special.start(), special[0]
        if character == "\\" and not raw:
            named = text.startswith("\\N{", position)
            position = text.find("}", position, end) + 1 if named else position + 2
            if position == 0:
                return
        elif character != "{":
            position += 1
        elif text.startswith("{{", position):
            position += 2
        else:
            position = _field(text, position + 1, end, raw, words, starts)


def _field(text: str, start: int, end: int, raw: bool, words: list[str], starts: list[int]) -> int:
    """Collect the names of one replacement field that begins at `start`; return the offset behind its `}`."""
    depth = 0
    for match in _FIELD_PARTS.finditer(text, start, end):
        kind = match.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close" and depth:
            depth -= 1
        elif kind == "close":
            _collect(text, start, match.start(), words, starts)
            return match.end()
        elif kind == "stop" and not depth:
            _collect(text, start, match.start(), words, starts)
            return _format_spec(text, match.end(), end, raw, words, starts)
    return end


def _format_spec(text: str, position: int, end: int, raw: bool, words: list[str], starts: list[int]) -> int:
    """Collect the names of nested fields in a conversion and format specification; return the offset behind `}`."""
    while position < end and text[position] != "}":
        if text[position] == "{":
            position = _field(text, position + 1, end, raw, words, starts)
        else:
            position += 1
    return position + 1


def balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets of a stretch from one name to another with the brackets that belong to it.

    Brackets open at its end are closed. Where more are closed than opened it starts at the bracket right before the
    first name, or else behind what closes too much, as behind an f-string.
    """
    if _BRACKET.search(text, start, end) is None:
        return start, end
    depth = 0
    for match in _BRACKETS.finditer(text, start):
        if match.start() >= end and depth <= 0:
            break
        if match.lastgroup == "open":
            depth += 1
        elif match.lastgroup == "close":
            depth -= 1
            end = max(end, match.end())
            if depth < 0:
                before = _BEFORE_NAME.search(text, max(start - 100, 0), start) if match[0] != "}" else None
                if before is None:
                    return balanced(text, *_name_behind(text, match.end(), end))
                start, depth = before.start(), 0
    return start, end


def _name_behind(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets of a stretch without what is before its first name."""
    name = re.compile(_NAME).search(text, start, end)
    return (name.start() if name is not None else start), end


def last_word(text: str, word: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the offsets of the last `word` that no comment or string has, in a stretch without names; none if none."""
    found = None
    for match in re.finditer(f"{_STRING}|{_COMMENT}|(?P<word>\\b{word}\\b)", text[start:end], re.DOTALL):
        if match.lastgroup == "word":
            found = start + match.start(), start + match.end()
    return found


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of every comment."""
    for match in _COMMENTS.finditer(text):
        if match.lastgroup == "comment":
            yield match.start(), match[0]


def logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets (start, end exclusive of the line end) of all logical lines, blank ones included."""
    depth = start = 0
    for match in _LOGICAL.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(depth - 1, 0)
        elif kind == "end" and not depth:
            yield start, match.start()
            start = match.end()
    yield start, len(text)


def longest_statement(text: str) -> int:
    """Return the offset of the longest logical line: what is hard to parse is most likely there."""
    start, end = max(logical_lines(text), key=lambda line: line[1] - line[0])
    return end - len(text[start:end].lstrip())
