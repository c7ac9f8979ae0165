"""The whole way from the text of one module to its facts."""

import libcst as cst

from archlint.facts import definitions as _definitions
from archlint.facts import flow as _flow
from archlint.facts import imports as _imports
from archlint.facts.context import ModuleChecks, Sighting
from archlint.facts.model import (
    Attribute,
    Call,
    Candidate,
    Class,
    Function,
    Import,
    Load,
    Parameter,
    TypedAssignment,
)
from archlint.facts.module import ModuleFacts, Parts
from archlint.facts.parsing import normalised, parse, parse_as_written
from archlint.facts.records import Anchor, ClassRecord, FunctionRecord, ImportRecord, Records
from archlint.facts.suppressions import suppressions
from archlint.facts.tokens import balanced, last_word, names
from archlint.facts.tree_names import tree_names
from archlint.facts.walk import Walk

_HANDLER_MODULES = (_definitions, _flow, _imports)
"""Imported because they fill the table of handlers."""


def extract(text: str, name: str, is_package: bool, checks: ModuleChecks | None = None) -> ModuleFacts:
    """Return the facts of the module `name` with this decoded text.

    `checks` are the module checks by what they look at. Raises what LibCST raises on text that it cannot parse:
    `ParserSyntaxError`, `CSTLogicError`, `SyntaxError`.
    """
    tree = parse(text)
    walk = Walk(tree, name, is_package, checks or {})
    walk.run()
    spans = _Spans(text, walk)
    records = walk.records
    walk.release()
    parts = Parts(
        imports=tuple(spans.import_(record) for record in records.imports),
        bindings=records.all_bindings(),
        functions=tuple(spans.function(record) for record in records.functions),
        classes=tuple(spans.class_(record) for record in records.classes),
        calls=tuple(
            Call(callee, *spans.expression(anchor), arguments, function, owner, flags)
            for callee, anchor, arguments, function, owner, flags in records.calls
        ),
        loads=tuple(
            Load(reference, *spans.of(anchor), function, owner, flags)
            for reference, anchor, function, owner, flags in records.loads
        ),
        assignments=tuple(
            TypedAssignment(annotation, value, *spans.of(anchor), function)
            for annotation, value, anchor, function in records.assignments
        ),
        candidates=_candidates(records, spans),
        handed=records.handed,
    )
    exports = tuple(records.exports) if records.exports is not None else None
    return ModuleFacts.of(name, is_package, exports, suppressions(text), parts)


def look(tree: cst.Module, name: str, is_package: bool, checks: ModuleChecks) -> None:
    """Walk the tree of a module for what the checks do with its nodes; there are no facts."""
    walk = Walk(tree, name, is_package, checks)
    walk.run()
    walk.release()


def _candidates(records: Records, spans: "_Spans") -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            seen.code,
            *spans.sighted(anchor, seen),
            seen.message,
            seen.subject,
            function,
            owner,
            seen.severity,
            seen.reference,
            seen.names,
            seen.values,
        )
        for anchor, seen, function, owner in records.candidates
    )


class _Spans:
    """Turns ordinals of identifiers into offsets of the text."""

    def __init__(self, text: str, walk: Walk) -> None:
        words, starts = names(text)
        if words != walk.names and list(map(normalised, words)) != walk.names:
            words, starts = tree_names(parse_as_written(text), walk.names, walk.soft_keywords)
        self._text = text
        self._starts = starts
        self._words = words

    def of(self, anchor: Anchor) -> tuple[int, int]:
        """Return the offsets at which the first identifier starts and the last one ends."""
        first, last = anchor
        if not self._starts:
            return 0, 0
        first = min(first, len(self._starts) - 1)
        last = min(last, len(self._starts) - 1)
        return self._starts[first], self._starts[last] + len(self._words[last])

    def expression(self, anchor: Anchor) -> tuple[int, int]:
        """Return the offsets of an expression with its brackets; of a dotted name, if only its first word is known."""
        first, last = anchor
        start, end = self.of(anchor)
        if first < last:
            return balanced(self._text, start, end)
        starts, words = self._starts, self._words
        while self._text.startswith(".", end) and last + 1 < len(starts) and starts[last + 1] == end + 1:
            last += 1
            end = starts[last] + len(words[last])
        return start, end

    def sighted(self, anchor: Anchor, seen: Sighting) -> tuple[int, int]:
        """Return the offsets of what a check wants to be the place of what it saw."""
        if seen.literal:
            return self.literal(anchor, seen)
        return self.keyword(anchor, seen.keyword) if seen.keyword else self.expression(anchor)

    def literal(self, anchor: Anchor, seen: Sighting) -> tuple[int, int]:
        """Return the offsets of the first literal with the wanted source behind the names that it passes."""
        before = anchor[0] + seen.passed - 1
        start = self._text.find(seen.literal, self.of([before, before])[1] if before >= 0 else 0)
        return (start, start + len(seen.literal)) if start >= 0 else self.of(anchor)

    def keyword(self, anchor: Anchor, word: str) -> tuple[int, int]:
        """Return the offsets of the last `word` before the first identifier; those of the identifier if it has none."""
        first, _ = anchor
        begin = self.of([first - 1, first - 1])[1] if first else 0
        end = self._starts[first] if first < len(self._starts) else len(self._text)
        return last_word(self._text, word, begin, end) or self.of(anchor)

    def import_(self, record: ImportRecord) -> Import:
        """Return the fact of an import alias; its statement starts at the keyword before its first identifier."""
        start, end = self.of(record.anchor)
        first, _ = self.of([record.first, record.first])
        behind = first + len(record.keyword) if record.lazy else first
        statement = self._text.rfind(record.keyword, 0, behind) if record.keyword else first
        return Import(
            record.target,
            record.name,
            record.alias,
            start,
            end,
            max(statement, 0),
            record.kind,
            record.lazy,
            record.function,
        )

    def function(self, record: FunctionRecord) -> Function:
        """Return the fact of a function."""
        parameters = tuple(
            Parameter(
                fact.name, fact.kind, fact.annotation, fact.has_default, fact.default, *self.of(anchor), fact.spelled
            )
            for anchor, fact in record.parameters
        )
        start, end = self.of(record.anchor)
        return Function(
            record.name,
            record.qualname,
            start,
            end,
            record.parent,
            record.owner,
            parameters,
            record.returns,
            tuple(record.values),
            tuple(record.yields),
            record.is_async,
            record.is_generator,
            record.decorators,
            record.body,
            record.spelled,
            tuple(record.called),
        )

    def class_(self, record: ClassRecord) -> Class:
        """Return the fact of a class."""
        attributes = tuple(
            Attribute(
                each.name,
                each.annotation,
                tuple(each.values),
                each.in_body,
                *self.expression(each.anchor),
                each.spelled,
            )
            for each in record.attributes.values()
        )
        start, end = self.of(record.anchor)
        return Class(
            record.name,
            record.qualname,
            start,
            end,
            record.parent,
            record.owner,
            record.bases,
            record.decorators,
            record.keywords,
            attributes,
            record.spelled,
            record.parameters,
        )
