"""What a picture shows: a tree of packages and modules, the imports between modules, and what is wrong with them."""

from collections.abc import Iterator

import msgspec


class Statement(msgspec.Struct, frozen=True):
    """One import alias: path and place as people read them, the line of source, what kind of import it is.

    `problems` are messages about it, each beginning with the code of a rule.
    """

    path: str
    line: int
    column: int
    text: str
    kind: str
    problems: tuple[str, ...] = ()


class Link(msgspec.Struct, frozen=True):
    """All imports of one module by another; both are indices of leaves among the nodes."""

    importer: int
    imported: int
    statements: tuple[Statement, ...]

    @property
    def broken(self) -> int:
        """How many of the imports break a rule."""
        return sum(1 for each in self.statements if each.problems)


class Node(msgspec.Struct, frozen=True):
    """A package (with `children`, indices of nodes) or a module, a leaf.

    `name` is dotted, that of a package's own module ends in `.__init__`; `label` is its last part. `parent` is an
    index, -1 at the top. `band` names the layer that the node is in with all that is in it, empty when there is none.
    `problems` are what is wrong in a module apart from imports of other modules.
    """

    name: str
    label: str
    parent: int
    children: tuple[int, ...]
    band: str
    problems: tuple[str, ...] = ()


class Picture(msgspec.Struct, frozen=True):
    """A project to be drawn.

    `bands` are the layers from top to bottom, empty when there are none. `top` are the nodes that are shown at first:
    no module is in two of them, and each is in one band.
    """

    title: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    bands: tuple[str, ...]
    top: tuple[int, ...]

    def leaves(self, node: int) -> Iterator[int]:
        """Yield the modules in a node, itself if it is one."""
        waiting = [node]
        while waiting:
            each = waiting.pop()
            children = self.nodes[each].children
            waiting.extend(reversed(children))
            if not children:
                yield each

    def homes(self, shown: tuple[int, ...]) -> dict[int, int]:
        """Return for each module in one of the `shown` nodes which that is."""
        return {leaf: node for node in shown for leaf in self.leaves(node)}


class Arrow(msgspec.Struct, frozen=True):
    """The imports between two nodes that are shown, taken together: how many there are, and how many are broken."""

    source: int
    target: int
    count: int
    broken: int


def arrows(picture: Picture, shown: tuple[int, ...]) -> tuple[Arrow, ...]:
    """Return the imports between the shown nodes, sorted by source and target."""
    homes = picture.homes(shown)
    counts: dict[tuple[int, int], tuple[int, int]] = {}
    for link in picture.links:
        source, target = homes.get(link.importer), homes.get(link.imported)
        if source is not None and target is not None and source != target:
            count, broken = counts.get((source, target), (0, 0))
            counts[source, target] = (count + len(link.statements), broken + link.broken)
    return tuple(Arrow(*pair, *found) for pair, found in sorted(counts.items()))
