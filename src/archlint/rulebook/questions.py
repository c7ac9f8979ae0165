"""Which questions about modules the checks of rules ask, and so are worth asking before checks are shared out."""

from collections.abc import Collection, Mapping
from typing import Any

from archlint.project import effects, outside
from archlint.project.blocking import BLOCKING_CALLS
from archlint.project.calls import USES
from archlint.project.modulewise import ModuleWise
from archlint.project.timeline import PROMISED
from archlint.rulebook.checks.asynchrony.coroutines import UNAWAITED
from archlint.rulebook.checks.asynchrony.event_loop import MEANINGFUL_CALLS

_ASKED_BY: Mapping[ModuleWise[Any], frozenset[str]] = {
    effects.DIRECT: frozenset(
        {"EVT003", "EVT005", "EVT006", "EVT007", "SQL002", "SQL003", "SQL004", "TSK007"},
    ),
    USES: frozenset({"ASY002", "ASY005", "DOM005", "IMP001", "SQL002", "SQL003"}),
    BLOCKING_CALLS: frozenset({"ASY001", "ASY002", "DOM005", "IMP001", "SQL003"}),
    outside.DIRECT: frozenset({"DOM005", "IMP001"}),
    PROMISED: frozenset({"EVT003", "EVT005", "EVT007", "TSK007"}),
    UNAWAITED: frozenset({"ASY003"}),
    MEANINGFUL_CALLS: frozenset({"ASY005"}),
}
"""The questions that take long, in the order in which they are asked, and the codes of the rules."""


def questions(codes: Collection[str]) -> list[ModuleWise[Any]]:
    """Return the questions that the checks of these rules will ask anyway."""
    return [question for question, asking in _ASKED_BY.items() if not asking.isdisjoint(codes)]
