"""The documents that the client has open."""

from collections.abc import Iterator

import msgspec

from archlint.facts.text import as_saved
from archlint.model import SourceText


class Buffer(msgspec.Struct, frozen=True):
    """One open document: its version, and its text as bytes, as saving it would write them."""

    version: int | None
    source: SourceText
    data: bytes


class Buffers:
    """The open Python documents by the path of their file."""

    def __init__(self) -> None:
        self._buffers: dict[str, Buffer] = {}

    def put(self, path: str, version: int | None, text: str) -> None:
        """Take in the text of a document that was opened or changed."""
        self._buffers[path] = Buffer(version, SourceText(text), as_saved(text))

    def drop(self, path: str) -> None:
        """Forget a document that was closed."""
        self._buffers.pop(path, None)

    def get(self, path: str) -> Buffer | None:
        """Return the document of a path if it is open."""
        return self._buffers.get(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._buffers)

    def below(self, root: str) -> dict[str, Buffer]:
        """Return the open documents in a folder and its folders."""
        return {path: each for path, each in self._buffers.items() if is_below(path, root)}


def is_below(path: str, root: str) -> bool:
    """Tell whether a path is `root` or in it."""
    return path == root or path.startswith(f"{root.rstrip('/')}/")
