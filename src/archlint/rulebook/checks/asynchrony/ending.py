"""Where a function waits, and whether it ends without waiting again; for module checks."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, ancestors, descend


def waits(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield every place of a stretch of a function that awaits something, in the order of the text."""
    for each in descend(node, but_not=FUNCTIONS):
        of_statement = isinstance(each, cst.For | cst.With | cst.CompFor) and each.asynchronous is not None
        if of_statement or isinstance(each, cst.Await):
            yield each


def ends_after(function: cst.FunctionDef, statement: cst.CSTNode, handler: cst.BaseSuite | None) -> bool:
    """Tell whether a function ends, with nothing new to return and without waiting, once a statement was left.

    `handler` is the block that runs last in that statement, if there is one: a `return` or `break` in it is obeyed, and
    whoever breaks out of a loop may wait for what the loop has started.
    """
    exits = list(descend(handler, but_not=FUNCTIONS)) if handler is not None else []
    returns = [each for each in exits if isinstance(each, cst.Return)]
    if returns:
        return all(_returns_nothing(each) for each in returns)
    if any(isinstance(each, cst.Break) for each in exits):
        return True
    child = statement
    for parent in ancestors(function.body, statement):
        if isinstance(parent, cst.While | cst.For):
            return False
        if isinstance(parent, cst.IndentedBlock):
            for following in parent.body[parent.body.index(child) + 1 :]:
                if any(waits(following)):
                    return False
                last = following.body[-1] if isinstance(following, cst.SimpleStatementLine) else None
                if isinstance(last, cst.Return):
                    return _returns_nothing(last) or not _binds(statement, last.value)
                if isinstance(last, cst.Break):
                    return True
        child = parent
    return True


def is_only_handed_on(function: cst.FunctionDef, module: cst.CSTNode) -> bool:
    """Tell whether a module passes each coroutine of a function to somebody, as to `create_task`, and awaits none."""
    name, handed_on = function.name.value, False
    for each in descend(module):
        if isinstance(each, cst.Await) and any(_makes(name, part) for part in descend(each)):
            return False
        handed_on = handed_on or (isinstance(each, cst.Arg) and _makes(name, each.value))
    return handed_on


def _makes(name: str, node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and dotted_name(node.func).rpartition(".")[2] == name


def _returns_nothing(node: cst.Return) -> bool:
    return node.value is None or dotted_name(node.value) == "None"


def _binds(statement: cst.CSTNode, value: cst.BaseExpression | None) -> bool:
    """Tell whether an expression may depend on a statement: it is a name bound there, or more than a name."""
    if not isinstance(value, cst.Name):
        return True
    return any(
        isinstance(each, cst.AssignTarget | cst.AnnAssign | cst.NamedExpr)
        and isinstance(each.target, cst.Name)
        and each.target.value == value.value
        for each in descend(statement, but_not=FUNCTIONS)
    )
