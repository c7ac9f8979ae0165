"""`archlint init`: a first configuration and a baseline, without questions."""

import shlex
from pathlib import Path

import click
import msgspec
import tomli

from archlint.cli.common import able, project_options, stop
from archlint.engine import Options
from archlint.intake.reading import SETTINGS_BYTES, read_regular
from archlint.model import Report
from archlint.outcome import baseline
from archlint.outcome.files import rewrite, write_whole
from archlint.outcome.reporters import concise
from archlint.outcome.reporters.paint import plain
from archlint.outcome.reporters.visible import visible
from archlint.outcome.starter import extended, render
from archlint.starting import Seen, accept, look
from archlint.wording import counted

_SHOWN = 6


@click.command("init", short_help="Write a first configuration and a baseline.")
@click.argument("folder", default=".", type=click.Path(path_type=Path, exists=True, file_okay=False))
@project_options
@click.pass_context
def command(context: click.Context, *, folder: Path, options: Options) -> None:
    """Write a first configuration for the project in FOLDER (by default the working directory) that passes today.

    It goes to the end of pyproject.toml if there is one, else to archlint.toml: source roots, and layers as package
    names or else the imports have them. What breaks a rule today is accepted in a baseline, so that `archlint check`
    reports what is new. Exit code 0, or 2 when there is a configuration already or something cannot be checked.
    """
    if options.config is not None or options.isolated:
        stop("init writes the configuration; leave out --config and --isolated")
    _refuse(folder)
    with able():
        seen = look(folder, options)
    target = _write(folder, seen)
    with able():
        renewed = accept(folder, options)
    total = sum(entry.count for entry in renewed.after)
    if renewed.report.failures:
        click.echo(concise.render(_only_failures(renewed.report), {}, plain), err=True, nl=False)
    elif total:
        _save(renewed.path, baseline.render(renewed.after).encode())
    for line in _told(seen, folder, target, total, bool(renewed.report.failures)):
        click.echo(visible(line))
    context.exit(2 if renewed.report.failures else 0)


def _refuse(folder: Path) -> None:
    """Stop when the project has a configuration."""
    own, shared = folder / "archlint.toml", folder / "pyproject.toml"
    if own.exists():
        stop(f"{own}: is there already; edit it, or delete it and run `archlint init` again")
    if "archlint" in _tool(shared):
        stop(f"{shared}: has [tool.archlint] already; edit it, or delete it and run `archlint init` again")


def _tool(pyproject: Path) -> dict[str, object]:
    try:
        tool = tomli.loads(read_regular(pyproject, SETTINGS_BYTES).decode("utf-8-sig").replace("\r\n", "\n")).get(
            "tool"
        )
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError, RecursionError):
        return {}
    return tool if isinstance(tool, dict) else {}


def _write(folder: Path, seen: Seen) -> Path:
    """Write the configuration, and return its path."""
    shared = folder / "pyproject.toml"
    if shared.is_file():
        try:
            text = extended(read_regular(shared, SETTINGS_BYTES), render(seen.start, "tool.archlint"))
        except OSError as error:
            stop(f"{shared}: cannot be read: {error.strerror}")
        if text is not None:
            _save(shared, text)
            return shared
    own = folder / "archlint.toml"
    _save(own, render(seen.start, "").encode())
    return own


def _save(path: Path, data: bytes) -> None:
    if path.is_symlink():
        stop(f"{path}: is a link, and init writes into the project alone; put a file there")
    try:
        if path.exists():
            rewrite(path, data)
        else:
            write_whole(path, data.decode())
    except OSError as error:
        stop(f"cannot write {path}: {error.strerror}")


def _only_failures(report: Report) -> Report:
    return msgspec.structs.replace(report, violations=(), identities=())


def _told(seen: Seen, folder: Path, target: Path, total: int, failed: bool) -> list[str]:
    """Return what was seen, what was made of it, and what was written, a line each."""
    accepted = f" and a baseline that accepts {counted(total, 'violation')}" if total and not failed else ""
    checked = f"next: archlint check {shlex.quote(str(folder))}"
    following = "mend what failed, then run `archlint baseline`" if failed else checked
    return [
        f"Saw {counted(seen.modules, 'module')} and {counted(seen.imports, 'import')} between them.",
        _layers_told(seen),
        f"Wrote {target.name}{accepted}; {following}",
    ]


def _layers_told(seen: Seen) -> str:
    if seen.roles:
        roles = ", ".join(f"{role} ({count})" for role, count in seen.roles.items())
        return f"Layers by the names of packages, with their modules: {roles}."
    found = seen.start.proposal
    if seen.contracts:
        return "No layers but those in the contracts of import-linter, which run as they are."
    if found is None:
        return (
            "No layers: the names of packages tell none, and too few or too many of them import each other;"
            " `archlint rule LAY001` shows how to write them."
        )
    lines = [" : ".join(layer) for layer in found.layers]
    shown = " > ".join(lines if len(lines) <= _SHOWN else [*lines[: _SHOWN - 1], "...", lines[-1]])
    circle = f"; {found.circle} of them import each other in circles" if found.circle else ""
    return f"{counted(len(lines), 'layer')} in the order that most imports follow{circle}: {shown}."
