"""What a string is made of: fixed text, and the holes that values fill (f-strings, `%`, `+`, `format`, `join`)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

import libcst as cst

from archlint.facts.context import ModuleContext
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import text_of
from archlint.rulebook.checks.sql.flow import Flow

_MAX_DEPTH = 12
_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?(?P<flags>[-#0-9 +.*]*)(?P<kind>[sdifrgexXoc%])")
_FIELD = re.compile(r"\{\{|\}\}|\{(?P<name>\w*)[^{}]*\}")
_NUMBERS = "difgexXoc"
_GAP = "\x01"
"""Stands between elements that are joined by something that is not known yet."""
_WRAPPERS = frozenset({"dedent", "cleandoc", "str", "TextClause", "lstrip", "rstrip"})
SQL_OBJECTS = frozenset({"text", "SQL", "DDL"})
"""Names of what makes an SQL object of a text; they take SQL text themselves."""
_SAME_TEXT = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "encode", "removesuffix", "removeprefix", "expandtabs", "title"}
)
_SAME_OBJECT = frozenset({"bindparams", "columns", "execution_options", "options"})
TEXT_MAKERS = SQL_OBJECTS | _WRAPPERS | _SAME_TEXT | _SAME_OBJECT | {"format", "join", "replace"}
"""Names of functions and methods whose result is read."""
_ESCAPED_QUOTES = frozenset({"''", '""', "\\'"})
"""What quotes are replaced with in a value that stands in quotes."""
_SAME_ELEMENTS = frozenset({"sorted", "list", "tuple", "set", "reversed", "iter", "frozenset"})


class Hole(NamedTuple):
    """A place that a value fills: the expression, and the loops whose targets it may name.

    `is_harmless` says that it puts nothing else into the text: it must be a number, or is quoted.
    """

    node: cst.BaseExpression
    loops: tuple[tuple[cst.CSTNode, cst.BaseExpression], ...] = ()
    is_harmless: bool = False


Piece: TypeAlias = str | Hole


class Reader:
    """Reads string expressions where one call reads them. `is_object` tells that an SQL object was made on the way."""

    def __init__(self, context: ModuleContext, flow: Flow) -> None:
        self._context = context
        self._flow = flow
        self._open: list[str] = []
        self._loops: list[tuple[cst.CSTNode, cst.BaseExpression]] = []
        self.is_object = False

    def read(self, node: cst.BaseExpression, depth: int = 0) -> list[Piece]:
        """Return what the string that an expression gives is made of, in order."""
        reader = _READERS.get(node.__class__)
        if depth > _MAX_DEPTH:
            return []
        return reader(self, node, depth) if reader is not None else [self._hole(node)]

    def _literal(self, node: cst.SimpleString, _: int) -> list[Piece]:
        value = text_of(node) or ""
        return [value if isinstance(value, str) else value.decode("utf-8", "replace")]

    def _both(self, node: cst.ConcatenatedString | cst.BooleanOperation, depth: int) -> list[Piece]:
        return self.read(node.left, depth + 1) + self.read(node.right, depth + 1)

    def _filled(self, node: cst.FormattedString, depth: int) -> list[Piece]:
        return [piece for part in node.parts for piece in self._part(part, depth)]

    def _operation(self, node: cst.BinaryOperation, depth: int) -> list[Piece]:
        if isinstance(node.operator, cst.Add):
            if isinstance(node.left, _NUMERALS) or isinstance(node.right, _NUMERALS):
                return [self._hole(node, is_harmless=True)]
            return self.read(node.left, depth + 1) + self.read(node.right, depth + 1)
        if isinstance(node.operator, cst.Modulo):
            return self._percent(node, depth)
        return self._repeated(node, depth) if isinstance(node.operator, cst.Multiply) else [self._hole(node)]

    def _either(self, node: cst.IfExp, depth: int) -> list[Piece]:
        return self.read(node.body, depth + 1) + self.read(node.orelse, depth + 1)

    def _walrus(self, node: cst.NamedExpr, depth: int) -> list[Piece]:
        return self.read(node.value, depth + 1)

    def _hole(self, node: cst.BaseExpression, *, is_harmless: bool = False) -> Hole:
        return Hole(node, tuple(self._loops), is_harmless)

    def _part(self, part: cst.BaseFormattedStringContent, depth: int) -> list[Piece]:
        if isinstance(part, cst.FormattedStringText):
            return [part.value.replace("{{", "{").replace("}}", "}")]
        if not isinstance(part, cst.FormattedStringExpression):
            return []
        spec = part.format_spec or ()
        text = "".join(each.value for each in spec if isinstance(each, cst.FormattedStringText))
        if text[-1:] in tuple(_NUMBERS):
            return [self._hole(part.expression, is_harmless=True)]
        return self.read(part.expression, depth + 1)

    def _percent(self, node: cst.BinaryOperation, depth: int) -> list[Piece]:
        values = node.right.elements if isinstance(node.right, cst.Tuple) else None
        named = _dictionary(node.right)
        filled: list[Piece] = []
        position = 0
        for piece in self.read(node.left, depth + 1):
            if isinstance(piece, Hole):
                filled.append(piece)
                continue
            end = 0
            for found in _PERCENT.finditer(piece):
                filled.append(piece[end : found.start()])
                end = found.end()
                if found["kind"] == "%":
                    filled.append("%")
                    continue
                given = node.right
                if found["name"]:
                    given = named.get(found["name"], node.right)
                elif values is not None:
                    given = values[position].value if position < len(values) else node.right
                position += 1
                number = found["kind"] in _NUMBERS
                filled += [self._hole(given, is_harmless=True)] if number else self.read(given, depth + 1)
            filled.append(piece[end:])
        return filled

    def _repeated(self, node: cst.BinaryOperation, depth: int) -> list[Piece]:
        text = node.left if isinstance(node.left, _STRINGS) else node.right
        return self.read(text, depth + 1) if isinstance(text, _STRINGS) else [self._hole(node)]

    def _name(self, node: cst.Name, depth: int) -> list[Piece]:
        name = node.value
        if name in self._open or any(name in _names(target) for target, _ in self._loops):
            return [] if name in self._open else [self._hole(node)]
        found = self._flow.bindings(name)
        if not found:
            return self._of_module(node, depth)
        if any(each.how not in ("set", "more") for each in found):
            return [self._hole(node)]
        self._open.append(name)
        try:
            return [piece for each in found for piece in self.read(each.node, depth + 1)]
        finally:
            self._open.pop()

    def _of_module(self, node: cst.Name, depth: int) -> list[Piece]:
        """Read what a name of the module holds: in functions a text, in the module's own body also one put together."""
        held = None if self._flow.is_parameter(node.value) else self._context.assigned(node.value)
        if not isinstance(held, _STRINGS if self._flow.function is not None else _PUT_TOGETHER):
            return [self._hole(node)]
        self._open.append(node.value)
        try:
            return self.read(held, depth + 1)
        finally:
            self._open.pop()

    def _call(self, node: cst.Call, depth: int) -> list[Piece]:
        first = node.args[0].value if node.args else None
        if isinstance(node.func, cst.Attribute):
            found = self._method(node, node.func, first, depth)
            if found is not None:
                return found
        word = dotted_name(node.func).rpartition(".")[2]
        if first is None or word not in SQL_OBJECTS | _WRAPPERS:
            return [self._hole(node)]
        self.is_object |= word in SQL_OBJECTS
        return self.read(first, depth + 1)

    def _method(
        self, node: cst.Call, callee: cst.Attribute, first: cst.BaseExpression | None, depth: int
    ) -> list[Piece] | None:
        """Return what the string is made of that a method of a string gives; `None` for other methods."""
        method, receiver = callee.attr.value, callee.value
        if method == "format":
            return self._format(node, receiver, depth)
        if method == "join" and first is not None:
            return self._join(receiver, first, depth)
        if method in _SAME_TEXT | _SAME_OBJECT:
            return self.read(receiver, depth + 1)
        if method == "replace" and len(node.args) > 1:
            if text_of(node.args[1].value) in _ESCAPED_QUOTES:
                return _quoted(self.read(receiver, depth + 1))
            return self.read(receiver, depth + 1) + self.read(node.args[1].value, depth + 1)
        return None

    def _format(self, node: cst.Call, receiver: cst.BaseExpression, depth: int) -> list[Piece]:
        was_object, self.is_object = self.is_object, False
        text = self.read(receiver, depth + 1)
        composed, self.is_object = self.is_object, self.is_object or was_object
        filled = self._fill(node, text, depth)
        return _quoted(filled) if composed else filled  # `SQL(...).format(...)` quotes what it is given.

    def _fill(self, node: cst.Call, text: list[Piece], depth: int) -> list[Piece]:
        positional = [each.value for each in node.args if each.keyword is None and not each.star]
        keywords = {each.keyword.value: each.value for each in node.args if each.keyword is not None}
        filled: list[Piece] = []
        position = 0
        for piece in text:
            if isinstance(piece, Hole):
                filled.append(piece)
                continue
            end = 0
            for found in _FIELD.finditer(piece):
                filled.append(piece[end : found.start()])
                end = found.end()
                name = found["name"]
                if name is None:
                    filled.append(found[0][0])
                    continue
                index = int(name) if name.isdigit() else position
                position += not name
                given = keywords.get(name) if name and not name.isdigit() else None
                if given is None and (not name or name.isdigit()) and index < len(positional):
                    given = positional[index]
                filled += self.read(given, depth + 1) if given is not None else [self._hole(node)]
            filled.append(piece[end:])
        return filled

    def _join(self, separator: cst.BaseExpression, elements: cst.BaseExpression, depth: int) -> list[Piece]:
        between = self.read(separator, depth + 1)
        joined = self._elements(elements, depth + 1)
        if not all(isinstance(each, str) for each in between):
            return between + joined
        text = fixed_text(between)
        return [text if piece == _GAP else piece for piece in joined]

    def _elements(self, node: cst.BaseExpression, depth: int) -> list[Piece]:
        """Return what the strings that a collection holds are made of, one behind the other."""
        if depth > _MAX_DEPTH:
            return []
        reader = _ELEMENT_READERS.get(node.__class__)
        return reader(self, node, depth) if reader is not None else [self._hole(node)]

    def _display(self, node: cst.List | cst.Tuple | cst.Set, depth: int) -> list[Piece]:
        return self._listed((each.value for each in node.elements), depth)

    def _combined(self, node: cst.BinaryOperation, depth: int) -> list[Piece]:
        if isinstance(node.operator, cst.Add):
            return self._elements(node.left, depth + 1) + self._elements(node.right, depth + 1)
        repeated = node.left if isinstance(node.left, (*_STRINGS, cst.List, cst.Tuple)) else node.right
        if not isinstance(node.operator, cst.Multiply):
            return [self._hole(node)]
        return self.read(repeated, depth + 1) if isinstance(repeated, _STRINGS) else self._elements(repeated, depth + 1)

    def _listed(self, nodes: Iterable[cst.BaseExpression], depth: int) -> list[Piece]:
        return [piece for each in nodes for piece in [*self.read(each, depth + 1), _GAP]][:-1]

    def _comprehension(self, node: cst.ListComp | cst.GeneratorExp | cst.SetComp, depth: int) -> list[Piece]:
        before = len(self._loops)
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            self._loops.append((clause.target, clause.iter))
            clause = clause.inner_for_in
        try:
            return self.read(node.elt, depth + 1)
        finally:
            del self._loops[before:]

    def _made(self, node: cst.Call, depth: int) -> list[Piece]:
        word = dotted_name(node.func).rpartition(".")[2]
        if word in _SAME_ELEMENTS and node.args:
            return self._elements(node.args[0].value, depth + 1)
        if word == "repeat" and node.args:
            return self.read(node.args[0].value, depth + 1)
        if word == "map" and len(node.args) > 1:
            function, given = node.args[0].value, node.args[1].value
            if isinstance(function, cst.Lambda):
                return self.read(function.body, depth + 1)
            if dotted_name(function) in ("str", "repr"):
                return self._elements(given, depth + 1)
            return [self._hole(node.with_changes(func=function, args=(cst.Arg(given),)))]
        return [self._hole(node)]

    def _collected(self, node: cst.Name, depth: int) -> list[Piece]:
        name = node.value
        found = self._flow.bindings(name)
        if name in self._open:
            return []
        if not found or any(each.how in ("loop", "unknown") for each in found):
            return [self._hole(node)]
        self._open.append(name)
        try:
            pieces: list[Piece] = []
            for each in found:
                pieces += (
                    self.read(each.node, depth + 1) if each.how == "element" else self._elements(each.node, depth + 1)
                )
                pieces.append(_GAP)
            return pieces[:-1]
        finally:
            self._open.pop()


