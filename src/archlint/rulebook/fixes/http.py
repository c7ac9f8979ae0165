"""The fixes of the rules about HTTP."""

import libcst as cst

from archlint.model import Edit, Fix
from archlint.rulebook.fixes.site import Site

SECONDS = 10


def timeout_added(call: cst.Call, site: Site) -> Fix | None:
    """HTP001: `timeout=10` as the last argument, in a line of its own where the others are."""
    arguments = call.args
    if not arguments or any(each.star or (each.keyword and each.keyword.value == "timeout") for each in arguments):
        return None
    source = site.source
    last = arguments[-1]
    _, behind = source.span(last.value)
    for _ in last.value.rpar:
        behind = source.text.index(")", behind) + 1
    _, end = source.span(call)
    rest = source.text[behind : end - 1]
    if "#" in rest:
        return None
    written = f"timeout={SECONDS}"
    if "," not in rest:
        edit = Edit(behind, behind, f", {written}")
    elif "\n" in rest or "\r" in rest:
        line = source.lines.line(source.lines.location(*source.span(last)).line)
        indent = line[: len(line) - len(line.lstrip())]
        comma = behind + rest.index(",") + 1
        edit = Edit(comma, comma, f"{source.newline}{indent}{written},")
    else:
        comma = behind + rest.index(",") + 1
        edit = Edit(comma, comma, f" {written},")
    return Fix(f"Add `{written}`", (edit,), safe=False)
