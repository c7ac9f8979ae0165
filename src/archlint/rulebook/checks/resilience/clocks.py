"""RES001: durations and deadlines measured with the wall clock, on the syntax tree."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, ancestors, descend, parameters
from archlint.rulebook.checks.resilience.places import Places

_CLOCKS = frozenset({"time.time", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"})
_WORDS = frozenset({"time", "now", "utcnow", "today"})
_CONVERSIONS = frozenset({"int", "float", "round"})
_STAMP = "timestamp"
"""The method that makes a number of a reading."""
_EMPTY = frozenset({"None", "0", "0.0"})
_EARLIEST = frozenset({"datetime.min", "datetime.datetime.min"})
_ORDER = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)
_MAX_DEPTH = 5
_READING, _DEADLINE = "reading", "deadline"


def wall_clock_duration(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """RES001: a reading of the wall clock that is compared with an earlier one of the same function or class."""
    clock = context.reference(node.func)
    function = context.enclosing_function
    if clock not in _CLOCKS or function is None:
        return
    readings = _Readings(context.enclosing_class, context)
    if any(readings.measures(function, use) for use in _uses(function, node)) or _is_given_to_measure(
        function, node, context
    ):
        shown = clock.removeprefix("datetime.")
        yield Sighting(
            code="RES001",
            message=(
                f"`{shown}()` jumps when the clock is set, and so does what is measured with it; use `time.monotonic()`"
            ),
            subject=clock,
        )


def _is_given_to_measure(function: cst.FunctionDef, node: cst.Call, context: ModuleContext) -> bool:
    """Tell whether a function does nothing but read the clock, for others of its class or module that measure by it."""
    owner, module = context.enclosing_class, context.module
    receivers = ("",) if owner is None else ("self.", "cls.", f"{owner.name.value}.")
    helpers = frozenset(f"{each}{function.name.value}" for each in receivers)
    if not _only_returns(function, node) or module is None:
        return False
    return any(
        readings.measures(user, use)
        for user, readings in _functions(owner, module, context, helpers)
        for call in descend(user.body, but_not=FUNCTIONS)
        if isinstance(call, cst.Call) and dotted_name(call.func) in helpers
        for use in _uses(user, call)
    )


def _only_returns(function: cst.FunctionDef, node: cst.Call) -> bool:
    """Tell whether a function without arguments returns a reading, and does nothing else."""
    statements = [line for line in function.body.body if not _is_docstring(line)]
    arguments = [name for name in parameters(function) if name not in ("self", "cls")]
    return len(statements) == 1 and not arguments and isinstance(_outside(function, node)[0], cst.Return)


def _is_docstring(line: cst.CSTNode) -> bool:
    match line:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return True
    return False


def _functions(
    owner: cst.ClassDef | None, module: cst.CSTNode, context: ModuleContext, helpers: frozenset[str]
) -> Iterator[tuple[cst.FunctionDef, "_Readings"]]:
    """Yield the functions of a class, or of the module and all its classes, with what their names hold."""
    classes = (each for each in descend(module) if isinstance(each, cst.ClassDef))
    for class_ in (None, *classes) if owner is None else (owner,):
        readings = _Readings(class_, context, helpers)
        body = module if class_ is None else class_.body
        yield from (
            (each, readings) for each in descend(body, but_not=(cst.ClassDef,)) if isinstance(each, cst.FunctionDef)
        )


def _uses(function: cst.FunctionDef, node: cst.Call) -> list[cst.CSTNode]:
    """Return where the reading is used: itself, or each load of the one name that holds it."""
    parent, child = _outside(function, node)
    match parent:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name) as target)]):
            pass
        case (
            cst.AnnAssign(target=cst.Name(value=name) as target) | cst.NamedExpr(target=cst.Name(value=name) as target)
        ):
            pass
        case _:
            return [child]
    return [
        each
        for each in descend(function.body, but_not=FUNCTIONS)
        if isinstance(each, cst.Name) and each.value == name and each is not target
    ]


def _outside(function: cst.FunctionDef, node: cst.CSTNode) -> tuple[cst.CSTNode | None, cst.CSTNode]:
    """Return what an expression stands in, conversions to a number left out, and its child there."""
    child = node
    for each in ancestors(function.body, node):
        if not _converts(each, child) and not isinstance(each, cst.Arg):
            return each, child
        child = each
    return None, child


def _converts(node: cst.CSTNode, child: cst.CSTNode) -> bool:
    """Tell whether a node makes a number of its child: `int(now)`, `now.timestamp()`."""
    if isinstance(node, cst.Attribute):
        return node.attr.value == _STAMP
    is_stamp = isinstance(child, cst.Attribute) and child.attr.value == _STAMP
    return isinstance(node, cst.Call) and (is_stamp or dotted_name(node.func) in _CONVERSIONS)


class _Readings:
    """What names and attributes hold: readings of the clock, or deadlines made of them."""

    def __init__(
        self, owner: cst.ClassDef | None, context: ModuleContext, helpers: frozenset[str] = frozenset()
    ) -> None:
        self._owner = owner
        self._context = context
        self._helpers = helpers
        self._places = Places(owner, context)

    def measures(self, function: cst.FunctionDef, use: cst.CSTNode) -> bool:
        """Tell whether a reading is subtracted from or compared with another one at this place."""
        parent, child = _outside(function, use)
        if isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, cst.Subtract):
            if parent.left is child:
                return bool(self._kind(function, parent.right))
            return self._kind(function, parent.left) == _DEADLINE
        if isinstance(parent, cst.ComparisonTarget):
            outer = next(ancestors(function.body, parent))
            return (
                isinstance(outer, cst.Comparison)
                and isinstance(parent.operator, _ORDER)
                and self._kind(function, outer.left) == _DEADLINE
            )
        if isinstance(parent, cst.Comparison) and parent.left is child:
            (first, *_) = parent.comparisons
            return isinstance(first.operator, _ORDER) and self._kind(function, first.comparator) == _DEADLINE
        return False

    def _kind(self, function: cst.FunctionDef, node: cst.CSTNode, depth: int = 0) -> str:
        """Return whether an expression is a reading, a deadline (a reading and more), or (empty) anything else."""
        if depth > _MAX_DEPTH:
            return ""
        if isinstance(node, cst.Call):
            return self._kind_of_call(function, node, depth)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add | cst.Subtract):
            left, right = (self._kind(function, each, depth + 1) for each in (node.left, node.right))
            if isinstance(node.operator, cst.Subtract):
                return _DEADLINE if left and not right else ""
            return _DEADLINE if bool(left) != bool(right) else ""
        if isinstance(node, cst.IfExp):
            return self._joined(function, [(function, node.body), (function, node.orelse)], depth)
        if isinstance(node, cst.Name):
            return self._kind_of_name(function, node.value, depth) or self._kind_in_place(function, node, depth)
        if isinstance(node, cst.Attribute) and dotted_name(node.value) == "self" and self._owner is not None:
            return self._joined(function, self._assigned(node.attr.value), depth)
        return self._kind_in_place(function, node, depth) if isinstance(node, cst.Subscript) else ""

    def _kind_in_place(self, function: cst.FunctionDef, node: cst.CSTNode, depth: int) -> str:
        return self._joined(function, self._places.stored(function, node), depth)

    def _kind_of_call(self, function: cst.FunctionDef, node: cst.Call, depth: int) -> str:
        callee = dotted_name(node.func)
        if callee in _CONVERSIONS and len(node.args) == 1:
            return self._kind(function, node.args[0].value, depth + 1)
        if callee in self._helpers:
            return _READING
        if callee.rpartition(".")[2] in _WORDS and self._context.reference(node.func) in _CLOCKS:
            return _READING
        if isinstance(node.func, cst.Attribute) and node.func.attr.value == _STAMP and not node.args:
            return self._kind(function, node.func.value, depth + 1)
        return self._kind_in_place(function, node, depth)

    def _kind_of_name(self, function: cst.FunctionDef, name: str, depth: int) -> str:
        parameters = function.params
        given = [*parameters.params, *parameters.posonly_params, *parameters.kwonly_params]
        if any(each.name.value == name for each in given):
            return ""
        return self._joined(function, [(function, each) for each in _values(function.body, name)], depth)

    def _assigned(self, attribute: str) -> list[tuple[cst.FunctionDef, cst.CSTNode | None]]:
        """Return what the methods of the class assign to an attribute; with `None` if the class body names it."""
        found: list[tuple[cst.FunctionDef, cst.CSTNode | None]] = []
        assert self._owner is not None
        for each in self._owner.body.body:
            if isinstance(each, cst.FunctionDef):
                found += [(each, value) for value in _values(each.body, f"self.{attribute}")]
            elif any(isinstance(part, cst.Name) and part.value == attribute for part in descend(each)):
                return []
        return found

    def _joined(self, _: cst.FunctionDef, values: list[tuple[cst.FunctionDef, cst.CSTNode | None]], depth: int) -> str:
        """Return what all values are: nothing known if one of them is unknown, a deadline if one is one."""
        kinds = set()
        for function, value in values:
            if value is None:
                return ""
            if isinstance(value, cst.Name | cst.Integer | cst.Float) and value.value in _EMPTY:
                continue
            if isinstance(value, cst.Attribute) and dotted_name(value) in _EARLIEST:
                continue
            kinds.add(self._kind(function, value, depth + 1))
        if not kinds or "" in kinds:
            return ""
        return _DEADLINE if _DEADLINE in kinds else _READING


def _values(body: cst.CSTNode, target: str) -> Iterator[cst.CSTNode | None]:
    """Yield what is assigned to a dotted name in a function, `None` where that cannot be seen."""
    for each in descend(body, but_not=FUNCTIONS):
        if isinstance(each, cst.Assign):
            for one in each.targets:
                if dotted_name(one.target) == target:
                    yield each.value
                elif isinstance(one.target, cst.Tuple) and any(
                    dotted_name(e.value) == target for e in one.target.elements
                ):
                    yield None
        elif isinstance(each, cst.AnnAssign | cst.NamedExpr):
            if dotted_name(each.target) == target and each.value is not None:
                yield each.value
        elif isinstance(each, cst.AugAssign):
            if dotted_name(each.target) == target and not isinstance(each.operator, cst.AddAssign):
                yield None
        elif isinstance(each, cst.For | cst.CompFor | cst.WithItem | cst.ExceptHandler):
            holder = (
                each.target
                if isinstance(each, cst.For | cst.CompFor)
                else getattr(each, "asname", None) or getattr(each, "name", None)
            )
            if holder is not None and any(dotted_name(part) == target for part in descend(holder)):
                yield None
