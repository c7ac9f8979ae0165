"""Types as annotations spell them (`facts/spelling.py`), resolved over the whole program.

A form keeps what a reference drops, so that two signatures can be compared as a type checker compares them.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.types import types

_TOKEN = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\.\.\.|[^\[\],|'"]+|[\[\],|]""")
_BUILTIN_ALIASES = {
    **{name: f"builtins.{name.lower()}" for name in ("List", "Dict", "Set", "FrozenSet", "Tuple", "Type")},
    "Deque": "collections.deque",
    "DefaultDict": "collections.defaultdict",
    "Text": "builtins.str",
    **{name: f"collections.{name}" for name in ("OrderedDict", "Counter", "ChainMap")},
    "AbstractSet": "collections.abc.Set",
    "ContextManager": "contextlib.AbstractContextManager",
    "AsyncContextManager": "contextlib.AbstractAsyncContextManager",
}
_ABSTRACT = frozenset(
    {
        "Awaitable", "Coroutine", "AsyncIterable", "AsyncIterator", "AsyncGenerator", "Callable", "Collection",
        "Container", "Generator", "Hashable", "ItemsView", "Iterable", "Iterator", "KeysView", "Mapping",
        "MutableMapping", "MutableSequence", "MutableSet", "Reversible", "Sequence", "Sized", "ValuesView",
    }
)  # fmt: skip
"""Names of `typing` that are those of `collections.abc`."""
_WRAPPERS = frozenset({"ClassVar", "Final", "Required", "NotRequired", "ReadOnly"})
_VARIABLES = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
_TYPING = ("typing.", "typing_extensions.")
_LARGEST = 500
"""How many parts a type may have; beyond that nothing is known of it."""


class Form(NamedTuple):
    """A type: `kind` is class, union, none, any, never, literal, parameters, opaque or unknown.

    A class has its `module@index` or canonical dotted name, and its type arguments; a union its alternatives; a literal
    the value as it is written. `any` fits everything by intent; `unknown` is what archlint cannot tell. An opaque type
    (an alias, a `NewType`) is known to be the same as itself only.
    """

    kind: str
    name: str = ""
    args: tuple["Form", ...] = ()


ANY = Form("any")
UNKNOWN = Form("unknown")
NONE = Form("none")
Variables = Mapping[str, Form]


def union(*forms: Form) -> Form:
    """Return the union of types, flat and without doubles."""
    parts = dict.fromkeys(part for form in forms for part in (form.args if form.kind == "union" else (form,)))
    return next(iter(parts)) if len(parts) == 1 else Form("union", args=tuple(parts))


def _is_large(form: Form) -> bool:
    """Tell whether a type has more parts than anybody writes: type variables can double it from class to class."""
    waiting, count = [form], 0
    while waiting and count <= _LARGEST:
        waiting.extend(waiting.pop().args)
        count += 1
    return bool(waiting)


class Expression(NamedTuple):
    """A spelled annotation taken apart: a name with arguments, `|` with alternatives or `[]` with parameters."""

    name: str
    args: tuple["Expression", ...] = ()


@lru_cache(maxsize=1 << 14)
def parse(spelled: str) -> Expression:
    """Take a spelled annotation apart."""
    tokens = _TOKEN.findall(spelled)
    expression, _ = _alternatives(tokens, 0)
    return expression


def _alternatives(tokens: list[str], at: int) -> tuple[Expression, int]:
    parts = []
    while True:
        part, at = _primary(tokens, at)
        parts.append(part)
        if at >= len(tokens) or tokens[at] != "|":
            return (parts[0] if len(parts) == 1 else Expression("|", tuple(parts))), at
        at += 1


def _primary(tokens: list[str], at: int) -> tuple[Expression, int]:
    if at >= len(tokens) or tokens[at] in "],|":
        return Expression("?"), at
    name = "[]"
    if tokens[at] != "[":
        name, at = tokens[at], at + 1
    args: list[Expression] = []
    if at < len(tokens) and tokens[at] == "[":
        at += 1
        while at < len(tokens) and tokens[at] != "]":
            part, at = _alternatives(tokens, at)
            args.append(part)
            at += at < len(tokens) and tokens[at] == ","
        at += 1
    return Expression(name, tuple(args)), at


