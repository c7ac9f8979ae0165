"""What a program hangs onto objects that are made for it: `app.state` of FastAPI, Flask's `g`, aiohttp's `app["x"]`."""

from collections.abc import Mapping

from archlint.facts.references import KEPT
from archlint.project.layers import is_test
from archlint.project.program import Project

__all__ = ["KEPT", "kept_attributes"]


def kept_attributes(project: Project) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Answer the query for what such objects are given: by the subject of the candidate, the object and the value.

    The subject of `app.state.pool = ...` is the attribute; that of a class that is made is `passed_for(...)`.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for module in project.modules:
        for candidate in module.facts.candidates if not is_test(module) else ():
            if candidate.code == KEPT:
                found.setdefault(candidate.subject, []).append((candidate.reference, candidate.values[0]))
    return {name: tuple(dict.fromkeys(pairs)) for name, pairs in found.items()}
