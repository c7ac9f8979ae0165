"""The commands; the only module that prints or exits."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from archlint import __version__

if TYPE_CHECKING:
    from archlint.engine import Options, Outcome
    from archlint.fixing import Fixed

FORMATS = ("text", "concise", "json", "sarif")
MARKDOWN_WIDTH = 100
_SELECTORS = "Comma-separated codes, names, families (RDS) or ALL; may be given more than once."


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="archlint", message="%(prog)s %(version)s")
def archlint() -> None:
    """Enforce the architecture of Python programs."""


@archlint.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--select", multiple=True, help=f"Run only these rules. {_SELECTORS}")
@click.option("--ignore", multiple=True, help="Do not run these rules.")
@click.option("--extend-select", multiple=True, help="Run these rules too.")
@click.option("--output-format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("-o", "--output-file", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Use this configuration file.")
@click.option("--isolated", is_flag=True, help="Use no configuration file.")
@click.option("--fix", is_flag=True, help="Make the fixes that are safe, and report what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the other fixes too. Look at what they do.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing; exit 1 if it would.")
@click.option("--statistics", is_flag=True, help="Print how often each rule is broken, instead of the violations.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even with violations (2 on failures all the same).")
@click.option("--jobs", type=click.IntRange(min=1), help="Parsing processes; by default one for each processor.")
@click.option("--no-cache", is_flag=True, help="Keep nothing between runs (so far nothing ever is).")
@click.option("-q", "--quiet", is_flag=True, help="Print neither notes nor the summary.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was read and which rules ran.")
@click.pass_context
def check(  # noqa: PLR0913 -- one parameter an option
    context: click.Context,
    *,
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    output_format: str,
    output_file: Path | None,
    config: Path | None,
    isolated: bool,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    statistics: bool,
    exit_zero: bool,
    jobs: int | None,
    no_cache: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Check the project that PATHS belong to, and report what breaks a rule in them.

    The whole project is read always; PATHS decide what is reported. Exit code 0: clean, 1: violations, 2:
    something could not be checked.
    """
    from archlint import engine  # noqa: PLC0415 -- `archlint --version` must not load it

    if config is not None and isolated:
        _stop("--config and --isolated exclude each other; leave one out")
    if fix and diff:
        _stop("--fix and --diff exclude each other; leave one out")
    if unsafe_fixes and not (fix or diff):
        _stop("--unsafe-fixes says which fixes --fix makes or --diff shows; add one of them")
    options = engine.Options(
        select=_selectors(select) if select else None,
        ignore=_selectors(ignore),
        extend_select=_selectors(extend_select),
        config=config,
        isolated=isolated,
        jobs=jobs,
        fixes=fix or diff or output_format in ("json", "sarif"),
    )
    with _able():
        fixed = _fixed(paths, options, unsafe=unsafe_fixes, write=fix) if fix or diff else None
        outcome = fixed.outcome if fixed else engine.check(paths, options)
    exit_code = outcome.exit_code
    if fixed and diff:
        _write(fixed.diff(), output_file)
        exit_code = _differs(fixed)
    elif statistics:
        from archlint.outcome.reporters.summary import statistics as counted  # noqa: PLC0415

        _write(counted(outcome.report, outcome.rules), output_file)
    else:
        _write(_rendered(outcome, output_format, output_file), output_file)
    if not quiet:
        _tell(outcome, fixed, verbose=verbose, diff=diff)
    context.exit(0 if exit_zero and exit_code == 1 else exit_code)


def _fixed(paths: tuple[Path, ...], options: "Options", *, unsafe: bool, write: bool) -> "Fixed":
    from archlint.fixing import fix  # noqa: PLC0415

    return fix(paths, options, unsafe=unsafe, write=write)


def _differs(fixed: "Fixed") -> int:
    """Say what keeps a file from being fixed, as a diff cannot; return the exit code: 1 if something would change."""
    import msgspec  # noqa: PLC0415

    from archlint.outcome.reporters import concise  # noqa: PLC0415
    from archlint.outcome.reporters.paint import plain  # noqa: PLC0415

    failed = msgspec.structs.replace(fixed.outcome.report, violations=(), identities=())
    click.echo(concise.render(failed, {}, plain), err=True, nl=False)
    return 2 if failed.failures else int(bool(fixed.count))


