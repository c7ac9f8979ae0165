"""Scopes of one module: which names a block binds, and what a name refers to where it is read.

Function scopes follow the flow of their statements; names of the module are left symbolic, because other code
may bind them before a function runs (language reference, 4.2 "Naming and binding").
"""

import builtins
from collections.abc import Callable, Iterable, Sequence

import libcst as cst

from archlint.facts.references import union
from archlint.facts.syntax import descend
from archlint.facts.unbound import UNBOUND

_NOT_NAMES = frozenset({cst.Attribute, cst.Subscript})
BUILTINS = frozenset({*dir(builtins), "__file__"})


class Bindings:
    """The names that the statements of one block bind, found before the block is walked.

    `names` are all of them; `imports` maps a name that only imports (and perhaps `= None`) bind to the
    references of what they import; `stars` says whether a star import may bind more.
    """

    def __init__(self, statements: Iterable[cst.CSTNode], module: str, is_package: bool) -> None:
        self.names: set[str] = set()
        self.outer: dict[str, str] = {}
        self.stars = False
        self._targets: dict[str, list[str]] = {}
        self._other: set[str] = set()
        self._module = module
        self._is_package = is_package
        self._scan(statements)
        self.imports = {
            name: "|".join(dict.fromkeys(targets)) for name, targets in self._targets.items() if name not in self._other
        }

    def _scan(self, statements: Iterable[cst.CSTNode]) -> None:
        stack: list[cst.CSTNode] = list(statements)
        while stack:
            node = stack.pop()
            handler = _SCAN.get(node.__class__)
            if handler is not None:
                handler(self, node, stack)

    def _bind(self, name: str) -> None:
        self.names.add(name)
        self._other.add(name)

    def bind_target(self, target: cst.CSTNode) -> None:
        """Bind the names of an assignment target."""
        stack = [target]
        while stack:
            node = stack.pop()
            if node.__class__ is cst.Name:
                self._bind(node.value)
            elif node.__class__ in _NOT_NAMES:
                continue
            elif isinstance(node, cst.Tuple | cst.List):
                stack.extend(element.value for element in node.elements)
            elif isinstance(node, cst.StarredElement):
                stack.append(node.value)

    def _assign(self, node: cst.Assign, _: list[cst.CSTNode]) -> None:
        if node.value.__class__ is cst.Name and node.value.value == "None":
            for target in node.targets:
                if isinstance(target.target, cst.Name):
                    self.names.add(target.target.value)
            return
        for target in node.targets:
            self.bind_target(target.target)

    def _import(self, node: cst.Import | cst.LazyImport, _: list[cst.CSTNode]) -> None:
        for alias in node.names:
            dotted = dotted_name(alias.name)
            bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else ""
            first = dotted.partition(".")[0]
            self._bind_import(bound or first, dotted if bound else first)

    def _import_from(self, node: cst.ImportFrom | cst.LazyImportFrom, _: list[cst.CSTNode]) -> None:
        target = import_target(node, self._module, self._is_package)
        if isinstance(node.names, cst.ImportStar):
            self.stars = True
            return
        for alias in node.names:
            name = dotted_name(alias.name)
            bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else name
            self._bind_import(bound, f"{target}.{name}" if target else "")

    def _bind_import(self, name: str, target: str) -> None:
        self.names.add(name)
        self._targets.setdefault(name, []).append(target)

    def _definition(self, node: cst.FunctionDef | cst.ClassDef, _: list[cst.CSTNode]) -> None:
        self._bind(node.name.value)

    def _single_target(self, node: cst.AnnAssign | cst.AugAssign, _: list[cst.CSTNode]) -> None:
        self.bind_target(node.target)

    def _lines(self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite, stack: list[cst.CSTNode]) -> None:
        stack.extend(node.body)

    def _block(self, node: cst.IndentedBlock, stack: list[cst.CSTNode]) -> None:
        stack.extend(node.body)

    def _if(self, node: cst.If | cst.While, stack: list[cst.CSTNode]) -> None:
        self._walruses(node.test)
        stack.append(node.body)
        if node.orelse is not None:
            stack.append(node.orelse)

    def _walruses(self, test: cst.CSTNode) -> None:
        if test.__class__ is cst.NamedExpr:
            self.bind_target(test.target)

    def _for(self, node: cst.For, stack: list[cst.CSTNode]) -> None:
        self.bind_target(node.target)
        stack.append(node.body)
        if node.orelse is not None:
            stack.append(node.orelse)

    def _with(self, node: cst.With, stack: list[cst.CSTNode]) -> None:
        for item in node.items:
            if item.asname is not None:
                self.bind_target(item.asname.name)
        stack.append(node.body)

    def _try(self, node: cst.Try | cst.TryStar, stack: list[cst.CSTNode]) -> None:
        stack.append(node.body)
        for handler in node.handlers:
            if handler.name is not None:
                self.bind_target(handler.name.name)
            stack.append(handler.body)
        stack.extend(block for block in (node.orelse, node.finalbody) if block is not None)

    def _wrapped(self, node: cst.Else | cst.Finally, stack: list[cst.CSTNode]) -> None:
        stack.append(node.body)

    def _match(self, node: cst.Match, stack: list[cst.CSTNode]) -> None:
        for case in node.cases:
            self._pattern(case.pattern)
            stack.append(case.body)

    def _pattern(self, pattern: cst.CSTNode) -> None:
        for node in descend(pattern):
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(name, cst.Name):
                self._bind(name.value)

    def _global(self, node: cst.Global, _: list[cst.CSTNode]) -> None:
        self.outer.update((item.name.value, "global") for item in node.names)

    def _nonlocal(self, node: cst.Nonlocal, _: list[cst.CSTNode]) -> None:
        self.outer.update((item.name.value, "nonlocal") for item in node.names)

    def _type_alias(self, node: cst.TypeAlias, _: list[cst.CSTNode]) -> None:
        self._bind(node.name.value)


