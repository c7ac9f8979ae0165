"""Code actions: the engine's fixes, and comments that accept a violation."""

from collections.abc import Iterable, Sequence

from lsprotocol.types import (
    CodeAction,
    CodeActionKind,
    Diagnostic,
    OptionalVersionedTextDocumentIdentifier,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)

from archlint.model import Edit, Fix, SourceText, Violation
from archlint.outcome.fixes import applied
from archlint.server.ignoring import ignore_comment, ignore_in_file
from archlint.server.positions import Positions

FIX_ALL = "source.fixAll.archlint"
KINDS: tuple[CodeActionKind | str, ...] = (CodeActionKind.QuickFix, FIX_ALL)


class Target:
    """A document that actions change: its URI, version and text, and how the client takes edits."""

    def __init__(
        self, uri: str, version: int | None, source: SourceText, positions: Positions, *, versioned: bool
    ) -> None:
        self.source = source
        self._uri = uri
        self._version = version
        self._positions = positions
        self._versioned = versioned

    def edit(self, edits: Iterable[Edit]) -> WorkspaceEdit:
        """Return the change of the document that makes `edits`, none of which overlap."""
        made = [TextEdit(self._positions.range(self.source, each.start, each.end), each.text) for each in sorted(edits)]
        if not self._versioned:
            return WorkspaceEdit(changes={self._uri: made})
        document = OptionalVersionedTextDocumentIdentifier(self._uri, self._version)
        return WorkspaceEdit(document_changes=[TextDocumentEdit(document, made)])


def wants(kind: str, only: Sequence[str] | None) -> bool:
    """Tell whether a client that asked for actions of some kinds only, or of all, wants those of this one."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") or not each for each in only)


def fix_action(target: Target, violation: Violation, fix: Fix, diagnostic: Diagnostic) -> CodeAction:
    """Return the action that makes a fix."""
    unsafe = "" if fix.safe else " (unsafe: look at what it does)"
    return CodeAction(
        title=f"{fix.description[:1].upper()}{fix.description[1:]} [{violation.code}]{unsafe}",
        kind=CodeActionKind.QuickFix,
        diagnostics=[diagnostic],
        is_preferred=fix.safe or None,
        edit=target.edit(fix.edits),
    )


def fix_all_action(target: Target, fixes: Iterable[Fix]) -> CodeAction | None:
    """Return the action that makes all safe fixes of a document at once; `None` if there is none."""
    _, fitting = applied(target.source.text, (fix for fix in fixes if fix.safe))
    if not fitting:
        return None
    edits = {edit for fix in fitting for edit in fix.edits}
    return CodeAction("archlint: make all safe fixes in this file", kind=FIX_ALL, edit=target.edit(edits))


def ignore_action(target: Target, violation: Violation, diagnostic: Diagnostic) -> CodeAction:
    """Return the action that accepts a violation by a comment."""
    line = target.source.location(violation.place.start, violation.place.end).line
    edit = ignore_comment(target.source, line, violation.code)
    where = "on this line" if edit else "in this file"
    return CodeAction(
        title=f"Ignore {violation.code} {where}",
        kind=CodeActionKind.QuickFix,
        diagnostics=[diagnostic],
        edit=target.edit([edit or ignore_in_file(target.source, violation.code)]),
    )
