"""What a module check is given while the walk is in its module, and what it may say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import libcst as cst
import msgspec

from archlint.facts.expressions import Expressions
from archlint.facts.scopes import Scope


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A violation of rule `code` as a module check sees it; `model.Candidate` has `reference`, `names` and `values`.

    `keyword` is the node's own keyword, if the place is to be there and not at the first name behind it; `literal` the
    source of a literal of the node, if the place is to be that, behind `passed` of the node's names.
    """

    code: str
    message: str
    subject: str
    severity: str = ""
    reference: str = ""
    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    keyword: str = ""
    literal: str = ""
    passed: int = 0


class ModuleContext:
    """The walk's knowledge at the node that a check looks at. Checks keep neither it nor any node."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._scope = expressions.scope
        self.flags = 0

    def enter(self, scope: Scope, flags: int) -> None:
        """Move to another node; only the walk does this."""
        self._scope = scope
        self.flags = flags

    def reference(self, node: cst.CSTNode) -> str:
        """Return the reference of what an expression evaluates to (see `facts/model.py`), empty when unknown."""
        return self._expressions.value(node)

    def assigned(self, name: str) -> cst.CSTNode | None:
        """Return the expression last assigned to a name of this block or the module, if that is plain to see."""
        return self._scope.block.nodes.get(name) or self._scope.module.nodes.get(name)

    def is_bound(self, name: str) -> bool:
        """Tell whether this block, one around it or the module binds a name."""
        return self._scope.holder(name) is not None

    def is_of_module(self, name: str) -> bool:
        """Tell whether the module binds a name and no block in it that is around the node does."""
        module = self._scope.module
        return self._scope.holder(name) is module and module.bindings is not None and name in module.bindings.names

    def is_declared_global(self, name: str) -> bool:
        """Tell whether the function says `global name`."""
        return self._scope.is_global(name)

    @property
    def in_async_function(self) -> bool:
        """Whether the node stands directly in the body of an `async def`."""
        function = self.enclosing_function
        return function is not None and function.asynchronous is not None

    @property
    def enclosing_function(self) -> cst.FunctionDef | None:
        """The function definition in whose body the node stands directly."""
        node = self._scope.block.node
        return node if node.__class__ is cst.FunctionDef else None

    @property
    def block(self) -> cst.CSTNode | None:
        """The module, class, function or lambda in whose body the node stands directly."""
        return self._scope.block.node

    @property
    def module(self) -> cst.CSTNode | None:
        """The module around the node."""
        return self._scope.module.node

    @property
    def enclosing_class(self) -> cst.ClassDef | None:
        """The nearest class definition around the node, in whose body or method it stands."""
        scope: Scope | None = self._scope
        while scope is not None and not scope.is_class:
            scope = scope.parent
        return scope.node if scope is not None and isinstance(scope.node, cst.ClassDef) else None


ModuleCheck: TypeAlias = Callable[[Any, ModuleContext], Iterable[Sighting]]
"""A function `(node, context)`; the table that registers it says for which nodes it is."""

ModuleChecks: TypeAlias = Mapping[type[cst.CSTNode] | str, Sequence[ModuleCheck]]
"""Which checks look at which nodes: those of a class, or the calls of what has this name.

The name is the last part of the callee's dotted name, whatever the module calls it, or else the attribute as written.
"""
