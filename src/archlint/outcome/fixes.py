"""Applies fixes to the text of a file, and shows what that changes."""

import difflib
import re
from collections.abc import Iterable

from archlint.model import Edit, Fix

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def applied(text: str, fixes: Iterable[Fix]) -> tuple[str, list[Fix]]:
    """Return the text after as many of the fixes as fit beside those before them, and these.

    An edit that several fixes share, such as an import, is made once.
    """
    edits: set[Edit] = set()
    fitting: list[Fix] = []
    for fix in fixes:
        new = set(fix.edits) - edits
        if not any(_overlap(one, other) for one in new for other in edits):
            edits |= new
            fitting.append(fix)
    parts: list[str] = []
    behind = 0
    for edit in sorted(edits):
        parts += (text[behind : edit.start], edit.text)
        behind = edit.end
    return "".join((*parts, text[behind:])), fitting


def _overlap(one: Edit, other: Edit) -> bool:
    return one.start == other.start or (one.start < other.end and other.start < one.end)


def _quoted(path: str) -> str:
    """Return a path in quotes, as git writes one that would not fit on a line."""
    letters = (rf"\{chr(byte)}" if byte in b'"\\' else chr(byte) for byte in path.encode("utf-8", "surrogateescape"))
    return (
        '"' + "".join(each if len(each) > 1 or " " <= each < "\x7f" else rf"\{ord(each):03o}" for each in letters) + '"'
    )


def unified_diff(path: str, before: str, after: str) -> str:
    """Return the unified diff of one file; lines end at LF alone, as `diff` and `patch` have it."""
    name = path if path.isprintable() and not set('"\\') & set(path) else _quoted(path)
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
