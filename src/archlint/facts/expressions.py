"""From an expression of the tree to the reference that facts carry for it."""

from collections.abc import Callable

import libcst as cst

from archlint.facts.displays import DISPLAYS, comprehended, written_out
from archlint.facts.references import KEPT_BY_KEY, generic, handed, kept_under, step, union
from archlint.facts.results import made
from archlint.facts.scopes import Scope
from archlint.facts.syntax import text_of

_TRANSPARENT = frozenset(
    {
        "typing.Annotated",
        "typing.ClassVar",
        "typing.Final",
        "typing.Required",
        "typing.NotRequired",
        "typing.ReadOnly",
        "typing.Optional",
        "dataclasses.InitVar",
    }
)
"""Annotations that mean their first argument."""
_NOT_A_VALUE = frozenset({"typing.Literal", "typing.Any", "typing.NoReturn", "typing.Never"})
_WIRED = frozenset({"dependency_injector.wiring.Provide", "dependency_injector.wiring.Closing"})
"""What is replaced, when subscripted as a default, by what the provider between its brackets gives."""
_APPLICATIONS = frozenset({"app", "application", "config_dict"})
"""What the applications of aiohttp are called, which keep things under names and keys."""
_DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.param_functions.Depends"})
_GENERIC_MODULES = ("typing.", "typing_extensions.", "collections.abc.")
"""Modules in which whatever is subscripted is a type."""
_GENERICS = frozenset(f"builtins.{name}" for name in ("dict", "frozenset", "list", "set", "tuple", "type"))
_TAKES_CLASSES = frozenset({"join", "outerjoin", "select_from", "isinstance", "issubclass", "relationship", "options"})
"""What takes classes and gives no instance of them."""
_HANDED = 2
"""How many arguments may be the class that a function is asked for."""
MAX_DEPTH = 40
MAX_LITERAL = 200


