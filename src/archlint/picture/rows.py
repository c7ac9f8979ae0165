"""The nodes that a picture shows at first, arranged; what the drawings start from."""

import msgspec

from archlint.picture.layout import Arrangement, arrange
from archlint.picture.model import Arrow, Picture, arrows


class Drawing(msgspec.Struct, frozen=True):
    """The bands that have nodes, from top to bottom, the arrangement of all nodes, and every arrow."""

    bands: tuple[str, ...]
    arrangement: Arrangement
    arrows: tuple[Arrow, ...]


def arranged(picture: Picture) -> Drawing:
    """Arrange the nodes that are shown at first in their bands; those in no layer stand on top or at the bottom."""
    found = arrows(picture, picture.top)
    bands = list(picture.bands)
    free = [node for node in picture.top if not picture.nodes[node].band]
    if free:
        outside = frozenset(free)
        out = sum(arrow.count for arrow in found if arrow.source in outside and arrow.target not in outside)
        into = sum(arrow.count for arrow in found if arrow.target in outside and arrow.source not in outside)
        bands.insert(0 if out > into else len(bands), "")
    members = [[node for node in picture.top if picture.nodes[node].band == band] for band in bands]
    weights = {(arrow.source, arrow.target): arrow.count for arrow in found}
    marked = frozenset((arrow.source, arrow.target) for arrow in found if arrow.broken)
    return Drawing(tuple(bands), arrange(members, weights, marked), found)


def inner(picture: Picture, package: int) -> Arrangement:
    """Arrange what is directly in a package."""
    children = picture.nodes[package].children
    found = arrows(picture, children)
    weights = {(arrow.source, arrow.target): arrow.count for arrow in found}
    return arrange([children], weights, frozenset((arrow.source, arrow.target) for arrow in found if arrow.broken))
