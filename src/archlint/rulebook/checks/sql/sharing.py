"""SQL007: one session or connection in the hands of several coroutines that run at the same time."""

from collections.abc import Iterator

from archlint.facts.model import Candidate
from archlint.model import Violation
from archlint.project.asides import is_test
from archlint.project.classes import ClassTable
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.values import Value
from archlint.rulebook.model import Rule

SHARED = "shared"


def shared_session(project: Project, rule: Rule) -> Iterator[Violation]:
    """SQL007: what only one task may use at a time is given to several."""
    for module in project.modules:
        if is_test(module):
            continue
        once: dict[tuple[int, str], Candidate] = {}
        for candidate in module.facts.candidates:
            if candidate.code != SHARED:
                continue
            owner = _for_one_task(project, candidate.values[0])
            if not owner:
                continue
            if candidate.subject != "once":
                yield _violation(rule, module, candidate, owner)
                continue
            place = (candidate.function, candidate.message)
            if place in once and candidate.start != once[place].start:
                yield _violation(rule, module, candidate, owner)
            once[place] = candidate


def _for_one_task(project: Project, reference: str) -> str:
    """Return the class, for one task at a time, that something is an instance of or works with; empty for others."""
    resolver = project.query(types)
    values = resolver.infer(reference)
    found = [_class_of(project, resolver, value) for value in values]
    return found[0] if found and all(found) else ""


def _class_of(project: Project, resolver: Types, value: Value) -> str:
    if value.kind != "instance":
        return ""
    if not value.is_class:
        return value.name if project.library.is_for_one_task(value.name) else ""
    for base in resolver.order(value.name):
        if "@" not in base and project.library.is_for_one_task(base):
            return base
    return _held(project, resolver, value.name)


def _held(project: Project, resolver: Types, key: str) -> str:
    """Return the class of a session that objects of a class keep, if that is all that the attribute can be."""
    table = project.query(ClassTable)
    for owner in resolver.order(key):
        for name, member in table.own_members(owner).items() if "@" in owner else ():
            if member.attribute is None:
                continue
            held = resolver.infer(f"{key}{{}}.{name}")
            known = len(held) == 1 and held[0].kind == "instance" and not held[0].is_class
            if known and project.library.is_for_one_task(held[0].name):
                return held[0].name
    return ""


def _violation(rule: Rule, module: Module, candidate: Candidate, owner: str) -> Violation:
    return rule.violation(
        module,
        (candidate.start, candidate.end),
        message=(
            f"`{candidate.message}` works with one `{owner.rpartition('.')[2]}`, which one task at a time may use, "
            "and is given to several; give each its own"
        ),
        subject=owner,
        scope=module.scope(candidate.function, candidate.owner),
    )
