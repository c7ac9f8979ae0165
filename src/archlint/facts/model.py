"""What a module says, as plain frozen values that can be cached and sent between processes.

**References.** Facts name things symbolically, because what a name means may depend on other modules. A
reference is a string: a root, then steps, read from left to right; the project resolves it
(`project/types.py`).

| root | meaning |
|---|---|
| `a.b.c` | the thing with this absolute dotted name, if imports are followed |
| `pkg.mod#3` | function number 3 (an index into `ModuleFacts.functions`) of module `pkg.mod` |
| `pkg.mod#3:a` | what is passed for the parameter `a` of function 3, if it is a constructor or called like a handle |
| `pkg.mod@3` | class number 3 (an index into `ModuleFacts.classes`) of module `pkg.mod` |

| step | meaning |
|---|---|
| `.name` | attribute |
| `()` | what calling it returns |
| `!` | what awaiting it gives |
| `^` / `~` | what `with` / `async with ... as` gives |
| `*` / `&` | an element when it is iterated with `for` / `async for` |
| `[]` / `[2]` | an element by any subscript / by the constant index 2 |
| `{}` | an instance of the type before it |
| `<A,B>` | the type before it, with type arguments, which are references |
| `<=A,B>` | the function before it, called with these classes as its first arguments (empty: with something else) |
| `$` | `functools.partial` of it |
| `+` | a list of what iterating over it gives |
| `%` | the instance or class before it, seen through `super()` |

`A|B` means one or the other; the empty string means unknown. Offsets are 0-based code points into the decoded
text, ends exclusive.
"""

from typing import Literal, TypeAlias

import msgspec

ImportKind: TypeAlias = Literal["runtime", "type-checking", "function-local", "conditional", "dynamic"]
ParameterKind: TypeAlias = Literal["positional-only", "normal", "variadic", "keyword-only", "keyword-variadic"]
VARIADIC: frozenset[ParameterKind] = frozenset({"variadic", "keyword-variadic"})
"""The kinds that take any number of arguments."""
Body: TypeAlias = Literal["code", "stub", "empty", "refusal"]
DOING: frozenset[Body] = frozenset({"code", "refusal"})
"""The bodies that do something."""

IN_LOOP = 1
IN_TRY = 2
IN_WITH = 4
IN_TYPE_CHECKING = 8
IN_CONDITION = 16
IN_DECORATOR = 32
IN_DEFAULT = 64
IN_RAISE = 128
AWAITED = 256
STATEMENT = 512
IN_CLASS_BODY = 1024
IN_COMPREHENSION = 2048
IN_MAIN_GUARD = 4096
IN_PARTIAL = 8192
EXAMINED = 16384
IN_TRY_RUNTIME_ERROR = 32768
IN_HANDLER = 65536
PER_ELEMENT = 131072
MADE_ONCE = 262144
IN_TRY_BLOCKING_ERROR = 524288
MADE_PER_KEY = 1048576
ALIASED = 2097152
LAST_FLAG = ALIASED
"""Bits of `flags`: the syntax around a call or load, up to the enclosing function or module body.

AWAITED: the call itself is awaited. STATEMENT: the call's value is dropped. IN_LOOP covers the body of `for`
and `while` and of comprehensions; IN_CONDITION an `if` branch; IN_MAIN_GUARD the body of `if __name__ ==
"__main__"`, IN_TRY_RUNTIME_ERROR that of a `try` with `except RuntimeError`, IN_HANDLER that of an `except`,
IN_PARTIAL what `functools.partial` will call. EXAMINED: the call's value is looked at on the spot, tested for truth,
compared, subscripted or asked for an attribute that is not called. PER_ELEMENT: the call is made anew for each element
of a collection, and made of the element (`facts/elements.py`). MADE_ONCE: in an `if` that asks whether an attribute or
a global holds nothing yet, and then sets it, MADE_PER_KEY in one that asks whether it has no such key, and then adds
it. IN_TRY_BLOCKING_ERROR: in a `try` with `except BlockingIOError`. ALIASED: the load is all that is assigned to a
name. LAST_FLAG is the highest of them.
"""


