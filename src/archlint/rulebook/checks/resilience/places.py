"""Places in the containers that a class or a module keeps (`self._seen[key]["at"]`), and what is put there."""

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from archlint.facts.context import ModuleContext
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend, parameters, source_of

_ANY = ""
"""The step to some element or other; others are a literal key or index as it is written."""
_EMPTY = frozenset({"dict", "list", "set", "deque", "defaultdict", "OrderedDict", "field", "WeakKeyDictionary"})
_READ = frozenset({"get", "pop", "setdefault"})
_VIEWS = frozenset({"values", "copy"})
_ADD = frozenset({"append", "appendleft", "add", "put_nowait"})
_ONE_OF = frozenset({"min", "max", "next", "iter"})
_SAME = frozenset({"list", "sorted", "reversed", "tuple", "deque"})
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp)
_MAX_DEPTH = 6


class Place(NamedTuple):
    """An attribute of `self` or a name of the module, and the steps from there into what it holds."""

    holder: str
    steps: tuple[str, ...] = ()

    def inside(self, *steps: str) -> "Place":
        """Return the place this many steps further in."""
        return Place(self.holder, (*self.steps, *steps))

    def behind(self, other: "Place") -> tuple[str, ...] | None:
        """Return the steps from another place to this one, `None` if it does not lie in there."""
        within = self.holder == other.holder and len(other.steps) <= len(self.steps)
        if not within or not all(
            _ANY in pair or pair[0] == pair[1] for pair in zip(other.steps, self.steps, strict=False)
        ):
            return None
        return self.steps[len(other.steps) :]


class Places:
    """Finds places, and what the methods of a class or the functions of a module put there."""

    def __init__(self, owner: cst.ClassDef | None, context: ModuleContext) -> None:
        self._owner = owner
        self._context = context

    def stored(self, function: cst.FunctionDef, node: cst.CSTNode) -> list[tuple[cst.FunctionDef, cst.CSTNode | None]]:
        """Return all that is put where an expression reads from, `None` for what cannot be seen."""
        place = self._of(function, node)
        if place is None or not place.steps:
            return []
        scope = self._owner if place.holder.startswith("self.") else self._context.module
        if scope is None:
            return []
        found = [
            (each, value)
            for each in descend(scope)
            if isinstance(each, cst.FunctionDef)
            for value in self._put(each, place)
        ]
        return [*found, *((function, value) for value in self._put_around(scope, place))]

    def _put_around(self, scope: cst.CSTNode, place: Place) -> Iterator[cst.CSTNode | None]:
        """Yield what the body of the class or module itself puts there."""
        holder = place.holder.removeprefix("self.")
        for each in descend(scope.body if isinstance(scope, cst.ClassDef) else scope, but_not=FUNCTIONS):
            for target, value in _assignments(each):
                if dotted_name(target) == holder:
                    yield from self._within(None, value, place.steps, place.holder)

    def _put(self, function: cst.FunctionDef, place: Place) -> Iterator[cst.CSTNode | None]:
        for each in descend(function.body, but_not=FUNCTIONS):
            for target, value in _assignments(each):
                local = isinstance(target, cst.Name) and not _is_global(function, target.value)
                steps = self._steps(function, target, place) if not local else None
                if steps is not None:
                    yield from self._within(function, value, steps, place.holder)
            for target, value in _additions(each):
                steps = self._steps(function, target, place)
                if steps:
                    yield from self._within(function, value, steps[1:], place.holder)

    def _steps(self, function: cst.FunctionDef, target: cst.CSTNode, place: Place) -> tuple[str, ...] | None:
        """Return the steps from what a function puts something into to a place, `None` if it does not lie in there."""
        put = Place(target.value) if isinstance(target, cst.Name) and _is_global(function, target.value) else None
        put = put or self._of(function, target)
        return place.behind(put) if put is not None else None

    def _within(
        self,
        function: cst.FunctionDef | None,
        value: cst.CSTNode | None,
        steps: tuple[str, ...],
        holder: str,
        depth: int = 0,
    ) -> Iterator[cst.CSTNode | None]:
        """Yield what a value that is put somewhere has behind some steps."""
        if not steps or value is None or depth > _MAX_DEPTH:
            yield None if depth > _MAX_DEPTH else value
        elif isinstance(value, cst.Dict):
            for each in value.elements:
                if not isinstance(each, cst.DictElement):
                    yield None
                elif _ANY in (steps[0], _key(each.key)) or steps[0] == _key(each.key):
                    yield from self._within(function, each.value, steps[1:], holder, depth + 1)
        elif isinstance(value, cst.Tuple | cst.List | cst.Set):
            for index, item in enumerate(value.elements):
                if isinstance(value, cst.Set) or steps[0] in (_ANY, str(index)):
                    yield from self._within(function, item.value, steps[1:], holder, depth + 1)
        elif _is_empty(value) or self._is_taken_from(function, value, holder):
            return
        elif isinstance(value, cst.Name) and function is not None and value.value not in parameters(function):
            bound = [given for each in descend(function.body, but_not=FUNCTIONS) for given in _named(each, value.value)]
            for given in bound or [None]:
                yield from self._within(function, given, steps, holder, depth + 1)
        else:
            yield None

    def _is_taken_from(self, function: cst.FunctionDef | None, value: cst.CSTNode, holder: str) -> bool:
        """Tell whether a value is a part of what the holder has already."""
        place = self._of(function, value) if function is not None else None
        return place is not None and place.holder == holder

    def _of(self, function: cst.FunctionDef, node: cst.CSTNode, depth: int = 0) -> Place | None:
        """Return the place that an expression reads from or writes to."""
        if depth > _MAX_DEPTH:
            return None
        if isinstance(node, cst.Attribute):
            owner = dotted_name(node.value)
            return Place(f"self.{node.attr.value}") if owner in ("self", "cls") and self._owner is not None else None
        if isinstance(node, cst.Name):
            return self._of_name(function, node.value, depth)
        if isinstance(node, cst.Subscript) and len(node.slice) == 1:
            place, index = self._of(function, node.value, depth + 1), node.slice[0].slice
            return place.inside(_key(index.value)) if place is not None and isinstance(index, cst.Index) else place
        if isinstance(node, _COMPREHENSIONS):
            return self._of(function, node.for_in.iter, depth + 1)
        return self._of_call(function, node, depth) if isinstance(node, cst.Call) else None

    def _of_call(self, function: cst.FunctionDef, node: cst.Call, depth: int) -> Place | None:
        if isinstance(node.func, cst.Name) and node.args:
            place = self._of(function, node.args[0].value, depth + 1)
            word = node.func.value
            if place is None or word not in _ONE_OF | _SAME:
                return None
            return place.inside(_ANY) if word in _ONE_OF and word != "iter" else place
        if not isinstance(node.func, cst.Attribute):
            return None
        word, place = node.func.attr.value, self._of(function, node.func.value, depth + 1)
        if place is None or word not in _READ | _VIEWS | {"items", "popleft"}:
            return None
        if word in _READ or word == "popleft":
            return place.inside(_key(node.args[0].value) if node.args and word != "popleft" else _ANY)
        return place

    def _of_name(self, function: cst.FunctionDef, name: str, depth: int) -> Place | None:
        if name in parameters(function):
            return None
        places = [
            place
            for each in descend(function.body, but_not=FUNCTIONS)
            for place in self._bound(function, each, name, depth)
        ]
        known = {place for place in places if place is not None}
        if places:
            return known.pop() if len(known) == 1 and None not in places else None
        return Place(name) if self._context.is_of_module(name) else None

    def _bound(self, function: cst.FunctionDef, node: cst.CSTNode, name: str, depth: int) -> Iterator[Place | None]:
        """Yield the places that a statement or loop gives a name to."""
        if isinstance(node, cst.For | cst.CompFor):
            yield from self._iterated(function, node, name, depth)
        for target, value in _assignments(node):
            steps = _unpacked(target, name)
            if steps is not None and not _is_empty(value):
                place = self._of(function, value, depth + 1) if value is not None else None
                yield place.inside(*steps) if place is not None else None

    def _iterated(
        self, function: cst.FunctionDef, loop: cst.For | cst.CompFor, name: str, depth: int
    ) -> Iterator[Place | None]:
        steps = _unpacked(loop.target, name)
        if steps is None:
            return
        source = loop.iter
        if isinstance(source, cst.Call) and dotted_name(source.func) in _SAME and source.args:
            source = source.args[0].value
        place = self._of(function, source, depth + 1)
        if (
            isinstance(source, cst.Call)
            and isinstance(source.func, cst.Attribute)
            and source.func.attr.value == "items"
        ):
            yield place.inside(_ANY, *steps[1:]) if place is not None and steps[:1] == ("1",) else None
        else:
            yield place.inside(_ANY, *steps) if place is not None else None


