"""The documents that the client has open."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from archlint.facts.text import as_saved
from archlint.intake.settings import OWN, SHARED
from archlint.model import SourceText


class Buffer(msgspec.Struct, frozen=True):
    """One open document: its version, and its text as bytes, as saving it would write them."""

    version: int | None
    source: SourceText
    data: bytes


class Buffers:
    """The open documents that are looked at, Python and settings, by the path of their file."""

    def __init__(self) -> None:
        self._buffers: dict[str, Buffer] = {}

    def put(self, path: str, version: int | None, text: str) -> None:
        """Take in the text of a document that was opened or changed."""
        data = text.encode("utf-8", "surrogatepass") if is_settings(path) else as_saved(text)
        self._buffers[path] = Buffer(version, SourceText(text), data)

    def drop(self, path: str) -> None:
        """Forget a document that was closed."""
        self._buffers.pop(path, None)

    def get(self, path: str) -> Buffer | None:
        """Return the document of a path if it is open."""
        return self._buffers.get(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._buffers)

    def unsaved(self, root: str = "/") -> dict[str, bytes]:
        """Return the contents of the open documents that concern a project below `root`."""
        return {path: each.data for path, each in self._buffers.items() if concerns(path, root)}


def is_settings(path: str) -> bool:
    """Tell whether a path has the name of a file of settings."""
    return PurePosixPath(path).name in (OWN, SHARED)


def concerns(path: str, root: str) -> bool:
    """Tell whether a file may change what is said of a project: one in it, or settings above it."""
    return is_below(path, root) or (is_settings(path) and is_below(root, PurePosixPath(path).parent.as_posix()))


def is_below(path: str, root: str) -> bool:
    """Tell whether a path is `root` or in it."""
    return path == root or path.startswith(f"{root.rstrip('/')}/")
