"""Several programs in one project whose modules have the same names, as services have: each imports its own.

Such modules carry a number in their name (`app.main:2`), which no import names. What the facts of a program refer to is
therefore looked up among the modules of that program first: those whose names begin in the same folder.
"""

import re
from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from archlint.facts import model
from archlint.facts.module import ModuleFacts, Parts
from archlint.project.program import Module

_REFERRING: Mapping[type, tuple[str, ...]] = {
    model.Import: ("target",),
    model.Parameter: ("annotation", "default"),
    model.Function: ("parameters", "returns", "values", "yields", "decorators"),
    model.Attribute: ("annotation", "values"),
    model.Class: ("bases", "decorators", "attributes"),
    model.Call: ("callee", "arguments"),
    model.Load: ("reference",),
    model.TypedAssignment: ("annotation", "value"),
    model.Candidate: ("reference", "values"),
}
"""Facts, and which of their fields hold references or facts that do."""
_NUMBER = re.compile(r":\d+")


def told_apart(modules: Iterable[Module]) -> tuple[Module, ...]:
    """Return the modules, those of a program with numbered ones so that they refer to each other."""
    found = tuple(modules)
    if not any(":" in module.name for module in found):
        return found
    programs: dict[str, dict[str, str]] = {}
    for module in found:
        own, plain = programs.setdefault(beginning(module), {}), _plain(module.name)
        if plain not in own or module.facts.is_package:  # a package hides the module `cache.py` beside it
            own[plain] = module.name
    names = {
        folder: _Names(own) for folder, own in programs.items() if any(plain != name for plain, name in own.items())
    }
    return tuple(_told_apart(module, names.get(beginning(module))) for module in found)


def _told_apart(module: Module, names: "_Names | None") -> Module:
    if names is None:
        return module
    if not names.means(module.name):  # what a hidden module says of its own classes is about itself all the same
        names = names.but_for(module.name)
    return Module(names.in_facts(module.facts), module.path)


def _plain(name: str) -> str:
    return name.partition(":")[0]


def beginning(module: Module) -> str:
    """Return the folder in which the name of a module begins, which is that of its program."""
    depth = _plain(module.name).count(".") + 1 + module.facts.is_package
    return module.path.rsplit("/", depth)[0]


class _Names:
    """The modules of one program: their numbered names by the names that its imports use."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own
        tops = "|".join(sorted({re.escape(plain.partition(".")[0]) for plain, name in own.items() if plain != name}))
        self._dotted = re.compile(rf"(?<![\w.:])(?:{tops})(?:\.\w+|:\d+)+")

    def means(self, name: str) -> bool:
        """Tell whether imports of the program find the module of this numbered name by its plain one."""
        return self._own.get(_plain(name)) == name

    def but_for(self, name: str) -> "_Names":
        """Return the names as a module sees them that another one hides from everybody else."""
        return _Names({**self._own, _plain(name): name})

    def in_facts(self, facts: ModuleFacts) -> ModuleFacts:
        """Return facts that refer to the modules of the program by their own names."""
        parts = {name: self._in(value) for name, value in facts.parts().items()}
        return facts.but(cast(Parts, parts))

    def _in(self, value: object) -> object:
        if isinstance(value, str):
            return value if value.startswith("=") else self._dotted.sub(self._numbered, value)
        if isinstance(value, tuple):
            return tuple(map(self._in, value))
        if isinstance(value, dict):
            return {name: self._in(each) for name, each in value.items()}
        fields = _REFERRING[value.__class__]
        assert isinstance(value, msgspec.Struct)
        changed = {name: self._in(getattr(value, name)) for name in fields}
        if isinstance(value, model.Import):  # `from config import ...` names a module without any dot
            changed["target"] = self._own.get(value.target, changed["target"])
        return msgspec.structs.replace(value, **changed)

    def _numbered(self, found: re.Match[str]) -> str:
        """Return a dotted name with the number of the longest module that it begins with."""
        head, rest = _NUMBER.sub("", found[0]), ""
        while head not in self._own:
            head, _, tail = head.rpartition(".")
            if not head:
                return found[0]
            rest = f".{tail}{rest}"
        return self._own[head] + rest
