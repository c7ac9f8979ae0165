"""What a program hangs onto objects that are made for it: `app.state` of FastAPI, Flask's `g`, aiohttp's `app["x"]`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archlint.facts.references import KEPT, KEPT_BY_KEY, passed_for
from archlint.project.asides import is_test
from archlint.project.program import Project
from archlint.project.reading import NAMESPACES
from archlint.project.values import Value

if TYPE_CHECKING:
    from archlint.project.types import Types

__all__ = ["KEPT", "Namespaces", "kept_attributes"]

_KEYS = frozenset({"aiohttp.web.AppKey", "aiohttp.web.RequestKey"})
_MAX_PASSED = 6
"""How many things may be passed for a parameter without annotation."""


def kept_attributes(project: Project) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Answer the query for what such objects are given: by the subject of the candidate, the object and the value.

    The subject of `app.state.pool = ...` is the attribute; that of a class that is made is `passed_for(...)`.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for module in project.modules:
        for candidate in module.facts.candidates:
            if candidate.code == KEPT and not is_test(module):
                found.setdefault(candidate.subject, []).append((candidate.reference, candidate.values[0]))
    return found


class Namespaces:
    """Tells what such objects hold; `types` what references stand for."""

    def __init__(self, project: Project, types: "Types") -> None:
        self._project = project
        self._types = types

    def attribute(self, owner: str, name: str) -> "tuple[Value, ...]":
        """Return what the program assigns to an attribute of an object that keeps such things for it."""
        self._types.reading.reads |= NAMESPACES
        pairs = dict.fromkeys(self._project.query(kept_attributes).get(name, ()))
        given = [value for holder, value in pairs if any(self._is_a(each, owner) for each in self._types.infer(holder))]
        return tuple(dict.fromkeys(each for value in given for each in self._types.infer(value)))

    def passed(self, key: str, name: str) -> "tuple[Value, ...]":
        """Return what the program passes for a parameter of a function, if that is not too much to say anything."""
        self._types.reading.reads |= NAMESPACES
        module, function = self._project.function(key)
        own, called = key, function.name
        if called == "__init__" and function.owner >= 0:
            own = f"{module.name}@{function.owner}"
            called = self._project.class_(own)[1].name
        place = next(index for index, each in enumerate(function.parameters) if each.name == name) - function.is_bound
        kept = self._project.query(kept_attributes)
        pairs = dict.fromkeys((*kept.get(passed_for(called, name), ()), *kept.get(passed_for(called, str(place)), ())))
        infer = self._types.infer
        given = [value for callee, value in pairs if any(each[:2] == ("object", own) for each in infer(callee))]
        found = tuple(dict.fromkeys(each for value in given for each in infer(value)))
        return found if len(found) <= _MAX_PASSED else ()

    def _is_a(self, value: "Value", owner: str) -> bool:
        return value.name == owner or (value.is_class and owner in self._types.order(value.name))

    def element(self, value: "Value", name: str) -> "tuple[Value, ...]":
        """Return what an application keeps under a name, or what the key of something kept says that it is."""
        if value.kind != "instance":
            return ()
        if name == KEPT_BY_KEY:
            return self._types.infer_instance(value.args[0]) if value.name in _KEYS and value.args else ()
        owners = self._types.order(value.name) if value.is_class else (value.name,)
        found = (self.attribute(owner, name) for owner in owners if owner in self._project.library.namespaces)
        return next(filter(None, found), ())
