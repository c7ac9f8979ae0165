"""Walks a tree of folders for Python files, past what is excluded, ignored or not the project's own."""

import os
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from archlint.intake.contracts import FILES
from archlint.intake.gitignore import Patterns, ignored, read_ignore_file
from archlint.intake.settings import SETTINGS
from archlint.model import Failure

NEVER = frozenset(
    (
        ".archlint_cache",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".hypothesis",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
    )
)
"""Names of folders that are never looked into."""
MOST_DEPTH = 200
"""How deep folders are looked into: every part of a module's name costs work, and no program has as many."""
_SETTINGS = tuple(dict.fromkeys((*SETTINGS, *FILES)))
_UNLESS_PACKAGE = frozenset(("build", "dist", "venv"))
_ENVIRONMENT = frozenset(("pyvenv.cfg", "conda-meta"))


class Folder(NamedTuple):
    """A folder: its absolute path, the sorted names of its Python files, and if one is `__init__.py`."""

    path: str
    files: tuple[str, ...]
    is_package: bool


class Scan(NamedTuple):
    """What a walk found: the folders with Python files, what went wrong, and `links` that lead out of the project.

    The links are absolute paths of files, `looked_into` those of all folders, with Python files or without, `settings`
    those of files that may have settings.
    """

    folders: list[Folder]
    failures: list[Failure]
    links: list[str]
    looked_into: set[str]
    settings: list[str]


def scan(top: str, root: str, excluded: Patterns, above: tuple[Patterns, ...]) -> Scan:
    """Walk the tree at `top` in order of names; all paths are absolute, with forward slashes.

    `top` itself is always looked into. `excluded` are the configured patterns, `above` those of the ignore
    files above `top`. Links to folders are not followed; a link to a file counts as a file if it ends inside
    `root`.
    """
    found = Scan([], [], [], set(), [])
    start = top.rstrip("/")  # empty for the root of the file system
    waiting = [(start, _levels(excluded, above), above, False)]
    while waiting:
        path, levels, chain, in_package = waiting.pop()
        entries = _entries(path or top, found.failures)
        if path != start and _is_foreign(path, entries, in_package):
            continue
        found.looked_into.add(path or top)
        if ".gitignore" in entries:
            try:
                chain = (*chain, *read_ignore_file(path))
            except OSError as error:
                reason = f"cannot be read: {error.strerror}; mend it, or exclude the folder"
                found.failures.append(Failure(f"{path}/.gitignore", 0, reason))
            levels = _levels(excluded, chain)
        inside = path + "/"
        found.settings.extend(inside + name for name in _SETTINGS if name in entries)
        python = sorted([name for name in entries if name.endswith(".py")])
        files = _files(map(entries.__getitem__, python), inside, root, found) if python else []
        folders = _folders(entries)
        if levels:
            files = [name for name in files if not _left_out(inside + name, levels, False)]
            folders = [name for name in folders if not _left_out(inside + name, levels, True)]
        if folders and inside.count("/") - start.count("/") > MOST_DEPTH:
            reason = f"its folders are nested more than {MOST_DEPTH} deep; leave them out with `exclude`"
            found.failures.append(Failure(path, 0, reason))
            folders = []
        is_package = "__init__.py" in entries
        if files:
            found.folders.append(Folder(path, tuple(files), is_package))
        waiting.extend((inside + name, levels, chain, is_package) for name in reversed(folders))
    return found


def _levels(excluded: Patterns, chain: tuple[Patterns, ...]) -> tuple[tuple[Patterns, ...], ...]:
    """Return the patterns that leave files out: any of the configured, and the nearest of the chain."""
    return tuple(level for level in ((excluded,), chain) if any(each.rules for each in level))


def _entries(path: str, failures: list[Failure]) -> dict[str, os.DirEntry[str]]:
    """Return what is in a folder, by name."""
    try:
        with os.scandir(path) as entries:
            return {entry.name: entry for entry in entries}
    except OSError as error:
        reason = error.strerror or "it cannot be listed"
        advice = "make it readable or exclude it"
        if isinstance(error, FileNotFoundError):
            reason, advice = "it is gone since it was found", "run archlint again"
        failures.append(Failure(path, 0, f"cannot look into the folder: {reason}; {advice}"))
        return {}


def _is_foreign(path: str, names: Collection[str], in_package: bool) -> bool:
    """Say whether a folder holds an environment of installed packages, or what was built: not so inside a package."""
    if not _ENVIRONMENT.isdisjoint(names):
        return True
    return path.rpartition("/")[2] in _UNLESS_PACKAGE and "__init__.py" not in names and not in_package


def _folders(entries: Mapping[str, os.DirEntry[str]]) -> list[str]:
    names = [name for name, entry in entries.items() if entry.is_dir(follow_symlinks=False)]
    return sorted([name for name in names if name not in NEVER and not _is_no_source(name)])


def _is_no_source(name: str) -> bool:
    """Say whether a folder holds metadata of a package, or templates of a project: cookiecutter's, copier's."""
    return name.endswith(".egg-info") or "{{" in name or "{%" in name


def _files(entries: Iterable[os.DirEntry[str]], inside: str, root: str, found: Scan) -> list[str]:
    """Return the names of Python files that can be read under their names."""
    files: list[str] = []
    for entry in entries:
        name = entry.name
        if entry.is_symlink():
            if not _leads_to_file(entry.path):
                continue
            if not os.path.realpath(entry.path).startswith(root.rstrip("/") + "/"):
                found.links.append(inside + name)
                continue
        elif not entry.is_file():
            continue
        if not is_text(inside + name):
            found.failures.append(no_text(inside + name))
            continue
        files.append(name)
    return files


def _leads_to_file(link: str) -> bool:
    try:
        return stat.S_ISREG(Path(link).stat().st_mode)
    except OSError:  # it leads nowhere, in circles, or where one may not look
        return False


def is_text(path: str) -> bool:
    """Tell whether a path can be written as UTF-8."""
    return path.isascii() or not any("\ud800" <= character <= "\udfff" for character in path)


def no_text(path: str) -> Failure:
    """Return the failure about a path that cannot be written as UTF-8."""
    shown = path.encode("utf-8", "backslashreplace").decode()
    return Failure(shown, 0, "the name of the file is not UTF-8; rename it or exclude it")


def _left_out(path: str, levels: tuple[tuple[Patterns, ...], ...], is_folder: bool) -> bool:
    return any(ignored(path, chain, is_folder=is_folder) for chain in levels)
