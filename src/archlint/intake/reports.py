"""Keeps whole reports: a run in which nothing changed that a report depends on has its report already."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import msgspec

from archlint.intake.cache import Store
from archlint.intake.version import whole_version
from archlint.model import Report


class _Kept(msgspec.Struct, frozen=True):
    """A report without its texts, but for the texts by path of files that are no sources."""

    report: Report
    texts: Mapping[str, str]


class Reports:
    """The reports of earlier runs, each under a digest of all that it depends on."""

    def __init__(self, store: Store, *inputs: object) -> None:
        """Take what a report depends on, as values that msgspec can encode.

        Sets in them have no order, and would only make that nothing is ever found.
        """
        encoder = msgspec.msgpack.Encoder(enc_hook=_encoded)
        self._key = sha256(whole_version() + encoder.encode((Path.cwd(), inputs))).digest()
        self._store = store

    def get(self) -> tuple[Report, Mapping[str, str]] | None:
        """Return the report without its texts, and the texts that were given to `put`, if there are any."""
        body = self._store.read("report", self._key)
        if not body:
            return None
        try:
            kept = msgspec.msgpack.decode(body, type=_Kept, dec_hook=_decoded)
        except (msgspec.MsgspecError, RecursionError, MemoryError):
            return None
        return kept.report, kept.texts

    def put(self, report: Report, texts: Mapping[str, str]) -> None:
        """Keep a report, and the `texts` by path of files it names that are no sources."""
        bare = msgspec.structs.replace(report, texts={}, provenance=None)
        self._store.write("report", self._key, msgspec.msgpack.encode(_Kept(bare, texts)))


def _encoded(value: object) -> str:
    if isinstance(value, Path):
        return value.as_posix()
    raise NotImplementedError(f"{type(value).__name__} is no input of a report")


def _decoded(wanted: type, value: object) -> object:
    raise NotImplementedError(f"{wanted.__name__} is never kept")
