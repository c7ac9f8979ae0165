"""Turns offsets into the positions of the protocol, and back, in the encoding that was negotiated."""

from lsprotocol.types import Position, PositionEncodingKind, Range

from archlint.model import SourceText


class Positions:
    """Positions are lines and units of a line (both 0-based), offsets code points of the whole text."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding

    def position(self, source: SourceText, offset: int) -> Position:
        """Return the position of an offset."""
        line = source.location(offset, offset).line
        return Position(line - 1, self._units(source.text[source.line_start(line) : offset]))

    def range(self, source: SourceText, start: int, end: int) -> Range:
        """Return the range of two offsets, the second exclusive."""
        return Range(self.position(source, start), self.position(source, end))

    def offset(self, source: SourceText, position: Position) -> int:
        """Return the offset of a position; one behind the end of its line means that end."""
        if position.line >= source.line_count:
            return len(source.text)
        start, line = source.line_start(position.line + 1), source.line(position.line + 1)
        column = min(position.character, len(line))  # no character has less than one unit
        while column and self._units(line[:column]) > position.character:
            column -= 1
        return start + column

    def _units(self, text: str) -> int:
        if self._encoding == PositionEncodingKind.Utf8:
            return len(text.encode("utf-8", "surrogatepass"))
        if self._encoding == PositionEncodingKind.Utf32:
            return len(text)
        return len(text.encode("utf-16-le", "surrogatepass")) // 2


def line_range(line: int) -> Range:
    """Return the range of a whole line (1-based; 0 is the first)."""
    first = max(line - 1, 0)
    return Range(Position(first, 0), Position(first + 1, 0))
