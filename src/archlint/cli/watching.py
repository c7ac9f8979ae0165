"""`archlint check --watch`: the same command again after each change of a file that it reads."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click

from archlint.cli.common import able, stop
from archlint.engine import Options, configure
from archlint.intake.config import Config
from archlint.intake.extent import SourceError
from archlint.intake.settings import nearest_file
from archlint.intake.watched import Watched, watched
from archlint.intake.workers import kept_workers
from archlint.model import UnableError

_MISSING = "--watch needs watchfiles, which is not installed; install it with `pip install 'archlint[watch]'`"
_SETTLED = 50
_LONGEST = 500
_IDLE = 200
"""Milliseconds: how long nothing may change until changes count, how long they are waited for at most, and how often
an interrupt is looked for."""


def again_and_again(paths: Sequence[Path], options: Options, own: Sequence[Path], run: Callable[[], int]) -> NoReturn:
    """Call `run` now and after each change of what it reads with these options, until an interrupt.

    `own` are the files that it writes. What keeps it from its job is said, and waited out.
    """
    try:
        import watchfiles  # noqa: F401, PLC0415 -- an extra
    except ImportError:
        stop(_MISSING)
    written = frozenset(path.resolve() for path in own)
    with able():
        files = _files(paths, options)
    with kept_workers():
        while True:
            for _ in _changes(files, written):
                _once(run)
                now = _files_now(paths, options, files)
                if now.roots != files.roots:
                    break
            files = now


def _once(run: Callable[[], int]) -> None:
    click.clear()
    with contextlib.suppress(click.exceptions.Exit):
        run()
    click.echo(f"[{time.strftime('%H:%M:%S')}] watching for changes; Ctrl-C ends", err=True)


def _changes(files: Watched, written: frozenset[Path]) -> Iterator[None]:
    """Yield once, from when on no change is missed, and then after each change."""
    from watchfiles import watch  # noqa: PLC0415 -- as above

    is_first = True
    for changes in watch(
        *files.roots,
        watch_filter=lambda _, path: files.has(Path(path)) and Path(path) not in written,
        debounce=_LONGEST,
        step=_SETTLED,
        rust_timeout=_IDLE,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    ):
        if is_first or changes:
            is_first = False
            yield


def _files_now(paths: Sequence[Path], options: Options, before: Watched) -> Watched:
    try:
        return _files(paths, options)
    except SourceError:  # a path that was named is gone, and may come back
        return before


def _files(paths: Sequence[Path], options: Options) -> Watched:
    """Return what is to be watched; with settings or rule pages that cannot be used, what would mend them is."""
    pages = options.rule_pages
    try:
        config, _ = configure(paths[0], options)
    except UnableError:  # the run says what is wrong
        file = options.config or nearest_file(paths[0])
        config = Config(root=file.resolve().parent if file else None, file=file)
        pages = (*pages, config.root or Path.cwd())
    return watched(paths, config, settings=options.config, baseline=options.baseline, pages=pages)
