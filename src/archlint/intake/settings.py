"""Finds the configuration, in pyproject.toml or archlint.toml, and reads it into one `Config`."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from archlint.intake.config import Config, Known
from archlint.intake.keys import read_keys
from archlint.intake.reading import SETTINGS_BYTES, Files
from archlint.intake.tomlfile import Key, TomlError, TomlFile, TooManyProblemsError
from archlint.model import UnableError
from archlint.wording import from_here

OWN, SHARED = "archlint.toml", "pyproject.toml"
"""The names of files of settings: one that has nothing else, and one that others use too."""
SETTINGS = (OWN, SHARED)
_PYPROJECT_PREFIX: Key = ("tool", "archlint")


class ConfigError(UnableError):
    """A configuration that cannot be used: `messages` has a sentence for each mistake, ordered by line."""


class _Settings(NamedTuple):
    """A table of settings: the file it is in, and under which key."""

    file: TomlFile
    prefix: Key
    table: dict[str, object]


def load(
    start: Path,
    explicit: Path | None,
    isolated: bool,
    known: Callable[[tuple[Path, ...]], Known],
    unsaved: Mapping[str, bytes] | None = None,
) -> Config:
    """Return the configuration that holds for `start`, a file or directory.

    That is `explicit` (a file of either kind) if given, else the nearest archlint.toml, or pyproject.toml
    with `[tool.archlint]`, in the directory or above it; without any, and if `isolated`, the defaults. The
    project directory is that of the file; if `start` is not below it (an explicit file may be anywhere), the
    working directory or `start` itself. `known` says which rules there are, given the directories of the
    user's own rule pages, `unsaved` are contents by absolute path that stand for those on the disk. Raises
    ConfigError with every mistake at once.
    """
    if isolated:
        return Config()
    files = Files(unsaved)
    try:
        start = start.resolve()
        settings = _explicit(explicit, files) if explicit else _nearest(start, files)
    except TomlError as error:
        raise ConfigError((str(error),)) from None
    except OSError as error:
        raise ConfigError((f"{from_here(Path(error.filename or start))}: cannot be read: {error.strerror}",)) from None
    if settings is None:
        return Config()
    file, prefix, table = settings
    root = _root(file.path.parent, start)
    with suppress(TooManyProblemsError):
        fields = read_keys(file, prefix, table, root, known)
    if file.problems:
        raise ConfigError(file.problems)
    return Config(root=root, file=file.path, **fields)


def nearest_file(start: Path, unsaved: Mapping[str, bytes] | None = None) -> Path | None:
    """Return the configuration file that holds for `start`, as it is or would be once it is mended."""
    start, files = start.resolve(), Files(unsaved)
    return next((file for folder in (start, *start.parents) if (file := _file_in(folder, files)) is not None), None)


def has_settings(path: Path) -> bool:
    """Tell whether a file of one of these names has settings, be they right or wrong."""
    try:
        return (_own if path.name == OWN else _shared)(path, Files()) is not None
    except (TomlError, OSError):
        return True


def _file_in(folder: Path, files: Files) -> Path | None:
    for path, reads in ((folder / OWN, _own), (folder / SHARED, _shared)):
        try:
            if reads(path, files) is not None:
                return path
        except (TomlError, OSError):
            return path
    return None


def _root(folder: Path, start: Path) -> Path:
    fallback = start.parent if start.is_file() else start
    return next((root for root in (folder, Path.cwd()) if start.is_relative_to(root)), fallback)


def _nearest(start: Path, files: Files) -> _Settings | None:
    for folder in (start, *start.parents):
        own, shared = _own(folder / OWN, files), _shared(folder / SHARED, files)
        if own and shared:
            both = f"{own.file.shown}: {shared.file.shown} has settings too, in [tool.archlint]; keep one file"
            raise ConfigError((both,))
        if own or shared:
            return own or shared
    return None


def _own(path: Path, files: Files) -> _Settings | None:
    if not files.has(path):
        return None
    file = TomlFile(path, from_here(path), files)
    return _Settings(file, (), file.values)


def _shared(path: Path, files: Files) -> _Settings | None:
    """Read a pyproject.toml; one that never mentions archlint may be as broken as it likes."""
    if not files.has(path) or b"archlint" not in files.read(path, SETTINGS_BYTES):
        return None
    return _tool_table(TomlFile(path, from_here(path), files))


def _tool_table(file: TomlFile) -> _Settings | None:
    tool = file.values.get("tool")
    if not isinstance(tool, dict) or "archlint" not in tool:
        return None
    return _Settings(file, _PYPROJECT_PREFIX, file.table(_PYPROJECT_PREFIX, tool["archlint"]))


def _explicit(path: Path, files: Files) -> _Settings:
    shown = from_here(path.resolve())
    if not files.has(path):
        what = "is a directory, not a configuration file" if path.is_dir() else "there is no such file"
        raise ConfigError((f"{shown}: {what}; give --config a pyproject.toml or an archlint.toml",))
    file = TomlFile(path.resolve(), shown, files)
    shared = _tool_table(file)
    if shared is None and path.name == SHARED:
        raise ConfigError((f"{shown}: has no [tool.archlint] table; add one or give --config another file",))
    return shared or _Settings(file, (), file.values)
