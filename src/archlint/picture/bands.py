"""Which layer stands above which other in a picture."""

from collections import Counter
from collections.abc import Mapping

from archlint.project.imports import ImportGraph

_ROLES = ("presentation", "infrastructure", "application", "domain")
_WIRING = "composition"


def order(graph: ImportGraph, bands: Mapping[str, str]) -> tuple[str, ...]:
    """Return the layer roles from top to bottom, so that the arrows of a clean architecture point down.

    What wires the others stands on top, or below the presentation when that imports it, as entry points do.
    """
    counts = Counter((bands.get(edge.importer, ""), bands.get(edge.imported, "")) for edge in graph.edges)
    above = counts[_WIRING, _ROLES[0]] >= counts[_ROLES[0], _WIRING]
    return (_WIRING, *_ROLES) if above else (_ROLES[0], _WIRING, *_ROLES[1:])
