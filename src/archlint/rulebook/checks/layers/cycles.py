"""LAY003 import-cycle: packages of one level that import each other."""

from collections.abc import Collection, Iterator
from itertools import pairwise

import msgspec

from archlint.model import Violation
from archlint.project.cycles import Cycle, cycles, shortest_way
from archlint.project.entry import is_script
from archlint.project.grpc import is_generated
from archlint.project.imports import Edge, parents
from archlint.project.layers import layers
from archlint.project.program import Project
from archlint.project.traffic import graph
from archlint.project.twins import beginning
from archlint.rulebook.checks.layers.imports import AgainstRoles
from archlint.rulebook.checks.layers.reporting import at_import, step
from archlint.rulebook.model import Rule

Level = dict[str, dict[str, list[Edge]]]
"""The edges between the children of one package: the imports behind each, by importing and imported child."""
_AT_IMPORT = frozenset({"runtime", "conditional"})
_SHOWN = 8


def import_cycle(project: Project, rule: Rule) -> Iterator[Violation]:
    """LAY003: one violation for each knot of cycles, at the cheapest edge to cut, with a cycle as trace."""
    for (parent, _), level in levels(project, deferred=rule.flag("deferred")).items():
        weights = {child: {other: len(edges) for other, edges in links.items()} for child, links in level.items()}
        for cycle in cycles({**{other: {} for links in weights.values() for other in links}, **weights}):
            yield _violation(project, rule, parent, level, cycle)


def levels(project: Project, *, deferred: bool) -> dict[tuple[str, str], Level]:
    """Return the edges between the children of each package, outermost first; those in functions too if `deferred`.

    A package is given by its name and its program, as several may have a package of that name.
    """
    roles = project.query(layers)
    reported = project.query(AgainstRoles).links
    found: dict[tuple[str, str], Level] = {}
    ways = _Ways()
    generated = (module.name for module in project.modules if is_generated(module))
    aside = frozenset((*roles.members().get("tests", ()), *generated))
    imports = _imports(project, deferred=deferred)
    started = _started(project, imports)
    imports = {
        ends: edges for ends, edges in imports.items() if aside.isdisjoint(ends) and ends[0] not in started
    }  # tests and scripts make no program of two
    programs = _programs(project, imports)
    for (from_, to), edges in imports.items():
        if (from_, to) in reported:
            continue
        parent, importer, imported = _siblings(ways[from_], ways[to])
        if importer and imported:
            found.setdefault((parent, programs.get(from_, "")), {}).setdefault(importer, {}).setdefault(
                imported, []
            ).extend(edges)
    return dict(sorted(found.items()))


def _imports(project: Project, *, deferred: bool) -> dict[tuple[str, str], list[Edge]]:
    kinds = _AT_IMPORT | {"function-local"} if deferred else _AT_IMPORT
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in project.query(graph).edges:
        if edge.internal and edge.import_.kind in kinds and (deferred or not edge.import_.lazy):
            found.setdefault((edge.importer, edge.imported), []).append(edge)
    return found


def _started(project: Project, imports: Collection[tuple[str, str]]) -> frozenset[str]:
    """Return the modules that are run and that nobody imports, which close no cycle when others are imported."""
    imported = {to for _, to in imports}
    alone = {from_ for from_, _ in imports}.difference(imported)
    return frozenset(name for name in alone if name in project.by_name and is_script(project, project.by_name[name]))


def _programs(project: Project, imports: Collection[tuple[str, str]]) -> dict[str, str]:
    """Return the folder of each module's program where some modules have the same names; programs that meet are one."""
    if not any(":" in module.name for module in project.modules):
        return {}
    found = {module.name: beginning(module) for module in project.modules}
    joined = ({found[end] for end in ends if end in found} for ends in imports)
    meeting = {folder for folders in joined if len(folders) > 1 for folder in folders}
    return {name: folder for name, folder in found.items() if folder not in meeting}


class _Ways(dict[str, tuple[str, ...]]):
    """The packages above a module, outermost first, and itself, without numbers: programs are told apart before."""

    def __missing__(self, name: str) -> tuple[str, ...]:
        plain = name.partition(":")[0]
        way = self[name] = (*parents(plain), plain)
        return way


def _siblings(importer: tuple[str, ...], imported: tuple[str, ...]) -> tuple[str, str, str]:
    """Return the innermost package that both ends of an import lie in, and which children of it they belong to.

    The ends are given by the ways to them. A child is empty when it is that package itself.
    """
    depth = 0
    for one, other in zip(importer, imported, strict=False):
        if one != other:
            break
        depth += 1
    one, other = (way[depth] if len(way) > depth else "" for way in (importer, imported))
    return importer[depth - 1] if depth else "", one, other


def _violation(project: Project, rule: Rule, parent: str, level: Level, cycle: Cycle) -> Violation:
    importer, imported = min(cycle.cuts, key=lambda cut: (len(level[cut[0]][cut[1]]), cut))
    edges = level[importer][imported]
    inside = {child: [other for other in level.get(child, {}) if other in cycle.names] for child in cycle.names}
    way = shortest_way(inside, imported, importer)
    around = [edges[0], *(level[one][other][0] for one, other in pairwise(way))]
    violation = at_import(
        project,
        rule,
        edges[0],
        _message(way, cycle),
        help_=_help(level, cycle),
        trace=tuple(step(project, edge) for edge in around),
    )
    # What is known again when code moves is the knot, not the import that is cheapest today.
    others = f" and {len(cycle.names) - 2} more" if len(cycle.names) > 2 else ""
    subject = f"{cycle.names[0]}, {cycle.names[1]}{others}"
    return msgspec.structs.replace(violation, module=parent or cycle.names[0], scope="", subject=subject)


def _message(way: list[str], cycle: Cycle) -> str:
    """Name the cycle that starts at the cheapest edge, and how large the knot around it is."""
    around = " -> ".join(f"`{name}`" for name in (way[-1], *way))
    if len(cycle.names) == len(way):
        return f"import cycle {around}"
    return f"import cycle {around}, one of several among {len(cycle.names)} packages and modules side by side"


def _help(level: Level, cycle: Cycle) -> str:
    """List the edges to cut, the cheapest first, with the imports behind each."""
    cuts = sorted(cycle.cuts, key=lambda cut: (len(level[cut[0]][cut[1]]), cut))
    many = f"these {len(cuts)} edges" if len(cuts) > 1 else "this edge"
    lines = [f"cut {many}, the cheapest, and the cycle is gone:"]
    for importer, imported in cuts[:_SHOWN]:
        links = sorted({f"`{edge.importer}` imports `{edge.imported}`" for edge in level[importer][imported]})
        more = f" and {len(links) - 1} more" if len(links) > 1 else ""
        lines.append(f"`{importer}` -> `{imported}`: {links[0]}{more}")
    return "\n".join([*lines, *([f"and {len(cuts) - _SHOWN} more"] if len(cuts) > _SHOWN else [])])
