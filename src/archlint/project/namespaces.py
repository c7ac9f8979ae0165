"""What a program hangs onto objects that are made for it: `app.state` of FastAPI, Flask's `g`, aiohttp's `app["x"]`."""

from collections.abc import Mapping

from archlint.project.layers import is_test
from archlint.project.program import Project

KEPT = "kept"
"""The code of a candidate for `app.state.pool = ...`: its subject is the attribute, its reference the object that gets
it, its value what it gets."""


def kept_attributes(project: Project) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Answer the query for what is assigned to attributes of such objects: by name, the object and the value."""
    found: dict[str, list[tuple[str, str]]] = {}
    for module in project.modules:
        for candidate in module.facts.candidates if not is_test(module) else ():
            if candidate.code == KEPT:
                found.setdefault(candidate.subject, []).append((candidate.reference, candidate.values[0]))
    return {name: tuple(dict.fromkeys(pairs)) for name, pairs in found.items()}
