"""Reads a baseline: the violations that a file accepts."""

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from archlint.intake.config import Config
from archlint.intake.reading import leads_inside, read_regular
from archlint.model import Baseline, BaselineEntry, Place, UnableError
from archlint.wording import from_here

DEFAULT = "archlint-baseline.json"
VERSION = 1
_LIMIT = 64 * 1024 * 1024
_ENTRIES = re.compile(r'"violations"\s*:\s*\[')
_BYTE = re.compile(r" \(byte (\d+)\)$")
_BETWEEN = re.compile(r"[\s,]*")


class BaselineError(UnableError):
    """A baseline that cannot be used; the text is one sentence."""


class _Document(msgspec.Struct, frozen=True):
    version: int
    violations: tuple[BaselineEntry, ...]


def baseline_path(config: Config, explicit: Path | None) -> Path:
    """Return where the baseline is or would be: `explicit`, as configured, or in the project's root by default.

    Without a configuration the working directory stands for the project's root, and only `explicit` may be outside of
    it: a checkout may bring links along. Raises `BaselineError`.
    """
    root = config.root or Path.cwd()
    path = explicit if explicit is not None else root / (config.baseline or DEFAULT)
    if explicit is None and not leads_inside(path, root):
        raise BaselineError(f"{from_here(path)}: is a link out of the project; name the baseline with --baseline")
    return path


def wanted_baseline(config: Config, explicit: Path | None) -> Baseline | None:
    """Return the baseline that holds; `None` when none is named and none is there. Raises `BaselineError`."""
    path = baseline_path(config, explicit)
    if explicit is None and not config.baseline and not path.exists():
        return None
    return read_baseline(path)


def read_baseline(path: Path) -> Baseline:
    """Read a baseline. Raises `BaselineError`."""
    shown = from_here(path)
    data = _data(path, shown)
    try:
        text = data.decode("utf-8-sig")
        document = msgspec.json.decode(text, type=_Document)
    except UnicodeDecodeError:
        raise BaselineError(f"{shown}: is not UTF-8; restore or delete it") from None
    except RecursionError:
        raise BaselineError(f"{shown}: is nested too deeply to be a baseline; restore or delete it") from None
    except msgspec.ValidationError as error:
        raise BaselineError(f"{shown}: is no baseline: {_lower(str(error))}; restore or delete it") from None
    except msgspec.DecodeError as error:
        raise BaselineError(f"{shown}{_explained(str(error), data)}; restore or delete it") from None
    if document.version != VERSION:
        raise BaselineError(f"{shown}: is of version {document.version}, and this archlint reads version {VERSION}")
    absolute = path.resolve().as_posix()
    return Baseline(absolute, text, document.violations, _places(absolute, text, len(document.violations)))


def _data(path: Path, shown: str) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BaselineError(f"{shown}: is no regular file; name the file that `archlint baseline` wrote")
        if status.st_size > _LIMIT:
            raise BaselineError(f"{shown}: is larger than {_LIMIT >> 20} MiB, so no baseline; name another file")
        return read_regular(path, _LIMIT)
    except FileNotFoundError:
        raise BaselineError(f"{shown}: there is no such baseline; write it with `archlint baseline`") from None
    except OSError as error:
        raise BaselineError(f"{shown}: cannot be read: {error.strerror}") from None


def _explained(error: str, data: bytes) -> str:
    """Return msgspec's sentence with a line for its byte."""
    found = _BYTE.search(error)
    line = f":{data.count(10, 0, int(found[1])) + 1}" if found else ""
    return f"{line}: is no JSON: {_lower(_BYTE.sub('', error).removeprefix('JSON is malformed: '))}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _places(path: str, text: str, count: int) -> tuple[Place, ...]:
    """Return where each entry stands; the beginning of the file when that cannot be told."""
    found = tuple(_objects(path, text))
    return found if len(found) == count else (Place(path, 0, 0),) * count


def _objects(path: str, text: str) -> Iterator[Place]:
    start = _ENTRIES.search(text)
    position = start.end() if start else len(text)
    decoder = json.JSONDecoder()
    while text.startswith("{", position := _behind(text, position)):
        end = decoder.raw_decode(text, position)[1]
        yield Place(path, position, end)
        position = end


def _behind(text: str, position: int) -> int:
    match = _BETWEEN.match(text, position)
    return match.end() if match else position