_NUMERALS = (cst.Integer, cst.Float)
_STRINGS = (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)
_PUT_TOGETHER = (*_STRINGS, cst.BinaryOperation, cst.Call)
_READERS: Mapping[type[cst.CSTNode], Callable[..., list[Piece]]] = {
    cst.SimpleString: Reader._literal,
    cst.ConcatenatedString: Reader._both,
    cst.FormattedString: Reader._filled,
    cst.BinaryOperation: Reader._operation,
    cst.IfExp: Reader._either,
    cst.BooleanOperation: Reader._both,
    cst.NamedExpr: Reader._walrus,
    cst.Name: Reader._name,
    cst.Call: Reader._call,
}
_ELEMENT_READERS: Mapping[type[cst.CSTNode], Callable[..., list[Piece]]] = {
    cst.ListComp: Reader._comprehension,
    cst.GeneratorExp: Reader._comprehension,
    cst.SetComp: Reader._comprehension,
    cst.List: Reader._display,
    cst.Tuple: Reader._display,
    cst.Set: Reader._display,
    cst.BinaryOperation: Reader._combined,
    cst.Call: Reader._made,
    cst.Name: Reader._collected,
    cst.SimpleString: Reader.read,
}


def _dictionary(node: cst.BaseExpression) -> dict[str, cst.BaseExpression]:
    if isinstance(node, cst.Call) and dotted_name(node.func) == "dict":
        return {each.keyword.value: each.value for each in node.args if each.keyword is not None}
    if not isinstance(node, cst.Dict):
        return {}
    return {
        str(text_of(each.key)): each.value
        for each in node.elements
        if isinstance(each, cst.DictElement) and isinstance(each.key, cst.SimpleString)
    }


def _names(target: cst.CSTNode) -> Iterator[str]:
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _names(element.value)


def _quoted(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece if isinstance(piece, str) else piece._replace(is_harmless=True) for piece in pieces]


def fixed_text(pieces: Iterable[Piece]) -> str:
    """Return the text with a mark where holes are, for a look at what it says."""
    return "".join(piece if isinstance(piece, str) else "\x00" for piece in pieces)
