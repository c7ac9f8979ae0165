"""DOM002 where the tree is needed: a data class of nothing but fields that can be changed."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.syntax import descend
from archlint.rulebook.checks.domain.identities import IDENTITIES

_MAKERS = frozenset(
    {
        "dataclasses.dataclass",
        "attr.s",
        "attr.attrs",
        "attr.dataclass",
        "attr.define",
        "attr.mutable",
        "attrs.define",
        "attrs.mutable",
        "pydantic.dataclasses.dataclass",
    }
)
_MUTATORS = frozenset(
    {"append", "extend", "add", "update", "pop", "remove", "clear", "insert", "discard", "setdefault"}
)


def mutable_value_object(node: cst.ClassDef, context: ModuleContext) -> Iterator[Sighting]:
    """DOM002: a data class without identity, not frozen, whose methods never change it."""
    if not node.decorators or not any(map(_Makes(context).mutable, node.decorators)):
        return
    fields = list(_fields(node))
    own_id = f"{node.name.value}_id".lower()
    identified = any(name in IDENTITIES or name.replace("_", "") == own_id.replace("_", "") for name in fields)
    if not fields or identified or _changes_itself(node):
        return
    yield Sighting(
        code="DOM002",
        message=f"`{node.name.value}` has fields, no identity and can be changed; freeze it (`frozen=True`)",
        subject=node.name.value,
    )


class _Makes:
    def __init__(self, context: ModuleContext) -> None:
        self._context = context

    def mutable(self, decorator: cst.Decorator) -> bool:
        """Tell whether a decorator makes a data class that is not frozen."""
        written = decorator.decorator
        called = written.func if isinstance(written, cst.Call) else written
        if self._context.reference(called) not in _MAKERS:
            return False
        arguments = written.args if isinstance(written, cst.Call) else ()
        return not any(each.keyword is None or each.keyword.value == "frozen" for each in arguments)


def _fields(node: cst.ClassDef) -> Iterator[str]:
    for line in node.body.body:
        for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(statement, cst.AnnAssign) and isinstance(statement.target, cst.Name):
                yield statement.target.value.lower()


def _changes_itself(node: cst.ClassDef) -> bool:
    """Tell whether a method sets or deletes an attribute of `self`, or changes what one holds."""
    return any(map(_changes_own, descend(node.body)))


def _changes_own(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.AssignTarget | cst.AugAssign | cst.AnnAssign | cst.Del):
        return _is_own(node.target)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return node.func.attr.value in _MUTATORS and _is_own(node.func.value)
    return False


def _is_own(target: cst.BaseExpression) -> bool:
    while isinstance(target, cst.Attribute | cst.Subscript):
        if isinstance(target.value, cst.Name) and target.value.value == "self":
            return True
        target = target.value
    return False
