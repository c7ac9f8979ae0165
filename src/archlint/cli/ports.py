"""`archlint ports`: every port, its adapters, what joins them, and whether they fulfil it."""

from pathlib import Path

import click

from archlint.cli.common import able, project_options, tell_failures, write
from archlint.engine import Options, survey
from archlint.outcome.reporters.port_table import as_json, table
from archlint.project.port_inventory import inventory


@click.command("ports", short_help="List ports and their adapters.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--fakes", is_flag=True, help="Show fakes and mocks of the tests among the adapters, too.")
@project_options
@click.pass_context
def command(
    context: click.Context, *, paths: tuple[Path, ...], output_format: str, fakes: bool, options: Options
) -> None:
    """List the ports of the project that PATHS belong to, with their adapters.

    EVIDENCE says what joins the two, and where; CONFORMANCE whether the adapter fulfils the port, with the members that
    it does not fulfil or only almost. Exit code 0, or 2 when something could not be read.
    """
    with able():
        found = survey(paths or (Path(),), options)
        entries = list(inventory(found.project, fakes=fakes))
    rendered = as_json if output_format == "json" else table
    write(rendered(entries, Path.cwd().as_posix(), found.locate), None)
    context.exit(tell_failures(found.failures))
