"""The fixes of the rules about decorators."""

import libcst as cst

from archlint.model import Edit, Fix
from archlint.rulebook.checks.decorators.wrapping import wrapped_parameter
from archlint.rulebook.fixes.imports import named
from archlint.rulebook.fixes.site import Site


def wrapped(wrapper: cst.FunctionDef, site: Site) -> Fix | None:
    """DEC001: `@functools.wraps(function)` over the wrapper.

    It is not safe for a wrapper with parameters of its own: who asks for its signature is then given another one.
    """
    outer = site.enclosing_function
    function = wrapped_parameter(wrapper, outer) if outer is not None else ""
    wraps = named(site, wrapper, "functools", "wraps")
    if not function or wraps is None:
        return None
    source = site.source
    start, _ = source.span(wrapper)
    line_start = source.lines.line_start(source.lines.location(start, start).line)
    indentation = source.text[line_start:start]
    decorator = f"@{wraps.expression}({function})"
    positional = [*wrapper.params.posonly_params, *wrapper.params.params]
    return Fix(
        f"Put `{decorator}` over it",
        (*wraps.edits, Edit(start, start, f"{decorator}{source.newline}{indentation}")),
        safe=not positional[1:] and not wrapper.params.kwonly_params,
    )
