"""EVT001 and EVT008: events that can be changed after they happened."""

from collections.abc import Iterator

from archlint.facts.references import alternatives
from archlint.model import Severity, Violation
from archlint.project.events import Events
from archlint.project.program import Project
from archlint.project.types import types
from archlint.rulebook.model import Rule

_MUTABLE = {
    **{f"builtins.{name}": name for name in ("list", "dict", "set", "bytearray")},
    **{f"typing.{name}": name.lower() for name in ("List", "Dict", "Set", "MutableMapping", "MutableSequence")},
    **{f"collections.{name}": name for name in ("defaultdict", "OrderedDict", "Counter", "deque")},
    "typing.DefaultDict": "defaultdict",
    "collections.abc.MutableMapping": "MutableMapping",
    "collections.abc.MutableSequence": "MutableSequence",
}
_FREEZING = {"dataclass": "`@dataclass(frozen=True)`", "model": "`frozen=True` in its configuration"}
_INSTEAD = {"list": "`tuple[...]`", "set": "`frozenset[...]`", "bytearray": "`bytes`", "deque": "`tuple[...]`"}
_DISPLAYS = frozenset(f"builtins.{name}{{}}" for name in ("list", "dict", "set"))


def mutable_event(project: Project, rule: Rule) -> Iterator[Violation]:
    """EVT001: a data class for an event that is not frozen; only the uppermost of a family."""
    resolver, events = project.query(types), project.query(Events)
    for key, kind in events.open.items():
        if any(base in events.open for base in resolver.order(key)[1:]):
            continue
        module, fact = project.class_(key)
        how = _FREEZING[kind]
        if any(each.startswith(("attr.", "attrs.")) for each in fact.decorators):
            how = "`@attrs.frozen`"
        yield rule.violation(
            module,
            (fact.start, fact.end),
            message=f"the event `{fact.name}` can be changed after it happened; freeze it with {how}",
            subject=f"{module.name}.{fact.qualname}",
            scope=fact.qualname,
            severity=None if events.surely(key) else Severity.NOTE,
        )


def shallow_frozen_event(project: Project, rule: Rule) -> Iterator[Violation]:
    """EVT008: a frozen event with a field whose value can be changed all the same."""
    for key, kind in project.query(Events).frozen.items():
        module, fact = project.class_(key)
        for attribute in fact.attributes:
            mutable = _mutable(attribute.annotation) if attribute.in_body else ""
            if not mutable or (kind == "dataclass" and not _DISPLAYS.isdisjoint(attribute.values)):
                continue
            instead = _INSTEAD.get(mutable, "`Mapping[...]` over a copy that nobody else has")
            yield rule.violation(
                module,
                (attribute.start, attribute.end),
                message=f"`{fact.name}` is frozen, but the {mutable} `{attribute.name}` in it is not; use {instead}",
                subject=attribute.name,
                scope=fact.qualname,
            )


def _mutable(annotation: str) -> str:
    for part in alternatives(annotation):
        found = _MUTABLE.get(part.partition("<")[0])
        if found:
            return found
    return ""