def _is_global(function: cst.FunctionDef, name: str) -> bool:
    return any(
        isinstance(each, cst.Global) and any(item.name.value == name for item in each.names)
        for each in descend(function.body, but_not=FUNCTIONS)
    )


def _unpacked(target: cst.CSTNode, name: str) -> tuple[str, ...] | None:
    """Return the steps from what is assigned to what a name in the target gets, `None` without that name."""
    if isinstance(target, cst.Name):
        return () if target.value == name else None
    for index, item in enumerate(target.elements if isinstance(target, cst.Tuple | cst.List) else ()):
        steps = _unpacked(item.value, name)
        if steps is not None:
            return (str(index), *steps)
    return None


def _assignments(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode | None]]:
    """Yield each target of a statement with what is assigned to it."""
    if isinstance(node, cst.Assign):
        yield from ((each.target, node.value) for each in node.targets)
    elif isinstance(node, cst.AnnAssign | cst.NamedExpr) and node.value is not None:
        yield node.target, node.value


def _additions(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode | None]]:
    """Yield the container that a call adds to, with the element."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.args:
        word = node.func.attr.value
        if word in _ADD and len(node.args) == 1:
            yield node.func.value, node.args[0].value
        elif word in ("update", "extend", "insert"):
            yield node.func.value, None


def _named(node: cst.CSTNode, name: str) -> Iterator[cst.CSTNode | None]:
    yield from (value for target, value in _assignments(node) if dotted_name(target) == name)


def _key(node: cst.CSTNode) -> str:
    return source_of(node).replace("'", '"') if isinstance(node, cst.SimpleString | cst.Integer) else _ANY


def _is_empty(value: cst.CSTNode | None) -> bool:
    """Tell whether a value is an empty container, or none."""
    if isinstance(value, cst.Dict | cst.List | cst.Tuple | cst.Set):
        return not value.elements
    if isinstance(value, cst.Call):
        return dotted_name(value.func).rpartition(".")[2] in _EMPTY and not _has_content(value)
    return isinstance(value, cst.Name) and value.value == "None"


def _has_content(call: cst.Call) -> bool:
    first = next((each.value for each in call.args if each.keyword is None), None)
    return first is not None and not dotted_name(call.func).endswith("defaultdict")
