"""The fields of every LibCST node that mean something, in the order of the source text."""

import dataclasses
import inspect
from collections.abc import Iterable, Iterator
from typing import Any

import libcst as cst

_IN_SOURCE_ORDER: dict[type[cst.CSTNode], tuple[str, ...]] = {
    cst.Arg: ("keyword", "value"),
    cst.ClassDef: ("decorators", "name", "type_parameters", "bases", "keywords", "body"),
    cst.ExceptHandler: ("type", "name", "body"),
    cst.ExceptStarHandler: ("type", "name", "body"),
    cst.FunctionDef: ("decorators", "name", "type_parameters", "params", "returns", "body"),
    cst.IfExp: ("body", "test", "orelse"),
    cst.MatchCase: ("pattern", "guard", "body"),
    cst.Parameters: ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    cst.TypeAlias: ("name", "type_parameters", "value"),
}
_TRIVIA = (
    "whitespace", "trailing_whitespace", "leading_whitespace", "lpar", "rpar", "lbrac", "rbrac", "comma",
    "trailing_comma", "semicolon", "leading_lines", "lines_after", "footer", "header", "indent", "operator",
    "asynchronous", "posonly_ind", "colon", "first_colon", "second_colon", "equal", "separator", "dot", "relative",
    "star", "conversion", "start", "end", "encoding", "default_indent", "default_newline", "has_trailing_newline",
    "comment", "newline", "empty_lines",
)  # fmt: skip
_KEPT = frozenset({"star_arg", "star_kwarg"})
_LEAVES = (
    cst.SimpleString, cst.Integer, cst.Float, cst.Imaginary, cst.Name, cst.FormattedStringText, cst.TemplatedStringText,
    cst.Comment, cst.Newline, cst.SimpleWhitespace,
)  # fmt: skip


def _fields(node_type: type[cst.CSTNode]) -> tuple[str, ...]:
    if not set(_LEAVES).isdisjoint(node_type.__mro__):
        return ()
    if node_type in _IN_SOURCE_ORDER:
        return _IN_SOURCE_ORDER[node_type]
    return tuple(
        field.name
        for field in dataclasses.fields(node_type)
        if field.name in _KEPT or not field.name.startswith(_TRIVIA)
    )


FIELDS: dict[type, tuple[str, ...]] = {
    node_type: _fields(node_type)
    for _, node_type in inspect.getmembers(cst, inspect.isclass)
    if issubclass(node_type, cst.CSTNode) and dataclasses.is_dataclass(node_type)
}
"""Node class -> the names of its meaningful fields, in source order."""
REVERSED: dict[type, tuple[str, ...]] = {node_type: names[::-1] for node_type, names in FIELDS.items()}
"""The same, last field first, as a stack wants it."""


def text_of(node: cst.CSTNode) -> str | bytes | None:
    """Return what a string literal or several of them say; `None` for anything else, and for what Python refuses.

    Lone surrogates, which no encoding has, are left as escapes.
    """
    if not isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        return None
    try:
        value = node.evaluated_value
    except (SyntaxError, TypeError, ValueError):  # a broken escape, bytes beside text
        return None
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


FUNCTIONS = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
"""What has a body that does not run where it stands (or, for a class, is judged on its own)."""


def descend(node: cst.CSTNode, but_not: tuple[type[cst.CSTNode], ...] = ()) -> Iterator[cst.CSTNode]:
    """Yield a node and all that is below it, in the order of the text; for checks that look into one construct.

    Nodes of the very classes `but_not` are left out with all that is below them.
    """
    stack = [node]
    while stack:
        current = stack.pop()
        kind = current.__class__
        if kind in but_not:
            continue
        yield current
        for field in REVERSED[kind]:
            value = getattr(current, field)
            value_kind = value.__class__
            if value_kind in REVERSED:
                stack.append(value)
            elif value_kind is list or value_kind is tuple:
                stack.extend(value[::-1])


def is_name(node: cst.CSTNode | None, name: str) -> bool:
    """Tell whether a node is this name, and nothing more."""
    return isinstance(node, cst.Name) and node.value == name


def last_statement(block: cst.BaseSuite | cst.SimpleStatementLine) -> cst.CSTNode | None:
    """Return the last statement of a block or line, of several on a line the last one; `None` if there is none."""
    last = block.body[-1] if block.body else None
    return last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last


def ancestors(root: cst.CSTNode, target: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield what a node stands in, innermost first, up to `root`; nothing if it is not below that."""
    parents: dict[int, cst.CSTNode] = {}
    stack: list[Any] = [root]
    while stack and id(target) not in parents:
        node = stack.pop()
        for field in FIELDS[node.__class__]:
            value = getattr(node, field)
            children: Iterable[Any] = value if value.__class__ in (list, tuple) else (value,)
            for child in children:
                if child.__class__ in FIELDS:
                    parents[id(child)] = node
                    stack.append(child)
    while target is not root and id(target) in parents:
        target = parents[id(target)]
        yield target


def parameters(function: cst.FunctionDef) -> dict[str, cst.Param]:
    """Return the parameters of a function by name."""
    listed = [*function.params.posonly_params, *function.params.params, *function.params.kwonly_params]
    listed += [each for each in (function.params.star_arg, function.params.star_kwarg) if isinstance(each, cst.Param)]
    return {each.name.value: each for each in listed}


def comments(node: cst.CSTNode) -> Iterator[str]:
    """Yield the comments in a node."""
    stack: list[Any] = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, cst.Comment):
            yield each.value
        elif isinstance(each, cst.CSTNode):
            stack.extend(getattr(each, field.name) for field in dataclasses.fields(each))
        elif isinstance(each, list | tuple):
            stack.extend(each)


def source_of(node: cst.CSTNode) -> str:
    """Return an expression on one line, with the spaces that LibCST puts where nobody says, and without comments."""
    return _NOWHERE.code_for_node(_spaced(node)).strip()


def brief(node: cst.CSTNode) -> str:
    """Return the beginning of an expression, or all of a short one, for a message."""
    text = " ".join(source_of(node).split())
    return text if len(text) <= 40 else text[:37] + "..."


def _spaced(node: Any) -> Any:  # noqa: ANN401 -- a node of the class that it gets
    """Return a copy of a node in which all white space, which trees here are mostly without, is the usual one."""
    if isinstance(node, cst.AssignEqual):
        return _EQUAL
    fields = {}
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if value is None or isinstance(value, _WHITE):
            value = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        elif isinstance(value, cst.CSTNode):
            value = _spaced(value)
        elif isinstance(value, list | tuple):
            value = [_spaced(each) for each in value]
        fields[field.name] = None if value is dataclasses.MISSING else value
    return node.__class__(**fields)


_WHITE = (cst.BaseParenthesizableWhitespace, cst.Comma, cst.Colon)
_EQUAL = cst.AssignEqual(
    whitespace_before=cst.SimpleWhitespace(value=""), whitespace_after=cst.SimpleWhitespace(value="")
)
_NOWHERE = cst.Module(body=())
