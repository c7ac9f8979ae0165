"""`archlint check`: the report, and what `--fix` does about it."""

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from archlint.cli.common import able, paint, project_options, rule_options, selectors, stop, tell, write
from archlint.cli.progress import progress
from archlint.cli.watching import again_and_again
from archlint.engine import Options, Outcome, check
from archlint.fixing import Fixed
from archlint.fixing import fix as fix_all
from archlint.model import Severity
from archlint.outcome.reporters import REPORTERS, SHOW_FIXES, concise, summary
from archlint.outcome.reporters.limits import beyond
from archlint.outcome.reporters.paint import plain
from archlint.outcome.reporters.visible import visible


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rule_options
@click.option("--output-format", type=click.Choice(tuple(REPORTERS)), default="text", show_default=True)
@click.option("-o", "--output-file", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here.")
@click.option(
    "--report", multiple=True, metavar="FORMAT=FILE", help="Write this report too; may be given more than once."
)
@click.option(
    "--fail-on",
    type=click.Choice([each.value for each in Severity]),
    help="Exit 1 from this severity on, whatever is configured.",
)
@click.option("--stdin-filename", type=click.Path(path_type=Path), help="With the path -: standard input is this file.")
@click.option("--changed-since", metavar="REVISION", help="Report only what concerns changes since then (git).")
@project_options
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
@click.option("--statistics", is_flag=True, help="Print how often each rule is broken, instead of the violations.")
@click.option("--show-suppressed", is_flag=True, help="In text, JSON and SARIF: what is accepted, too.")
@click.option("--watch", is_flag=True, help="Check again after each change of a file that is read; Ctrl-C ends it.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even with violations (2 on failures all the same).")
@click.option("-q", "--quiet", is_flag=True, help="Print neither notes nor the summary.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was read and which rules ran.")
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter an option
    context: click.Context,
    *,
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    output_format: str,
    output_file: Path | None,
    report: tuple[str, ...],
    stdin_filename: Path | None,
    changed_since: str | None,
    fail_on: str | None,
    options: Options,
    baseline: Path | None,
    baseline_mode: str,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    statistics: bool,
    show_suppressed: bool,
    watch: bool,
    exit_zero: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Check the project that PATHS belong to (by default the working directory), and report what breaks a rule in them.

    The whole project is read always; PATHS decide what is reported. Exit code 0: clean, 1: violations, 2:
    something could not be checked.
    """
    if baseline is not None and baseline_mode == "off":
        stop("--baseline and --baseline-mode off exclude each other; leave one out")
    if fix and diff:
        stop("--fix and --diff exclude each other; leave one out")
    if unsafe_fixes and not (fix or diff):
        stop("--unsafe-fixes says which fixes --fix makes or --diff shows; add one of them")
    paths, unsaved = _buffer(paths or (Path(),), stdin_filename)
    if unsaved and (fix or diff):
        stop("--fix and --diff are about files as they are saved; leave - out")
    if watch and (unsaved or fix or diff):
        stop("--watch reports what the files are like, again and again; leave --fix, --diff and - out")
    reports = [_report(each) for each in report]
    formats = {output_format, *(name for name, _ in reports)}
    options = msgspec.structs.replace(
        options,
        select=selectors(select) if select else None,
        ignore=selectors(ignore),
        extend_select=selectors(extend_select),
        changed_since=changed_since,
        unsaved=unsaved,
        fail_on=Severity(fail_on) if fail_on else None,
        fixes=fix or diff or not SHOW_FIXES.isdisjoint(formats),
        baseline=baseline,
        baseline_mode=baseline_mode,
        show_suppressed=show_suppressed,
    )
    output = _Output(
        format=output_format,
        file=output_file,
        reports=reports,
        statistics=statistics,
        fix=fix,
        unsafe=unsafe_fixes,
        diff=diff,
        exit_zero=exit_zero,
        quiet=quiet,
        verbose=verbose,
    )
    if watch:
        again_and_again(paths, options, output.files, lambda: _check(paths, options, output))
    context.exit(_check(paths, options, output))


class _Output(NamedTuple):
    """What becomes of the report, as the command line has it."""

    format: str
    file: Path | None
    reports: list[tuple[str, Path]]
    statistics: bool
    fix: bool
    unsafe: bool
    diff: bool
    exit_zero: bool
    quiet: bool
    verbose: bool

    @property
    def files(self) -> list[Path]:
        """The files that are written."""
        return [*([self.file] if self.file else ()), *(file for _, file in self.reports)]


def _check(paths: tuple[Path, ...], options: Options, output: _Output) -> int:
    """Check, write what was found, and return the exit code."""
    with able():
        changing = output.fix or output.diff
        fixed = fix_all(paths, options, unsafe=output.unsafe, write=output.fix) if changing else None
        if fixed:
            outcome = fixed.outcome
        else:
            with progress() as told:
                outcome = check(paths, options, told)
    exit_code = outcome.exit_code
    if fixed and output.diff:
        write(_diff(fixed, output.file), output.file)
        exit_code = _differs(fixed)
    elif output.statistics:
        write(summary.statistics(outcome.report, outcome.rules), output.file)
    else:
        write(_rendered(outcome, output.format, output.file), output.file)
    for name, file in output.reports:
        write(_rendered(outcome, name, file), file)
    if not output.quiet:
        for each in sorted({output.format, *(name for name, _ in output.reports)}):
            _note(beyond(each, outcome.report))
        _tell(outcome, fixed, verbose=output.verbose, diff=output.diff)
    return 0 if output.exit_zero and exit_code == 1 else exit_code


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


def _report(text: str) -> tuple[str, Path]:
    """Return format and file of a `--report`."""
    name, _, file = text.partition("=")
    if name not in REPORTERS:
        near = get_close_matches(name, REPORTERS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(REPORTERS)}"
        stop(f"--report {text}: there is no format {name}; {hint}")
    if not file:
        stop(f"--report {text}: names no file; write {name}=FILE")
    return name, Path(file)


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


def _rendered(outcome: Outcome, output_format: str, output_file: Path | None) -> str:
    return REPORTERS[output_format](outcome.report, outcome.rules, plain if output_file else paint())


def _tell(outcome: Outcome, fixed: Fixed | None, *, verbose: bool, diff: bool) -> None:
    if verbose:
        file = outcome.config.file
        said = f"configuration: {file if file else 'none'}; rules: {', '.join(outcome.rules)}"
        click.echo(visible(said), err=True)
    hints = [] if fixed else [*summary.advice(outcome.report, outcome.rules), summary.fixable(outcome.report)]
    for note in (*outcome.report.notes, *hints):
        _note(note)
    if fixed:
        tell(summary.fixed(fixed.count, len(fixed.after), fixed.unsafe, would=diff))
    if not diff:
        tell(summary.summary(outcome.report))


def _note(sentence: str) -> None:
    if sentence:
        tell(f"note: {visible(sentence)}")
