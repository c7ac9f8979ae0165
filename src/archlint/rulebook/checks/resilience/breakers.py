"""RES006: circuit breakers whose state changes while somebody else reads it, on the syntax tree."""

import re
from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend

_BREAKER = re.compile(r"breaker|circuit", re.IGNORECASE)


def unlocked_breaker_state(node: cst.FunctionDef, context: ModuleContext) -> Iterator[Sighting]:
    """RES006: an async method of a circuit breaker that reads an attribute, awaits, and writes it, without a lock."""
    if node.asynchronous is None:
        return
    owner = context.enclosing_class
    if owner is None or node not in owner.body.body or not _BREAKER.search(owner.name.value):
        return
    if any(isinstance(each, cst.With) and each.asynchronous for each in descend(node.body, but_not=FUNCTIONS)):
        return
    written = _written_later(node, _writers(owner))
    if written:
        yield Sighting(
            code="RES006",
            message=(
                f"`self.{written}` is read, and written after an `await`; other calls run in between, which see or "
                "undo a state that is half changed; hold an `asyncio.Lock` while the state is read or written"
            ),
            subject=written,
        )


def _writers(owner: cst.ClassDef) -> dict[str, set[str]]:
    """Return the attributes that each plain method of a class assigns."""
    return {
        each.name.value: {name for part in descend(each.body) for name in _assigned(part)}
        for each in owner.body.body
        if isinstance(each, cst.FunctionDef) and each.asynchronous is None and each.name.value != "__init__"
    }


def _assigned(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.AssignTarget | cst.AugAssign | cst.AnnAssign):
        owner, _, name = dotted_name(node.target).rpartition(".")
        if owner == "self":
            yield name


def _written_later(node: cst.FunctionDef, writers: dict[str, set[str]]) -> str:
    """Return an attribute that is read before the first `await` and written after it."""
    read: set[str] = set()
    waited = False
    for each in descend(node.body, but_not=FUNCTIONS):
        if isinstance(each, cst.Await):
            waited = True
            continue
        written = set(_assigned(each))
        if isinstance(each, cst.Call):
            owner, _, name = dotted_name(each.func).rpartition(".")
            written |= writers.get(name, set()) if owner == "self" else set()
        if waited and written & read:
            return min(written & read)
        if not waited and isinstance(each, cst.Attribute) and dotted_name(each.value) == "self":
            read.add(each.attr.value)
    return ""