_SCAN: dict[type[cst.CSTNode], Callable[..., None]] = {
    cst.Assign: Bindings._assign,
    cst.AnnAssign: Bindings._single_target,
    cst.AugAssign: Bindings._single_target,
    cst.Import: Bindings._import,
    cst.LazyImport: Bindings._import,
    cst.ImportFrom: Bindings._import_from,
    cst.LazyImportFrom: Bindings._import_from,
    cst.FunctionDef: Bindings._definition,
    cst.ClassDef: Bindings._definition,
    cst.SimpleStatementLine: Bindings._lines,
    cst.SimpleStatementSuite: Bindings._lines,
    cst.IndentedBlock: Bindings._block,
    cst.If: Bindings._if,
    cst.While: Bindings._if,
    cst.For: Bindings._for,
    cst.With: Bindings._with,
    cst.Try: Bindings._try,
    cst.TryStar: Bindings._try,
    cst.Else: Bindings._wrapped,
    cst.Finally: Bindings._wrapped,
    cst.Match: Bindings._match,
    cst.Global: Bindings._global,
    cst.Nonlocal: Bindings._nonlocal,
    cst.TypeAlias: Bindings._type_alias,
}


class Scope:
    """One block while it is walked.

    `env` maps a name to a reference of what it holds at this point of the flow (empty: unknown), `nodes` a
    name to the syntax last assigned to it. `function` and `owner` are the indexes that facts carry.
    """

    __slots__ = ("bindings", "env", "function", "is_class", "node", "nodes", "owner", "parent", "qualname")

    def __init__(
        self,
        parent: "Scope | None",
        bindings: Bindings | None,
        *,
        function: int = -1,
        owner: int = -1,
        qualname: str = "",
        node: cst.CSTNode | None = None,
    ) -> None:
        self.parent = parent
        self.bindings = bindings
        self.env: dict[str, str] = {}
        self.nodes: dict[str, cst.CSTNode] = {}
        self.function = function
        self.owner = owner
        self.is_class = False
        self.qualname = qualname
        self.node = node

    def lookup(self, name: str, module: str) -> str:
        """Return the reference for `name` as read here; empty when nothing is known about it."""
        scope: Scope | None = self
        while scope is not None:
            bindings = scope.bindings
            if scope.parent is None:
                return _global(name, module, bindings)
            if not scope.is_class or scope is self:
                if name in scope.env:
                    return scope.env[name]
                if bindings is not None:
                    where = bindings.outer.get(name)
                    if where == "global":
                        return _global(name, module, scope.module.bindings)
                    if where is None and name in bindings.names and not scope.is_class:
                        return ""
            scope = scope.parent
        return ""

    def inner_name(self, name: str) -> str:
        """Return the `__qualname__` of a function or class that is defined here."""
        if not self.qualname:
            return name
        return f"{self.qualname}.{name}" if self.is_class else f"{self.qualname}.<locals>.{name}"

    def holds_instance(self, name: str) -> bool:
        """Tell whether a name of this function or one around it holds an instance, or what a known call gave."""
        scope: Scope | None = self
        while scope is not None and scope.parent is not None:
            if name in scope.env:
                return scope.env[name].endswith(("{}", "()", "!"))
            scope = scope.parent
        return False

    def holder(self, name: str) -> "Scope | None":
        """Return the innermost scope, from this one on, that binds a name; `None` when not even the module does."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.env or (scope.bindings is not None and name in scope.bindings.names):
                return scope
            scope = scope.parent
        return None

    def is_global(self, name: str) -> bool:
        """Tell whether the function says `global name`."""
        bindings = self.block.bindings
        return bindings is not None and bindings.outer.get(name) == "global"

    @property
    def module(self) -> "Scope":
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def block(self) -> "Scope":
        """The scope whose names an assignment here binds: this one, or the one around a comprehension."""
        scope = self
        while scope.bindings is None and scope.parent is not None:
            scope = scope.parent
        return scope


def _global(name: str, module: str, bindings: Bindings | None) -> str:
    if bindings is not None:
        target = bindings.imports.get(name)
        if target is not None:
            return target
        if name in bindings.names:
            return f"{module}.{name}"
        if name not in BUILTINS:
            return f"{module}.{name}" if bindings.stars else UNBOUND.get(name, "")
    return f"builtins.{name}"


def merge(environments: Sequence[dict[str, str]]) -> dict[str, str]:
    """Join what names may hold after several branches."""
    first, *rest = environments
    merged = dict(first)
    for other in rest:
        for name, reference in other.items():
            known = merged.get(name)
            if known is None:
                merged[name] = reference
            elif known != reference:
                merged[name] = union(known, reference)
    return merged


def dotted_name(node: cst.CSTNode) -> str:
    """Return `a.b.c` for a name or an attribute chain of names, as it is written; empty for anything else."""
    # `isinstance` is slow on classes with an abstract base, and this runs for most calls.
    parts: list[str] = []
    while node.__class__ is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    if node.__class__ is not cst.Name:
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))


def last_name(node: cst.CSTNode) -> str:
    """Return the name behind the last dot of an attribute of whatever, or a name; empty for anything else."""
    if node.__class__ is cst.Attribute:
        return node.attr.value
    return node.value if node.__class__ is cst.Name else ""


def import_target(node: cst.ImportFrom | cst.LazyImportFrom, module: str, is_package: bool) -> str:
    """Return the absolute module that a `from` import names; empty when it reaches above the top package."""
    written = dotted_name(node.module) if node.module is not None else ""
    level = len(node.relative)
    if not level:
        return written
    parts = module.split(".")
    keep = len(parts) - level + is_package
    if keep <= 0:
        return ""
    return ".".join([*parts[:keep], written] if written else parts[:keep])