class Import(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One alias of an import statement.

    `target` is the absolute module named (`from ..b import c` in `a.x.y` has `a.b`), `name` the name imported
    from it (empty for `import target`, `*` for a star import), `alias` the local name it binds (empty for a
    star). `start`/`end` span the alias as written; `statement` is where the import statement starts. `kind` is
    runtime, type-checking, function-local, conditional (under `if` or `try`) or dynamic
    (`importlib.import_module("literal")`, `__import__("literal")`).
    `function` is the index of the enclosing function, -1 outside.
    """

    target: str
    name: str
    alias: str
    start: int
    end: int
    statement: int
    kind: ImportKind
    lazy: bool
    function: int


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One parameter: `kind` is positional-only, normal, variadic, keyword-only or keyword-variadic.

    `annotation` is a reference to the type (without `{}`), `default` one to the default's value or to what FastAPI's
    `Depends` injects, also from inside of `Annotated`; `has_default` also holds when that value is unknown. `spelled`
    is the annotation as `facts/spelling.py` has it, in methods only.
    """

    name: str
    kind: ParameterKind
    annotation: str
    has_default: bool
    default: str
    start: int
    end: int
    spelled: str = ""


class Function(msgspec.Struct, frozen=True, array_like=True):
    """A function, method or lambda (`name` is `<lambda>`).

    `qualname` is as `__qualname__` has it; `start`/`end` span its name (the whole first token for a lambda).
    `parent` is the index of the enclosing function, `owner` that of the class whose body it stands in (-1:
    none). `returns` refers to the annotated return type, `values` to returned values, `yields` to yielded
    ones. `body` is "stub" (nothing but docstring, `...`, `pass` or `raise NotImplementedError`), "empty" (nothing but
    `return`), "refusal" (nothing but the raising of another error), else "code".
    `spelled` is the return annotation of a method as `facts/spelling.py` has it, empty without one. `called` are the
    names of parameters that it calls itself.
    """

    name: str
    qualname: str
    start: int
    end: int
    parent: int
    owner: int
    parameters: tuple[Parameter, ...]
    returns: str
    values: tuple[str, ...]
    yields: tuple[str, ...]
    is_async: bool
    is_generator: bool
    decorators: tuple[str, ...]
    body: Body
    spelled: str = ""
    called: tuple[str, ...] = ()

    @property
    def is_bound(self) -> bool:
        """Whether its first parameter is what it is called on."""
        return self.owner >= 0 and "builtins.staticmethod" not in self.decorators


class Attribute(msgspec.Struct, frozen=True, array_like=True):
    """An attribute of a class, from its body (`in_body`) or from `self.x = ...` in a method.

    `annotation` refers to the type, `values` to what is assigned; `start`/`end` span the first place it is
    named. `spelled` is the annotation as `facts/spelling.py` has it.
    """

    name: str
    annotation: str
    values: tuple[str, ...]
    in_body: bool
    start: int
    end: int
    spelled: str = ""


class Class(msgspec.Struct, frozen=True, array_like=True):
    """A class: `bases` and `decorators` are references; `keywords` its class keywords with literal values as written.

    `parent` is the index of the enclosing function, `owner` that of the enclosing class (-1: none). `spelled` are the
    bases with type arguments as `facts/spelling.py` has them, `parameters` the names of `class C[T, U]`.
    """

    name: str
    qualname: str
    start: int
    end: int
    parent: int
    owner: int
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...]
    attributes: tuple[Attribute, ...]
    spelled: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


class Call(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call, or what a statement calls: `with` (`__enter__`, `__aexit__`, ...), `for` and its like (`__iter__`).

    So does `a[b] = c` (`__setitem__`), when `b` is a name and all three are known.

    `callee` is a reference (`?.name` for a method of something unknown that is handed a class), `start`/`end` span the
    callee as written, from its first to its last name; what ends a `with` spans the last name of its body.

    `arguments` are (name, value) pairs in order: the name is empty for a positional argument, `*` or `**` for
    an unpacked one; the value is `=` and the source of a literal (of an f-string with a path under `/proc` or `/sys`
    the beginning), or a reference. `function` is the index of
    the enclosing function, `owner` that of the class in whose body it stands directly; -1 for none.
    """

    callee: str
    start: int
    end: int
    arguments: tuple[tuple[str, str], ...]
    function: int
    owner: int
    flags: int


class Load(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A dotted name that is read and not called, when its root is imported or an instance of a class that is known."""

    reference: str
    start: int
    end: int
    function: int
    owner: int
    flags: int


class TypedAssignment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An annotated assignment with a value: both are references, `start`/`end` span the annotation's first name."""

    annotation: str
    value: str
    start: int
    end: int
    function: int


class Suppression(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An `# archlint: ignore[...]` comment.

    `rules` are codes, names or family prefixes (empty tuple: malformed or a bare `ignore`, which accepts
    nothing); `first`/`last` are the lines (1-based, inclusive) that it covers, 0/0 for the whole file;
    `start`/`end` span it.
    """

    rules: tuple[str, ...]
    reason: str
    first: int
    last: int
    start: int
    end: int


class Candidate(msgspec.Struct, frozen=True, array_like=True):
    """A violation that a module check saw, true if `reference` turns out to be one of `names` (none: true as it is).

    `severity` is empty for the rule's own; `values` are references that the rule's project check looks at. A `code`
    that is no rule's is a fact that only syntax shows and project checks ask for.
    """

    code: str
    start: int
    end: int
    message: str
    subject: str
    function: int
    owner: int
    severity: str
    reference: str
    names: tuple[str, ...]
    values: tuple[str, ...] = ()
