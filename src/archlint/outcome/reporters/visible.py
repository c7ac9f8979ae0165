"""Text from checked code as data: what a terminal would obey is shown instead."""

import re
from unicodedata import category, east_asian_width

OBEYED = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters, the terminal's escapes among them
    "\xad\u200b\u2028\u2029\u2060-\u2064\ufeff"  # invisible, or ends a line
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # changes the direction of writing
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f"  # annotations and tags: hidden text; what XML forbids
    "\ud800-\udfff"  # half a character: no encoding can write it
    "]"
)
"""What a terminal or a viewer obeys, hides or cannot write."""
COMMAND = re.compile(r"#(?=(?:vso|teamcity)?\[)(?<=##)")
"""The second `#` of what a CI system takes for a command wherever it stands in a line: Azure Pipelines, TeamCity."""
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str) -> str:
    r"""Return `text` on one line, each control and bidi character as Python escapes it (`\x1b`, `\u202e`)."""
    shown = text if text.isascii() and text.isprintable() else OBEYED.sub(_escaped, text)
    return COMMAND.sub(r"\\x23", shown) if "##" in shown else shown


def visible_line(text: str) -> str:
    """Return visible text that may begin a line: no workflow command of GitHub, which `::` begins."""
    shown = visible(text)
    return shown.replace("::", r"\x3a:", 1) if shown.lstrip().startswith("::") else shown


def cells(text: str) -> int:
    """Return how many columns of a terminal `text` fills, if it is visible text (Unicode annex 11)."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if code < 0x100:
        return _SHORT.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
