"""The one walk over a module's tree: an explicit stack, our own scopes, a table of handlers by node class."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import libcst as cst

from archlint.facts.context import ModuleCheck, ModuleChecks, ModuleContext
from archlint.facts.expressions import Expressions
from archlint.facts.records import Anchor, ClassRecord, FunctionRecord, Records
from archlint.facts.scopes import Bindings, Scope
from archlint.facts.syntax import REVERSED

Action: TypeAlias = tuple[Callable[..., object], *tuple[Any, ...]]
"""A function and what to call it with, after the walk."""

HANDLERS: dict[type, Callable[..., None]] = {}
"""Node class -> what is done instead of descending into its fields; filled by the modules of this folder."""


def handles(*node_types: type[cst.CSTNode]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function `(walk, node)` for these node classes."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        for node_type in node_types:
            HANDLERS[node_type] = function
        return function

    return register


class Walk:
    """The state of the walk over one module.

    `names` collects every identifier in source order: an ordinal is an index into it, and becomes an offset
    when the walk is over. `flags` are the bits of `facts/model.py` that hold where the walk is, `elements` the names
    that hold an element of what the loops around it go over; `top` begins the names of all in the same top package.
    """

    def __init__(self, tree: cst.Module, name: str, is_package: bool, checks: ModuleChecks) -> None:
        self.module = name
        self.top = f"{name.partition('.')[0]}."
        self.is_package = is_package
        self.names: list[str] = []
        self.soft_keywords: set[int] = set()
        self.flags = 0
        self.records = Records()
        self.scope = Scope(None, Bindings(tree.body, name, is_package), node=tree)
        self.expressions = Expressions(name, self.scope, self.lambda_index)
        self.imported = set(self.scope.bindings.imports) if self.scope.bindings else set()
        self.targets: dict[int, int] = {}
        self.branches: list[list[dict[str, str]]] = []
        self.chains: dict[cst.If, tuple[int, int]] = {}
        """The number of the `if` that an `elif` belongs to, and its own in it."""
        self._branch_count = 0
        self.elements: frozenset[str] = frozenset()
        self._checks = checks
        self._context = ModuleContext(self.expressions)
        self._lambdas: dict[cst.Lambda, int] = {}
        self._stack: list[cst.CSTNode | Action] = [tree]

    def run(self) -> None:
        """Walk the whole tree."""
        stack, names, imported = self._stack, self.names, self.imported
        handlers = HANDLERS
        checks = self._checks.keys() - _ANCHORED
        pop, push, name_type = stack.pop, stack.append, cst.Name
        while stack:
            node: Any = pop()
            kind = node.__class__
            if kind is name_type:
                word = node.value
                if word in imported:
                    self.load(node, len(names), len(names))
                names.append(word)
            elif kind is tuple:
                node[0](self, *node[1:])
            else:
                if kind in checks:
                    self.check(node, [len(names), len(names)])
                handler = handlers.get(kind)
                if handler is not None:
                    handler(self, node)
                    continue
                for field in REVERSED[kind]:
                    value = getattr(node, field)
                    value_kind = value.__class__
                    if value_kind in REVERSED:
                        push(value)
                    elif value_kind is list or value_kind is tuple:
                        stack.extend(value[::-1])

    def release(self) -> None:
        """Let go of the tree: walk, expressions and context hold each other, and only a garbage collection would."""
        del self.expressions, self._context, self.scope

    def push(self, *items: cst.CSTNode | Action | None) -> None:
        """Put work on the stack, to be done in the order given."""
        push = self._stack.append
        for item in items[::-1]:
            if item is not None:
                push(item)

    def push_all(self, items: Iterable[cst.CSTNode]) -> None:
        """Put nodes on the stack, to be visited in the order given."""
        self._stack.extend(reversed(list(items)))

    def check(self, node: cst.CSTNode, anchor: Anchor) -> None:
        """Let the module checks of this node class look at it; what they see is anchored at `anchor`."""
        checks = self._checks.get(node.__class__)
        if checks is not None:
            self._look(checks, node, anchor)

    def check_call(self, node: cst.Call, callee: str, anchor: Anchor) -> None:
        """Let the module checks of calls, and those of what is called, look at a call; `callee` is its reference."""
        self.check(node, anchor)
        word = callee.rpartition(".")[2] if callee else _attribute_word(node.func)
        checks = self._checks.get(word)
        if checks is not None:
            self._look(checks, node, anchor)

    def _look(self, checks: Iterable[ModuleCheck], node: cst.CSTNode, anchor: Anchor) -> None:
        self._context.enter(self.scope, self.flags)
        for check in checks:
            for sighting in check(node, self._context):
                self.records.candidates.append((anchor, sighting, self.scope.function, self.owner))

    def load(self, node: cst.CSTNode, first: int, last: int) -> None:
        """Record that a dotted name is read."""
        reference = self.expressions.value(node)
        if reference:
            self.records.loads.append((reference, [first, last], self.scope.function, self.owner, self.flags))

    @property
    def owner(self) -> int:
        """The class in whose body the walk stands directly, -1 for none."""
        return self.scope.owner if self.scope.is_class else -1

    @property
    def function(self) -> FunctionRecord | None:
        """The function whose body the walk is in."""
        index = self.scope.function
        return self.records.functions[index] if index >= 0 else None

    def enter(self, scope: Scope) -> None:
        """Go into a scope."""
        self.scope = self.expressions.scope = scope

    def leave(self) -> None:
        """Come out of the scope."""
        parent = self.scope.parent
        assert parent is not None
        self.scope = self.expressions.scope = parent

    def begin_branch(self, node: cst.If) -> tuple[int, int]:
        """Return the number of an `if` and that of its first branch, or those of an `elif`."""
        return self.chains.pop(node, None) or (self.count_branch(), 1)

    def count_branch(self) -> int:
        """Return a number that no branch before has."""
        self._branch_count += 1
        return self._branch_count

    def set_elements(self, elements: frozenset[str]) -> None:
        """Say which names hold elements from here on (an action for the stack)."""
        self.elements = elements

    def set_flags(self, flags: int) -> None:
        """Say what holds from here on (an action for the stack)."""
        self.flags = flags

    def soft_keyword(self, word: str) -> None:
        """Count a word that is a keyword here but looks like a name to `facts/tokens.py`."""
        self.soft_keywords.add(len(self.names))
        self.names.append(word)

    def lambda_index(self, node: cst.Lambda) -> int:
        """Return the index of a lambda's function, made when it is first asked for."""
        if node not in self._lambdas:
            qualname = self.scope.inner_name("<lambda>")
            self._lambdas[node] = self.records.new_function("<lambda>", qualname, self.scope.function, -1)
        return self._lambdas[node]

    def own_class(self, reference: str) -> ClassRecord | None:
        """Return the class of this module that a reference, or its first alternative, is an instance of."""
        reference = reference.partition("|")[0]
        if reference.endswith("{}") and reference.startswith(self.module + "@"):
            index = reference[len(self.module) + 1 : -2]
            if index.isdigit():
                return self.records.classes[int(index)]
        return None


def _attribute_word(callee: cst.CSTNode) -> str:
    return callee.attr.value if isinstance(callee, cst.Attribute) else ""


_ANCHORED = frozenset({cst.Call, cst.FunctionDef, cst.ClassDef})
"""Nodes whose handlers call the checks themselves, because their place is known only after a part was visited."""
