"""The picture as a Mermaid flowchart, which GitHub and GitLab show in Markdown."""

import re
from collections.abc import Iterator

from archlint.outcome.reporters.visible import visible
from archlint.picture.model import Picture
from archlint.picture.rows import Drawing, arranged
from archlint.picture.words import band_label, problems

_UNSAFE = re.compile(r"[^\w .,()/:-]")


def render(picture: Picture) -> str:
    """Draw the packages and modules that are shown at first; text from the checked code is escaped."""
    return "".join(f"{line}\n" for line in _lines(picture, arranged(picture)))


def _lines(picture: Picture, drawing: Drawing) -> Iterator[str]:
    yield "flowchart TB"
    for number, band in enumerate(drawing.bands):
        nodes = [node for node in picture.top if picture.nodes[node].band == band]
        inside = bool(band) or len(drawing.bands) > 1
        if inside:
            yield f'  subgraph layer{number}["{_text(band_label(band))}"]'
        for node in nodes:
            each = picture.nodes[node]
            shape = ("[[", "]]") if each.children else ("[", "]")
            bad = ":::bad" if problems(picture, node) else ""
            yield f'  {"  " * inside}n{node}{shape[0]}"{_text(each.label)}"{shape[1]}{bad}'
        if inside:
            yield "  end"
    drawn = {(route.source, route.target) for route in drawing.arrangement.routes}
    arrows = [arrow for arrow in drawing.arrows if not drawn or (arrow.source, arrow.target) in drawn]
    for arrow in arrows:
        label = f"|{arrow.broken}|" if arrow.broken else ""
        yield f"  n{arrow.source} -->{label} n{arrow.target}"
    broken = [str(number) for number, arrow in enumerate(arrows) if arrow.broken]
    if broken:
        yield f"  linkStyle {','.join(broken)} stroke:#dc2626,stroke-width:2.5px,color:#dc2626"
    if any(problems(picture, node) for node in picture.top):
        yield "  classDef bad stroke:#dc2626,stroke-width:2px"


def _text(text: str) -> str:
    return _UNSAFE.sub(lambda match: f"#{ord(match[0])};", visible(text))
