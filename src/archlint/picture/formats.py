"""The formats of pictures."""

from collections.abc import Callable, Mapping

from archlint.picture import dot, mermaid, page, svg
from archlint.picture.model import Picture

FORMATS: Mapping[str, Callable[[Picture], str]] = {
    "mermaid": mermaid.render,
    "dot": dot.render,
    "svg": svg.render,
    "html": page.render,
}
"""Name of a format -> what draws in it."""

SUFFIXES: Mapping[str, str] = {
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
    ".html": "html",
    ".htm": "html",
}
"""What a file's suffix says of the format in it."""