class Expressions:
    """Reads expressions in the scope that the walk is in.

    `scope` is set by the walk; `function_of` gives the index of a lambda's function, before or after it is
    walked.
    """

    def __init__(self, module: str, scope: Scope, lambda_index: Callable[[cst.Lambda], int]) -> None:
        self.module = module
        self.scope = scope
        self._lambda_index = lambda_index
        self._strings: dict[str, cst.BaseExpression | None] = {}

    def value(self, node: cst.CSTNode, depth: int = 0) -> str:
        """Return the reference of what the expression evaluates to; empty when nothing is known."""
        handler = _VALUES.get(node.__class__)
        if handler is not None and depth < MAX_DEPTH:
            return handler(self, node, depth + 1)
        display = DISPLAYS.get(node.__class__)
        if display == "builtins.str{}" and node.__class__ is cst.SimpleString and "b" in node.prefix:
            return "builtins.bytes{}"
        return display or ""

    def annotation(self, node: cst.CSTNode, depth: int = 0) -> str:
        """Return the reference of the type that an annotation names; `None` alternatives are left out."""
        if depth > MAX_DEPTH:
            return ""
        if node.__class__ is cst.Name:
            return "" if node.value == "None" else self._type(self.scope.lookup(node.value, self.module))
        if node.__class__ is cst.Attribute:
            return self._type(self.value(node))
        if node.__class__ is cst.Subscript:
            return self._subscript_annotation(node, depth + 1)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
            return union(self.annotation(node.left, depth + 1), self.annotation(node.right, depth + 1))
        if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
            parsed = self.parsed(node)
            return self.annotation(parsed, depth + 1) if parsed is not None else ""
        return ""

    def _type(self, reference: str) -> str:
        plain = reference.replace("typing_extensions.", "typing.", 1)
        return "" if plain in _NOT_A_VALUE or plain in _TRANSPARENT else reference

    def parsed(self, node: cst.SimpleString | cst.ConcatenatedString) -> cst.BaseExpression | None:
        """Return the expression that a string annotation quotes, `None` when it is none."""
        text = text_of(node)
        if not isinstance(text, str):
            return None
        if text not in self._strings:
            try:
                self._strings[text] = cst.parse_expression(text.strip())
            except (cst.ParserSyntaxError, cst.CSTLogicError, SyntaxError, ValueError):
                self._strings[text] = None
        return self._strings[text]

    def _subscript_annotation(self, node: cst.Subscript, depth: int) -> str:
        base = self.value(node.value) if not isinstance(node.value, cst.Subscript) else ""
        plain = base.replace("typing_extensions.", "typing.", 1)
        elements = [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
        if plain in _NOT_A_VALUE or not elements:
            return ""
        if plain in _TRANSPARENT or (plain.startswith("dishka.") and plain.endswith(".FromDishka")):
            return self.annotation(elements[0], depth)
        if plain == "typing.Union":
            return union(*(self.annotation(element, depth) for element in elements))
        return generic(base, [self.annotation(element, depth) for element in elements])

    def injected(self, default: cst.BaseExpression) -> str:
        """Return the reference of what FastAPI passes for `Depends(provider)`; empty for other defaults.

        The provider may return, be awaited or yield: of these steps the project can take the fitting ones.
        """
        if not isinstance(default, cst.Call) or not default.args:
            return ""
        if self.value(default.func) not in _DEPENDS:
            return ""
        given = step(self.value(default.args[0].value), "()")
        return union(given, step(given, "!"), step(given, "*"))

    def injected_by(self, annotation: cst.BaseExpression) -> str:
        """Return the reference of what FastAPI passes for `Annotated[X, Depends(provider)]`; empty for others."""
        if not isinstance(annotation, cst.Subscript) or len(annotation.slice) < 2:
            return ""
        metadata = [each.slice.value for each in annotation.slice[1:] if isinstance(each.slice, cst.Index)]
        return next(filter(None, map(self.injected, metadata)), "")

    def _name(self, node: cst.Name, _: int) -> str:
        word = node.value
        if word in ("None", "True", "False"):
            return "" if word == "None" else "builtins.bool{}"
        return self.scope.lookup(word, self.module)

    def _attribute(self, node: cst.Attribute, depth: int) -> str:
        return step(self.value(node.value, depth), "." + node.attr.value)

    def _call(self, node: cst.Call, depth: int) -> str:
        if node.func.__class__ is cst.Name and node.func.value == "super" and not node.args:
            return self._super()
        callee = self.value(node.func, depth)
        return made(self, node, callee, depth) or step(self._handed(node, callee, depth), "()")

    def _handed(self, node: cst.Call, callee: str, depth: int) -> str:
        """Return what is called, with the classes that it is given among its first arguments."""
        if callee and node.args and callee.rpartition(".")[2] not in _TAKES_CLASSES:
            classes = [self._named_class(each, depth) for each in node.args[:_HANDED]]
            if any(classes):
                return handed(callee, classes)
        return callee

    def _named_class(self, argument: cst.Arg, depth: int) -> str:
        value = argument.value
        word = value.attr if value.__class__ is cst.Attribute else value
        is_class = word.__class__ is cst.Name and word.value.lstrip("_")[:1].isupper() and not word.value.isupper()
        return self.value(value, depth) if is_class and argument.keyword is None else ""

    def _super(self) -> str:
        scope: Scope | None = self.scope
        while scope is not None:
            if scope.is_class:
                return f"{self.module}@{scope.owner}{{}}%"
            scope = scope.parent
        return ""

    def _await(self, node: cst.Await, depth: int) -> str:
        return step(self.value(node.expression, depth), "!")

    def _walrus(self, node: cst.NamedExpr, depth: int) -> str:
        return self.value(node.value, depth)

    def _conditional(self, node: cst.IfExp, depth: int) -> str:
        return union(self.value(node.body, depth), self.value(node.orelse, depth))

    def _boolean(self, node: cst.BooleanOperation, depth: int) -> str:
        right = self.value(node.right, depth)
        return union(self.value(node.left, depth), right) if isinstance(node.operator, cst.Or) else right

    def _binary(self, node: cst.BinaryOperation, depth: int) -> str:
        left = self.value(node.left, depth)
        if isinstance(node.operator, cst.Divide):
            return step(left, ".__truediv__()")
        if isinstance(node.operator, cst.BitOr):
            return union(left, self.value(node.right, depth))
        return left if left.startswith("builtins.str{}") else ""

    def _subscript(self, node: cst.Subscript, depth: int) -> str:
        base = self.value(node.value, depth)
        if base in _WIRED and isinstance(node.slice[0].slice, cst.Index):
            return step(self.value(node.slice[0].slice.value, depth), "()")
        if base in _GENERICS or (base.startswith(_GENERIC_MODULES) and base[-1] not in ")}"):
            named = self.annotation(node, depth)
            return "" if named.endswith("{}") else named  # `Optional[self]` is no `self`
        index = node.slice[0].slice
        if isinstance(index, cst.Slice):
            return step(base, "+")
        constant = (
            f"[{index.value.value}]"
            if len(node.slice) == 1 and isinstance(index, cst.Index) and isinstance(index.value, cst.Integer)
            else "[]"
        )
        return union(step(base, constant), self._kept(node, base, depth))

    def _kept(self, node: cst.Subscript, base: str, depth: int) -> str:
        """Return what an application keeps under a name, or under a key that says what it is for."""
        key = key_of_application(node)
        if isinstance(key, cst.SimpleString):
            return step(base, f".{kept_under(str(text_of(key)))}")
        return step(self.value(key, depth), f".{KEPT_BY_KEY}") if isinstance(key, cst.Name | cst.Attribute) else ""

    def _lambda(self, node: cst.Lambda, _: int) -> str:
        return f"{self.module}#{self._lambda_index(node)}"


_VALUES: dict[type[cst.CSTNode], Callable[..., str]] = {
    cst.Name: Expressions._name,
    cst.Attribute: Expressions._attribute,
    cst.Call: Expressions._call,
    cst.Await: Expressions._await,
    cst.NamedExpr: Expressions._walrus,
    cst.IfExp: Expressions._conditional,
    cst.BooleanOperation: Expressions._boolean,
    cst.BinaryOperation: Expressions._binary,
    cst.Subscript: Expressions._subscript,
    cst.Lambda: Expressions._lambda,
    **dict.fromkeys((cst.Dict, cst.List, cst.Tuple), written_out),
    **dict.fromkeys((cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp), comprehended),
}


_PLAIN_LITERALS = frozenset({cst.Integer, cst.Float, cst.SimpleString})


def literal(node: cst.CSTNode) -> str:
    """Return the source of a literal after `=`, as call arguments carry it; empty for anything else or a long text."""
    kind = node.__class__
    if kind in _PLAIN_LITERALS:
        value: str = node.value  # type: ignore[attr-defined]
        return f"={value}" if len(value) <= MAX_LITERAL else ""
    if kind is cst.Name:
        word: str = node.value  # type: ignore[attr-defined]
        return f"={word}" if word in ("None", "True", "False") else ""
    if node.__class__ is cst.UnaryOperation and isinstance(node.operator, cst.Minus):
        inner = literal(node.expression)
        return f"=-{inner[1:]}" if inner else ""
    return ""


def key_of_application(node: cst.Subscript) -> cst.BaseExpression | None:
    """Return the key of something that an application keeps; `None` for other subscripts."""
    holder, index = node.value, node.slice[0].slice
    word = holder.attr.value if isinstance(holder, cst.Attribute) else getattr(holder, "value", "")
    return index.value if word in _APPLICATIONS and isinstance(index, cst.Index) else None
