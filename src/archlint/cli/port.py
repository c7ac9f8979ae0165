"""`archlint port`: the Protocol that a class lacks, ready to paste."""

from pathlib import Path

import click

from archlint.cli.common import able, project_options, stop, tell_failures, write
from archlint.engine import Options, Survey, survey
from archlint.project.adapters import adapters
from archlint.project.layer_names import INNER
from archlint.project.layers import layers
from archlint.project.missing_port import Draft, missing_ports
from archlint.project.program import Module, Project


@click.command("port", short_help="Print the Protocol to write for a class.")
@click.argument("class_", metavar="CLASS")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Put in every public method, used or not.")
@project_options
@click.pass_context
def command(
    context: click.Context, *, class_: str, paths: tuple[Path, ...], everything: bool, options: Options
) -> None:
    """Print the Protocol to write for CLASS: its members that other code uses, with their signatures.

    CLASS is the name of a class of the project that PATHS belong to, or its dotted name (shop.db.PgOrders), or the
    dotted name of a library's class (redis.asyncio.Redis), of which only the used methods are known. The code that
    counts is that of the inner layers; where there are none, all but tests and the class's own module.
    """
    with able():
        found = survey(paths or (Path(),), options)
        draft = _draft(found, class_, everything=everything)
    write(draft.text(), None)
    context.exit(tell_failures(found.failures))


def _draft(found: Survey, name: str, *, everything: bool) -> Draft:
    drafts = found.project.query(missing_ports)
    keys = drafts.classes_called(name)
    if len(keys) > 1:
        classes = map(found.project.class_, keys)
        stop(
            f"there are {len(keys)} classes `{name}`: {', '.join(f'{one.name}.{two.qualname}' for one, two in classes)}"
        )
    if not keys and "." not in name:
        stop(f"there is no class `{name}` in this project")
    key = keys[0] if keys else found.project.library.canonical(name)
    uses = [] if everything and keys else drafts.uses(key, _users(found.project, key))
    if not uses and not keys:
        stop(f"the project uses nothing of `{name}`")
    if not uses and not everything:
        click.echo(f"note: no other code is known to use `{name}`; these are all its public methods", err=True)
    _tell_ports(found.project, name, key)
    return drafts.draft(key, uses or drafts.public(key))


def _tell_ports(project: Project, name: str, key: str) -> None:
    """Say which ports the class is meant to fulfil already."""
    ports = sorted({project.class_(pair.port)[1].name for pair in project.query(adapters).pairs if pair.adapter == key})
    if ports:
        known = ", ".join(f"`{each}`" for each in ports)
        click.echo(f"note: `{name}` is an adapter of {known} already; `archlint ports` says how it fits", err=True)


def _users(project: Project, key: str) -> list[Module]:
    """Return the modules whose needs the port is to serve."""
    roles = project.query(layers)
    own = project.class_(key)[0].name if "@" in key else ""
    others = [each for each in project.modules if each.name != own and roles.role(each.name) != "tests"]
    return [each for each in others if roles.role(each.name) in INNER] or others
