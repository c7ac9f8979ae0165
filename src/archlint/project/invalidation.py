"""What changes for answers when modules come or go: a name leads to what was no module, or to what is none any more."""

from collections.abc import Collection, Set
from typing import NamedTuple

from archlint.facts.references import KEPT
from archlint.project.imports import written
from archlint.project.program import Project
from archlint.project.reading import NAMESPACES


class Invalidated(NamedTuple):
    """Which answers hold no more: those that have read one of the set `others`, and those about modules by `paths`."""

    others: int
    paths: frozenset[str]


def invalidated(project: Project, then: Set[tuple[str, str]], missed: Set[str]) -> Invalidated | None:
    """Return what is invalid because there were other modules; `None` if nobody can tell.

    `then` are the names and paths of the modules of then, `missed` the names that were not found in any of them. Names
    are looked up in the longest module that they begin with, which is read then. For a name to lead elsewhere now it
    must have led into the nearest module around one that came or went.
    """
    now = {(module.name, module.path) for module in project.modules}
    came, gone = now - then, then - now
    if not came and not gone:
        return Invalidated(0, frozenset())
    if len(came) > len(then):
        return None  # most is new, and would have to share the few bits of what was there
    before, names = {name for name, _ in then}, {name for name, _ in came | gone}
    if any(":" in name for name in before | names) or _of_src(before) != _of_src(project.by_name):
        return None  # the same name means different modules in different files
    reading, departed = project.reading, [name for name, _ in gone]
    others = reading.set_of(departed) | reading.bodies_of(departed)
    if gone or any(each.code == KEPT for name, _ in came for each in project.by_name[name].facts.candidates):
        others |= NAMESPACES
    for name in names:
        around = _around(name, before)
        if around:
            others |= reading.bodies_of([around])
            if _may_be_found(project, around, name, missed):
                others |= reading.set_of([around])
        elif "." not in name or _is_imported(project, name):
            return None
    below = (module.path for module in project.modules if module.name.rpartition(".")[0] in names)
    return Invalidated(others, frozenset((*(path for _, path in came), *below)))


def _of_src(names: Collection[str]) -> set[str]:
    """Return the packages that may be imported without the `src` before them."""
    return {".".join(name.split(".")[:2]) for name in names if name.startswith("src.")}


def _around(name: str, modules: Set[str]) -> str:
    """Return the nearest module around a name, empty for none."""
    around = name.rpartition(".")[0]
    while around and around not in modules:
        around = around.rpartition(".")[0]
    return around


def _may_be_found(project: Project, around: str, name: str, missed: Set[str]) -> bool:
    """Tell whether anybody may have looked in a module for the first part of a name behind its own."""
    first = name[len(around) + 1 :].partition(".")[0]
    module = project.by_name.get(around)
    return module is not None and (
        f"{around}.{first}" in missed
        or first in module.facts.bindings
        or any(each.name == "*" for each in module.facts.imports)
    )


def _is_imported(project: Project, name: str) -> bool:
    """Tell whether a module imports something around this name, or below it."""
    plain = name.removeprefix("src.")
    targets = {
        target for module in project.modules for each in module.facts.imports for target in (each.target, written(each))
    }
    return any(
        f"{one}.".startswith(f"{other}.") for target in targets for one, other in ((target, plain), (plain, target))
    )
