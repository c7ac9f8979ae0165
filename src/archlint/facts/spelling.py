"""Annotations as they are written, every name made absolute: what comparing and printing signatures needs.

References leave out what says nothing about a receiver (`None`, `Literal`, the parameters of a callable); a spelled
annotation keeps it. It is a Python expression without spaces, strings read as what they quote, whose names are roots of
references, or `?name` where nothing is known about the name: `typing.Optional[shop.user.User]`, `?T|None`.
"""

import re

import libcst as cst

from archlint.facts.expressions import MAX_DEPTH, Expressions
from archlint.facts.syntax import text_of

_ROOT = re.compile(r"[\w.]+(?:@\d+)?")
_LITERALS = frozenset({"typing.Literal", "typing_extensions.Literal"})
_METADATA = frozenset({"typing.Annotated", "typing_extensions.Annotated"})
_MAX_LENGTH = 300


def spell(expressions: Expressions, node: cst.BaseExpression) -> str:
    """Return an annotation as it is spelled with absolute names; `?` where it is too long or no type expression."""
    spelled = _spell(expressions, node, 0)
    return spelled if len(spelled) <= _MAX_LENGTH else "?"


def _spell(expressions: Expressions, node: cst.CSTNode, depth: int) -> str:
    if depth > MAX_DEPTH:
        return "?"
    kind = node.__class__
    if kind is cst.Name or kind is cst.Attribute:
        return _name(expressions, node)
    if isinstance(node, cst.Subscript):
        return _subscript(expressions, node, depth + 1)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return f"{_spell(expressions, node.left, depth + 1)}|{_spell(expressions, node.right, depth + 1)}"
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        parsed = expressions.parsed(node)
        return _spell(expressions, parsed, depth + 1) if parsed is not None else "?"
    if isinstance(node, cst.List):
        return f"[{','.join(_spell(expressions, each.value, depth + 1) for each in node.elements)}]"
    return "..." if isinstance(node, cst.Ellipsis) else "?"


def _name(expressions: Expressions, node: cst.CSTNode) -> str:
    if isinstance(node, cst.Name) and node.value == "None":
        return "None"
    reference = expressions.value(node).partition("|")[0]
    if _ROOT.fullmatch(reference):
        return reference
    return f"?{node.value}" if isinstance(node, cst.Name) else "?"


def _subscript(expressions: Expressions, node: cst.Subscript, depth: int) -> str:
    base = _spell(expressions, node.value, depth)
    elements = [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
    if base in _METADATA and elements:
        return _spell(expressions, elements[0], depth)
    arguments = [
        _literal(expressions, each) if base in _LITERALS else _spell(expressions, each, depth) for each in elements
    ]
    return f"{base}[{','.join(arguments)}]"


def _literal(expressions: Expressions, node: cst.BaseExpression) -> str:
    if isinstance(node, cst.SimpleString):
        said = text_of(node)
        return "?" if said is None else repr(said)
    if isinstance(node, cst.Integer):
        return node.value
    if isinstance(node, cst.Name) and node.value in ("True", "False", "None"):
        return node.value
    return _name(expressions, node) if isinstance(node, cst.Attribute) else "?"
