"""The picture as one HTML page that needs no network: packages open on a click, arrows list their imports."""

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from archlint.outcome.reporters.visible import visible
from archlint.picture.layout import Arrangement
from archlint.picture.model import Link, Picture
from archlint.picture.rows import arranged, inner
from archlint.picture.words import band_label, summary

_UNSAFE = re.compile("[<>&]")


def render(picture: Picture) -> str:
    """Write the page; text from the checked code is data in it, never markup or script."""
    parts = {
        "title": escape(visible(picture.title)),
        "summary": escape(summary(picture)),
        "style": _asset("page.css"),
        "script": _asset("page.js"),
        "data": _json(_document(picture)),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("page.html"))


def _asset(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


def _json(document: object) -> str:
    """Return JSON in which nothing ends a script element or means anything in HTML."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _document(picture: Picture) -> dict[str, object]:
    drawing = arranged(picture)
    paths: dict[str, int] = {}
    return {
        "nodes": [
            [visible(each.name), visible(each.label), each.parent, list(each.children), _shown(each.problems)]
            for each in picture.nodes
        ],
        "links": [_link(link, paths) for link in picture.links],
        "paths": list(paths),
        "bands": [
            [band_label(band) if band or len(drawing.bands) > 1 else "", count]
            for band, count in zip(drawing.bands, drawing.arrangement.sizes, strict=True)
        ],
        "top": _arrangement(drawing.arrangement),
        "inner": {
            str(number): _arrangement(inner(picture, number))
            for number, node in enumerate(picture.nodes)
            if node.children
        },
    }


def _link(link: Link, paths: dict[str, int]) -> list[object]:
    statements = [
        [
            paths.setdefault(visible(each.path), len(paths)),
            each.line,
            each.column,
            visible(each.text),
            "" if each.kind == "runtime" else each.kind,
            _shown(each.problems),
        ]
        for each in link.statements
    ]
    return [link.importer, link.imported, statements]


def _shown(texts: Iterable[str]) -> list[str]:
    return [visible(text) for text in texts]


def _arrangement(arrangement: Arrangement) -> dict[str, object]:
    return {
        "rows": [list(row) for row in arrangement.rows],
        "routes": list(_routes(arrangement)),
    }


def _routes(arrangement: Arrangement) -> Iterator[list[object]]:
    for route in arrangement.routes:
        yield [route.source, route.target, list(route.points), int(route.up)]
