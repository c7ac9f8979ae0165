"""`archlint baseline`: accept what is there today, in a file."""

from pathlib import Path

import click
import msgspec

from archlint.baselining import Renewed, renew
from archlint.cli.common import able, judging_options, stop, write
from archlint.engine import Options
from archlint.outcome.baseline import render
from archlint.outcome.reporters import concise
from archlint.outcome.reporters.paint import plain
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.visible import visible
from archlint.wording import counted


@click.command("baseline", short_help="Accept what breaks a rule today.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), help="Write this file.")
@click.option("--prune", is_flag=True, help="Take out what no longer occurs, and accept nothing new.")
@judging_options
def command(
    *,
    paths: tuple[Path, ...],
    baseline: Path | None,
    prune: bool,
    options: Options,
) -> None:
    """Write down what breaks a rule today, so that `archlint check` reports only what is new.

    The file is archlint-baseline.json in the project's root, unless the configuration's `baseline` or --baseline names
    another. It holds neither lines nor messages, so that code may move. With PATHS (by default the working directory)
    or selected rules the entries of all others stay as they are. Exit code 0, or 2 when something could not be checked:
    nothing is written then.
    """
    with able():
        result = renew(paths or (Path(),), msgspec.structs.replace(options, baseline=baseline), prune=prune)
    shown = relative(result.path.resolve().as_posix(), Path.cwd().as_posix())
    if result.report.failures:
        failed = msgspec.structs.replace(result.report, violations=(), identities=())
        click.echo(concise.render(failed, {}, plain), err=True, nl=False)
        stop(f"{shown} is not written, since something could not be checked; mend that, or leave it out with `exclude`")
    write(render(result.after), result.path)
    click.echo(f"{visible(shown)} accepts {_told(result)}", err=True)


def _told(result: Renewed) -> str:
    before, after = (sum(entry.count for entry in entries) for entries in (result.before, result.after))
    changed = f" ({before:,} before)" if result.before and before != after else ""
    return f"{counted(after, 'violation')}{changed}."
