"""The fixes of the rules about Redis."""

import libcst as cst

from archlint.model import Edit, Fix
from archlint.rulebook.fixes.site import Site, Source

_DESCRIPTION = "Iterate with `scan_iter`"


def scanned(call: cst.Call, site: Site) -> Fix | None:
    """RDS001: `scan_iter(pattern)` for `keys(pattern)`, in a list where no `for` asks for one key after the other.

    That of an async client, which is awaited, is not safe: it takes the event loop's turn between the keys.
    """
    source, function = site.source, call.func
    if not isinstance(function, cst.Attribute) or call.lpar or "#" in source.text[slice(*source.span(call))]:
        return None
    renamed = _renamed(call, source)
    if renamed is None:
        return None
    parent, _ = next(source.around(call))
    if isinstance(parent, cst.Await):
        return _awaited(call, parent, renamed, source)
    if isinstance(parent, cst.For | cst.CompFor) and parent.iter is call:
        return Fix(_DESCRIPTION, tuple(sorted(renamed)), safe=True)
    start, end = source.span(call)
    edits = (Edit(start, start, "list("), *renamed, Edit(end, end, ")"))
    return Fix(_DESCRIPTION, tuple(sorted(edits)), safe=True)


def _renamed(call: cst.Call, source: Source) -> list[Edit] | None:
    """Return the edits that make `scan_iter` of `keys`; `None` for arguments that it takes in another way."""
    assert isinstance(call.func, cst.Attribute)
    edits = [Edit(*source.span(call.func.attr), "scan_iter")]
    if len(call.args) > 1 or any(each.star for each in call.args):
        return None
    for each in call.args:
        if each.keyword is not None:
            if each.keyword.value != "pattern":
                return None
            edits.append(Edit(*source.span(each.keyword), "match"))
    return edits


def _awaited(call: cst.Call, awaited: cst.Await, renamed: list[Edit], source: Source) -> Fix | None:
    start, _ = source.span(call)
    begin, end = source.span(awaited)
    parent, _ = next(source.around(awaited))
    if isinstance(parent, cst.For) and parent.iter is awaited and not awaited.lpar and parent.asynchronous is None:
        loop, _ = source.span(parent)
        edits = [Edit(loop, loop, "async "), Edit(begin, start, ""), *renamed]
        return Fix(_DESCRIPTION, tuple(sorted(edits)), safe=False)
    opened = Edit(begin, start, "[key async for key in ")
    edits = [opened, *renamed, Edit(end, end, "]")]
    return Fix(_DESCRIPTION, tuple(sorted(edits)), safe=False)
