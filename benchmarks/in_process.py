"""Lets the parsing happen in this process: a plugin for pytest, and what the mutation run is built on.

What a mutant does must be seen where it was put, and a process less makes hundreds of small projects much faster. What
every run reads anew (rule pages, the third-party table) is read once.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from archlint import inputs
from archlint.answering import answer
from archlint.intake import gathering, rulefiles
from archlint.intake.sources import SourceFile
from archlint.intake.wire import Task
from archlint.project.library import Library
from archlint.rulebook.fixable import Wish
from archlint.rulebook.pages import Page

_ENCODER = msgspec.msgpack.Encoder()
_load = inputs._load
_parse = Library.parse


class Pool:
    """Stands for `intake.workers.Pool`: answers every file in this process."""

    def __init__(
        self,
        batches: Iterable[list[SourceFile]],
        data: Mapping[str, bytes],
        wishes: Mapping[SourceFile, tuple[Wish, ...]] | None = None,
    ) -> None:
        self._files = [file for batch in batches for file in batch]
        self._data = data
        self._wishes = wishes or {}

    def start(self, jobs: int) -> None:
        """Do nothing yet."""

    def answers(self) -> Iterator[tuple[SourceFile, bytes]]:
        """Yield the answer to every file, encoded."""
        for file in self._files:
            task = Task(file.module, file.is_package, self._data[file.path], 0.0, self._wishes.get(file, ()))
            yield file, _ENCODER.encode(answer(task, _ENCODER))

    def stop(self) -> None:
        """Do nothing more."""


@cache
def _library(tables: tuple[tuple[str, str], ...]) -> Library:
    return _parse(dict(tables))


@cache
def _rules(paths: tuple[str, ...]) -> dict[str, Any]:
    return _load(list(rulefiles.built_in_pages()), ())


def forget() -> None:
    """Forget what was read: it came about with other code."""
    _library.cache_clear()


def install() -> None:
    """Take the place of the parsing processes."""
    sys.setrecursionlimit(20_000)
    setattr(gathering, "Pool", Pool)  # noqa: B010 -- the two are of no common type
    Library.parse = staticmethod(lambda tables: _library(tuple(tables.items())))  # type: ignore[method-assign, assignment]
    kept = tuple(rulefiles.built_in_pages())
    built_in = tuple(page.path for page in kept)
    rulefiles.built_in_pages = cache(lambda: kept)

    def load(installed: Sequence[Page], directories: Sequence[Path]) -> dict[str, Any]:
        plain = not directories and tuple(page.path for page in installed) == built_in
        return dict(_rules(built_in)) if plain else _load(installed, directories)

    inputs._load = load


def pytest_configure() -> None:
    """Install when pytest loads this as a plugin."""
    install()
