"""The texts of the files that a report names."""

from collections.abc import Mapping

from archlint.facts.text import DecodeError, decode
from archlint.model import SourceText


class Texts:
    """The decoded texts of the files, made when they are first asked for."""

    def __init__(self, data: Mapping[str, bytes]) -> None:
        self._data = data
        self._texts: dict[str, SourceText] = {}

    def of(self, path: str) -> SourceText:
        """Return the text of a file; empty for one that cannot be decoded."""
        if path not in self._texts:
            data = self._data[path]
            try:
                self._texts[path] = SourceText(decode(data), data)
            except DecodeError:
                self._texts[path] = SourceText("")
        return self._texts[path]

    def add(self, path: str, text: str) -> None:
        """Take in the text of a file that is no source."""
        self._texts[path] = SourceText(text)
