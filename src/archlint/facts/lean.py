"""Loads LibCST so that its nodes are cheap to make, for a process that does nothing but parse."""

import abc
import dataclasses
from collections.abc import Callable


class _Base:
    """Stands for `abc.ABC`: nobody registers a class with those of LibCST, or makes one that is abstract."""

    __slots__ = ()


def load_lean() -> None:
    """Load LibCST, which nothing may have loaded before, with nodes that do not protect themselves.

    They are not frozen (a frozen dataclass sets each field by a call of its own) and check nothing when they are made:
    that is for people who make nodes by hand, what the parser makes is never refused. `dataclass` writes no method for
    them that they have already. Their classes are plain ones, of which `isinstance` is told at once. All this saves a
    fifth of the parser's time and half of the time to load.
    """
    dataclass, abstract = dataclasses.dataclass, abc.ABC

    def lean(cls: type | None = None, /, **options: bool) -> type | Callable[[type], type]:
        if cls is None:
            return lambda each: _made(dataclass, each, options)
        return _made(dataclass, cls, options)

    dataclasses.dataclass = lean  # type: ignore[assignment]
    abc.ABC = _Base  # type: ignore[assignment, misc]
    try:
        import libcst  # noqa: F401, PLC0415 -- it takes `dataclass` when it is loaded
    finally:
        dataclasses.dataclass = dataclass
        abc.ABC = abstract  # type: ignore[misc]


def _made(dataclass: Callable[..., type], cls: type, options: dict[str, bool]) -> type:
    if not cls.__module__.startswith("libcst._nodes."):
        return dataclass(cls, **options)
    own = cls.__dict__
    if "__post_init__" in own:
        del cls.__post_init__  # type: ignore[attr-defined]
    return dataclass(cls, **{**options, "frozen": False, "eq": "__eq__" not in own, "repr": "__repr__" not in own})
