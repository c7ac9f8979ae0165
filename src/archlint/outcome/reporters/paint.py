"""What a terminal can do with words: colour, links, a width; `plain` does nothing."""

from functools import cache

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


class Paint:
    """Writes words as they are; `width` is how many cells a line of source may fill."""

    def __init__(self, width: int = WIDTH) -> None:
        self.width = width

    def __call__(self, text: str, style: str) -> str:
        """Return `text` in the style of this name (a key of `STYLES`)."""
        return text

    def link(self, text: str, uri: str) -> str:
        """Return `text` so that it leads to `uri`."""
        return text


plain = Paint()


class Colours(Paint):
    """Paints with the sixteen colours that every terminal has, and with `links` for those that know OSC 8.

    https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda describes these links.
    """

    def __init__(self, width: int = WIDTH, *, links: bool = False) -> None:
        super().__init__(width)
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
