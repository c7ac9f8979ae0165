"""The user's contracts about direction, whose violations are LAY001's: layers, and lists of what may be imported."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain

import msgspec

from archlint.model import Violation
from archlint.project.contracts import Contract, Line
from archlint.project.imports import Edge
from archlint.project.members import Members
from archlint.project.packages import Packages
from archlint.project.paths import Ban
from archlint.project.preset_contracts import contracts
from archlint.project.program import Project
from archlint.project.traffic import AllTraffic, is_third_party
from archlint.rulebook.checks.layers.prohibitions import against_prohibition
from archlint.rulebook.checks.layers.reporting import at_import, at_paths, may_not
from archlint.rulebook.model import Rule


def against_contracts(project: Project, rule: Rule) -> Iterator[Violation]:
    """Yield what breaks the contracts about direction."""
    for contract in project.query(contracts):
        if contract.type in DIRECTIONS:
            yield from DIRECTIONS[contract.type](project, rule, contract)


def containers(project: Project, contract: Contract) -> tuple[str, ...]:
    """Return the names of the packages that are containers of a layers contract, `("",)` without any."""
    members = project.query(Members)
    found = {name for pattern in contract.containers for name in members.whole(pattern)}
    return tuple(sorted(found)) if contract.containers else ("",)


class Place(msgspec.Struct, frozen=True):
    """One name in a layers contract: which layer it is in (0 is the highest), and its modules in one container."""

    rank: int
    line: Line
    pattern: str
    modules: frozenset[str]


def places(project: Project, contract: Contract, container: str) -> list[Place]:
    """Return the names of the layers in a container, from high to low."""
    members = project.query(Members)
    taken: set[str] = set()
    found = []
    for rank, line in enumerate(contract.layers):
        for sibling in line.siblings:
            pattern = f"{container}.{sibling.pattern}" if container else sibling.pattern
            modules = members.matching(pattern) - taken
            taken |= modules
            found.append(Place(rank, line, pattern, modules))
    return found


def layer_bans(contract: Contract, placed: list[Place]) -> list[tuple[Place, Ban]]:
    """Return what each name in a layers contract may not reach: what is above, beside it, or behind a closed layer."""
    walls = frozenset(chain.from_iterable(place.modules for place in placed))
    closed = [rank for rank, line in enumerate(contract.layers) if line.label in contract.closed]
    bans = []
    for place in placed:
        floor = next((rank for rank in closed if rank > place.rank), len(contract.layers))
        targets = [
            other.modules
            for other in placed
            if other.rank < place.rank
            or other.rank > floor
            or (other.rank == place.rank and place.line.independent and other is not place)
        ]
        bans.append((place, Ban(place.modules, frozenset().union(*targets), walls)))
    return bans


def _against_layers(project: Project, rule: Rule, contract: Contract) -> Iterator[Violation]:
    for container in containers(project, contract):
        yield from _against_container(project, rule, contract, container)


def _against_container(project: Project, rule: Rule, contract: Contract, container: str) -> Iterator[Violation]:
    traffic = project.query(AllTraffic).of(contract.kinds)
    placed = places(project, contract, container)
    place_of = {name: place for place in placed for name in place.modules}
    broken = [
        (ban, traffic.paths.illegal(ban), partial(_layer_message, contract, place, place_of))
        for place, ban in layer_bans(contract, placed)
    ]
    return at_paths(project, rule, contract, broken)


def _layer_message(contract: Contract, here: Place, place_of: Mapping[str, Place], path: tuple[str, ...]) -> str:
    there = place_of[path[-1]]
    if there.rank < here.rank:
        why = f"layer `{there.pattern}` is above `{here.pattern}`"
    elif there.rank == here.rank:
        why = f"`{here.pattern}` and `{there.pattern}` are independent of each other"
    else:
        between = contract.layers[here.rank + 1 : there.rank]
        closed = next(line.label for line in between if line.label in contract.closed)
        why = f"the way from `{here.pattern}` to `{there.pattern}` leads through the closed layer `{closed}`"
    return f"{may_not(path)}, since {why}"


def _against_list(project: Project, rule: Rule, contract: Contract) -> Iterator[Violation]:
    members = project.query(Members)
    modules = members.any_of(contract.modules)
    packages = project.query(Packages)
    allowed = modules | members.any_of(tuple(each for each in contract.may_import if packages.is_module_pattern(each)))
    traffic = project.query(AllTraffic).of(contract.kinds)
    for module in sorted(modules):
        for name, edges in traffic.links.get(module, {}).items():
            if name in allowed or _is_free(contract, packages, name, edges[0]):
                continue
            what = "only what the contract lists" if contract.type == "only" else "nothing of the project"
            for edge in edges:
                yield at_import(project, rule, edge, f"`{module}` may import {what}, not `{name}`", contract=contract)


def _is_free(contract: Contract, packages: Packages, name: str, edge: Edge) -> bool:
    if edge.internal:
        return False
    return contract.type == "leaf" or not is_third_party(edge) or packages.covers(contract.may_import, name)


DIRECTIONS: Mapping[str, Callable[[Project, Rule, Contract], Iterator[Violation]]] = {
    "layers": _against_layers,
    "only": _against_list,
    "leaf": _against_list,
    "forbidden": against_prohibition,
    "protected": against_prohibition,
}
"""Type of contract -> what breaks one of it."""
