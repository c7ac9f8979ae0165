"""Where identifiers stand according to the tree: slower than `facts/tokens.py`, right for any syntax."""

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst
from libcst._nodes.internal import CodegenState  # archlint: ignore[LAY005] the only way to count as it writes

from archlint.facts.parsing import normalised


class _NameOffsets(CodegenState):
    """Generates the code again and notes at which offset each `Name` is written."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent=default_indent, default_newline=default_newline)
        self.offset = 0
        self.found: list[tuple[str, int]] = []

    def add_token(self, value: str) -> None:
        self.offset += len(value)

    def add_indent_tokens(self) -> None:
        self.offset += sum(map(len, self.indent_tokens))

    @contextmanager
    def record_syntactic_position(
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> Iterator[None]:
        """Note a name; its parentheses are written by now."""
        if isinstance(node, cst.Name):
            self.found.append((node.value, self.offset))
        yield


def tree_names(tree: cst.Module, words: list[str], soft_keywords: set[int]) -> tuple[list[str], list[int]]:
    """Return every identifier in `words` as it is written, and its offset.

    `words` are the normalised names of the tree and soft keywords, in source order. A soft keyword, of which the tree
    has no node, gets the offset of the name after it.
    """
    state = _NameOffsets(tree.default_indent, tree.default_newline)
    tree._codegen(state)
    found = iter(state.found)
    placed = [(word, -1) if index in soft_keywords else _next(found, word) for index, word in enumerate(words)]
    starts = [offset for _, offset in placed]
    following = state.offset
    for index in range(len(starts) - 1, -1, -1):
        if starts[index] < 0:
            starts[index] = following
        following = starts[index]
    return [word for word, _ in placed], starts


def _next(found: Iterator[tuple[str, int]], word: str) -> tuple[str, int]:
    for seen, offset in found:
        if normalised(seen) == word:
            return seen, offset
    return word, -1
