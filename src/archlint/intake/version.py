"""Says which archlint this is, exactly enough that what one version kept is never used by another.

The sources themselves count: in a checkout they change while the version stays.
"""

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(archlint[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+(archlint[\w.]*))",
    re.MULTILINE,
)
_INSTALLED = (".dist-info", ".egg-info", ".egg-link", ".pth")
_WORD = re.compile(r"\w+")


@cache
def parser_version() -> bytes:
    """Return a digest of everything that facts depend on apart from the module: what the parsing process runs."""
    digest = sha256(_python())
    for path, text in sorted(_imported_by("archlint.worker").items()):
        digest.update(f"{path}\0{text}\0".encode())
    for line in _libcst():
        digest.update(line.encode())
    return digest.digest()


@cache
def whole_version() -> bytes:
    """Return a digest of everything that is installed: archlint itself, what it uses, and what extends it.

    Names, sizes and times have to do here, as this is asked for in every run. What is loaded stays what it was when it
    was first asked for.
    """
    digest = sha256(_python())
    for path in sorted(_states(_PACKAGE.as_posix())):
        digest.update(path.encode("utf-8", "surrogateescape"))
    for folder in sys.path:
        with contextlib.suppress(OSError), os.scandir(folder or ".") as entries:
            for name in sorted(_state(entry) for entry in entries if entry.name.endswith(_INSTALLED)):
                digest.update(name.encode("utf-8", "surrogateescape"))
    return digest.digest()


def _states(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _states(entry.path)
            elif entry.name.endswith(".py"):
                yield _state(entry)


def _state(entry: os.DirEntry[str]) -> str:
    found = entry.stat()
    return f"{entry.path}\0{found.st_size}\0{found.st_mtime_ns}\0"


def _python() -> bytes:
    return f"{sys.implementation.name} {sys.version}\0".encode()


def _imported_by(module: str) -> dict[str, str]:
    """Return the sources, by path, of a module of archlint and of all modules of archlint that it loads."""
    files = _modules()
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = files.pop(name, "")
        if not path:  # a name in a module, or a module that was there before
            continue
        text = found[path] = Path(path).read_text(encoding="utf-8")
        waiting.append(name.rpartition(".")[0])
        for package, names, plain in _IMPORT.findall(text):
            imported = plain or package
            waiting += [imported, *(f"{imported}.{each}" for each in _WORD.findall(names))]
    return found


def _modules() -> dict[str, str]:
    """Return the files of all modules of archlint by dotted name."""
    found = {}
    for path in _PACKAGE.rglob("*.py"):
        parts = path.relative_to(_PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.as_posix()
    return found


def _libcst() -> Iterator[str]:
    """Yield what tells one LibCST from another, without loading it."""
    spec = find_spec("libcst")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for pattern in ("_version.py", "native*"):
            for file in sorted(Path(folder).glob(pattern)):
                state = file.stat()
                yield f"{file}\0{state.st_size}\0{state.st_mtime_ns}\0"