def _selectors(lists: tuple[str, ...]) -> tuple[str, ...]:
    """Return the selectors of comma-separated lists."""
    return tuple(part.strip() for each in lists for part in each.split(",") if part.strip())


@contextmanager
def _able() -> Iterator[None]:
    """Say what keeps archlint from its job, and exit: 2, or 130 when the user interrupts."""
    from archlint.intake.extent import SourceError  # noqa: PLC0415
    from archlint.intake.settings import ConfigError  # noqa: PLC0415
    from archlint.intake.workers import WorkerError  # noqa: PLC0415
    from archlint.project.library import LibraryError  # noqa: PLC0415
    from archlint.rulebook.pages import PageError  # noqa: PLC0415
    from archlint.rulebook.selection import SelectorError  # noqa: PLC0415

    try:
        yield
    except (ConfigError, PageError, LibraryError, SelectorError) as error:
        _stop(*error.messages)
    except (SourceError, WorkerError) as error:
        _stop(str(error))
    except KeyboardInterrupt:
        raise click.exceptions.Exit(130) from None


def _rendered(outcome: "Outcome", output_format: str, output_file: Path | None) -> str:
    from archlint.outcome.reporters import REPORTERS  # noqa: PLC0415
    from archlint.outcome.reporters.paint import colours, plain  # noqa: PLC0415

    coloured = output_file is None and _wants_colour()
    return REPORTERS[output_format](outcome.report, outcome.rules, colours() if coloured else plain)


def _wants_colour() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def _write(text: str, output_file: Path | None) -> None:
    if output_file is None:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
        return
    from archlint.outcome.files import write_whole  # noqa: PLC0415

    try:
        write_whole(output_file, text)
    except OSError as error:
        _stop(f"cannot write {output_file}: {error.strerror}")


def _tell(outcome: "Outcome", fixed: "Fixed | None", *, verbose: bool, diff: bool) -> None:
    from archlint.outcome.reporters import summary  # noqa: PLC0415

    if verbose:
        file = outcome.config.file
        click.echo(f"configuration: {file if file else 'none'}; rules: {', '.join(outcome.rules)}", err=True)
    hint = "" if fixed else summary.fixable(outcome.report)
    for note in (*outcome.report.notes, *filter(None, (hint,))):
        click.echo(f"note: {note}", err=True)
    if fixed:
        click.echo(summary.fixed(fixed.count, len(fixed.after), fixed.unsafe, would=diff), err=True)
    if not diff:
        click.echo(summary.summary(outcome.report), err=True)


@archlint.command()
@click.argument("code", required=False)
def rule(code: str | None) -> None:
    """Show the page of the rule CODE (a code or a name), or list all rules."""
    from archlint.engine import Options, configure  # noqa: PLC0415
    from archlint.rulebook.selection import did_you_mean  # noqa: PLC0415

    with _able():
        _, rules = configure(Path.cwd(), Options())
    if code is None:
        for each in rules.values():
            default = "" if each.default else "  (off by default)"
            click.echo(f"{each.code}  {each.severity:<7}  {each.name}{default}")
        return
    found = [each for each in rules.values() if code in (each.code, each.name)]
    if not found:
        _stop(f"there is no rule {code}; {did_you_mean(code, rules)}")
    _show(found[0].markdown)


def _show(markdown: str) -> None:
    if not _wants_colour():
        click.echo(markdown.rstrip())
        return
    from rich.console import Console  # noqa: PLC0415 -- 0.1 s that only a terminal should pay
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console(force_terminal=True)
    console.print(Markdown(markdown), width=min(console.width, MARKDOWN_WIDTH))


def _stop(*sentences: str) -> NoReturn:
    """Say why the job cannot be done, and exit."""
    for sentence in sentences:
        click.echo(f"archlint: {sentence}", err=True)
    raise click.exceptions.Exit(2)
