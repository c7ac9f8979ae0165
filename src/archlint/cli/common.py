"""What the commands share: how they stop, take lists of rules, and write."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from archlint.intake.changes import ChangesError
from archlint.intake.extent import SourceError
from archlint.intake.settings import ConfigError
from archlint.intake.workers import WorkerError
from archlint.outcome.files import write_whole
from archlint.project.library import LibraryError
from archlint.rulebook.pages import PageError
from archlint.rulebook.selection import SelectorError


def selectors(lists: tuple[str, ...]) -> tuple[str, ...]:
    """Return the selectors of comma-separated lists."""
    return tuple(part.strip() for each in lists for part in each.split(",") if part.strip())


@contextmanager
def able() -> Iterator[None]:
    """Say what keeps archlint from its job, and exit with 2."""
    try:
        yield
    except (ConfigError, PageError, LibraryError, SelectorError) as error:
        stop(*error.messages)
    except (SourceError, ChangesError, WorkerError) as error:
        stop(str(error))


def wants_colour() -> bool:
    """Tell whether standard output should be coloured."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def write(text: str, output_file: Path | None) -> None:
    """Write to a file in one step, or to standard output."""
    if output_file is None:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
        return
    try:
        write_whole(output_file, text)
    except OSError as error:
        stop(f"cannot write {output_file}: {error.strerror}")


def stop(*sentences: str) -> NoReturn:
    """Say why the job cannot be done, and exit."""
    for sentence in sentences:
        click.echo(f"archlint: {sentence}", err=True)
    raise click.exceptions.Exit(2)
