"""Loads LibCST so that its nodes are cheap to make, for a process that does nothing but parse."""

import abc
import dataclasses
import importlib.util
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class _Base:
    """Stands for `abc.ABC`: nobody registers a class with those of LibCST, or makes one that is abstract."""

    __slots__ = ()


def load_lean() -> None:
    """Load LibCST, which nothing may have loaded before, with nodes that do not protect themselves.

    They are not frozen (a frozen dataclass sets each field by a call of its own) and check nothing when they are made:
    that is for people who make nodes by hand, what the parser makes is never refused. `dataclass` writes no method for
    them that they have already, and `__init__` when the first node of a class is made. Their classes are plain ones, of
    which `isinstance` is told at once. All this saves a fifth of the parser's time and more than half of the time to
    load.
    """
    dataclass, abstract = dataclasses.dataclass, abc.ABC

    def lean(cls: type | None = None, /, **options: bool) -> type | Callable[[type], type]:
        if cls is None:
            return lambda each: _made(dataclass, each, options)
        return _made(dataclass, cls, options)

    dataclasses.dataclass = lean  # type: ignore[assignment]
    abc.ABC = _Base  # type: ignore[assignment, misc]
    try:
        with _without_metadata():
            import libcst  # noqa: F401, PLC0415 -- it takes `dataclass` when it is loaded
    finally:
        dataclasses.dataclass = dataclass
        abc.ABC = abstract  # type: ignore[misc]


@contextmanager
def _without_metadata() -> Iterator[None]:
    """Keep LibCST meanwhile from loading all of `libcst.metadata` where it needs two modules of that."""
    name = "libcst.metadata"
    spec = importlib.util.find_spec("libcst")
    bare = types.ModuleType(name)
    bare.__path__ = [f"{folder}/metadata" for folder in spec.submodule_search_locations or ()] if spec else []
    sys.modules[name] = bare
    try:
        yield
    finally:
        del sys.modules[name]  # whoever asks for it next gets the real one


def _made(dataclass: Callable[..., type], cls: type, options: dict[str, bool]) -> type:
    if not cls.__module__.startswith("libcst._nodes."):
        return dataclass(cls, **options)
    own = cls.__dict__
    if "__post_init__" in own:
        del cls.__post_init__  # type: ignore[attr-defined]
    if "__init__" not in own:
        cls.__init__ = _first  # type: ignore[misc]
    there = {name: f"__{name}__" not in own for name in ("init", "eq", "repr")}
    return dataclass(cls, **{**options, **there, "frozen": False})


def _first(node: Any, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 -- a node of any class, and all its fields
    """Be `__init__` of classes of nodes until one of them makes its first: few modules have nodes of all classes."""
    cls: Any = next(each for each in type(node).__mro__ if each.__dict__.get("__init__") is _first)
    fields = [
        (each.name, object, dataclasses.field(default=each.default, default_factory=each.default_factory))
        for each in dataclasses.fields(cls)
    ]
    cls.__init__ = vars(dataclasses.make_dataclass(cls.__name__, fields, eq=False, repr=False))["__init__"]
    cls.__init__(node, *arguments, **named)
