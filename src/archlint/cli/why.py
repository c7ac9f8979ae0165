"""`archlint why`: by which imports one module or package comes to know another."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from archlint.cli.common import able, project_options, stop, write
from archlint.engine import Options, Taken, project_of, take_in
from archlint.intake.texts import Texts
from archlint.outcome.reporters.concise import shown
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.visible import visible
from archlint.project.chains import Chains, Hop, inside, shortest_chains
from archlint.project.imports import ImportGraph, import_graph, parents
from archlint.project.program import Project
from archlint.wording import counted

LIMIT = 1_000
"""How many chains are written; there may be millions."""


@click.command("why", short_help="Show chains of imports from one module to another.")
@click.argument("source")
@click.argument("target")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@project_options
@click.pass_context
def command(context: click.Context, *, source: str, target: str, paths: tuple[Path, ...], options: Options) -> None:
    """Show all shortest chains of imports that lead from SOURCE to TARGET.

    Both are modules or packages of the project that PATHS belong to (by default the working directory); TARGET may also
    be a third-party package or module. A package means any module in it. Exit code 0: there are chains, 1: there is
    none, 2: a name is unknown, or something could not be read.
    """
    with able():
        taken = take_in(paths or (Path(),), options)
    project = project_of(taken)
    graph = import_graph({name: module.facts for name, module in project.by_name.items()})
    chains = _chains(graph, source, target)
    write("\n".join(_blocks(chains, project, taken)), None)
    click.echo(_summary(chains, source, target, graph), err=True)
    for failure in taken.gathered.failures:
        click.echo(f"failure: {visible(relative(failure.path, _cwd()))}: {visible(failure.message)}", err=True)
    context.exit(2 if taken.gathered.failures else int(not chains.count))


def _chains(graph: ImportGraph, source: str, target: str) -> Chains:
    own = sorted(graph.modules)
    names = sorted({*own, *(edge.imported for edge in graph.edges)})
    problems = [*_unknown(source, own), *_unknown(target, names)]
    if not problems and (inside(source, (target,)) or inside(target, (source,))):
        problems = [f"{source} and {target} are part of each other; name two that are apart"]
    if problems:
        stop(*problems)
    return shortest_chains(graph, inside(source, own), inside(target, names), LIMIT)


def _unknown(name: str, known: Sequence[str]) -> Iterator[str]:
    if not inside(name, known):
        choices = sorted({each for one in known for each in (*parents(one), one)})
        near = get_close_matches(name, choices, 1) or [each for each in choices if each.endswith(f".{name}")]
        hint = f"did you mean {near[0]}?" if near else "write the dotted name, as import statements do"
        yield f"there is no module or package {name} here; {hint}"


def _blocks(chains: Chains, project: Project, taken: Taken) -> Iterator[str]:
    """Yield the lines of each chain: a place and what is imported there, for each alias of each hop."""
    texts = Texts(taken.gathered.data)
    for chain in chains.chains:
        yield "".join(f"{line}\n" for hop in chain for line in _lines(hop, project, texts))


def _lines(hop: Hop, project: Project, texts: Texts) -> Iterator[str]:
    for edge in hop:
        module = project.by_name[edge.importer]
        where = texts.of(module.path).location(edge.import_.start, edge.import_.end)
        kind = "" if edge.import_.kind == "runtime" else f" ({edge.import_.kind})"
        path = shown(module.path, _cwd())
        yield visible(f"{path}:{where.line}:{where.column}: {edge.importer} imports {edge.imported}{kind}")


def _summary(chains: Chains, source: str, target: str, graph: ImportGraph) -> str:
    if chains.count:
        length = len(chains.chains[0])
        found = f"{counted(chains.count, 'shortest chain')} of {counted(length, 'import')}"
        verb = "lead" if chains.count != 1 else "leads"
        left = f"; {len(chains.chains):,} are shown" if chains.count > len(chains.chains) else ""
        return f"{found} {verb} from {source} to {target}{left}."
    own = sorted(graph.modules)
    back = shortest_chains(graph, inside(target, own), inside(source, own), 1).count
    hint = f"; {target} imports {source}, the other way round" if back else ""
    return f"No chain of imports leads from {source} to {target}{hint}."


def _cwd() -> str:
    return Path.cwd().as_posix()
