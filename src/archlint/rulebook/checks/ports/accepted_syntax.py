"""Methods of which a comment says that type checkers are not to complain about them: `# type: ignore[override]`."""

import re
from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting

_ACCEPTED = "accepted-override"
"""The code of a candidate at the name of a method whose signature its author knows to be another than its base's."""
_IGNORED = re.compile(
    r"#\s*(?:type:\s*ignore(?![\w-])(?:\[[^\]]*\boverride\b)?(?!\[)|(?:pyright|ty|pyrefly):\s*ignore)"
)


def accepted_override(node: cst.FunctionDef, context: ModuleContext) -> Iterator[Sighting]:
    """Note a method with such a comment behind its `def`, a parameter or its colon."""
    if context.enclosing_class is None:
        return
    if any(_IGNORED.search(comment) for comment in _comments(node)):
        yield Sighting(code=_ACCEPTED, message="", subject=node.name.value)


def _comments(node: cst.FunctionDef) -> Iterator[str]:
    if isinstance(node.body, cst.IndentedBlock) and node.body.header.comment is not None:
        yield node.body.header.comment.value
    spaces = [node.whitespace_before_params]
    for each in (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params):
        spaces += [each.comma.whitespace_after] if isinstance(each.comma, cst.Comma) else [each.whitespace_after_param]
    for space in spaces:
        if isinstance(space, cst.ParenthesizedWhitespace) and space.first_line.comment is not None:
            yield space.first_line.comment.value
