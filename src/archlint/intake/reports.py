"""Keeps whole reports: a run in which nothing changed that a report depends on has its report already."""

from collections.abc import Mapping

import msgspec

from archlint.intake.cache import Store
from archlint.intake.kept import Kept
from archlint.model import Report


class _Kept(msgspec.Struct, frozen=True):
    """A report without its texts, but for the texts by path of files that are no sources."""

    report: Report
    texts: Mapping[str, str]


class Reports:
    """The reports of earlier runs, each under a digest of all that it depends on."""

    def __init__(self, store: Store, *inputs: object) -> None:
        """Take what a report depends on, as `Kept` does."""
        self._kept = Kept(store, "report", _Kept, *inputs)

    @property
    def key(self) -> bytes:
        """What the inputs come to."""
        return self._kept.key

    def get(self) -> tuple[Report, Mapping[str, str]] | None:
        """Return the report without its texts, and the texts that were given to `put`, if there are any."""
        kept = self._kept.get()
        return (kept.report, kept.texts) if kept is not None else None

    def put(self, report: Report, texts: Mapping[str, str]) -> None:
        """Keep a report, and the `texts` by path of files it names that are no sources."""
        self._kept.put(_Kept(msgspec.structs.replace(report, texts={}, provenance=None), texts))
