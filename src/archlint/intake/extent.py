"""Works out from the paths of the command line how far the project reaches."""

import errno
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from archlint.intake.naming import is_importable
from archlint.intake.reading import exists, is_file
from archlint.model import UnableError


class SourceError(UnableError):
    """The paths of the command line name nothing that could be checked; the text is one sentence."""


class NamedPath(NamedTuple):
    """A path of the command line: as the user wrote it, and absolute with links resolved."""

    shown: str
    path: str
    is_folder: bool


class Extent(NamedTuple):
    """The project's directory, the trees to walk in it, and the anchors of its module names.

    `anchors` are the folders beyond which no name reaches (empty: the root of the file system), each with the
    names that it may have itself.
    """

    root: str
    trees: tuple[str, ...]
    anchors: dict[str, tuple[str, ...]]


def resolve(paths: Sequence[Path], unsaved: Collection[str] = ()) -> tuple[NamedPath, ...]:
    """Look up the paths that a user named; raises SourceError when there is none, or one does not exist.

    `unsaved` are absolute paths of files that may exist only in an editor.
    """
    named = [_named(path) for path in paths]
    missing = ", ".join(one.shown for one in named if not _exists(one) and one.path not in unsaved)
    if missing:
        raise SourceError(f"no such file or directory: {missing}")
    if not named:
        raise SourceError("no path is given; name a file or a directory, as in `archlint check src`")
    return tuple(named)


def _named(path: Path) -> NamedPath:
    try:
        return NamedPath(str(path), path.resolve().as_posix(), path.is_dir())
    except (RuntimeError, OSError) as error:  # Python before 3.13 has a RuntimeError of its own for links in circles
        circle = isinstance(error, RuntimeError) or error.errno == errno.ELOOP
        raise SourceError(
            f"{path}: {'a link there leads in a circle' if circle else f'cannot be looked at: {_reason(error)}'}"
        ) from None


def _exists(one: NamedPath) -> bool:
    try:
        return Path(one.path).exists()
    except OSError as error:
        raise SourceError(f"{one.shown}: cannot be looked at: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def configured(root: Path, named: Sequence[NamedPath]) -> Extent:
    """Return the extent of a project with a configuration: all of `root`, which must hold the named paths."""
    outside = ", ".join(one.shown for one in named if not Path(one.path).is_relative_to(root))
    if outside:
        raise SourceError(f"{outside} is outside the project {root}; check it in a run of its own")
    top = root.as_posix()
    return Extent(top, (top,), {_outermost(top).rstrip("/"): ()})


def unconfigured(named: Sequence[NamedPath]) -> Extent:
    """Return the extent without a configuration: for each path its outermost package, else itself."""
    trees: set[str] = set()
    anchors: set[str] = set()
    for one in named:
        folder = one.path if one.is_folder else _parent(one.path)
        anchor = _outermost(folder)
        anchors.add(anchor)
        if anchor != folder:
            trees.add(f"{anchor.rstrip('/')}/{Path(folder).relative_to(anchor).parts[0]}")
        elif one.is_folder:
            trees.add(folder)
    root = Path(os.path.commonpath(sorted(anchors))).as_posix()
    return Extent(root, tuple(sorted(trees)), {anchor.rstrip("/"): _own_names(anchor) for anchor in anchors})


def git_root(path: str) -> str | None:
    """Return the root of the git repository that holds a path; None outside of one."""
    folders = (Path(path), *Path(path).parents)
    return next((folder.as_posix() for folder in folders if exists(folder / ".git")), None)


def _outermost(folder: str) -> str:
    """Return the nearest folder, from this one upwards, that is no package."""
    while is_file(Path(folder) / "__init__.py"):
        folder = _parent(folder)
    return folder


def _parent(path: str) -> str:
    return Path(path).parent.as_posix()


def _own_names(folder: str) -> tuple[str, ...]:
    """Return the dotted names that a folder may have when some folder around it is where names begin."""
    names: list[str] = []
    for part in reversed(Path(folder).parts):
        if not is_importable(part):
            break
        names.append(f"{part}.{names[-1]}" if names else part)
    return tuple(names)
