"""The edit that accepts a violation by a comment in the source."""

import re
from collections.abc import Iterator

from archlint.facts.model import Suppression
from archlint.facts.suppressions import statements, suppressions
from archlint.model import Edit, SourceText

REASON = "TODO: say why"
_BRACKET = re.compile(r"(?P<open>\[)(?P<rules>[^\]]*)\]|(?P<verb>ignore)\b")


def ignore_comment(source: SourceText, line: int, code: str) -> Edit | None:
    """Return the edit by which a comment accepts `code` on a line (1-based) of a module; `None` if none does.

    It joins a comment that holds for the line already, else stands behind the line, else (where that is inside of a
    string, or continued) behind the statement's last line, else above the statement. What is returned does accept the
    violation: the new text was looked through as the engine does it.
    """
    return next((edit for edit in _candidates(source, line, code) if _accepts(source.text, edit, line, code)), None)


def ignore_in_file(source: SourceText, code: str) -> Edit:
    """Return the edit by which a comment on a line of its own accepts `code` in the whole module."""
    number = 2 if source.line(1).startswith("#!") and source.line_count > 1 else 1
    start = source.line_start(number)
    return Edit(start, start, f"# archlint: ignore-file[{code}] {REASON}{_line_end(source)}")


def _candidates(source: SourceText, line: int, code: str) -> Iterator[Edit]:
    known = [each for each in suppressions(source.text) if each.first and each.first <= line <= each.last]
    for suppression in known:
        yield from _joined(source.text, suppression, code)
    comment = f"# archlint: ignore[{code}] {REASON}"
    statement = _statement(source, line)
    if statement is None:
        return
    first, last = statement
    for number in (line, last):
        if not source.line(number).endswith("\\"):
            end = source.line_start(number) + len(source.line(number).rstrip())
            yield Edit(end, end, f"  {comment}")
    start = source.line_start(first)
    indentation = source.line(first)[: len(source.line(first)) - len(source.line(first).lstrip())]
    yield Edit(start, start, f"{indentation}{comment}{_line_end(source)}")


def _joined(text: str, suppression: Suppression, code: str) -> Iterator[Edit]:
    match = _BRACKET.search(text, suppression.start, suppression.end)
    if match is None:
        return
    if match["verb"] and text[match.end() : match.end() + 1] == "[":
        match = _BRACKET.match(text, match.end(), suppression.end)
    if match is not None and match["open"]:
        end = match.end() - 1
        yield Edit(end, end, f", {code}" if match["rules"].strip() else code)
    elif match is not None:
        yield Edit(match.end(), match.end(), f"[{code}]")


def _statement(source: SourceText, line: int) -> tuple[int, int] | None:
    """Return the first and last line of the statement (of a compound statement: its head) that a line belongs to."""
    for start, end in statements(source.text):
        where = source.location(start, end)
        if where.line <= line <= where.end_line:
            return where.line, where.end_line
    return None


def _accepts(text: str, edit: Edit, line: int, code: str) -> bool:
    changed = text[: edit.start] + edit.text + text[edit.end :]
    now = line + (edit.text.count("\n") or edit.text.count("\r"))
    return any(code in each.rules and each.first <= now <= each.last for each in suppressions(changed) if each.first)


def _line_end(source: SourceText) -> str:
    """Return what ends the first line."""
    end = source.text[len(source.line(1)) :][:2]
    return end if end == "\r\n" else end[:1] or "\n"
