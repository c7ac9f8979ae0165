"""Which calls are made once for each element of a collection: the names that loops bind, and what is made of them."""

import re
from collections.abc import Iterable

import libcst as cst

from archlint.facts import model
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import REVERSED
from archlint.facts.walk import Walk

_DISPLAYS = (cst.Tuple, cst.List, cst.Set, cst.Dict, cst.SimpleString, cst.ConcatenatedString)
_TRANSPARENT = frozenset({"enumerate", "reversed", "sorted", "zip", "list", "tuple", "set", "iter", "tqdm"})
_OF_MAPPING = frozenset({"items", "keys", "values"})
_IN_LOTS = re.compile(r"batch|chunk|page|group|slice|shard|partition|bucket|window", re.I)
_ATTEMPTS = re.compile(r"(?:^|_)(?:re)?tr(?:y|ies)(?:_|$)|retrying|attempt", re.I)
"""What is called so is gone through until one of its rounds succeeds."""
_NONE: frozenset[str] = frozenset()


def loop_elements(node: cst.For, walk: Walk) -> frozenset[str]:
    """Return the names that hold an element in the body of a `for`; none if it may end early or is short."""
    if not _is_collection(node.iter, walk) or _leaves(node.body):
        return _NONE
    return assigned_names([node.target])


def clause_elements(node: cst.CompFor, walk: Walk) -> frozenset[str]:
    """Return the names that hold an element in a comprehension."""
    return assigned_names([node.target]) if _is_collection(node.iter, walk) else _NONE


def of_element(node: cst.CSTNode, walk: Walk) -> int:
    """Return PER_ELEMENT if an expression in a loop is made of one of its elements, else 0."""
    if not walk.elements or not walk.flags & model.IN_LOOP:
        return 0
    return model.PER_ELEMENT if _mentions(node, walk.elements) else 0


def singles_out(test: cst.BaseExpression, elements: frozenset[str]) -> bool:
    """Tell whether a condition holds for few elements of a loop: those that are equal to constants."""
    if isinstance(test, cst.BooleanOperation):
        sides = (singles_out(test.left, elements), singles_out(test.right, elements))
        return any(sides) if isinstance(test.operator, cst.And) else all(sides)
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    subject, compared = test.left, test.comparisons[0]
    if isinstance(subject, cst.Call) and isinstance(subject.func, cst.Attribute) and not subject.args:
        subject = subject.func.value
    if not isinstance(subject, cst.Name) or subject.value not in elements:
        return False
    return isinstance(compared.operator, cst.Equal | cst.Is | cst.In) and _is_constant(compared.comparator)


def _is_constant(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Tuple | cst.List | cst.Set):
        return all(_is_constant(each.value) for each in node.elements)
    if isinstance(node, cst.SimpleString | cst.Integer):
        return True
    return dotted_name(node).rpartition(".")[2].strip("_").isupper()


def assigned_names(targets: Iterable[cst.CSTNode]) -> frozenset[str]:
    """Return the names that assignment targets bind."""
    names: list[str] = []
    stack = list(targets)
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Name):
            names.append(node.value)
        elif isinstance(node, cst.Tuple | cst.List):
            stack.extend(element.value for element in node.elements)
    return frozenset(name for name in names if name != "_")


def _is_collection(node: cst.BaseExpression, walk: Walk) -> bool:
    """Tell whether a loop may be long: over no display, constant, class (its members), batches, `range` of a number.

    Nor over attempts, of which one is to succeed.
    """
    if isinstance(node, _DISPLAYS):
        return False
    if isinstance(node, cst.Name) and _is_written_out(_assigned(node.value, walk)):
        return False
    if isinstance(node, cst.Call):
        word = dotted_name(node.func).rpartition(".")[2]
        if word in _TRANSPARENT and node.args:
            return _is_collection(node.args[0].value, walk)
        if word in _OF_MAPPING and isinstance(node.func, cst.Attribute) and isinstance(node.func.value, cst.Name):
            return _is_collection(node.func.value, walk)
        if word == "range":
            counts = [each.value for each in node.args]
            names = [dotted_name(each) for each in counts]
            in_lots = len(counts) > 2 or any(_IN_LOTS.search(each) or _ATTEMPTS.search(each) for each in names)
            return not in_lots and not all(isinstance(each, cst.Integer) for each in counts)
        return _IN_LOTS.search(word) is None and _ATTEMPTS.search(word) is None
    name = dotted_name(node).rpartition(".")[2]
    return not (name[:1].isupper() or name.strip("_").isupper() or _IN_LOTS.search(name) or _ATTEMPTS.search(name))


def _assigned(name: str, walk: Walk) -> cst.CSTNode | None:
    """Return what was last assigned to a name of this block, or of the module if the functions around have none."""
    scope = walk.scope.block
    if name in scope.nodes:
        return scope.nodes[name]
    return scope.module.nodes.get(name) if scope.holder(name) in (None, scope.module) else None


def _is_written_out(node: cst.CSTNode | None) -> bool:
    """Tell whether a collection is written element by element, and not only begun."""
    if not isinstance(node, cst.Tuple | cst.List | cst.Set | cst.Dict) or not node.elements:
        return False
    return not any(isinstance(each, cst.StarredElement | cst.StarredDictElement) for each in node.elements)


def _leaves(body: cst.BaseSuite | cst.Else | cst.Finally, *, nested: bool = False) -> bool:
    """Tell whether some statement of a loop's body ends the loop."""
    inner = body if isinstance(body, cst.BaseSuite) else body.body
    for statement in inner.body:
        small = statement.body if isinstance(statement, cst.SimpleStatementLine) else (statement,)
        if any(each.__class__ is cst.Return or (each.__class__ is cst.Break and not nested) for each in small):
            return True
        loop = nested or isinstance(statement, cst.For | cst.While)
        if any(_leaves(block, nested=loop) for block in _blocks(statement)):
            return True
    return False


def _blocks(statement: cst.CSTNode) -> Iterable[cst.BaseSuite | cst.Else | cst.Finally]:
    if statement.__class__ is cst.SimpleStatementLine:
        return
    if isinstance(statement, cst.If):
        yield statement.body
        if isinstance(statement.orelse, cst.If):
            yield from _blocks(statement.orelse)
        elif statement.orelse is not None:
            yield statement.orelse
    elif isinstance(statement, cst.For | cst.While | cst.With):
        yield statement.body
    elif isinstance(statement, cst.Try):
        yield statement.body
        yield from (handler.body for handler in statement.handlers)


def _mentions(node: cst.CSTNode, names: frozenset[str]) -> bool:
    stack = [node]
    while stack:
        current = stack.pop()
        kind = current.__class__
        if kind is cst.Name:
            if current.value in names:  # type: ignore[attr-defined]
                return True
        elif kind is cst.Attribute or kind is cst.Arg:
            stack.append(current.value)  # type: ignore[attr-defined]
        else:
            for field in REVERSED[kind]:
                value = getattr(current, field)
                value_kind = value.__class__
                if value_kind in REVERSED:
                    stack.append(value)
                elif value_kind is list or value_kind is tuple:
                    stack.extend(value)
    return False
