"""Which layers a picture has, which modules are in them, and which stands above which other."""

from collections import Counter
from collections.abc import Iterable, Mapping

from archlint.project.contracts import Contract, Line
from archlint.project.imports import ImportGraph
from archlint.project.layers import layers
from archlint.project.patterns import compile_module_pattern
from archlint.project.program import Project

_ROLES = ("presentation", "infrastructure", "application", "domain")
_WIRING = "composition"


def bands(project: Project, graph: ImportGraph, modules: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the layer of each of the modules, empty when it is in none, and the layers from top to bottom.

    Layers are the roles, or where no module has one the lines of the project's first contract of layers.
    """
    known = project.query(layers)
    roles = {name: known.role(name) for name in modules}
    contract = next((each for each in project.architecture.contracts if each.type == "layers"), None)
    if any(roles.values()) or contract is None:
        return roles, _order(graph, roles)
    return {name: _line(contract, name) for name in roles}, tuple(line.label for line in contract.layers)


def _order(graph: ImportGraph, roles: Mapping[str, str]) -> tuple[str, ...]:
    """Return the roles so that the arrows of a clean architecture point down.

    What wires the others stands on top, or below the presentation when that imports it, as entry points do.
    """
    counts = Counter((roles.get(edge.importer, ""), roles.get(edge.imported, "")) for edge in graph.edges)
    above = counts[_WIRING, _ROLES[0]] >= counts[_ROLES[0], _WIRING]
    return (_WIRING, *_ROLES) if above else (_ROLES[0], _WIRING, *_ROLES[1:])


def _line(contract: Contract, module: str) -> str:
    """Return the label of the line of a contract that a module is in; empty when it is in none."""
    return next((line.label for line in contract.layers if _is_in(line, contract.containers, module)), "")


def _is_in(line: Line, containers: tuple[str, ...], module: str) -> bool:
    patterns = (sibling.pattern for sibling in line.siblings if not sibling.pattern.startswith("<"))
    whole = [f"{container}.{each}" if container else each for each in patterns for container in containers or ("",)]
    return any(compile_module_pattern(each)(module) for each in whole)
