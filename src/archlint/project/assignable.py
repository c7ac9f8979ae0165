"""Whether a value of one type may stand where another is declared: yes, no, or nobody can tell from here."""

import builtins
import collections
import collections.abc
import contextlib
import datetime
import decimal
import pathlib
import uuid
from collections.abc import Iterable

from archlint.project.classes import ClassTable
from archlint.project.forms import UNKNOWN, Form, forms
from archlint.project.ports import ports
from archlint.project.program import Project
from archlint.project.types import types

_STDLIB = {
    module.__name__: module
    for module in (builtins, collections, collections.abc, contextlib, datetime, decimal, pathlib, uuid)
}
"""Modules whose classes archlint asks itself: it runs on Python."""
_COVARIANT = frozenset(
    {
        "builtins.frozenset", "builtins.tuple", "builtins.type", "contextlib.AbstractContextManager",
        "contextlib.AbstractAsyncContextManager",
        *(f"collections.abc.{name}" for name in (
            "AsyncIterable", "AsyncIterator", "Awaitable", "Collection", "Container", "Iterable", "Iterator",
            "KeysView", "Reversible", "Sequence", "Set", "ValuesView",
        )),
    }
)  # fmt: skip
_STRUCTURAL = frozenset(
    f"collections.abc.{name}"
    for name in (
        *("AsyncIterable", "AsyncIterator", "Awaitable", "Callable", "Collection", "Container", "Hashable"),
        *("Iterable", "Iterator", "Reversible", "Sized"),
    )
) | {"contextlib.AbstractContextManager", "contextlib.AbstractAsyncContextManager"}
"""Stdlib types that any class with the right methods is one of."""
_FIRST = frozenset(
    {
        "collections.abc.Generator", "collections.abc.AsyncGenerator", "builtins.dict", "collections.abc.Mapping",
        "collections.abc.MutableMapping", "collections.defaultdict", "collections.OrderedDict",
        "contextlib._GeneratorContextManager", "contextlib._AsyncGeneratorContextManager",
    }
)  # fmt: skip
"""Types whose first argument is what a wider type with one argument is about."""
_PROMOTED = {
    ("builtins.int", "builtins.float"),
    ("builtins.int", "builtins.complex"),
    ("builtins.float", "builtins.complex"),
}
_MAPPINGS = ("collections.abc.Mapping", "collections.abc.MutableMapping", "builtins.dict")
_MAX_DEPTH = 8


