"""Simple data flow in one function: what a local name may hold where a call reads it."""

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FIELDS, FUNCTIONS, ancestors, descend, parameters

_GROWS = {"append": "element", "add": "element", "insert": "element", "extend": "more"}


class Binding(NamedTuple):
    """One thing that happens to a name: `how` is set, more (`+=`, `extend`), element (`append`), loop or unknown."""

    how: str
    node: cst.BaseExpression


class Flow:
    """The function around one call; asks what names hold there."""

    def __init__(self, function: cst.FunctionDef | None, call: cst.CSTNode) -> None:
        self.function = function
        self._call = call
        self._path: set[int] = set()
        self._known: dict[str, list[Binding]] = {}

    def bindings(self, name: str) -> list[Binding]:
        """Return what happened to a local name before the call, from its last certain assignment on."""
        if self.function is None:
            return []
        if name not in self._known:
            if not self._path:
                self._path = {id(self._call), *map(id, ancestors(self.function.body, self._call))}
            self._known[name] = []
            self._known[name] = list(self._in_block(self.function.body, name, []))
        return self._known[name]

    def elements(self) -> set[str]:
        """Return the names that the comprehensions around the call bind."""
        found: set[str] = set()
        for each in ancestors(self.function.body, self._call) if self.function is not None else ():
            clause = each.for_in if isinstance(each, cst.BaseComp) else None
            while clause is not None:
                found |= {part.value for part in descend(clause.target) if isinstance(part, cst.Name)}
                clause = clause.inner_for_in
        return found

    def is_parameter(self, name: str) -> bool:
        """Tell whether the function has a parameter of this name."""
        return self.function is not None and name in parameters(self.function)

    def _in_block(self, block: cst.CSTNode, name: str, found: list[Binding]) -> list[Binding]:
        for statement in getattr(block, "body", ()):
            if id(statement) in self._path:
                if isinstance(statement, cst.For) and (target := _loop(statement, name)):
                    found = [target]
                return self._on_path(statement, name, found)
            found = self._passed(statement, name, found)
        return found

    def _on_path(self, statement: cst.CSTNode, name: str, found: list[Binding]) -> list[Binding]:
        for field in FIELDS[statement.__class__]:
            value = getattr(statement, field)
            for each in value if isinstance(value, list | tuple) else (value,):
                if id(each) not in self._path:
                    continue
                if isinstance(each, cst.IndentedBlock):
                    return self._in_block(each, name, found)
                if isinstance(each, cst.Else | cst.Finally | cst.ExceptHandler | cst.If | cst.MatchCase):
                    if isinstance(each, cst.Finally | cst.ExceptHandler) and isinstance(statement, cst.Try):
                        found = [*found, *self._inside(statement.body, name)]
                    return self._on_path(each, name, found)
        return found

    def _passed(self, statement: cst.CSTNode, name: str, found: list[Binding]) -> list[Binding]:
        """Add what a statement that is done by then did; what surely happens last hides what was before."""
        if isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                for binding in _binds(small, name):
                    found = [binding] if binding.how in ("set", "unknown") else [*found, binding]
            return found
        if isinstance(statement, cst.With):
            return self._in_block(statement.body, name, found)
        return [*found, *self._inside(statement, name)]

    def _inside(self, node: cst.CSTNode, name: str) -> Iterator[Binding]:
        for each in descend(node, but_not=FUNCTIONS):
            if isinstance(each, cst.For) and (target := _loop(each, name)):
                yield target
            yield from _binds(each, name)


def _loop(statement: cst.For, name: str) -> Binding | None:
    names = {each.value for each in descend(statement.target) if isinstance(each, cst.Name)}
    return Binding("loop", statement.iter) if name in names else None


def _binds(node: cst.CSTNode, name: str) -> Iterator[Binding]:
    if isinstance(node, cst.Assign):
        for target in node.targets:
            yield from _assigned(target.target, name, node.value)
    elif isinstance(node, cst.AnnAssign | cst.NamedExpr) and node.value is not None:
        yield from _assigned(node.target, name, node.value)
    elif isinstance(node, cst.AugAssign) and dotted_name(node.target) == name:
        yield Binding("more" if isinstance(node.operator, cst.AddAssign) else "unknown", node.value)
    elif isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
        yield from _grown(node.value, name)


def _assigned(target: cst.CSTNode, name: str, value: cst.BaseExpression) -> Iterator[Binding]:
    if isinstance(target, cst.Name):
        if target.value == name:
            yield Binding("set", value)
    elif isinstance(target, cst.Tuple | cst.List):
        parts = value.elements if isinstance(value, cst.Tuple | cst.List) else ()
        for index, element in enumerate(target.elements):
            if isinstance(element.value, cst.Name) and element.value.value == name:
                same = len(parts) == len(target.elements)
                yield Binding("set", parts[index].value) if same else Binding("unknown", value)


def _grown(call: cst.Call, name: str) -> Iterator[Binding]:
    receiver, _, method = dotted_name(call.func).rpartition(".")
    if receiver == name and method in _GROWS and call.args:
        yield Binding(_GROWS[method], call.args[-1].value)
