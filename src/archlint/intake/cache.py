"""Keeps what one run worked out for the next, in a few files of a cache directory.

A cache may be gone, cut short, full of nonsense or not writable at any time: the run is then slower, never
different. Each file is written aside and renamed, so that whoever reads it meanwhile, or was killed while it wrote,
sees a whole one; what is read has to have the checksum that was written.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from archlint.intake.reading import read_regular
from archlint.intake.sources import SourceFile

CACHE_FOLDER = ".archlint_cache"
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# This directory keeps what archlint worked out; it may be deleted.\n"
)
_MAGIC = b"archlint-cache-1"
_MOST_BYTES = 1 << 30
_KEPT_FILES = 8
"""How many files of each kind are kept: projects (or versions of archlint) that share a directory."""
_MOST_SINCE = 1 / 8
"""How much, of all, answers may come to that have come since all were written, with those on files that are gone."""
_STALE_SECONDS = 3600.0
"""When a file that was written aside belongs to a process that was killed."""


class Store:
    """The files of one cache directory, `None` for no cache; `problem` says why nothing can be written."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self.problem = ""

    def read(self, kind: str, key: bytes) -> bytes | memoryview:
        """Return what was last written under a key, empty when there is nothing sound."""
        if self._directory is None:
            return b""
        path = self._path(self._directory, kind, key)
        try:
            if path.is_symlink():  # a checkout may bring one along
                return b""
            data = read_regular(path, _MOST_BYTES)
            os.utime(path)
        except (OSError, MemoryError):
            return b""
        return _body(data, key)

    def write(self, kind: str, key: bytes, body: bytes) -> None:
        """Put `body` in the place of what was written under a key, and drop the files that are the longest unused."""
        if self._directory is None:
            return
        aside = self._directory / f"{kind}-{os.getpid()}-{time.monotonic_ns()}.tmp"
        try:
            _make(self._directory)
            with aside.open("xb") as stream:
                stream.writelines((_head(key, body), body))
            aside.replace(self._path(self._directory, kind, key))
        except OSError as error:
            reason = f"{error.strerror or error}: {self._directory.as_posix()}"
            self.problem = f"nothing is kept for the next run ({reason}); give another --cache-dir, or --no-cache"
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
        else:
            _drop_stale(self._directory, kind)

    @staticmethod
    def _path(directory: Path, kind: str, key: bytes) -> Path:
        return directory / f"{kind}-{key.hex()[:32]}"


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What the parsing process said of one file, and the digest of what it was given."""

    path: str
    digest: bytes
    message: memoryview


class Answers:
    """The answers of the parsing process in earlier runs on a project (`root`).

    They are encoded as they came, and stand in two files: the answers to all files, and those that have come since, a
    few, so that little is written where little has changed. `version` is that of the parsing process.
    """

    def __init__(self, store: Store, version: bytes, root: str) -> None:
        self._store = store
        self._key = sha256(version + root.encode("utf-8", "surrogateescape")).digest()
        self._all = _decoded(store.read("facts", self._key))
        self._since = _decoded(store.read("since", self._key))
        self._entries = {(entry.path, entry.digest): entry for entry in (*self._all, *self._since)}
        self._used: dict[str, Entry] = {}
        self._digests: dict[str, bytes] = {}
        self._new: list[Entry] = []

    def get(self, file: SourceFile, data: bytes) -> memoryview | None:
        """Return the answer to a module with this content, if there was one."""
        entry = self._entries.get((file.path, _digest(file, data)))
        if entry is None:
            return None
        self._used[file.path] = entry
        return entry.message

    def digests(self) -> dict[str, bytes]:
        """Return the digest of what was asked in this run, by path, as far as the answer lasts and is saved."""
        return self._digests

    def earlier(self, path: str, digest: bytes) -> memoryview | None:
        """Return what an earlier run was answered on a file, if that is what it asked."""
        entry = self._entries.get((path, digest))
        return entry.message if entry is not None else None

    def put(self, file: SourceFile, data: bytes, message: bytes) -> None:
        """Remember an answer."""
        entry = self._used[file.path] = Entry(file.path, _digest(file, data), memoryview(message))
        self._new.append(entry)

    def save(self, files: Sequence[SourceFile]) -> None:
        """Write down the answers of this run on `files`, and let go of them.

        Those on files that no longer exist are dropped in time.
        """
        looked_at = {file.path for file in files}
        latest = {entry.path: entry for entry in self._entries.values()}
        others = [entry for path, entry in latest.items() if path not in looked_at]
        kept = [entry for entry in others if Path(entry.path).is_file()]
        since = [*self._since, *self._new]
        if _size(since) + _size(others) - _size(kept) > _size(self._all) * _MOST_SINCE:
            self._store.write("facts", self._key, msgspec.msgpack.encode([*self._used.values(), *kept]))
            since = []
        if since != self._since:
            self._store.write("since", self._key, msgspec.msgpack.encode(since))
        self._digests = {path: entry.digest for path, entry in self._used.items()}
        self._used, self._new = {}, []


def cache_directory(root: Path, wanted: Path | None) -> Path | None:
    """Return the cache directory: the `wanted` one or that of the project; `None` when the latter is a link.

    A checkout may bring a link along that leads anywhere.
    """
    if wanted is not None:
        return wanted.absolute()
    own = root / CACHE_FOLDER
    return None if own.is_symlink() else own


def _decoded(body: bytes | memoryview) -> list[Entry]:
    if not body:
        return []
    try:
        return msgspec.msgpack.decode(body, type=list[Entry])
    except (msgspec.MsgspecError, RecursionError, MemoryError):
        return []


def _size(entries: Iterable[Entry]) -> int:
    return sum(len(entry.message) for entry in entries)


def _digest(file: SourceFile, data: bytes) -> bytes:
    return sha256(f"{file.module}\0{file.is_package}\0".encode() + data).digest()


def _head(key: bytes, body: bytes) -> bytes:
    return _MAGIC + key + sha256(body).digest()


def _body(data: bytes, key: bytes) -> memoryview | bytes:
    start = len(_MAGIC) + 2 * sha256().digest_size
    body = memoryview(data)[start:]
    return body if data[:start] == _MAGIC + key + sha256(body).digest() else b""


def _make(directory: Path) -> None:
    """Make the directory, with the files by which version control and backups leave it out."""
    directory.mkdir(parents=True, exist_ok=True)
    if not any(directory.iterdir()):
        (directory / ".gitignore").write_text("# Made by archlint.\n*\n", encoding="ascii")
        (directory / "CACHEDIR.TAG").write_text(_TAG, encoding="ascii")


def _drop_stale(directory: Path, kind: str) -> None:
    """Delete what killed processes left behind, and of each kind all files but those used last."""
    aged = sorted(((_used(file), file) for file in directory.glob(f"{kind}-*")), reverse=True)
    aside = [(when, file) for when, file in aged if file.suffix == ".tmp"]
    whole = [file for _, file in aged if not file.suffix]
    oldest = time.time() - _STALE_SECONDS
    _delete([*whole[_KEPT_FILES:], *(file for when, file in aside if when < oldest)])


def _used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # another process deleted it
        return 0.0


def _delete(files: Iterable[Path]) -> None:
    for file in files:
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)
