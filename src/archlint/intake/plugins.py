"""Finds the rules of installed packages (entry points `archlint.checks`) and loads the checks of those that run.

Only what is installed counts: a distribution whose files lie in the checked project is left out, except those in a
folder of this Python's installed packages. Finding reads metadata and pages; nothing is imported before a rule runs.
"""

import importlib
import os
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from archlint.intake.reading import SETTINGS_BYTES, read_regular
from archlint.rulebook.pages import Page, PageError

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

GROUP = "archlint.checks"
_PAGES = "archlint_rules"
_METADATA = (".dist-info", "egg-info")


class Plugin(msgspec.Struct, frozen=True):
    """One entry point: the rule's code, what it names (`package.module:function`), its distribution and version."""

    code: str
    target: str
    distribution: str


class PluginError(Exception):
    """A check of an installed package that cannot be used; the text is the sentence for the user."""


def find_plugins(start: Path) -> tuple[tuple[Plugin, ...], tuple[Page, ...]]:
    """Return the checks of installed packages, and their rule pages. Raises `PageError` for pages that cannot be read.

    The pages of a package are the Markdown files of the folder `archlint_rules` in the top package of the entry point.
    """
    plugins: dict[tuple[str, str], Plugin] = {}
    folders: dict[Path, str] = {}
    for distribution, entry in _entries(tuple(sys.path)):
        if not _is_checked_code(distribution, start):
            name = f"{distribution.metadata['Name']} {distribution.version}"
            if entry.attr:
                plugins.setdefault((entry.name, entry.value), Plugin(entry.name, entry.value, name))
            folders.setdefault(_folder(distribution, entry), name)
    pages = tuple(page for folder in sorted(folders) for page in _pages(folder))
    return tuple(sorted(plugins.values(), key=lambda each: (each.code, each.target))), pages


@lru_cache(maxsize=8)
def _entries(path: tuple[str, ...]) -> "tuple[tuple[Distribution, EntryPoint], ...]":
    """Return the entry points of our group of everything on a module search path."""
    if not any(map(_may_extend, path)):
        return ()
    from importlib.metadata import distributions  # noqa: PLC0415 -- takes longer to load than to look if it is needed

    return tuple(
        (distribution, entry)
        for distribution in distributions(path=list(path))
        for entry in distribution.entry_points
        if entry.group == GROUP
    )


def _may_extend(place: str) -> bool:
    """Tell whether something in a folder of the module search path may have an entry point of our group."""
    folder = Path(place)
    if not folder.is_dir():
        return folder.exists()  # an archive
    with os.scandir(folder) as entries:
        found = [entry.path for entry in entries if entry.name.lower().endswith(_METADATA)]
    return any(map(_names_group, found))


def _names_group(metadata: str) -> bool:
    try:
        return GROUP.encode() in Path(metadata, "entry_points.txt").read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def load_plugin(plugin: Plugin) -> Callable[..., Iterable[Any]]:
    """Import the check of a plugin. Raises `PluginError`."""
    module, _, attribute = plugin.target.partition(":")
    where = f"the check of {plugin.code} in {plugin.distribution} (`{plugin.target}`)"
    try:
        found = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise PluginError(f"{where} cannot be loaded: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise PluginError(f"{where} is no function")
    return found


def _folder(distribution: "Distribution", entry: "EntryPoint") -> Path:
    return Path(str(distribution.locate_file(entry.module.partition(".")[0]))) / _PAGES


def _pages(folder: Path) -> Iterator[Page]:
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        try:
            yield Page(path.as_posix(), path.parent.parent.name, read_regular(path, SETTINGS_BYTES).decode("utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise PageError((f"{path.as_posix()}: cannot be read: {error}",)) from None


def _is_checked_code(distribution: "Distribution", start: Path) -> bool:
    """Tell whether a distribution is part of what is checked: it lies there, or around it, or where archlint is run."""
    place, checked = Path(str(distribution.locate_file(""))).resolve(), start.resolve()
    installed = (Path(sysconfig.get_path(scheme)).resolve() for scheme in ("purelib", "platlib"))
    if any(place.is_relative_to(folder) for folder in installed):
        return False
    return place.is_relative_to(checked) or checked.is_relative_to(place) or place.is_relative_to(Path.cwd())
