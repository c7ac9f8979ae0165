"""The `primaryLocationLineHash` by which GitHub code scanning knows an alert again when its line moved."""

import re
from collections import Counter
from collections.abc import Set as AbstractSet

_WINDOW = 100
_BASE = 37
_MASK = (1 << 64) - 1
_BLANKS = str.maketrans("", "", " \t")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_END = "\uffff"


def line_hashes(text: str, lines: AbstractSet[int]) -> dict[int, str]:
    """Return the fingerprint of each of `lines` (1-based, existing) of `text`, line ends untouched.

    A fingerprint is a hash over the 100 UTF-16 units that begin at the line, in hexadecimal, and the number
    of times that this window has begun a line so far. Blanks are skipped, each line end counts as LF, and the
    text is followed by the unit 0xFFFF and NULs. From github/codeql-action, `src/fingerprints.ts`.
    """
    units = _units(text)
    fingerprints: dict[int, str] = {}
    seen: Counter[str] = Counter()
    start = 0
    for number in range(1, max(lines, default=0) + 1):
        window = units[start : start + _WINDOW]
        seen[window] += 1
        if number in lines:
            fingerprints[number] = f"{_hash(window):x}:{seen[window]}"
        start = units.find("\n", start) + 1
    return fingerprints


def _units(text: str) -> str:
    """Return the UTF-16 units that are hashed, each as one character."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS)
    return _ASTRAL.sub(_surrogates, lines) + _END + "\0" * _WINDOW


def _surrogates(match: re.Match[str]) -> str:
    offset = ord(match[0]) - 0x10000
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))


def _hash(window: str) -> int:
    value = 0
    for unit in window:
        value = (value * _BASE + ord(unit)) & _MASK
    return value
