"""What a fix is given: the tree of the module with places and parents, and what names mean at the violation."""

from collections.abc import Iterator, Mapping
from typing import cast

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, ParentNodeProvider, PositionProvider

from archlint.facts.context import ModuleContext
from archlint.model import SourceText


class Source:
    """One module: its text and its tree, where each node stands and what it stands in.

    `newline` ends the lines of the text, or most of them.
    """

    def __init__(self, text: str, tree: cst.Module) -> None:
        self.text = text
        self.tree = tree
        self.newline = tree.default_newline
        self.lines = SourceText(text)
        wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
        self._ranges = cast(Mapping[cst.CSTNode, CodeRange], wrapper.resolve(PositionProvider))
        self._parents = cast(Mapping[cst.CSTNode, cst.CSTNode], wrapper.resolve(ParentNodeProvider))

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return the offsets of a node, without parentheses around it."""
        found = self._ranges[node]
        start = self.lines.line_start(found.start.line) + found.start.column
        return start, self.lines.line_start(found.end.line) + found.end.column

    def around(self, node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
        """Yield what a node stands in, the innermost first, each with the child on the way to the node."""
        parent = self._parents.get(node)
        while parent is not None:
            yield parent, node
            node, parent = parent, self._parents.get(parent)


class Site:
    """The source around one violation, and the walk's knowledge there."""

    def __init__(self, source: Source, context: ModuleContext) -> None:
        self.source = source
        self._context = context

    def means(self, name: str, target: str) -> bool:
        """Tell whether a name, if it is read here, is the thing with this absolute dotted name."""
        return self._context.reference(cst.Name(name)) == target

    def is_bound(self, name: str) -> bool:
        """Tell whether this block, one around it or the module binds a name."""
        return self._context.is_bound(name)

    def reference(self, node: cst.CSTNode) -> str:
        """Return the reference of what an expression evaluates to here, empty when unknown."""
        return self._context.reference(node)

    @property
    def enclosing_function(self) -> cst.FunctionDef | None:
        """The function definition in whose body the violation stands directly."""
        return self._context.enclosing_function
