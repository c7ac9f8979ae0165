"""Colour: words that mean something, as a terminal shows them or as they are."""

from collections.abc import Callable

Paint = Callable[[str, str], str]
"""Takes text and the name of a style (a key of `STYLES`), returns the text as it is to be written."""

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


def plain(text: str, style: str) -> str:
    """Return `text` as it is."""
    return text


def colours() -> Paint:
    """Return what paints with the sixteen colours that every terminal has."""
    from rich.color import ColorSystem  # noqa: PLC0415 - rich costs what a run without colour need not pay
    from rich.style import Style  # noqa: PLC0415 - likewise

    styles = {name: Style.parse(definition) for name, definition in STYLES.items()}

    def paint(text: str, style: str) -> str:
        return styles[style].render(text, color_system=ColorSystem.STANDARD)

    return paint
