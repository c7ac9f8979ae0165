"""Reads archlint's own rule pages and data, and those of the user."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from archlint.intake.reading import SETTINGS_BYTES, leads_inside, read_regular
from archlint.rulebook.pages import Page, PageError

_PUBLISHED = "https://github.com/archlint/archlint/blob/main/rules/"
_PACKAGE = Path(__file__).resolve().parent.parent


def rules_directory() -> Path:
    """Return where the rules are: inside an installed package, beside `src` in a checkout."""
    installed = _PACKAGE / "_rules"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / "rules"


@cache
def built_in_pages() -> tuple[Page, ...]:
    """Return archlint's own rule pages, in order of family and file name; a process reads them once.

    Raises `PageError` when there are none: a run without rules would call everything clean.
    """
    directory = rules_directory()
    pages = [(page, page.path.rpartition("/")[2]) for page in _pages(directory)]
    if not pages:
        raise PageError((f"{directory.as_posix()}: archlint's own rules should be here; install archlint anew",))
    return tuple(msgspec.structs.replace(page, url=f"{_PUBLISHED}{page.family}/{name}") for page, name in pages)


def user_pages(directories: Iterable[Path]) -> Iterator[Page]:
    """Yield the rule pages of the user's directories and their folders. Raises `PageError`."""
    for directory in directories:
        yield from _pages(directory)


def _pages(directory: Path) -> Iterator[Page]:
    for path in sorted(directory.rglob("*.md")):
        if path.is_symlink() and not leads_inside(path, directory):
            raise PageError((f"{path.as_posix()}: is a link out of {directory.as_posix()}; put the page itself there",))
        try:
            text = read_regular(path, SETTINGS_BYTES).decode("utf-8-sig")
        except OSError as error:
            raise PageError((f"{path.as_posix()}: cannot be read: {error.strerror}",)) from None
        except UnicodeDecodeError:
            raise PageError((f"{path.as_posix()}: is not UTF-8; save it as UTF-8",)) from None
        yield Page(path.as_posix(), path.parent.name, text)


def data_tables() -> Mapping[str, str]:
    """Return the third-party tables: file name to TOML text."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((rules_directory() / "data").glob("*.toml"))}
