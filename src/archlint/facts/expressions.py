"""From an expression of the tree to the reference that facts carry for it."""

from collections.abc import Callable

import libcst as cst

from archlint.facts.references import KEPT_BY_KEY, generic, kept_under, step, union
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
_STEPS_FROM_FIRST = {
    **dict.fromkeys(("builtins.reversed", "builtins.iter"), ""),
    **dict.fromkeys(("asyncio.shield", "asyncio.wait_for", "copy.copy", "copy.deepcopy"), ""),
    **dict.fromkeys(("builtins.sorted", "builtins.list", "builtins.tuple"), "+"),
    "builtins.next": "*",
    "functools.partial": "$",
}
"""What is to be done with the first argument of a call to get its result."""
_GIVES_ONE_OF = frozenset(
    {
        *("django.shortcuts.get_object_or_404", "django.shortcuts.aget_object_or_404"),
        *(
            f"{session}{{}}.{method}"
            for session in (
                *("sqlalchemy.orm.Session", "sqlalchemy.orm.session.Session", "sqlmodel.Session"),
                *("sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.ext.asyncio.session.AsyncSession"),
            )
            for method in ("get", "get_one")
        ),
    }
)
"""What gives an instance of the class that is its first argument."""
_LAZY = frozenset({"builtins.map", "builtins.filter", "itertools.starmap", "itertools.filterfalse"})
"""What calls its first argument when it is iterated over; the function stands as the type's argument."""
_PROVIDERS = frozenset(
    f"dependency_injector.providers.{name}"
    for name in (
        *("Factory", "Singleton", "ThreadSafeSingleton", "ThreadLocalSingleton", "ContextLocalSingleton"),
        *("Resource", "Callable", "Coroutine", "Object"),
    )
) | {"lagom.Singleton"}
"""What provides the results of its first argument, which stands as the type's argument."""
_WIRED = frozenset({"dependency_injector.wiring.Provide", "dependency_injector.wiring.Closing"})
"""What is replaced, when subscripted as a default, by what the provider between its brackets gives."""
_APPLICATIONS = frozenset({"app", "application", "config_dict"})
"""What the applications of aiohttp are called, which keep things under names and keys."""
_KEYS = frozenset({"aiohttp.web.AppKey", "aiohttp.web.RequestKey"})
_DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.param_functions.Depends"})
_DISPLAYS: dict[type[cst.CSTNode], str] = {
    cst.SimpleString: "builtins.str{}",
    cst.ConcatenatedString: "builtins.str{}",
    cst.FormattedString: "builtins.str{}",
    cst.List: "builtins.list{}",
    cst.ListComp: "builtins.list{}",
    cst.Dict: "builtins.dict{}",
    cst.DictComp: "builtins.dict{}",
    cst.Set: "builtins.set{}",
    cst.SetComp: "builtins.set{}",
    cst.Tuple: "builtins.tuple{}",
    cst.Integer: "builtins.int{}",
    cst.Float: "builtins.float{}",
    cst.Comparison: "builtins.bool{}",
}
_GENERIC_MODULES = ("typing.", "typing_extensions.", "collections.abc.")
"""Modules in which whatever is subscripted is a type."""
_GENERICS = frozenset(f"builtins.{name}" for name in ("dict", "frozenset", "list", "set", "tuple", "type"))
MAX_DEPTH = 40
MAX_CHOICES = 24
"""How many functions or classes a dictionary, list or tuple may hold that is told from others by what is in it."""
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
        display = _DISPLAYS.get(node.__class__)
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
        if plain in _TRANSPARENT:
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
        if callee in _KEYS and len(node.args) > 1:
            return step(generic(callee, [self.annotation(node.args[1].value, depth)]), "{}")
        given = self._from_first(callee, node.args[0].value, depth) if node.args else ""
        return given or step(callee, "()")

    def _from_first(self, callee: str, first: cst.BaseExpression, depth: int) -> str:
        """Return what a call gives whose result is made of its first argument; empty for other calls."""
        if callee in _STEPS_FROM_FIRST:
            return step(self.value(first, depth), _STEPS_FROM_FIRST[callee])
        if callee in _GIVES_ONE_OF:
            return step(self.value(first, depth), "{}")
        if callee == "builtins.type":
            return step(self.value(first, depth), ".__class__")
        if callee in _LAZY or callee in _PROVIDERS:
            return step(generic(callee, [self.value(first, depth)]), "{}")
        return step(self.annotation(first), "{}") if callee == "typing.cast" else ""

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
        if base in _GENERICS or (base.startswith(_GENERIC_MODULES) and "(" not in base):
            return self.annotation(node, depth)
        index = node.slice[0].slice
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

    def _choices(self, node: cst.Dict | cst.List | cst.Tuple, depth: int) -> str:
        """Return a collection with what it holds, if that is nothing but names, as of functions to choose from."""
        plain = _DISPLAYS[node.__class__]
        if not 0 < len(node.elements) <= MAX_CHOICES:
            return plain
        named = [each.value for each in node.elements if isinstance(each.value, _CHOICES)]
        found = [self.value(each, depth) for each in named]
        if len(found) < len(node.elements) or not all(each and each[-1] not in "})]>" for each in found):
            return plain
        types = [f"builtins.type<{each}>" for each in found]
        if isinstance(node, cst.Tuple):
            return step(generic("builtins.tuple", types), "{}")
        held = union(*types)
        arguments = ["", held] if isinstance(node, cst.Dict) else [held]
        return step(generic(plain.removesuffix("{}"), arguments), "{}")

    def _lambda(self, node: cst.Lambda, _: int) -> str:
        return f"{self.module}#{self._lambda_index(node)}"


_CHOICES = (cst.Name, cst.Attribute, cst.Lambda)
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
    cst.Dict: Expressions._choices,
    cst.List: Expressions._choices,
    cst.Tuple: Expressions._choices,
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
