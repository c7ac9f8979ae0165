"""The picture in DOT, for Graphviz and whatever else reads it."""

from collections.abc import Iterator

from archlint.outcome.reporters.visible import visible
from archlint.picture.model import Picture
from archlint.picture.rows import Drawing, arranged
from archlint.picture.words import arrow_title, band_label, node_title, problems


def render(picture: Picture) -> str:
    """Describe the packages and modules that are shown at first, with every arrow between them."""
    return "".join(f"{line}\n" for line in _lines(picture, arranged(picture)))


def _lines(picture: Picture, drawing: Drawing) -> Iterator[str]:
    yield f"digraph {_text(picture.title)} {{"
    yield '  graph [rankdir=TB, fontname="Helvetica", compound=true]'
    yield '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica"]'
    yield '  edge [color="#8b97a8"]'
    for number, band in enumerate(drawing.bands):
        inside = bool(band) or len(drawing.bands) > 1
        if inside:
            yield f"  subgraph cluster_{number} {{"
            yield f'    label={_text(band_label(band))}; color="#d5dae3"'
        for node in picture.top:
            if picture.nodes[node].band == band:
                yield f"  {'  ' * inside}n{node} [{_node(picture, node)}]"
        if inside:
            yield "  }"
    for arrow in drawing.arrows:
        red = f', color="#dc2626", fontcolor="#dc2626", penwidth=2, label="{arrow.broken}"' if arrow.broken else ""
        yield f"  n{arrow.source} -> n{arrow.target} [tooltip={_text(arrow_title(picture, arrow))}{red}]"
    yield "}"


def _node(picture: Picture, node: int) -> str:
    each = picture.nodes[node]
    parts = [f"label={_text(each.label)}", f"tooltip={_text(node_title(picture, node))}"]
    if each.children:
        parts.append("peripheries=2")
    if problems(picture, node):
        parts.append('color="#dc2626"')
    return ", ".join(parts)


def _text(text: str) -> str:
    escaped = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
