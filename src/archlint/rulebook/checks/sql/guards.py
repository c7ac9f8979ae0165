"""Which names a function has checked, by comparing them with a list of what is allowed or having them checked."""

import re
from collections.abc import Iterator

import libcst as cst

from archlint.facts.scopes import dotted_name, last_name
from archlint.facts.syntax import FUNCTIONS, descend, last_statement

_CHECKS = re.compile(r"valid|check|assert|sanit|verify|ensure|allow|require|whitelist", re.I)
_MATCHES = re.compile(
    r"^(?:match|fullmatch|isidentifier|isalnum|isdigit|isalpha|isdecimal|isnumeric|is_valid\w*|issubset)$"
)


def checked_names(body: cst.BaseSuite) -> Iterator[str]:
    """Yield the names that the statements of a function test or have tested."""
    for node in descend(body, but_not=FUNCTIONS):
        if isinstance(node, cst.If | cst.Assert | cst.IfExp):
            yield from _tested(node.test)
            if isinstance(node, cst.If) and (name := _compared(node)):
                yield name
        elif isinstance(node, cst.Expr) and isinstance(node.value, cst.Call | cst.Await):
            call = node.value.expression if isinstance(node.value, cst.Await) else node.value
            word = ""
            if isinstance(call, cst.Call):
                word = last_name(call.func)
            if _CHECKS.search(word) and isinstance(call, cst.Call):
                yield from (name for each in call.args if (name := dotted_name(each.value)))


def _tested(test: cst.BaseExpression) -> Iterator[str]:
    for each in descend(test):
        if isinstance(each, cst.Comparison) and any(
            isinstance(part.operator, cst.In | cst.NotIn) for part in each.comparisons
        ):
            if name := _plain_name(each.left):
                yield name
        elif isinstance(each, cst.Call):
            word = last_name(each.func)
            if _MATCHES.match(word) or _CHECKS.search(word):
                yield from (name for argument in each.args if (name := _plain_name(argument.value)))
                if isinstance(each.func, cst.Attribute) and (name := _plain_name(each.func.value)):
                    yield name


def _compared(node: cst.If) -> str:
    """Return the name that is one of several texts, or the function ends: `if x == "a": ... elif ... else: return`."""
    names = set()
    branch: cst.If | cst.Else | None = node
    while isinstance(branch, cst.If):
        names.add(_equal_to_text(branch.test))
        branch = branch.orelse
    if branch is None or len(names) != 1 or not isinstance(branch.body, cst.IndentedBlock):
        return ""
    return names.pop() if isinstance(last_statement(branch.body), cst.Return | cst.Raise) else ""


def _equal_to_text(test: cst.BaseExpression) -> str:
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return ""
    comparison = test.comparisons[0]
    is_equal = isinstance(comparison.operator, cst.Equal) and isinstance(comparison.comparator, cst.SimpleString)
    return dotted_name(test.left) if is_equal else ""


def _plain_name(node: cst.BaseExpression) -> str:
    """Return the name that an expression is, or that it turns into small letters and the like."""
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and not any(map(_says_more, node.args)):
        node = node.func.value
    return dotted_name(node)


def _says_more(argument: cst.Arg) -> bool:
    return not isinstance(argument.value, cst.SimpleString)
