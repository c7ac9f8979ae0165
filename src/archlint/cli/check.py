"""`archlint check`: the report, and what `--fix` does about it."""

import sys
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from archlint.cli.common import able, judging_options, stop, tell, write
from archlint.cli.output import Output, output_options
from archlint.cli.progress import progress
from archlint.cli.watching import again_and_again
from archlint.engine import Options, check
from archlint.fixing import Fixed
from archlint.fixing import fix as fix_all
from archlint.model import Severity
from archlint.outcome.reporters import concise, summary
from archlint.outcome.reporters.paint import plain
from archlint.outcome.reporters.visible import visible


@click.command("check", short_help="Report what breaks a rule.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@judging_options
@output_options
@click.option(
    "--fail-on",
    type=click.Choice([each.value for each in Severity]),
    help="Exit 1 from this severity on, whatever is configured.",
)
@click.option("--stdin-filename", type=click.Path(path_type=Path), help="With the path -: standard input is this file.")
@click.option("--changed-since", metavar="REVISION", help="Report only what concerns changes since then (git).")
@click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), help="Accept what this file lists.")
@click.option(
    "--baseline-mode",
    type=click.Choice(("lenient", "strict", "off")),
    default="lenient",
    show_default=True,
    help="Report stale entries, fail on them, or use no baseline.",
)
@click.option("--fix", is_flag=True, help="Make the fixes that are safe, and report what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the other fixes too. Look at what they do.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing; exit 1 if it would.")
@click.option("--show-suppressed", is_flag=True, help="In text, JSON and SARIF: what is accepted, too.")
@click.option("--watch", is_flag=True, help="Check again after each change of a file that is read; Ctrl-C ends it.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even with violations (2 on failures all the same).")
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter an option
    context: click.Context,
    *,
    paths: tuple[Path, ...],
    options: Options,
    output: Output,
    fail_on: str | None,
    stdin_filename: Path | None,
    changed_since: str | None,
    baseline: Path | None,
    baseline_mode: str,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    show_suppressed: bool,
    watch: bool,
    exit_zero: bool,
) -> None:
    """Check the project that PATHS belong to (by default the working directory), and report what breaks a rule in them.

    The whole project is read always; PATHS decide what is reported. Exit code 0: clean, 1: violations, 2:
    something could not be checked.
    """
    if baseline is not None and baseline_mode == "off":
        stop("--baseline and --baseline-mode off exclude each other; leave one out")
    changing = _changing(fix=fix, unsafe=unsafe_fixes, diff=diff)
    paths, unsaved = _buffer(paths or (Path(),), stdin_filename)
    if unsaved and changing:
        stop("--fix and --diff are about files as they are saved; leave - out")
    if watch and (unsaved or changing):
        stop("--watch reports what the files are like, again and again; leave --fix, --diff and - out")
    options = msgspec.structs.replace(
        options,
        changed_since=changed_since,
        unsaved=unsaved,
        fail_on=Severity(fail_on) if fail_on else None,
        fixes=changing is not None or output.shows_fixes,
        baseline=baseline,
        baseline_mode=baseline_mode,
        show_suppressed=show_suppressed,
    )
    if watch:
        again_and_again(paths, options, output.files, lambda: _check(paths, options, output))
    exit_code = _check(paths, options, output) if changing is None else _fix(paths, options, output, changing)
    context.exit(0 if exit_zero and exit_code == 1 else exit_code)


class _Changing(NamedTuple):
    """What is fixed, `unsafe` fixes too or not, and whether it is only shown."""

    unsafe: bool
    diff: bool


def _changing(*, fix: bool, unsafe: bool, diff: bool) -> _Changing | None:
    """Return what the options about fixes come to; `None` if nothing is to be fixed."""
    if fix and diff:
        stop("--fix and --diff exclude each other; leave one out")
    if unsafe and not (fix or diff):
        stop("--unsafe-fixes says which fixes --fix makes or --diff shows; add one of them")
    return _Changing(unsafe, diff) if fix or diff else None


def _buffer(paths: tuple[Path, ...], filename: Path | None) -> tuple[tuple[Path, ...], dict[str, bytes]]:
    """Return the paths with the name of what comes on standard input in the place of `-`, and its content."""
    if Path("-") not in paths:
        if filename is not None:
            stop("--stdin-filename says what standard input is; add the path -")
        return paths, {}
    if filename is None:
        stop("- is a file on standard input; say which with --stdin-filename")
    content = sys.stdin.buffer.read()
    return tuple(filename if path == Path("-") else path for path in paths), {filename.resolve().as_posix(): content}


def _check(paths: tuple[Path, ...], options: Options, output: Output) -> int:
    """Check, write what was found, and return the exit code."""
    with able(), progress() as told:
        outcome = check(paths, options, told)
    output.write(outcome)
    if not output.quiet:
        output.tell(outcome, [*summary.advice(outcome.report, outcome.rules), summary.fixable(outcome.report)])
        tell(summary.summary(outcome.report))
    return outcome.exit_code


def _fix(paths: tuple[Path, ...], options: Options, output: Output, changing: _Changing) -> int:
    """Fix, or show what that would change; write what is left, and return the exit code."""
    with able():
        fixed = fix_all(paths, options, unsafe=changing.unsafe, write=not changing.diff)
    outcome = fixed.outcome
    exit_code = outcome.exit_code
    if changing.diff:
        write(_diff(fixed, output.file), output.file)
        exit_code = _differs(fixed)
        output.write_further(outcome, fixing=True)
    else:
        output.write(outcome, fixing=True)
    if not output.quiet:
        output.tell(outcome, [])
        tell(summary.fixed(fixed.count, len(fixed.after), fixed.unsafe, would=changing.diff))
        if not changing.diff:
            tell(summary.summary(outcome.report))
    return exit_code


def _diff(fixed: Fixed, output_file: Path | None) -> str:
    """Return the patch, which a terminal is only shown: there nothing in it is obeyed."""
    patch = fixed.diff()
    if output_file is not None or not sys.stdout.isatty():
        return patch
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in patch.split("\n"))


def _differs(fixed: Fixed) -> int:
    """Say what keeps a file from being fixed, as a diff cannot; return the exit code: 1 if something would change."""
    failed = msgspec.structs.replace(fixed.outcome.report, violations=(), identities=())
    click.echo(concise.render(failed, {}, plain), err=True, nl=False)
    return 2 if failed.failures else int(bool(fixed.count))
