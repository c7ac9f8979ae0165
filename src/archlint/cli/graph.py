"""`archlint graph`: the architecture as a picture."""

from pathlib import Path

import click
import msgspec

from archlint.cli.common import able, output_file, project_options, stop, write
from archlint.engine import Options, Taken, assess, project_of, take_in
from archlint.intake.texts import Texts
from archlint.model import Failure, Report
from archlint.outcome.reporters import concise
from archlint.outcome.reporters.paint import plain
from archlint.picture.bands import bands
from archlint.picture.collect import picture
from archlint.picture.formats import FORMATS, SUFFIXES
from archlint.picture.model import Picture
from archlint.picture.words import summary
from archlint.project.asides import is_test
from archlint.project.imports import import_graph
from archlint.project.program import Project


@click.command("graph", short_help="Draw layers, packages and imports.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--output-format", type=click.Choice(tuple(FORMATS)), help="By default what the output file is called, or mermaid."
)
@output_file("Write the picture here.")
@project_options
@click.pass_context
def command(
    context: click.Context,
    *,
    paths: tuple[Path, ...],
    output_format: str | None,
    output_file: Path | None,
    options: Options,
) -> None:
    """Draw the layers, packages and imports of the project that PATHS belong to (by default the working directory).

    With PATHS only modules in them are drawn; tests never are. Imports that break a rule of the layers family are red,
    accepted ones too. The HTML page needs no network: packages open on a click, arrows list their import lines. Exit
    code 0, or 2 when something could not be read.
    """
    name = output_format or _format(output_file)
    with able():
        taken = take_in(paths or (Path(),), msgspec.structs.replace(options, baseline_mode="off"))
        drawn, failures = _picture(taken)
    write(FORMATS[name](drawn), output_file)
    if output_file:
        click.echo(f"{output_file} shows {summary(drawn)}.", err=True)
    click.echo(concise.render(failures, {}, plain), err=True, nl=False)
    context.exit(2 if failures.failures else 0)


def _format(file: Path | None) -> str:
    """Return the format that a file's suffix says, or that of a picture without a suffix."""
    suffix = file.suffix.lower() if file else ""
    if suffix and suffix not in SUFFIXES:
        stop(f"{file}: no format is known by {suffix}; name it {', '.join(SUFFIXES)}, or give --output-format")
    return SUFFIXES.get(suffix, "mermaid")


def _picture(taken: Taken) -> tuple[Picture, Report]:
    """Return the picture, and a report of nothing but what went wrong."""
    laid = {code: rule for code, rule in taken.inputs.chosen.items() if code.startswith("LAY")}
    inputs = msgspec.structs.replace(taken.inputs, chosen=laid)
    report = assess(msgspec.structs.replace(taken, inputs=inputs)).report
    project = project_of(taken)
    modules = {name: module.facts for name, module in project.by_name.items()}
    texts = Texts(taken.gathered.data)
    title = taken.inputs.sources.root.name or "project"
    graph = import_graph(modules)
    layers, order = bands(project, graph, _drawn(project, taken))
    drawn = picture(title, project, graph, layers, order, report, texts.of)
    failures: tuple[Failure, ...] = report.failures
    return drawn, msgspec.structs.replace(report, violations=(), identities=(), failures=failures)


def _drawn(project: Project, taken: Taken) -> list[str]:
    """Return the modules that are drawn. A setup.py is no part of a program."""
    selected = taken.inputs.sources.selected
    return [
        name
        for name, module in project.by_name.items()
        if module.path in selected and not is_test(module) and name != "setup"
    ]
