"""The first configuration and baseline of a project, worked out from what is there."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from archlint.baselining import Renewed, renew
from archlint.engine import Options, Taken, project_of, take_in
from archlint.intake.contracts import contracts_below, find_contracts
from archlint.intake.settings import OWN
from archlint.model import Failure
from archlint.outcome.starter import Start
from archlint.project.asides import is_test
from archlint.project.imports import ImportGraph, import_graph
from archlint.project.layers import layers
from archlint.project.program import Project
from archlint.project.proposal import patterns, propose

_ROOTS = 6
_ADVICE = re.compile(r"; |(?<=\?) ")
"""What stands between a failure and the advice on it."""
_ROLES = ("domain", "application", "infrastructure", "presentation", "composition")


class Seen(msgspec.Struct, frozen=True):
    """What a first look saw: what to start with, modules by role, modules, imports, and if there are contracts."""

    start: Start
    roles: Mapping[str, int]
    modules: int
    imports: int
    contracts: bool


def look(folder: Path, options: Options) -> Seen:
    """Look at a project that has no configuration yet. Raises as `engine.check` does."""
    empty = {(folder.resolve() / OWN).as_posix(): b""}  # without it, that of a folder above would hold
    taken = take_in((folder,), msgspec.structs.replace(options, unsaved=empty, baseline_mode="off"))
    project = project_of(taken)
    graph = import_graph({name: module.facts for name, module in project.by_name.items()})
    own = [
        name
        for name, module in project.by_name.items()
        if name == module.imported_as and name != "setup" and not is_test(module)
    ]
    roles = _roles(project, own)
    sources = taken.inputs.sources
    below = contracts_below(sources.parts())
    contracts = find_contracts(sources.root, sources.root)[0] is not None or any(True for _ in below)
    start = Start(
        source_roots=_source_roots(taken),
        exclude=_unreadable(taken),
        roles=patterns(roles, lambda name: _role(project, name)) if any(roles.values()) else {},
        proposal=None if any(roles.values()) or contracts else propose(graph, own),
    )
    counts = Counter(role for role in roles.values() if role)
    return Seen(
        start,
        {role: counts[role] for role in _ROLES if counts[role]},
        len(own),
        _count(graph, own),
        contracts,
    )


def accept(folder: Path, options: Options) -> Renewed:
    """Work out the baseline with the configuration that the project has by now."""
    return renew((folder,), options, prune=False)


def _roles(project: Project, own: list[str]) -> dict[str, str]:
    known = project.query(layers)
    return {name: known.role(name) if known.role(name) in _ROLES else "" for name in own}


def _role(project: Project, package: str) -> str:
    layer = project.query(layers).would_be(package)
    return layer.role if layer and layer.role in _ROLES else ""


def _count(graph: ImportGraph, own: list[str]) -> int:
    inside = frozenset(own)
    return sum(1 for edge in graph.edges if edge.importer in inside and edge.imported in inside)


def _source_roots(taken: Taken) -> tuple[str, ...]:
    """Return the folders below the project's in which the names of packages begin, relative to it."""
    root = taken.inputs.sources.root.as_posix()
    found: set[str] = set()
    for file in taken.inputs.sources.files:
        depth = file.module.partition(":")[0].count(".") + (1 if file.is_package else 0)
        if not depth:
            continue
        folder = Path(file.path).parents[depth].as_posix()
        if folder != root and folder.startswith(f"{root}/"):
            found.add(folder[len(root) + 1 :])
    outermost = sorted(each for each in found if not any(each.startswith(f"{other}/") for other in found))
    return tuple(outermost) if len(outermost) <= _ROOTS else ()


def _unreadable(taken: Taken) -> dict[str, str]:
    """Return the files that cannot be checked, relative to the project, and why."""
    root = f"{taken.inputs.sources.root.as_posix()}/"
    failures: tuple[Failure, ...] = (*taken.inputs.sources.failures, *taken.gathered.failures)
    return {
        f"/{each.path.removeprefix(root)}".removeprefix("/"): _ADVICE.split(each.message)[0]
        for each in failures
        if each.path.startswith(root)
    }
