"""What pictures say in words, the same in every format."""

from archlint.picture.model import Arrow, Node, Picture
from archlint.wording import counted

NO_LAYER = "in no layer"


def band_label(band: str) -> str:
    """Return how a layer is called in a picture."""
    return band or NO_LAYER


def node_title(picture: Picture, node: int) -> str:
    """Return the full name of a node, and how many modules are in it."""
    each = picture.nodes[node]
    return f"{each.name} ({counted(size(picture, node), 'module')})" if each.children else each.name


def arrow_title(picture: Picture, arrow: Arrow) -> str:
    """Return what an arrow stands for."""
    broken = f", {arrow.broken} against a rule" if arrow.broken else ""
    ends = f"{picture.nodes[arrow.source].name} -> {picture.nodes[arrow.target].name}"
    return f"{ends}: {counted(arrow.count, 'import')}{broken}"


def summary(picture: Picture) -> str:
    """Return how much the picture shows."""
    modules = sum(1 for each in picture.nodes if not each.children)
    imports = sum(len(link.statements) for link in picture.links)
    broken = sum(link.broken for link in picture.links)
    said = f"{counted(modules, 'module')}, {counted(imports, 'import')}"
    return f"{said}, {broken:,} against a rule" if broken else said


def size(picture: Picture, node: int) -> int:
    """Return how many modules are in a node."""
    return sum(1 for _ in picture.leaves(node))


def problems(picture: Picture, node: int) -> int:
    """Return how many violations there are in a node apart from imports of other modules."""
    nodes: tuple[Node, ...] = picture.nodes
    return sum(len(nodes[leaf].problems) for leaf in picture.leaves(node))
