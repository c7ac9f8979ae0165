"""The values that every part of archlint speaks of: places, violations, failures and the report."""

from bisect import bisect_right
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, count
from operator import add
from typing import Annotated

import msgspec


class UnableError(Exception):
    """What keeps archlint from its job: `messages` has one sentence for each mistake."""

    def __init__(self, messages: tuple[str, ...] | str) -> None:
        self.messages = (messages,) if isinstance(messages, str) else messages
        super().__init__("\n".join(self.messages))


class Severity(StrEnum):
    """How much a violation weighs; the values are SARIF's levels."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Order by weight: note 0, warning 1, error 2."""
        return ("note", "warning", "error").index(self.value)


class Place(msgspec.Struct, frozen=True, order=True):
    """A stretch of a source file, before anyone asked for its line.

    `path` is the file's absolute path with forward slashes; `start` and `end` are offsets in code points
    into the decoded text (0-based, `end` exclusive).
    """

    path: str
    start: int
    end: int


class Location(msgspec.Struct, frozen=True):
    """A place as a person reads it.

    Lines and columns are 1-based, columns count code points, `end_column` is exclusive.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class SourceText:
    """The decoded text of one file with an index of its lines.

    Lines end at LF, CRLF or a lone CR and nowhere else, as the Python tokenizer has it. `data` are the bytes
    that were decoded, if the text comes from a file.
    """

    def __init__(self, text: str, data: bytes | None = None) -> None:
        self.text = text
        self._data = data

    @property
    def as_utf8(self) -> str:
        """The text as readers have it that take each file for UTF-8 and keep its byte order mark."""
        return self.text if self._data is None else self._data.decode("utf-8", "replace")

    @cached_property
    def _starts(self) -> list[int]:
        # Every line end becomes an LF in its last place, and no offset changes.
        text = self.text.replace("\r\n", " \n").replace("\r", "\n")
        return [0, *map(add, accumulate(map(len, text.split("\n")[:-1])), count(1))]

    def location(self, start: int, end: int) -> Location:
        """Turn offsets (0-based code points, `end` exclusive) into a location."""
        line, column = self._line_column(start)
        end_line, end_column = self._line_column(end)
        return Location(line, column, end_line, end_column)

    def line(self, number: int) -> str:
        """Return line `number` (1-based) without its line end; empty when there is no such line."""
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        stop = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:stop].rstrip("\r\n")

    @property
    def line_count(self) -> int:
        """The number of lines; a final line end opens an empty last line."""
        return len(self._starts)

    def line_start(self, number: int) -> int:
        """Return the offset at which line `number` (1-based, existing) begins."""
        return self._starts[number - 1]

    def _line_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class Step(msgspec.Struct, frozen=True):
    """One step of a trace: what happens, and where (`None` when it is outside the checked files)."""

    message: str
    place: Place | None


class Edit(msgspec.Struct, frozen=True, order=True, array_like=True):
    """Puts `text` in the place of what stands from `start` to `end` (0-based code points, `end` exclusive)."""

    start: int
    end: int
    text: str


class Fix(msgspec.Struct, frozen=True, array_like=True):
    """A repair of one violation: edits of the file it is in, none of which overlap.

    `description` is a phrase in the imperative. A `safe` fix leaves what the program does as it is, but for the fault.
    """

    description: str
    edits: tuple[Edit, ...]
    safe: bool


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a rule is broken.

    `module`, `scope` (qualified name of the enclosing function or class, empty for the module body),
    `subject` (the API, import or member it is about) and `contract` (name of the user's contract, if one is
    broken) are its identity together with `code`; message, place and trace never are. `help` says how to mend
    it, `fix` does it; it is `None` when there is none or nobody asked for it.
    """

    code: str
    severity: Severity
    message: str
    place: Place
    module: str
    scope: str
    subject: str
    contract: str = ""
    help: str = ""
    trace: tuple[Step, ...] = ()
    fix: Fix | None = None


class BaselineEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Violations that a file accepts: the identity of `Violation`, and how many of it. `reason` is for people alone."""

    code: str
    contract: str = ""
    module: str
    scope: str = ""
    subject: str
    count: Annotated[int, msgspec.Meta(ge=1)]
    reason: str = ""


class Baseline(msgspec.Struct, frozen=True):
    """A baseline as it was read: the absolute path and text of its file, its entries, and where each stands in it."""

    path: str
    text: str
    entries: tuple[BaselineEntry, ...]
    places: tuple[Place, ...]


class Failure(msgspec.Struct, frozen=True):
    """Something archlint could not look at: a file, a contract, a check that raised.

    `path` is absolute (empty when no file is concerned); `line` is 1-based, 0 when unknown. `message` is one
    sentence that says what is wrong and, after a semicolon, what to do.
    """

    path: str
    line: int
    message: str


class Provenance(msgspec.Struct, frozen=True):
    """What state of which repository was checked.

    `repository` is an absolute URI without credentials, `revision` the full hash of the commit (`None` before
    the first one), `branch` the name of the branch (`None` when no branch is checked out).
    """

    repository: str
    revision: str | None
    branch: str | None


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A violation that a comment (`kind` inSource) or the baseline (external) accepts, for a `reason` or for none."""

    violation: Violation
    identity: str
    kind: str
    reason: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that one run has to say; reporters turn it into text and nothing else.

    `violations` are sorted, each beside its identity in `identities` (same index). `suppressed` counts those
    that comments accepted, `baselined` those that a baseline did (`None` without one); `accepted` are all of these, if
    somebody asked for them. `texts` holds the text of
    every file that a violation or a trace names. `base` is the absolute directory that machine formats write
    paths relative to (git root, else project); `cwd` the one that text is relative to. `notes` are sentences
    for standard error. `files` counts what was read. `provenance` is that of `base`, `None` outside of a git
    checkout.
    """

    violations: tuple[Violation, ...]
    identities: tuple[str, ...]
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]
    suppressed: int
    files: int
    base: str
    cwd: str
    texts: Mapping[str, SourceText]
    provenance: Provenance | None = None
    baselined: int | None = None
    accepted: tuple[Accepted, ...] = ()

    def location(self, place: Place) -> Location:
        """Return line and columns of a place; the text of its file is known to the report."""
        return self.texts[place.path].location(place.start, place.end)
