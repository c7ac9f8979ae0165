"""Places as SARIF has them: relative URIs, columns in UTF-16 units, snippets."""

import re
from collections.abc import Iterable, Mapping

from archlint.model import Edit, Place, Report, SourceText
from archlint.outcome.reporters.dump import Json
from archlint.outcome.reporters.paths import uri

ROOT = "%SRCROOT%"
"""The base of every URI: the directory that the report calls `base`, which is not written."""

_CONTEXT = 2
_SNIPPET_LIMIT = 4_000
_LINE_END = re.compile(r"\r\n?")
_LONE_CR = re.compile(r"\r(?!\n)")


class Places:
    """The files that one SARIF run names, in order, and the locations in them."""

    def __init__(self, report: Report, paths: Iterable[str]) -> None:
        self._report = report
        self._indices = {path: index for index, path in enumerate(sorted(set(paths)))}

    def artifacts(self) -> list[Json]:
        """Return the run's `artifacts`."""
        return [
            {
                "location": {"uri": uri(path, self._report.base), "uriBaseId": ROOT, "index": index},
                "roles": ["analysisTarget"],
            }
            for path, index in self._indices.items()
        ]

    def newline_sequences(self) -> list[str]:
        """Return what ends a line: a lone CR only where a file has one."""
        texts = (self._report.texts[path].text for path in self._indices if path in self._report.texts)
        return ["\r\n", "\n", "\r"] if any(map(_LONE_CR.search, texts)) else ["\r\n", "\n"]

    def physical(self, place: Place) -> Json:
        """Return the `physicalLocation` of `place` with its source."""
        source = self._report.texts[place.path]
        region = _region(source, place)
        return {"artifactLocation": self._artifact(place.path), "region": region}

    def physical_with_context(self, place: Place) -> Json:
        """Return the `physicalLocation` of `place` with its source and the lines around it."""
        context = _context(self._report.texts[place.path], place)
        return {**self.physical(place), "contextRegion": context} if context else self.physical(place)

    def physical_line(self, path: str, line: int) -> Json:
        """Return the `physicalLocation` of a whole line (1-based), or of the whole file (0)."""
        region: Json = {"region": {"startLine": line}} if line else {}
        return {"artifactLocation": self._artifact(path), **region}

    def change(self, path: str, edits: Iterable[Edit]) -> Json:
        """Return the `artifactChange` that makes `edits` in a file."""
        source = self._report.texts[path]
        replacements = [
            {
                "deletedRegion": _bounds(source, Place(path, edit.start, edit.end)),
                "insertedContent": {"text": edit.text},
            }
            for edit in (_outside_indentation(source, edit) for edit in edits)
        ]
        return {"artifactLocation": self._artifact(path), "replacements": replacements}

    def _artifact(self, path: str) -> Json:
        return {"uri": uri(path, self._report.base), "uriBaseId": ROOT, "index": self._indices[path]}


def logical(module: str, scope: str) -> list[Mapping[str, object]]:
    """Return the `logicalLocations` of a module or of what is enclosed by `scope` in it."""
    if not module:
        return []
    full = f"{module}.{scope}" if scope else module
    location: Json = {"name": full.rpartition(".")[2], "fullyQualifiedName": full}
    return [location if scope else {**location, "kind": "module"}]


def _outside_indentation(source: SourceText, edit: Edit) -> Edit:
    """Return an edit that begins before or behind a line's leading white space: VS Code begins no region inside it.

    Such an edit begins at the end of the line before, and puts back what stands between.
    """
    number = source.location(edit.start, edit.start).line
    start = source.line_start(number)
    behind = source.text[edit.start : start + len(source.line(number))]
    if number == 1 or source.text[start : edit.start].strip() or not behind[:1].isspace():
        return edit
    end = source.line_start(number - 1) + len(source.line(number - 1))
    return Edit(end, edit.end, source.text[end : edit.start] + edit.text)


def _region(source: SourceText, place: Place) -> Json:
    flagged = source.text[place.start : place.end]
    region = _bounds(source, place)
    if len(flagged) > _SNIPPET_LIMIT:
        return region
    return {**region, "snippet": _snippet(flagged)}


def _bounds(source: SourceText, place: Place) -> Json:
    where = source.location(place.start, place.end)
    return {
        "startLine": where.line,
        "startColumn": _utf16_column(source, place.start, where.line),
        "endLine": where.end_line,
        "endColumn": _utf16_column(source, place.end, where.end_line),
    }


def _utf16_column(source: SourceText, offset: int, line: int) -> int:
    before = source.text[source.line_start(line) : offset]
    return 1 + len(before.encode("utf-16-le", "surrogatepass")) // 2


def _context(source: SourceText, place: Place) -> Json | None:
    """Return the lines around `place`; nothing when they are too long."""
    where = source.location(place.start, place.end)
    first = max(where.line - _CONTEXT, 1)
    lines = source.line_count - source.text.endswith(("\n", "\r"))
    last = max(min(where.end_line + _CONTEXT, lines), where.end_line)
    start = source.line_start(first)
    text = source.text[start : source.line_start(last) + len(source.line(last))]
    if len(text) > _SNIPPET_LIMIT:
        return None
    return {"startLine": first, "endLine": last, "snippet": _snippet(text)}


def _snippet(text: str) -> Json:
    """Return `text` with LF as line end: viewers number its lines by LF, and it is the same everywhere."""
    return {"text": _LINE_END.sub("\n", text)}
