"""Which expressions put nothing into an SQL text that anybody could choose: constants, numbers, quoted identifiers."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import libcst as cst

from archlint.facts.context import ModuleContext
from archlint.facts.references import step
from archlint.facts.scopes import dotted_name, last_name
from archlint.facts.syntax import descend, parameters
from archlint.rulebook.checks.sql.flow import Binding, Flow
from archlint.rulebook.checks.sql.givers import given, giver
from archlint.rulebook.checks.sql.guards import checked_names
from archlint.rulebook.checks.sql.text import Hole

_LITERALS = (cst.SimpleString, cst.Integer, cst.Float, cst.Comparison)
_SAFE_CALLS = frozenset(
    {
        *("int", "float", "len", "bool", "round", "abs", "sum", "hash", "id", "ord", "range", "UUID", "uuid4", "uuid1"),
        *(
            "Decimal",
            "count",
            "time",
            "date",
            "datetime",
            "timedelta",
            "now",
            "utcnow",
            "today",
            "isoformat",
            "timestamp",
            "total_seconds",
            "hexdigest",
        ),
    }
)
_QUOTES = re.compile(
    r"quote|escape|identifier|^literal(?:_string)?$|literal_value|^sanitize|sanitise|as_string|mogrify|adapt|placeholder|bindparam|"
    r"^qn\d?$|^_?q$|^compile|as_sql|sql_table|get_table_name|tablename|table_name|render",
    re.I,
)
_SCHEMA = frozenset(
    {
        *(
            "_meta",
            "__tablename__",
            "__table__",
            "__name__",
            "__qualname__",
            "__class__",
            "db_table",
            "db_column",
            "dialect",
        ),
        *("column_name", "table_name", "ops", "c", "__version__"),
    }
)
_ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete", "api_route", "websocket"})
_REQUEST = re.compile(
    r"^(?:flask\.|self\.)?(?:request|req)\.(?:args|form|json|values|GET|POST|FILES|COOKIES|META|data|query_params|cookies|"
    r"headers|path_params|match_info|query|rel_url)\b"
)
_FETCHES = frozenset({"fetchone", "fetchval", "fetchrow", "scalar", "scalar_one", "scalar_one_or_none", "lastrowid"})
_MAX_DEPTH = 8


Loops: TypeAlias = tuple[tuple[cst.CSTNode, cst.BaseExpression], ...]
"""Targets and iterables of the comprehensions around an expression."""


class Judge:
    """Judges what fills the holes of one SQL text."""

    def __init__(self, context: ModuleContext, flow: Flow) -> None:
        self._context = context
        self._flow = flow
        self._guarded: frozenset[str] | None = None
        self._asked: set[str] = set()

    @property
    def is_endpoint(self) -> bool:
        """Whether a route's decorator says that the function's parameters come from outside."""
        function = self._flow.function
        decorators = [each.decorator for each in function.decorators] if function is not None else []
        words = (
            each.func.attr.value
            for each in decorators
            if isinstance(each, cst.Call) and isinstance(each.func, cst.Attribute)
        )
        return any(word in _ROUTES for word in words)

    def is_constant(self, hole: Hole) -> bool:
        """Tell whether a hole is filled with something that nobody outside can choose, as far as syntax shows."""
        return hole.is_harmless or self._is_constant(hole.node, hole.loops, 0)

    def _is_constant(self, node: cst.BaseExpression, loops: Loops, depth: int) -> bool:
        if isinstance(node, _LITERALS) or depth > _MAX_DEPTH:
            return isinstance(node, _LITERALS)
        judge = _JUDGES.get(node.__class__)
        return judge is not None and judge(self, node, loops, depth + 1)

    def _all(self, nodes: Iterable[cst.BaseExpression], loops: Loops, depth: int) -> bool:
        return all(self._is_constant(each, loops, depth) for each in nodes)

    def _name(self, node: cst.Name, loops: Loops, depth: int) -> bool:
        return self._is_constant_name(node.value, loops, depth)

    def _attribute(self, node: cst.Attribute, _: Loops, depth: int) -> bool:
        return _is_constant_path(dotted_name(node)) or self._names_schema(node) or self._is_given(node, depth)

    def _is_given(self, node: cst.BaseExpression, depth: int) -> bool:
        """Tell whether a function or property of the same class or module gives nothing but constants."""
        function = giver(node, self._context)
        if function is None:
            return False
        results = given(function)
        return bool(results) and all(
            each.value is not None and Judge(self._context, Flow(function, each))._is_constant(each.value, (), depth)
            for each in results
        )

    def _subscript(self, node: cst.Subscript, loops: Loops, depth: int) -> bool:
        return self._is_constant(node.value, loops, depth) or self._is_table_lookup(node.value)

    def _operation(self, node: cst.BinaryOperation, loops: Loops, depth: int) -> bool:
        both = (node.left, node.right)
        if isinstance(node.operator, cst.Add | cst.Modulo):
            return self._all(both, loops, depth)
        if isinstance(node.operator, cst.Multiply):
            return any(self._is_constant(each, loops, depth) for each in both)
        return True  # what can be subtracted or divided is a number

    def _either(self, node: cst.IfExp, loops: Loops, depth: int) -> bool:
        return self._all((node.body, node.orelse), loops, depth)

    def _boolean(self, node: cst.BooleanOperation, loops: Loops, depth: int) -> bool:
        return self._all((node.left, node.right), loops, depth)

    def _display(self, node: cst.List | cst.Tuple | cst.Set, loops: Loops, depth: int) -> bool:
        return self._all((each.value for each in node.elements), loops, depth)

    def _comprehension(self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp, loops: Loops, depth: int) -> bool:
        if node.for_in.inner_for_in is not None:
            return False
        return self._is_constant(node.elt, (*loops, (node.for_in.target, node.for_in.iter)), depth)

    def _dictionary(self, node: cst.Dict, loops: Loops, depth: int) -> bool:
        values = [each.value for each in node.elements if isinstance(each, cst.DictElement)]
        return len(values) == len(node.elements) and self._all(values, loops, depth)

    def _unary(self, node: cst.UnaryOperation, _: Loops, __: int) -> bool:
        return node is not None  # a sign makes a number, `not` a truth value

    def _formatted(self, node: cst.FormattedString, loops: Loops, depth: int) -> bool:
        inner = (part.expression for part in node.parts if isinstance(part, cst.FormattedStringExpression))
        return self._all(inner, loops, depth)

    def _is_constant_name(self, name: str, loops: Loops, depth: int) -> bool:
        if name in ("True", "False", "None") or name.strip("_").isupper():
            return True
        for number, (target, iterable) in enumerate(loops):
            if name in _target_names(target):
                return self._gives_constants(target, iterable, name, loops[:number], depth)
        if name in self._checked_names():
            return True
        if name in self._asked:
            return True  # what a name held before it was bound to a part of that
        found = self._flow.bindings(name)
        if found:
            self._asked.add(name)
            is_constant = all(self._binds_constant(name, each, loops, depth) for each in found)
            self._asked.remove(name)
            return is_constant
        if self._flow.is_parameter(name):
            return self._has_safe_default_only(name)
        assigned = self._context.assigned(name)
        return isinstance(assigned, cst.BaseExpression) and self._is_constant(assigned, loops, depth)

    def _binds_constant(self, name: str, binding: Binding, loops: Loops, depth: int) -> bool:
        if binding.how == "loop":
            return self._gives_constants(cst.Name(name), binding.node, name, loops, depth)
        return binding.how != "unknown" and self._is_constant(binding.node, loops, depth)

    def _gives_constants(
        self,
        target: cst.CSTNode,
        iterable: cst.BaseExpression,
        name: str,
        loops: Loops,
        depth: int,
    ) -> bool:
        """Tell whether what a loop goes over holds constants only, where `name` is bound."""
        if isinstance(iterable, cst.Call):
            word = dotted_name(iterable.func).rpartition(".")[2]
            if word in ("range", "count"):
                return True
            if word == "enumerate" and isinstance(target, cst.Tuple) and dotted_name(target.elements[0].value) == name:
                return True
            if word in ("enumerate", "sorted", "reversed", "list", "tuple", "set", "zip") and iterable.args:
                return self._is_constant(iterable.args[0].value, loops, depth)
        return self._is_constant(iterable, loops, depth)

    def _is_constant_call(self, node: cst.Call, loops: Loops, depth: int) -> bool:
        word = last_name(node.func)
        if word in _SAFE_CALLS or _QUOTES.search(word):
            return True
        first = node.args[0].value if node.args else None
        if (
            word
            in ("str", "repr", "sorted", "list", "tuple", "set", "min", "max", "next", "iter", "getattr", "strftime")
            and first is not None
        ):
            return self._is_constant(first, loops, depth)
        if isinstance(node.func, cst.Attribute):
            if word in ("get", "pop"):
                return self._is_constant(node.func.value, loops, depth) or self._is_table_lookup(node.func.value)
            if word in (
                "lower",
                "upper",
                "strip",
                "title",
                "replace",
                "keys",
                "values",
                "items",
                "format",
                "value",
                "union",
            ):
                return self._is_constant(node.func.value, loops, depth)
            if word == "join" and first is not None:
                return self._is_constant(first, loops, depth)
        return self._is_given(node, depth)

    def _is_table_lookup(self, node: cst.BaseExpression) -> bool:
        """Tell whether something is looked up in a dictionary that is written in the module and has constant values."""
        name = dotted_name(node)
        if name.rpartition(".")[2].strip("_").isupper() and not _REQUEST.match(name):
            return True
        assigned = (
            self._context.assigned(name) if name and "." not in name and not self._flow.is_parameter(name) else None
        )
        return isinstance(assigned, cst.Dict) and self._is_constant(assigned, (), 1)

    def _names_schema(self, node: cst.Attribute) -> bool:
        return any(isinstance(each, cst.Attribute) and each.attr.value in _SCHEMA for each in descend(node))

    def _has_safe_default_only(self, name: str) -> bool:
        function = self._flow.function
        parameter = parameters(function).get(name) if function is not None else None
        annotation = (
            parameter.annotation.annotation if parameter is not None and parameter.annotation is not None else None
        )
        return (
            isinstance(annotation, cst.Subscript)
            and dotted_name(annotation.value).rpartition(".")[2] in ("Literal", "LiteralString")
        ) or (annotation is not None and dotted_name(annotation).rpartition(".")[2] == "LiteralString")

    def _checked_names(self) -> frozenset[str]:
        """Return the names that the function compares with a list of what is allowed, or has checked by something."""
        if self._guarded is None:
            function = self._flow.function
            self._guarded = frozenset(checked_names(function.body)) if function is not None else frozenset()
        return self._guarded

    def origin(self, node: cst.BaseExpression) -> str:
        """Tell where what fills a hole comes from: parameter, request, row (of the database itself) or other."""
        if any(_REQUEST.match(dotted_name(each)) for each in descend(node) if isinstance(each, cst.Attribute)):
            return "request"
        if isinstance(node, cst.Call) and dotted_name(node.func) == "input":
            return "request"
        if any(isinstance(each, cst.Attribute) and each.attr.value in _FETCHES for each in descend(node)):
            return "row"
        if isinstance(node, cst.Name) and self._flow.is_parameter(node.value) and not self._flow.bindings(node.value):
            return "parameter" if node.value not in ("self", "cls") else "other"
        return "other"

    def reference(self, hole: Hole) -> str:
        """Return the reference of what fills a hole, to be judged by its type."""
        if isinstance(hole.node, cst.Name):
            for target, iterable in hole.loops:
                if isinstance(target, cst.Name) and target.value == hole.node.value:
                    return step(self._context.reference(iterable), "*")
        if isinstance(hole.node, cst.Attribute) and isinstance(hole.node.value, cst.Name):
            for target, iterable in hole.loops:
                if isinstance(target, cst.Name) and target.value == hole.node.value.value:
                    return step(self._context.reference(iterable), f"*.{hole.node.attr.value}")
        return self._context.reference(hole.node)


def _is_constant_path(dotted: str) -> bool:
    """Tell whether a dotted name ends in a constant, or in the value or name of one, as members of an `Enum` are."""
    parts = dotted.split(".")
    if _REQUEST.match(dotted):
        return False
    if parts[-1].strip("_").isupper():
        return True
    return len(parts) > 1 and parts[-1] in ("value", "name") and parts[-2].strip("_").isupper()


def _target_names(target: cst.CSTNode) -> set[str]:
    return {each.value for each in descend(target) if isinstance(each, cst.Name)}


_JUDGES: Mapping[type[cst.CSTNode], Callable[..., bool]] = {
    cst.Name: Judge._name,
    cst.Attribute: Judge._attribute,
    cst.Call: Judge._is_constant_call,
    cst.Subscript: Judge._subscript,
    cst.BinaryOperation: Judge._operation,
    cst.IfExp: Judge._either,
    cst.BooleanOperation: Judge._boolean,
    cst.List: Judge._display,
    cst.Tuple: Judge._display,
    cst.Set: Judge._display,
    **dict.fromkeys((cst.ListComp, cst.SetComp, cst.GeneratorExp), Judge._comprehension),
    cst.Dict: Judge._dictionary,
    cst.UnaryOperation: Judge._unary,
    cst.FormattedString: Judge._formatted,
}
