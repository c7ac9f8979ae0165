"""What a terminal can do with words: colour, links, lines of its width; `plain` does nothing."""

import re
from functools import cache

from archlint.outcome.reporters.visible import cells

WIDTH = 120
"""Cells of a line of source that are shown where there is no terminal to ask."""

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "code": "bold",
    "path": "bold",
    "caret": "bold red",
    "help": "green",
    "dim": "dim",
}


_WORD = re.compile(r" *[^ ]+(?: +$)?")


class Paint:
    """Writes words as they are; `width` is how many cells a line of source may fill, and with `folds` a sentence."""

    def __init__(self, width: int = WIDTH, *, folds: bool = False) -> None:
        self.width = width
        self._folds = folds

    def __call__(self, text: str, style: str) -> str:
        """Return `text` in the style of this name (a key of `STYLES`)."""
        return text

    def link(self, text: str, uri: str) -> str:
        """Return `text` so that it leads to `uri`."""
        return text

    def fold(self, text: str, before: int = 0, indent: int = 4) -> str:
        """Return visible `text`, which stands behind so many cells, in lines of whole words if lines are to be folded.

        All but the first are indented. Where not even a word would fit the terminal breaks the line itself.
        """
        if not self._folds or before + cells(text) <= self.width:
            return text
        lines: list[str] = []
        line, room = "", self.width - before % self.width
        for word in _WORD.findall(text):
            would_fit = cells(word) <= self.width - indent
            if cells(line) + cells(word) > room and (line or (before and not lines and would_fit)):
                lines.append(line)
                line, room = word.lstrip(" "), self.width - indent
            else:
                line += word
        return f"\n{' ' * indent}".join((*lines, line))


plain = Paint()


class Colours(Paint):
    """Paints with the sixteen colours that every terminal has, and with `links` for those that know OSC 8.

    https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda describes these links.
    """

    def __init__(self, width: int = WIDTH, *, folds: bool = False, links: bool = False) -> None:
        super().__init__(width, folds=folds)
        self._links = links

    def __call__(self, text: str, style: str) -> str:
        """Return `text` in the style of this name (a key of `STYLES`)."""
        before, after = _codes(style)
        return f"{before}{text}{after}" if text else ""

    def link(self, text: str, uri: str) -> str:
        """Return `text` so that it leads to `uri`, if it is one that cannot end the escape."""
        if not self._links or not uri.isascii() or not uri.isprintable():
            return text
        return f"\x1b]8;;{uri}\x1b\\{text}\x1b]8;;\x1b\\"


@cache
def _codes(style: str) -> tuple[str, str]:
    """Return the escapes before and behind a word of this style."""
    from rich.color import ColorSystem  # noqa: PLC0415 - rich costs what a run without colour need not pay
    from rich.style import Style  # noqa: PLC0415 - likewise

    before, _, after = Style.parse(STYLES[style]).render("\0", color_system=ColorSystem.STANDARD).partition("\0")
    return before, after
