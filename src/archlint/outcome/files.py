"""Writes files whole or not at all."""

import contextlib
import errno
import os
import stat
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a report as UTF-8, by way of a temporary file in the same folder; raises `OSError`.

    Missing folders are made, a link is followed. Whoever reads `path` meanwhile sees the old file or the new one,
    never a part.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        return
    _replace(path.resolve(), text.encode("utf-8", "backslashreplace"))


def rewrite(path: Path, data: bytes) -> None:
    """Write the new bytes of a source file in the same way; raises `OSError`, also when the file is read-only."""
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    _replace(path.resolve(), data)


def _replace(path: Path, data: bytes) -> None:
    import tempfile  # noqa: PLC0415 -- most runs write no file, and it loads all kinds of archives

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        if path.exists():
            _take_over(path.stat(), temporary)
        else:
            Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _take_over(old: os.stat_result, temporary: str) -> None:
    """Give a file mode and, as far as that is allowed, owner of another one."""
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(temporary, old.st_uid, old.st_gid)
    Path(temporary).chmod(stat.S_IMODE(old.st_mode))


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
