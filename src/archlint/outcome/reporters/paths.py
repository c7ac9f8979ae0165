"""Paths as reports write them: relative, with forward slashes, the same on every machine."""

import os.path
from urllib.parse import quote


def relative(path: str, base: str) -> str:
    """Return absolute `path` relative to the absolute directory `base`; as it is when on another drive."""
    inside = base.rstrip("/") + "/"
    if path.startswith(inside):
        return path[len(inside) :]
    try:
        return os.path.relpath(path, base).replace(os.sep, "/")
    except ValueError:
        return path


def uri(path: str, base: str) -> str:
    """Return the relative URI reference (RFC 3986) of absolute `path` from the absolute directory `base`."""
    return quote(relative(path, base), safe="/", errors="surrogateescape")
