"""What becomes of a report: the options that say where it goes, in which formats, and what is told beside it."""

from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from archlint.cli.common import Command, output_file, paint, stop, tell, with_options, write
from archlint.engine import Outcome
from archlint.model import Report
from archlint.outcome.reporters import REPORTERS, SHOW_FIXES, summary
from archlint.outcome.reporters.limits import beyond
from archlint.outcome.reporters.paint import plain
from archlint.outcome.reporters.visible import visible

_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.option("--output-format", type=click.Choice(tuple(REPORTERS)), default="text", show_default=True),
    output_file("Write the report here."),
    click.option(
        "--report", multiple=True, metavar="FORMAT=FILE", help="Write this report too; may be given more than once."
    ),
    click.option("--statistics", is_flag=True, help="Print how often each rule is broken, instead of the violations."),
    click.option("-q", "--quiet", is_flag=True, help="Print neither notes nor the summary."),
    click.option("-v", "--verbose", is_flag=True, help="Say what was read and which rules ran."),
)


class Output(NamedTuple):
    """Where a report goes, as the command line has it: `file` (or standard output), and further `reports`."""

    format: str
    file: Path | None
    reports: tuple[tuple[str, Path], ...]
    statistics: bool
    quiet: bool
    verbose: bool

    @property
    def files(self) -> list[Path]:
        """The files that are written."""
        return [*([self.file] if self.file else ()), *(file for _, file in self.reports)]

    @property
    def formats(self) -> frozenset[str]:
        """The formats that are written."""
        return frozenset({self.format, *(name for name, _ in self.reports)})

    @property
    def shows_fixes(self) -> bool:
        """Whether one of the formats carries fixes."""
        return not SHOW_FIXES.isdisjoint(self.formats)

    def write(self, outcome: Outcome, *, fixing: bool = False) -> None:
        """Write the report, or the statistics, and the further reports.

        Formats that do not carry fixes show them only after `fixing`, whatever other formats are written.
        """
        if self.statistics:
            write(summary.statistics(outcome.report, outcome.rules), self.file)
        else:
            self._write(outcome, self.format, self.file, fixing=fixing)
        self.write_further(outcome, fixing=fixing)

    def write_further(self, outcome: Outcome, *, fixing: bool) -> None:
        """Write the further reports alone."""
        for name, file in self.reports:
            self._write(outcome, name, file, fixing=fixing)

    def _write(self, outcome: Outcome, name: str, file: Path | None, *, fixing: bool) -> None:
        shown = fixing or name in SHOW_FIXES or not self.shows_fixes
        report = outcome.report if shown else _without_fixes(outcome.report)
        write(REPORTERS[name](report, outcome.rules, plain if file else paint()), file)

    def tell(self, outcome: Outcome, hints: list[str]) -> None:
        """Say what formats leave out, what was read if that is wanted, and notes, of which `hints` are the last."""
        for each in sorted(self.formats):
            _note(beyond(each, outcome.report))
        if self.verbose:
            file = outcome.config.file
            said = f"configuration: {file if file else 'none'}; rules: {', '.join(outcome.rules)}"
            click.echo(visible(said), err=True)
        for note in (summary.vacuous(outcome.report, outcome.rules), *outcome.report.notes, *hints):
            _note(note)


def output_options(command: Command) -> Command:
    """Give a command the options about its report; it gets them as `output`."""

    @wraps(command)
    def run(
        *arguments: object,
        output_format: str,
        output_file: Path | None,
        report: tuple[str, ...],
        statistics: bool,
        quiet: bool,
        verbose: bool,
        **others: object,
    ) -> None:
        reports = tuple(map(_report, report))
        output = Output(output_format, output_file, reports, statistics, quiet, verbose)
        command(*arguments, output=output, **others)

    return with_options(run, _OPTIONS)


def _report(text: str) -> tuple[str, Path]:
    """Return format and file of a `--report`."""
    name, _, file = text.partition("=")
    if name not in REPORTERS:
        near = get_close_matches(name, REPORTERS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(REPORTERS)}"
        stop(f"--report {text}: there is no format {name}; {hint}")
    if not file:
        stop(f"--report {text}: names no file; write {name}=FILE")
    if file == "-":
        stop(f"--report {text}: standard output has the report of --output-format; name a file")
    return name, Path(file)


def _without_fixes(report: Report) -> Report:
    return msgspec.structs.replace(
        report, violations=tuple(msgspec.structs.replace(each, fix=None) for each in report.violations)
    )


def _note(sentence: str) -> None:
    if sentence:
        tell(f"note: {visible(sentence)}")
