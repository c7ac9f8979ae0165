"""Keeps a value between runs, under a digest of all that it depends on."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from archlint.intake.cache import Store
from archlint.intake.version import whole_version

T = TypeVar("T")


class Kept(Generic[T]):
    """What earlier runs kept of one `kind`, of the type `wanted`, with the very same inputs."""

    def __init__(self, store: Store, kind: str, wanted: type[T], *inputs: object) -> None:
        """Take what the value depends on, as values that msgspec can encode.

        Sets in them have no order, and would only make that nothing is ever found.
        """
        encoder = msgspec.msgpack.Encoder(enc_hook=_encoded)
        self.key = sha256(whole_version() + encoder.encode((Path.cwd(), inputs))).digest()
        self._store = store
        self._kind = kind
        self._wanted = wanted

    def get(self) -> T | None:
        """Return the value that was last put, if there is one."""
        body = self._store.read(self._kind, self.key)
        if not body:
            return None
        try:
            return msgspec.msgpack.decode(body, type=self._wanted, dec_hook=_decoded)
        except (msgspec.MsgspecError, RecursionError, MemoryError):
            return None

    def put(self, value: T) -> None:
        """Keep a value."""
        self._store.write(self._kind, self.key, msgspec.msgpack.encode(value))


def kept(store: Store, kind: str, wanted: type[T], work_out: Callable[[], T], *inputs: object) -> T:
    """Return what is worked out of these inputs (see `Kept`), if possible as it was kept; what it raises is raised."""
    try:
        known = Kept(store, kind, wanted, *inputs)
    except UnicodeEncodeError:  # the working directory has a name that is no text
        return work_out()
    value = known.get()
    if value is None:
        value = work_out()
        known.put(value)
    return value


def _encoded(value: object) -> str:
    if isinstance(value, Path):
        return value.as_posix()
    raise NotImplementedError(f"{type(value).__name__} is no input of what is kept")


def _decoded(wanted: type, value: object) -> object:
    raise NotImplementedError(f"{wanted.__name__} is never kept")
