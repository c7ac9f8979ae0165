"""What the commands share: how they stop, take lists of rules, and write."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import NoReturn

import click
import msgspec

from archlint.cli.completing import rules
from archlint.engine import Options
from archlint.model import Failure, UnableError
from archlint.outcome.files import write_whole
from archlint.outcome.reporters.paint import WIDTH, Colours, Paint
from archlint.outcome.reporters.visible import visible

_SELECTORS = "Comma-separated codes, names, families (RDS) or ALL; may be given more than once."
_RULES = (
    click.option("--select", multiple=True, shell_complete=rules, help=f"Run only these rules. {_SELECTORS}"),
    click.option("--ignore", multiple=True, shell_complete=rules, help="Do not run these rules."),
    click.option("--extend-select", multiple=True, shell_complete=rules, help="Run these rules too."),
)
_PROJECT = (
    click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Use this configuration file."),
    click.option("--isolated", is_flag=True, help="Use no configuration file."),
    click.option("--jobs", type=click.IntRange(min=1), help="Parsing processes; by default one for each processor."),
    click.option("--no-cache", is_flag=True, help="Use nothing of earlier runs, and keep nothing for the next."),
    click.option(
        "--cache-dir", type=click.Path(path_type=Path, file_okay=False), help="Keep it here, not in the project."
    ),
)

Command = Callable[..., None]


def judging_options(command: Command) -> Command:
    """Give a command the options that say which rules run and how the project is read; it gets them as `options`."""

    @wraps(command)
    def run(
        *arguments: object,
        select: tuple[str, ...],
        ignore: tuple[str, ...],
        extend_select: tuple[str, ...],
        options: Options,
        **others: object,
    ) -> None:
        chosen = msgspec.structs.replace(
            options,
            select=_selectors(select) if select else None,
            ignore=_selectors(ignore),
            extend_select=_selectors(extend_select),
        )
        command(*arguments, options=chosen, **others)

    return with_options(project_options(run), _RULES)


def project_options(command: Command) -> Command:
    """Give a command the options that say how the project is read; it gets them as `options`."""

    @wraps(command)
    def run(
        *arguments: object,
        config: Path | None,
        isolated: bool,
        jobs: int | None,
        no_cache: bool,
        cache_dir: Path | None,
        **others: object,
    ) -> None:
        if config is not None and isolated:
            stop("--config and --isolated exclude each other; leave one out")
        options = Options(config=config, isolated=isolated, jobs=jobs, cache=not no_cache, cache_dir=cache_dir)
        command(*arguments, options=options, **others)

    return with_options(run, _PROJECT)


def output_file(about: str) -> Callable[[Command], Command]:
    """Return the option for the file that is written; `-` is standard output, as without it."""

    def chosen(_context: click.Context, _option: click.Parameter, value: Path | None) -> Path | None:
        return None if value == Path("-") else value

    path = click.Path(path_type=Path, dir_okay=False)
    return click.option("-o", "--output-file", type=path, callback=chosen, help=about)


def with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    """Give a command options, which its help lists in this order before those that it has."""
    for option in reversed(options):
        command = option(command)
    return command


def _selectors(lists: tuple[str, ...]) -> tuple[str, ...]:
    """Return the selectors of comma-separated lists."""
    return tuple(part.strip() for each in lists for part in each.split(",") if part.strip())


@contextmanager
def able() -> Iterator[None]:
    """Say what keeps archlint from its job, and exit with 2."""
    try:
        yield
    except UnableError as error:
        stop(*error.messages)


def wants_colour() -> bool:
    """Tell whether standard output should be coloured."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def paint() -> Paint:
    """Return what standard output can do with words."""
    terminal = sys.stdout.isatty()
    width = _columns() if terminal else WIDTH
    if not wants_colour():
        return Paint(width, folds=terminal)
    return Colours(width, folds=terminal, links=terminal and _knows_links(os.environ))


def _columns() -> int:
    import shutil  # noqa: PLC0415 -- it loads all kinds of archives

    return shutil.get_terminal_size().columns


def tell(sentence: str) -> None:
    """Print a sentence on standard error, in whole words if that is a terminal."""
    width = os.get_terminal_size(sys.stderr.fileno()).columns if sys.stderr.isatty() else 0
    click.echo(Paint(width, folds=bool(width)).fold(sentence, indent=2), err=True)


def _knows_links(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal is one of those that are known to have links (OSC 8); the others might print them."""
    if environment.get("FORCE_HYPERLINK"):
        return environment["FORCE_HYPERLINK"] != "0"
    if environment.get("TERM_PROGRAM") in ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper"):
        return True
    if any(environment.get(name) for name in ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM")):
        return True
    vte = environment.get("VTE_VERSION", "")
    return (vte.isdecimal() and int(vte) >= 5000) or environment.get("TERM", "").startswith(("alacritty", "foot"))


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
        tell(f"archlint: {visible(sentence)}")
    raise click.exceptions.Exit(2)


def tell_failures(failures: tuple[Failure, ...]) -> int:
    """Say what could not be read, on standard error; return the exit code: 2 if there was anything."""
    for each in failures:
        line = f":{each.line}" if each.line else ""
        click.echo(visible(f"{each.path}{line}: failure: {each.message}"), err=True)
    return 2 if failures else 0
