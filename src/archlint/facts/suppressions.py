"""`# archlint: ignore[...]` comments: which rules they name and which lines they cover."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from archlint.facts.model import Suppression
from archlint.facts.tokens import comments, logical_lines
from archlint.model import SourceText

_MARK = re.compile(
    r"#\s*archlint:\s*(?P<verb>ignore(?:-file)?)\b\s*(?:\[(?P<rules>[^\]]*)\])?[\s:,-]*(?P<reason>[^#]*)"
)


def suppressions(text: str) -> tuple[Suppression, ...]:
    """Return the suppressions of a module in the order of its text.

    A comment behind code covers the logical line it stands on; one on a line of its own covers the next
    logical line that has code, decorators and what they decorate counting as one. `ignore-file` covers the
    file wherever it stands.
    """
    if "archlint:" not in text:
        return ()
    marks = [(offset, match) for offset, comment in comments(text) for match in _MARK.finditer(comment)]
    if not marks:
        return ()
    source = SourceText(text)
    lines = list(statements(text))
    return tuple(_suppression(source, lines, offset, match) for offset, match in marks)


def _suppression(source: SourceText, lines: list[tuple[int, int]], comment: int, match: re.Match[str]) -> Suppression:
    start = comment + match.start()
    end = start + len(match[0].rstrip())
    rules = tuple(dict.fromkeys(part.strip() for part in (match["rules"] or "").split(",") if part.strip()))
    first = last = 0
    if match["verb"] == "ignore":
        index = bisect_right(lines, start, key=lambda line: line[1])
        covered = source.location(*lines[index]) if index < len(lines) else source.location(start, end)
        first, last = covered.line, covered.end_line
    return Suppression(rules, match["reason"].strip(), first, last, start, end)


def statements(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the logical lines that have code, decorators together with what they decorate."""
    first: int | None = None
    for start, end in logical_lines(text):
        line = text[start:end]
        if not _has_code(line):
            continue
        first = start if first is None else first
        if not line.lstrip().startswith("@"):
            yield first, end
            first = None


def _has_code(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("#")
