"""Fixes that put one name in the place of another."""

import libcst as cst

from archlint.model import Edit, Fix
from archlint.rulebook.checks.security.jwt_errors import meant
from archlint.rulebook.fixes.site import Site


def known_error(node: cst.Attribute, site: Site) -> Fix | None:
    """SEC003: the exception that the library has."""
    right = meant(site.reference(node)) if isinstance(node, cst.Attribute) else ""
    return _renamed(node.attr, right, site) if right else None


def logged_exception(node: cst.Call, site: Site) -> Fix | None:
    """OBS002: `logger.exception(...)` for `logger.error(...)`, which is as loud and has the traceback."""
    callee = node.func
    if not isinstance(callee, cst.Attribute) or callee.attr.value != "error":
        return None
    return _renamed(callee.attr, "exception", site)


def _renamed(name: cst.Name, new: str, site: Site) -> Fix:
    start, end = site.source.span(name)
    return Fix(f"Replace it with `{new}`", (Edit(start, end, new),), safe=True)
