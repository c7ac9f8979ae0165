"""The fixes of the rules about time."""

from typing import NamedTuple

import libcst as cst

from archlint.model import Edit, Fix
from archlint.rulebook.fixes.imports import Named, named
from archlint.rulebook.fixes.site import Site, Source

_LATER = frozenset({"default", "default_factory", "insert_default", "onupdate"})
_COLUMN = _LATER - {"default_factory"}
"""Arguments that make values for a column of a database, which may only take naive ones."""
_SHOWS_ZONE = frozenset({"__str__", "ctime", "isoformat", "tzinfo"})
"""What a `datetime` gives differently when it has a time zone."""


class _Replacement(NamedTuple):
    """What stands for a naive maker: its name and whether it takes a time stamp first, what it makes is local time."""

    name: str
    takes_stamp: bool
    local: bool


_REPLACEMENTS = {
    "utcnow": _Replacement("now", takes_stamp=False, local=False),
    "utcfromtimestamp": _Replacement("fromtimestamp", takes_stamp=True, local=False),
    "now": _Replacement("now", takes_stamp=False, local=True),
    "today": _Replacement("now", takes_stamp=False, local=True),
    "fromtimestamp": _Replacement("fromtimestamp", takes_stamp=True, local=True),
}


def with_time_zone(node: cst.Call | cst.Attribute, site: Site) -> Fix | None:
    """TIM001: `datetime.now(tz=timezone.utc)`, as a function where one is passed on.

    It is not safe where what is made meets a `datetime` that may have no time zone, or shows whether it has one.
    """
    maker = node.func if isinstance(node, cst.Call) else node
    if not isinstance(maker, cst.Attribute) or maker.lpar:
        return None
    replacement = _REPLACEMENTS.get(maker.attr.value)
    zone = _utc(site, node)
    if replacement is None or zone is None:
        return None
    edits = (
        _called(node, replacement, zone.expression, site.source)
        if isinstance(node, cst.Call)
        else _passed_on(node, replacement, zone.expression, site.source)
    )
    if not edits:
        return None
    return Fix(
        f"Make it with `tz={zone.expression}`",
        tuple(sorted({*zone.edits, *edits})),
        safe=_is_safe(node, replacement, site),
    )


def _utc(site: Site, node: cst.CSTNode) -> Named | None:
    """Return how UTC is named: as `UTC` if that is imported, else so that older versions of Python know it too."""
    if site.means("UTC", "datetime.UTC"):
        return Named("UTC", ())
    zone = named(site, node, "datetime", "timezone")
    return Named(f"{zone.expression}.utc", zone.edits) if zone is not None else None


def _renamed(maker: cst.Attribute, replacement: _Replacement, source: Source) -> tuple[Edit, ...]:
    start, end = source.span(maker.attr)
    return () if maker.attr.value == replacement.name else (Edit(start, end, replacement.name),)


def _called(call: cst.Call, replacement: _Replacement, zone: str, source: Source) -> tuple[Edit, ...]:
    assert isinstance(call.func, cst.Attribute)
    if len(call.args) != replacement.takes_stamp or any(each.star or each.keyword for each in call.args):
        return ()
    if call.args:
        _, end = source.span(call.args[0])
        return (*_renamed(call.func, replacement, source), Edit(end, end, f", tz={zone}"))
    opening = source.text.index("(", source.span(call.func)[1]) + 1
    return (*_renamed(call.func, replacement, source), Edit(opening, opening, f"tz={zone}"))


def _passed_on(maker: cst.Attribute, replacement: _Replacement, zone: str, source: Source) -> tuple[Edit, ...]:
    if replacement.takes_stamp or _keyword(maker, source) not in _LATER:
        return ()
    start, end = source.span(maker)
    return (
        Edit(start, start, "lambda: "),
        *_renamed(maker, replacement, source),
        Edit(end, end, f"(tz={zone})"),
    )


def _keyword(node: cst.CSTNode, source: Source) -> str:
    """Return the name under which a node is an argument, empty if it is none or has no name."""
    parent, _ = next(source.around(node))
    return parent.keyword.value if isinstance(parent, cst.Arg) and parent.keyword is not None else ""


def _is_safe(node: cst.Call | cst.Attribute, replacement: _Replacement, site: Site) -> bool:
    """Tell whether nothing is done with the new `datetime` on the spot that it may not be fit for."""
    if isinstance(node, cst.Attribute):
        return _keyword(node, site.source) not in _COLUMN
    for parent, child in site.source.around(node):
        if isinstance(parent, cst.BinaryOperation):
            other = parent.right if child is parent.left else parent.left
            if site.reference(other) not in ("datetime.timedelta()", "datetime.timedelta{}"):
                return False
        elif isinstance(parent, cst.Attribute):
            return parent.attr.value not in _SHOWS_ZONE and (not replacement.local or parent.attr.value == "timestamp")
        else:
            return not isinstance(parent, cst.Comparison | cst.ComparisonTarget | cst.FormattedStringExpression)
    return True
