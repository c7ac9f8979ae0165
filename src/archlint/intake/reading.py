"""Reads files that may be anything: one that is no regular file may never end, a large one fills the memory."""

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path

KIB = 1024
MIB = 1024 * KIB
SETTINGS_BYTES = MIB
"""The most that a file of settings or a rule page may have."""
SOURCE_BYTES = 64 * MIB
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: Path | str, most: int) -> bytes:
    """Return the content of a regular file of at most so many bytes.

    Raises `OSError`, whose `strerror` says what is wrong with it, in words that go behind "cannot be read".
    """
    handle = os.open(path, _FLAGS)
    try:
        state = os.fstat(handle)
        if stat.S_ISDIR(state.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(state.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        if state.st_size > most:
            raise OSError(errno.EFBIG, f"it is larger than {_written(most)}", str(path))
        data = os.read(handle, state.st_size + 1)
        while len(data) > state.st_size and (more := os.read(handle, MIB)):  # somebody writes to it
            data += more
        return data
    finally:
        os.close(handle)


class Files:
    """The files of the disk, some laid over with `unsaved` contents by absolute path."""

    def __init__(self, unsaved: Mapping[str, bytes] | None = None) -> None:
        self._unsaved = unsaved or {}

    def has(self, path: Path) -> bool:
        """Tell whether there is a file with a content of its own, saved or not."""
        return self._content(path) is not None or path.is_file()

    def read(self, path: Path, most: int) -> bytes:
        """Return what a file holds; see `read_regular`."""
        content = self._content(path)
        return read_regular(path, most) if content is None else content

    def _content(self, path: Path) -> bytes | None:
        return self._unsaved.get(path.resolve().as_posix()) if self._unsaved else None


def is_file(path: Path) -> bool:
    """Tell whether a path is a regular file; what cannot be looked at is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def exists(path: Path) -> bool:
    """Tell whether something is there; what cannot be looked at is not."""
    try:
        return path.exists()
    except OSError:
        return False


def leads_inside(path: Path, folder: Path) -> bool:
    """Tell whether a path, after all links, is in a folder; one whose links go in circles is nowhere."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (RuntimeError, OSError):
        return False


def _written(size: int) -> str:
    return f"{size // MIB} MiB" if size % MIB == 0 else f"{size // KIB} KiB"
