"""Dictionaries and sequences as bytes, of which a look-up decodes a small part: most is never asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar
from zlib import crc32

import msgspec

T = TypeVar("T")

_SIZE = 8
"""How many entries are decoded together, about: more take longer to decode, and fewer to find."""
_ITEMS = msgspec.msgpack.Decoder(tuple[msgspec.Raw, ...])


class Buckets(Generic[T]):
    """The dictionary that `bucketed` made bytes of; what the decoder (of a dictionary) does not take has no entries."""

    def __init__(self, stored: Sequence[memoryview], decoder: msgspec.msgpack.Decoder[dict[str, T]]) -> None:
        self._stored = stored
        self._decoder = decoder
        self._decoded: dict[int, dict[str, T]] = {}

    def get(self, key: str) -> T | None:
        """Return the value of a key, if there is one."""
        return self._bucket(_place(key, len(self._stored))).get(key) if self._stored else None

    def __iter__(self) -> Iterator[str]:
        for place in range(len(self._stored)):
            yield from self._bucket(place)

    def _bucket(self, place: int) -> dict[str, T]:
        found = self._decoded.get(place)
        if found is None:
            try:
                found = self._decoder.decode(self._stored[place])
            except (msgspec.MsgspecError, RecursionError):
                found = {}
            self._decoded[place] = found
        return found


def bucketed(entries: Mapping[str, object]) -> tuple[memoryview, ...]:
    """Return a dictionary as bytes."""
    count = len(entries) // _SIZE + 1
    buckets: list[dict[str, object]] = [{} for _ in range(count)]
    for key, value in entries.items():
        buckets[_place(key, count)][key] = value
    return _encoded(buckets)


def _place(key: str, count: int) -> int:
    return crc32(key.encode()) % count


class Chunks(Generic[T]):
    """The sequence that `chunked` made bytes of."""

    def __init__(self, stored: Sequence[memoryview], decoder: msgspec.msgpack.Decoder[T]) -> None:
        self._stored = stored
        self._decoder = decoder

    def get(self, place: int) -> T | None:
        """Return the item at a place (from 0); `None` if there is none that the decoder takes."""
        chunk, number = divmod(place, _SIZE)
        try:
            return self._decoder.decode(_ITEMS.decode(self._stored[chunk])[number])
        except (IndexError, msgspec.MsgspecError, RecursionError):
            return None


def chunked(items: Iterable[object]) -> tuple[memoryview, ...]:
    """Return a sequence as bytes."""
    every = [*items]
    return _encoded(every[start : start + _SIZE] for start in range(0, len(every), _SIZE))


def _encoded(parts: Iterable[object]) -> tuple[memoryview, ...]:
    return tuple(map(memoryview, map(msgspec.msgpack.Encoder().encode, parts)))
