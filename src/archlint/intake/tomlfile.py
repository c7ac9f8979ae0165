"""One TOML file of settings: its values, where each key stands, and sentences about what is wrong there."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import tomli

from archlint.intake.reading import SETTINGS_BYTES, Files

Key = tuple[str, ...]
"""The path of a key from the top of the file, table names included; `contracts[2]` is the second of `[[contracts]]`."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_DEFINITION = re.compile(
    rf"^[ \t]*(?:\[\[[ \t]*(?P<array>{_DOTTED})[ \t]*\]\]|\[[ \t]*(?P<table>{_DOTTED})[ \t]*\]"
    rf"|(?P<key>{_DOTTED})[ \t]*=)",
    re.MULTILINE,
)
_SPLIT = re.compile(_NAME)
_BARE = re.compile(r"[A-Za-z0-9_-]+(?:\[\d+\])?")
MOST_PROBLEMS = 100
_KINDS = {
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class TomlError(Exception):
    """A file that is no TOML at all; the text is one sentence that names it."""


class TooManyProblemsError(Exception):
    """There are so many complaints about a file that nobody reads more."""


class TomlFile:
    """A parsed TOML file that collects what is wrong with its values.

    `shown` is how sentences name the file; `values` its top-level table.
    """

    def __init__(self, path: Path, shown: str, files: Files) -> None:
        """Read and parse a file; raises TomlError when it is unreadable, not UTF-8 or not TOML."""
        self.path = path
        self.shown = shown
        self._text = _read(path, shown, files)
        self.values = _parse(self._text, shown)
        self._problems: list[tuple[int, str]] = []
        self._found: dict[Key, tuple[int, int]] | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """All complaints, in the order of their lines, as `file:line: key: what`."""
        return tuple(sentence for _, sentence in sorted(self._problems, key=lambda problem: problem[0]))

    def complain(self, key: Key, what: str, item: str | None = None) -> None:
        """Note that the value of `key` (or `item`, a string in it) is wrong; `what` ends the sentence."""
        line = self.line(key, item)
        place = f"{self.shown}:{line}" if line else self.shown
        name = ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in key)
        self._problems.append((line, f"{place}: {name}: {what}"))
        if len(self._problems) == MOST_PROBLEMS:
            raise TooManyProblemsError

    def string(self, key: Key, value: object) -> str | None:
        """Return a string; complain and return None if it is something else."""
        if isinstance(value, str):
            return value
        self.complain(key, f"must be a string, not {kind(value)}")
        return None

    def strings(self, key: Key, value: object) -> tuple[str, ...]:
        """Return the strings of a list, after a complaint about whatever else it is or holds."""
        if not isinstance(value, list):
            hint = f'; write ["{value}"]' if isinstance(value, str) else ""
            self.complain(key, f"must be a list of strings, not {kind(value)}{hint}")
            return ()
        for number, item in enumerate(value, 1):
            if not isinstance(item, str):
                self.complain(key, f"must be a list of strings, but item {number} is {kind(item)}")
        return tuple(item for item in value if isinstance(item, str))

    def tables(self, key: Key, value: object) -> list[tuple[Key, dict[str, object]]]:
        """Return the tables of an array with the keys that they have; complain about whatever else is there."""
        if not isinstance(value, list):
            self.complain(key, f"must be an array of tables, `[[{'.'.join(key)}]]`, not {kind(value)}")
            return []
        keys = [(*key[:-1], f"{key[-1]}[{number}]") for number in range(1, len(value) + 1)]
        return [(each, self.table(each, item)) for each, item in zip(keys, value, strict=True)]

    def boolean(self, key: Key, value: object) -> bool:
        """Return a boolean; complain and return false if it is something else."""
        if not isinstance(value, bool):
            self.complain(key, f"must be true or false, not {kind(value)}")
        return value is True

    def table(self, key: Key, value: object) -> dict[str, object]:
        """Return a table; complain and return an empty one if it is something else."""
        if isinstance(value, dict):
            return value
        self.complain(key, f"must be a table, not {kind(value)}")
        return {}

    def line(self, key: Key, item: str | None = None) -> int:
        """Return the line (1-based, 0 if not found) where the key, or the table around it, is defined."""
        if self._found is None:
            self._found = _places(self._text)
        places = self._found
        known = next((key[:length] for length in range(len(key), 0, -1) if key[:length] in places), None)
        if known is None:
            return 0
        start, end = places[known]
        quoted = [self._text.find(f"{quote}{item}{quote}", start, end) for quote in "\"'"] if item else []
        return self._text.count("\n", 0, max(start, *quoted, start)) + 1


def kind(value: object) -> str:
    """Name the type of a TOML value in words."""
    return _KINDS.get(type(value), "a date or time")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean "x"?` for the known word that is most like `word`, nothing when none is."""
    spellings = {other.casefold(): other for other in known}
    close = difflib.get_close_matches(word.casefold(), spellings, n=1)
    return f'; did you mean "{spellings[close[0]]}"?' if close else ""


def _read(path: Path, shown: str, files: Files) -> str:
    try:
        data = files.read(path, SETTINGS_BYTES)
    except OSError as error:
        raise TomlError(f"{shown}: cannot be read: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TomlError(f"{shown}:{line}: is not UTF-8, which TOML must be; save it as UTF-8") from None


def _parse(text: str, shown: str) -> dict[str, object]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise TomlError(f"{shown}:{error.lineno}: is not TOML: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise TomlError(f"{shown}: is not TOML that could be read: it is nested too deeply") from None


def _places(text: str) -> dict[Key, tuple[int, int]]:
    """Find the stretch of text (offsets) that defines each table and key, by its own header or assignment.

    It reads line beginnings only, so text in a multi-line string may look like a key: it is a place to show,
    no more.
    """
    places: dict[Key, tuple[int, int]] = {}
    table: Key = ()
    counts: Counter[Key] = Counter()
    matches = list(_DEFINITION.finditer(text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    for match, end in zip(matches, ends, strict=True):
        parts = tuple(part.strip("\"'") for part in _SPLIT.findall(match[match.lastgroup or 0]))
        if match["array"]:
            counts[parts] += 1
            parts = (*parts[:-1], f"{parts[-1]}[{counts[parts]}]")
        if not match["key"]:
            table = parts
        start = match.start(match.lastgroup or 0)
        full = table + parts if match["key"] else parts
        for length in range(1, len(full) + 1):
            places.setdefault(full[:length], (start, end))
    return places
