"""The picture as SVG: boxes in rows, layers as bands, arrows around the boxes."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from html import escape

import msgspec

from archlint.outcome.reporters.visible import cells, visible
from archlint.picture.layout import Route
from archlint.picture.model import Arrow, Picture
from archlint.picture.place import centres
from archlint.picture.rows import Drawing, arranged
from archlint.picture.words import arrow_title, band_label, node_title, problems, size, summary

_CHARACTER = 7.6
_HEIGHT = 40.0
_ROW_GAP = 46.0
_BAND_PADDING = 18.0
_LEFT = 148.0
_MARGIN = 24.0
_HEAD = 64.0
_FOOT = 46.0
_PORT = 9.0
_STYLE = """
text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:#1f2937}
.title{font-size:18px;font-weight:650}.small{font-size:12px;fill:#6b7280}
.band{fill:#f3f5f9}.band.free{fill:none;stroke:#d5dae3;stroke-dasharray:5 4}
.layer{font-size:13px;font-weight:650;fill:#475569}
.box{fill:#fff;stroke:#94a3b8;stroke-width:1.2}.box.bad{stroke:#dc2626;stroke-width:1.8}.behind{fill:#fff;stroke:#b6c0ce}
.name{font-size:13px;font-weight:550}.count{font-size:11px;fill:#6b7280}
.arrow{fill:none;stroke:#8b97a8}.up{stroke:#d97706;stroke-dasharray:6 4;opacity:.65}.bad{stroke:#dc2626}
.badge{font-size:11px;font-weight:650;fill:#dc2626}
""".strip()


class _Frame(msgspec.Struct, frozen=True):
    """Where everything is: middles of nodes and points, upper edges of rows and of bands, widths of boxes."""

    x: Mapping[int, float]
    tops: Sequence[float]
    bands: Sequence[tuple[float, float]]
    widths: Mapping[int, float]
    level: Mapping[int, int]
    width: float
    height: float


def render(picture: Picture) -> str:
    """Draw the packages and modules that are shown at first; text from the checked code is escaped."""
    drawing = arranged(picture)
    frame = _frame(picture, drawing)
    body = "\n".join(
        (*_bands(drawing, frame), *_arrows(picture, drawing, frame), *_boxes(picture, frame), *_legend(drawing, frame))
    )
    width, height = f"{frame.width:.0f}", f"{frame.height:.0f}"
    size_ = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size_} viewBox="0 0 {width} {height}" role="img">\n'
        f"<title>{_text(picture.title)}: {_text(summary(picture))}</title>\n<style>{_STYLE}</style>\n"
        f"<defs>{''.join(_markers())}</defs>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n'
        f'<text class="title" x="{_MARGIN}" y="30">{_text(picture.title)}</text>\n'
        f'<text class="small" x="{_MARGIN}" y="49">{_text(summary(picture))}</text>\n'
        f"{body}\n</svg>\n"
    )


def _text(text: str) -> str:
    return escape(visible(text))


def _markers() -> Iterator[str]:
    for name, colour in (("plain", "#8b97a8"), ("up", "#d97706"), ("bad", "#dc2626")):
        yield (
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0.6L8,4L0,7.4z" fill="{colour}"/></marker>'
        )


def _frame(picture: Picture, drawing: Drawing) -> _Frame:
    rows = drawing.arrangement.rows
    widths = {node: _box_width(picture, node) for row in rows for node in row if node >= 0}
    left = _MARGIN + (_LEFT if picture.bands else _BAND_PADDING)
    x = {node: middle + left for node, middle in centres(drawing.arrangement, widths).items()}
    right = max((x[node] + widths.get(node, 0) / 2 for node in x), default=left)
    tops: list[float] = []
    bands: list[tuple[float, float]] = []
    y = _HEAD
    number = 0
    for count in drawing.arrangement.sizes:
        start = y
        y += _BAND_PADDING
        for _ in rows[number : number + count]:
            tops.append(y)
            y += _HEIGHT + _ROW_GAP
        y += _BAND_PADDING - _ROW_GAP
        bands.append((start, y))
        number += count
        y += _BAND_PADDING
    level = {node: index for index, row in enumerate(rows) for node in row}
    width = max(right + _BAND_PADDING + _MARGIN, 620.0)
    return _Frame(x, tops, bands, widths, level, width, y + _FOOT)


def _box_width(picture: Picture, node: int) -> float:
    return max(64.0, cells(visible(picture.nodes[node].label)) * _CHARACTER + 26)


def _bands(drawing: Drawing, frame: _Frame) -> Iterator[str]:
    if len(drawing.bands) < 2 and not any(drawing.bands):
        return
    for band, (top, bottom) in zip(drawing.bands, frame.bands, strict=True):
        free = "" if band else " free"
        yield (
            f'<rect class="band{free}" x="{_MARGIN}" y="{top:.1f}" width="{frame.width - 2 * _MARGIN:.1f}" '
            f'height="{bottom - top:.1f}" rx="8"/>'
        )
        middle = f"{(top + bottom) / 2 + 5:.1f}"
        yield f'<text class="layer" x="{_MARGIN + 14}" y="{middle}">{_text(band_label(band))}</text>'


def _boxes(picture: Picture, frame: _Frame) -> Iterator[str]:
    for node, width in sorted(frame.widths.items()):
        each = picture.nodes[node]
        left, top = frame.x[node] - width / 2, frame.tops[frame.level[node]]
        bad = " bad" if problems(picture, node) else ""
        yield f"<g><title>{_text(node_title(picture, node))}</title>"
        area = f'width="{width:.1f}" height="{_HEIGHT}" rx="6"'
        if each.children:
            yield f'<rect class="behind" x="{left + 4:.1f}" y="{top + 4:.1f}" {area}/>'
        yield f'<rect class="box{bad}" x="{left:.1f}" y="{top:.1f}" {area}/>'
        middle = f'x="{frame.x[node]:.1f}" text-anchor="middle"'
        if each.children:
            yield f'<text class="name" {middle} y="{top + 17:.1f}">{_text(each.label)}</text>'
            yield f'<text class="count" {middle} y="{top + 32:.1f}">{size(picture, node):,}</text>'
        else:
            yield f'<text class="name" {middle} y="{top + 25:.1f}">{_text(each.label)}</text>'
        yield "</g>"


def _arrows(picture: Picture, drawing: Drawing, frame: _Frame) -> Iterator[str]:
    ports = _ports(drawing.arrangement.routes, frame)
    found = {(arrow.source, arrow.target): arrow for arrow in drawing.arrows}
    routes = sorted(drawing.arrangement.routes, key=lambda route: _kind(found[route.source, route.target], route))
    for route in routes:
        arrow = found[route.source, route.target]
        kind = _kind(arrow, route)
        style = {"0plain": "", "1up": " up", "2bad": " bad"}[kind]
        stroke = min(1.2 + arrow.count.bit_length() * 0.22, 3.2)
        yield f"<g><title>{_text(arrow_title(picture, arrow))}</title>"
        stops = _stops(route, frame, ports)
        yield (
            f'<path class="arrow{style}" stroke-width="{stroke:.1f}" marker-end="url(#{kind[1:]})" '
            f'd="{_curve(stops)}"/>'
        )
        yield "</g>"
        if arrow.broken:
            (x0, y0), (x1, y1) = stops[len(stops) // 2 - 1], stops[len(stops) // 2]
            yield f'<text class="badge" x="{(x0 + x1) / 2 + 5:.1f}" y="{(y0 + y1) / 2 + 4:.1f}">{arrow.broken:,}</text>'


def _kind(arrow: Arrow, route: Route) -> str:
    return "2bad" if arrow.broken else "1up" if route.up else "0plain"


def _ports(routes: Sequence[Route], frame: _Frame) -> dict[tuple[int, int, bool], float]:
    """Return where each route leaves and enters its boxes: side by side, in the order of where they lead."""
    sides: dict[tuple[int, bool], list[tuple[float, int, bool]]] = {}
    for number, route in enumerate(routes):
        stops = (route.source, *route.points, route.target)
        sides.setdefault((route.source, not route.up), []).append((frame.x[stops[1]], number, True))
        sides.setdefault((route.target, route.up), []).append((frame.x[stops[-2]], number, False))
    places: dict[tuple[int, int, bool], float] = {}
    for (node, _), found in sides.items():
        room = frame.widths[node] * 0.7
        step = min(_PORT, room / max(len(found) - 1, 1))
        for place, (_, number, leaves) in enumerate(sorted(found)):
            route = routes[number]
            offset = (place - (len(found) - 1) / 2) * step
            places[route.source, route.target, leaves] = frame.x[node] + offset
    return places


def _stops(route: Route, frame: _Frame, ports: Mapping[tuple[int, int, bool], float]) -> list[tuple[float, float]]:
    """Return the places that a route passes, two for each row in between."""
    leave = frame.tops[frame.level[route.source]] + (0 if route.up else _HEIGHT)
    enter = frame.tops[frame.level[route.target]] + (_HEIGHT if route.up else 0)
    stops = [(ports[route.source, route.target, True], leave)]
    for point in route.points:
        top = frame.tops[frame.level[point]]
        edges = (top + _HEIGHT, top) if route.up else (top, top + _HEIGHT)
        stops.extend((frame.x[point], y) for y in edges)
    stops.append((ports[route.source, route.target, False], enter))
    return stops


def _curve(stops: Sequence[tuple[float, float]]) -> str:
    parts = [f"M{stops[0][0]:.1f},{stops[0][1]:.1f}"]
    for (x0, y0), (x1, y1) in itertools.pairwise(stops):
        if x0 == x1:
            parts.append(f"L{x1:.1f},{y1:.1f}")
        else:
            bend = (y1 - y0) * 0.55
            parts.append(f"C{x0:.1f},{y0 + bend:.1f} {x1:.1f},{y1 - bend:.1f} {x1:.1f},{y1:.1f}")
    return "".join(parts)


def _legend(drawing: Drawing, frame: _Frame) -> Iterator[str]:
    y = frame.height - 24
    left = _MARGIN
    shown = {(route.source, route.target) for route in drawing.arrangement.routes}
    entries = [("", "plain", "imports")]
    if any(route.up for route in drawing.arrangement.routes):
        entries.append((" up", "up", "against the direction of most"))
    if any(arrow.broken for arrow in drawing.arrows):
        entries.append((" bad", "bad", "breaks a rule"))
    for style, marker, label in entries:
        yield f'<path class="arrow{style}" stroke-width="1.8" marker-end="url(#{marker})" d="M{left},{y}h34"/>'
        yield f'<text class="small" x="{left + 42}" y="{y + 4}">{label}</text>'
        left += 62 + len(label) * 6.6
    hidden = len(drawing.arrows) - len(shown)
    if hidden:
        yield f'<text class="small" x="{left}" y="{y + 4}">{hidden:,} arrows that longer ways imply are left out</text>'