class Assignability:
    """Compares types; one per project, reached by `project.query(assignability)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types = project.query(types)
        self._forms = project.query(forms)
        self._classes = project.query(ClassTable)

    def fits(self, source: Form, target: Form, depth: int = 0) -> bool | None:
        """Tell whether `source` is assignable to `target`; `None` when that cannot be known."""
        if source == target or target.kind == "any" or source.kind in ("any", "never"):
            return True
        if target == _OBJECT:
            return True
        if depth > _MAX_DEPTH or "unknown" in (source.kind, target.kind):
            return None
        if source.kind == "union":
            return _all(self.fits(each, target, depth + 1) for each in source.args)
        if target.kind == "union":
            return _any(self.fits(source, each, depth + 1) for each in target.args)
        if "opaque" in (source.kind, target.kind) or "parameters" in (source.kind, target.kind):
            return None
        return self._plain(source, target, depth)

    def _plain(self, source: Form, target: Form, depth: int) -> bool | None:
        if source.kind == "literal" and target.kind == "literal":
            return None if "." in source.name + target.name else False
        if source.kind == "literal":
            return self.fits(_type_of(source.name), target, depth + 1)
        if target.kind == "literal":
            return False if source.kind == "none" or source.name.startswith("builtins.") else None
        if source.kind == "none" or target.kind == "none":
            return False if target.kind == "none" or target.name not in _NONE_FITS else None
        if target.kind == "never":
            return False
        return self._class(source, target, depth)

    def same(self, one: Form, other: Form) -> bool | None:
        """Tell whether each of two types is assignable to the other."""
        return _all((self.fits(one, other), self.fits(other, one)))

    def _class(self, source: Form, target: Form, depth: int) -> bool | None:
        if source.name == target.name:
            return self._arguments(source, target, depth)
        if "@" in source.name:
            return self._from_project(source, target, depth)
        return self._from_elsewhere(source, target, depth)

    def _arguments(self, source: Form, target: Form, depth: int) -> bool | None:
        """Compare the type arguments of two types of one class."""
        if not source.args or not target.args:
            return True
        special = {"collections.abc.Callable": self._callables, "builtins.tuple": self._tuples}.get(source.name)
        if special is not None:
            return special(source, target, depth)
        if len(source.args) != len(target.args):
            return None
        pairs = list(zip(source.args, target.args, strict=True))
        if source.name == "collections.abc.Coroutine":
            return self.fits(*pairs[-1], depth + 1)
        there = [self.fits(one, other, depth + 1) for one, other in pairs]
        if source.name in _COVARIANT:
            return _all(there)
        if source.name in ("collections.abc.Generator", "collections.abc.AsyncGenerator"):
            return there[0]
        back = [self.fits(other, one, depth + 1) for one, other in pairs]
        return self._invariant(source.name, there, back)

    def _invariant(self, name: str, there: list[bool | None], back: list[bool | None]) -> bool | None:
        if name == "collections.abc.Mapping":
            return _all((there[0], back[0], there[1]))
        if name.startswith(("builtins.", "collections.")):
            return _all((*there, *back))
        either = [_any(each) for each in zip(there, back, strict=True)]  # whose variance is not known
        return True if all(there) and all(back) else (False if False in either else None)

    def _callables(self, source: Form, target: Form, depth: int) -> bool | None:
        if len(source.args) != 2 or len(target.args) != 2:
            return None
        (taken, given), (passed, wanted) = source.args, target.args
        result = self.fits(given, wanted, depth + 1)
        if taken.kind != "parameters" or passed.kind != "parameters":
            return False if result is False else None
        if len(taken.args) != len(passed.args):
            return False
        parameters = (self.fits(one, other, depth + 1) for one, other in zip(passed.args, taken.args, strict=True))
        return _all((result, *parameters))

    def _tuples(self, source: Form, target: Form, depth: int) -> bool | None:
        if target.args[-1] == _ELLIPSIS:
            items = source.args[:1] if source.args[-1] == _ELLIPSIS else source.args
            return _all(self.fits(each, target.args[0], depth + 1) for each in items)
        if source.args[-1] == _ELLIPSIS or len(source.args) != len(target.args):
            return False
        return _all(self.fits(one, other, depth + 1) for one, other in zip(source.args, target.args, strict=True))

    def _from_project(self, source: Form, target: Form, depth: int) -> bool | None:
        order = self._types.order(source.name)
        if target.name in order:
            meant = self._forms.variables(source.name, source.args).get(target.name, {})
            given = tuple(meant.get(name, UNKNOWN) for name in self._forms.type_variables(target.name))
            return self._arguments(Form("class", target.name, given), target, depth) if given else True
        if self._is_open(order) or "builtins.type" in order:
            return None
        if "@" in target.name:
            return None if self._is_structural(target.name) and not self._lacks(source.name, target.name) else False
        if target.name in _STRUCTURAL or _stdlib(target.name) is None:
            return None
        known = [base for base in order if "@" not in base]
        if any(base.rpartition(".")[2] in _VALUE_BASES for base in known):
            return None
        return any(_derives(base, target.name) for base in known)

    def _lacks(self, key: str, protocol: str) -> bool:
        """Tell whether a class certainly has not all members of a Protocol."""
        if self._types.has_unknown_base(key):
            return False
        owners = [owner for owner in self._types.order(key) if "@" in owner]
        own = {name for owner in owners for name in self._classes.own_members(owner)}
        return "__getattr__" not in own and not own.issuperset(self._project.query(ports).declared(protocol))

    def _is_open(self, order: tuple[str, ...]) -> bool:
        """Tell whether some base in a resolution order could not be resolved."""
        facts = (self._project.class_(owner)[1] for owner in order if "@" in owner)
        return any(not self._types.infer(base) for fact in facts for base in fact.bases)

    def _is_structural(self, key: str) -> bool:
        _, fact = self._project.class_(key)
        bases = [value.name for base in fact.bases for value in self._types.infer(base)]
        return any(name.rpartition(".")[2] in ("Protocol", "TypedDict") for name in bases)

    def _from_elsewhere(self, source: Form, target: Form, depth: int) -> bool | None:
        known = _stdlib(source.name) is not None or self._project.library.is_class(source.name)
        if "@" in target.name:
            return False if known and not self._is_structural(target.name) else None
        if (source.name, target.name) in _PROMOTED:
            return True
        if target.name in self._project.library.ancestors(source.name):
            return True if not target.args else None
        if _stdlib(source.name) is None or _stdlib(target.name) is None:
            return None
        if not _derives(source.name, target.name):
            return False
        return self._arguments_of_wider(source, target, depth)

    def _arguments_of_wider(self, source: Form, target: Form, depth: int) -> bool | None:
        """Compare what `list[int]` and `Sequence[int]`, or `dict[str, int]` and `Iterable[str]`, are about."""
        if source.name == "builtins.str" and target.args:
            return self.fits(source, target.args[0], depth + 1)
        if not source.args or not target.args:
            return True
        if target.name in _MAPPINGS:
            return self._arguments(Form("class", target.name, source.args), target, depth)
        if source.name == "builtins.tuple":
            items = [each for each in source.args if each != _ELLIPSIS]
            return _all(self.fits(each, target.args[0], depth + 1) for each in items)
        inner = source.args[0] if source.name in _FIRST or len(source.args) == 1 else source.args[-1]
        return self._arguments(Form("class", target.name, (inner,)), target, depth) if len(target.args) == 1 else None


_OBJECT = Form("class", "builtins.object")
_ELLIPSIS = Form("class", "builtins.ellipsis")
_NONE_FITS = frozenset({"collections.abc.Hashable", "builtins.object"})
_VALUE_BASES = frozenset({"NamedTuple", "TypedDict", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})


def _type_of(literal: str) -> Form:
    if literal[:1] in "'\"":
        return Form("class", "builtins.str")
    if literal in ("True", "False"):
        return Form("class", "builtins.bool")
    if literal == "None":
        return Form("none")
    return Form("class", "builtins.int") if literal.lstrip("-").isdigit() else UNKNOWN


def _stdlib(name: str) -> type | None:
    module, _, word = name.rpartition(".")
    found = getattr(_STDLIB.get(module), word, None)
    return found if isinstance(found, type) else None


def _derives(source: str, target: str) -> bool:
    one, other = _stdlib(source), _stdlib(target)
    return one is not None and other is not None and issubclass(one, other)


def _all(answers: Iterable[bool | None]) -> bool | None:
    """No as soon as one says no; yes when all say yes."""
    found = list(answers)
    return False if False in found else (None if None in found else True)


def _any(answers: Iterable[bool | None]) -> bool | None:
    """Yes as soon as one says yes; no when all say no."""
    found = list(answers)
    return True if True in found else (None if None in found else False)


def assignability(project: Project) -> Assignability:
    """Answer the query for comparing types."""
    return Assignability(project)
