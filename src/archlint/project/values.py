"""What a reference may stand for."""

from typing import NamedTuple, TypeAlias


class Value(NamedTuple):
    """One thing that a reference may stand for.

    `kind` is "object" (the module, class or function `name` itself), "instance" (of the class `name`, with
    type arguments `args`, which are references), "super" (an instance seen through `super()`), "partial"
    (`functools.partial` of an object), or what calling a function gave: "coroutine", "generator", "context",
    or "elements" (what was a generator, in a list). Names of project things are reference roots (`module@3`,
    `module#3`); others are canonical dotted names. `receiver` is the class that a method was reached through,
    `handed` are the classes that a function is called with, by position; before that, the one that a library's method
    is asked of.
    """

    kind: str
    name: str
    args: tuple[str, ...] = ()
    receiver: str = ""
    handed: tuple[str, ...] = ()

    @property
    def is_class(self) -> bool:
        """Whether `name` is a class of the project."""
        return "@" in self.name

    @property
    def is_function(self) -> bool:
        """Whether `name` is a function of the project."""
        return "#" in self.name


Answer: TypeAlias = tuple[tuple[Value, ...], int]
"""What a reference stands for, and what was read for that."""
