"""The line of source that a violation is about, with carets under what is flagged."""

from itertools import accumulate

from archlint.model import Report, Violation
from archlint.outcome.reporters.paint import Paint
from archlint.outcome.reporters.visible import COMMAND, cells, visible

_LEAST = 20
_MOST = 1000
"""Beyond this a line is cut even where no terminal asks for it: it may be megabytes long, and flagged at every word."""
_TAB = "    "
_ELLIPSIS = "..."


def excerpt(report: Report, violation: Violation, paint: Paint) -> tuple[list[str], str]:
    """Return the lines of the excerpt and the margin under which more lines may stand.

    The first line of a longer place stands for all of it. Tabs are four cells wide; of a line wider than the
    paint's `width` with its margin the part around the flagged place is shown.
    """
    where = report.location(violation.place)
    line = report.texts[violation.place.path].line(where.line)
    stop = where.end_column - 1 if where.end_line == where.line else len(line)
    margin = " " * len(str(where.line))
    room = min(max(paint.width - len(f"{margin} | {_ELLIPSIS}{_ELLIPSIS}"), _LEAST), _MOST)
    code, blanks, carets = _underlined(line, min(where.column - 1, len(line)), min(stop, len(line)), room)
    bar = paint("|", "dim")
    return [
        f"{margin} {bar}",
        f"{paint(str(where.line), 'dim')} {bar} {code}".rstrip(),
        f"{margin} {bar} {blanks}{paint(carets, 'caret')}",
    ], margin


def _underlined(line: str, start: int, stop: int, room: int) -> tuple[str, str, str]:
    """Return `line` as shown in `room` cells, the blanks before offset `start`, carets from there to offset `stop`."""
    begin = max(start - room, 0)
    near = line[begin : start + room]
    start, stop = start - begin, stop - begin
    is_cut = len(near) < len(line)
    shown = [_TAB if character == "\t" else visible(character) for character in near]
    for match in COMMAND.finditer(near):
        shown[match.start()] = r"\x23"
    first, last, opening, closing = 0, len(shown), "", ""
    edges = [0, *accumulate(map(cells, shown))]
    if edges[-1] > room or is_cut:
        while first < start and edges[start] - edges[first] > room // 3 and edges[-1] - edges[first] > room:
            first += 1
        while edges[last] - edges[first] > room:
            last -= 1
        opening = _ELLIPSIS if begin + first else ""
        closing = _ELLIPSIS if begin + last < len(line) else ""
    blanks = edges[start] - edges[first] + len(opening)
    carets = max(edges[min(stop, last)] - edges[start], 1)
    return opening + "".join(shown[first:last]) + closing, " " * blanks, "^" * carets