def names(expression: Expression) -> Iterator[str]:
    """Yield the names in an expression, literals left out."""
    if expression.name not in ("|", "[]", "...", "None") and expression.name[:1] not in "'\"":
        yield expression.name
    if not expression.name.endswith(".Literal"):
        for each in expression.args:
            yield from names(each)


class Forms:
    """Resolves spelled annotations; one per project, reached by `project.query(forms)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._reading = project.reading
        self.resolve: Memo[str, tuple[str, str]] = Memo(project.reading, lambda name: self._resolve(name, 0))
        """Gives what a name in an annotation is, and its canonical name.

        It is a class, a variable, special (a name of `typing`), opaque, or unknown.
        """
        self.type_variables: Memo[str, tuple[str, ...]] = Memo(
            project.reading, lambda key: tuple(self._find_variables(key))
        )
        """Gives the names of a class's type variables, in order; of a class outside the project nothing is known."""
        self._meanings = Memo(project.reading, self._find_meanings)
        self._asked: set[tuple[str, tuple[Form, ...]]] = set()

    def of(self, spelled: str, variables: Variables) -> Form:
        """Return the type that is spelled, type variables replaced; without an annotation it is `ANY`."""
        return self._form(parse(spelled), variables) if spelled else ANY

    def _form(self, expression: Expression, variables: Variables) -> Form:
        name = expression.name
        if name == "|":
            return union(*(self._form(each, variables) for each in expression.args))
        if name == "[]":
            return Form("parameters", args=tuple(self._form(each, variables) for each in expression.args))
        if name == "None":
            return NONE
        kind, resolved = self.resolve(name)
        if kind == "special":
            return self._special(resolved, expression, variables)
        if kind == "variable":
            return variables.get(resolved, UNKNOWN)
        if kind != "class":
            return Form(kind, resolved)
        found = Form("class", resolved, tuple(self._form(each, variables) for each in expression.args))
        return UNKNOWN if _is_large(found) else found

    def _special(self, name: str, expression: Expression, variables: Variables) -> Form:
        inner = [self._form(each, variables) for each in expression.args] if name != "Literal" else []
        if name in ("Union", "Optional"):
            return union(*inner, *([NONE] if name == "Optional" else [])) if inner else UNKNOWN
        if name in _WRAPPERS:
            return inner[0] if inner else ANY
        if name == "Literal":
            return union(*(Form("literal", each.name) for each in expression.args)) if expression.args else UNKNOWN
        if name in ("Never", "NoReturn"):
            return Form("never")
        return {"Any": ANY, "Self": variables.get("Self", UNKNOWN)}.get(name, UNKNOWN)

    def _resolve(self, name: str, depth: int) -> tuple[str, str]:
        if name.startswith("?"):
            return ("variable", name) if len(name) > 1 else ("unknown", "")
        if name == "...":
            return "class", "builtins.ellipsis"
        if "@" in name:
            return "class", name
        found = self._project.split(name)
        if found is None:
            return self._external(name)
        head, rest = found
        first, _, inner = rest.partition(".")
        return self._of_module(self._project.by_name[head], first, inner, depth)

    def _of_module(self, module: Module, name: str, inner: str, depth: int) -> tuple[str, str]:
        self._reading.add(module.name)
        dotted = f"{module.name}.{name}"
        bound = module.facts.bindings.get(name, ())
        imported = any(each.alias == name for each in module.facts.imports)
        if len(bound) == 1 and imported and depth < 10 and not inner and bound[0] != dotted:
            return self._resolve(bound[0], depth + 1)
        values = self._types.infer(f"{dotted}.{inner}" if inner else dotted)
        if len(values) == 1 and values[0].name.startswith(_TYPING) and values[0].name.partition(".")[2] in _VARIABLES:
            return "variable", dotted
        if len(values) != 1 or not values[0].is_class or values[0].kind != "object":
            return ("opaque", dotted) if name and bound and not inner else ("unknown", "")
        own = inner or not bound or bound == (values[0].name,)
        return ("class", values[0].name) if own else ("opaque", dotted)

    def _external(self, name: str) -> tuple[str, str]:
        canonical = self._project.library.canonical(name)
        for prefix in _TYPING:
            if canonical.startswith(prefix):
                word = canonical.removeprefix(prefix)
                if word in _BUILTIN_ALIASES:
                    return "class", _BUILTIN_ALIASES[word]
                return ("class", f"collections.abc.{word}") if word in _ABSTRACT else ("special", word)
        return "class", canonical

    def _find_variables(self, key: str) -> Iterator[str]:
        if "@" not in key:
            return
        _, fact = self._project.class_(key)
        if fact.parameters:
            yield from (f"?{name}" for name in fact.parameters)
            return
        bases = [parse(spelled) for spelled in fact.spelled]
        declaring = [each for each in bases if self.resolve(each.name)[1] in ("Generic", "Protocol")]
        found = [self.resolve(name) for base in declaring or bases for each in base.args for name in names(each)]
        yield from dict.fromkeys(resolved for kind, resolved in found if kind == "variable")

    def variables(self, key: str, arguments: tuple[Form, ...]) -> Mapping[str, Variables]:
        """Return, for a class with these type arguments, what the type variables of each class it derives from mean."""
        asked = (key, arguments)
        if asked in self._asked:
            return {}  # what a class that derives from itself adds
        self._asked.add(asked)
        try:
            return self._meanings(asked)
        finally:
            self._asked.discard(asked)

    def _find_meanings(self, of: tuple[str, tuple[Form, ...]]) -> Mapping[str, Variables]:
        key, arguments = of
        meant = dict(zip(self.type_variables(key), arguments, strict=False))
        found: dict[str, Variables] = {key: meant}
        _, fact = self._project.class_(key)
        forms = (self.of(spelled, meant) for spelled in fact.spelled)
        bases = [(form.name, form.args) for form in forms if form.kind == "class" and "@" in form.name]
        values = (value for reference in fact.bases for value in self._types.infer(reference))
        bases += [(value.name, ()) for value in values if value.is_class and value.kind == "object"]
        for base in bases:
            if base[0] not in found:
                found = {**self.variables(*base), **found}
        return found

    def told_apart(self, one: Form, other: Form) -> tuple[str, str]:
        """Return two types as people write them; with their modules if they look the same."""
        shown = self.shown(one), self.shown(other)
        return shown if shown[0] != shown[1] else (self.shown(one, dotted=True), self.shown(other, dotted=True))

    def shown(self, form: Form, *, dotted: bool = False) -> str:
        """Return a type as people write it, for messages; `dotted` with the modules of classes."""
        args = [self.shown(each, dotted=dotted) for each in form.args]
        if form.kind == "union":
            return " | ".join(args)
        if form.kind == "none":
            return "None"
        if form.kind == "parameters":
            return f"[{', '.join(args)}]"
        if form.kind == "literal":
            return f"Literal[{form.name}]"
        if form.kind in ("any", "unknown", "never"):
            return {"any": "Any", "unknown": "...", "never": "Never"}[form.kind]
        name = self._name(form.name, dotted=dotted)
        known = any(each != UNKNOWN for each in form.args)
        return f"{name}[{', '.join(args)}]" if known else name

    def _name(self, key: str, *, dotted: bool) -> str:
        if "@" in key:
            module, name = self._project.class_(key)[0].name, self._project.class_(key)[1].name
        else:
            module, _, name = key.rpartition(".")
        if name == "ellipsis":
            return "..."
        return f"{module}.{name}" if dotted and module not in ("", "builtins") else name


def forms(project: Project) -> Forms:
    """Answer the query for the forms of types."""
    return Forms(project)
