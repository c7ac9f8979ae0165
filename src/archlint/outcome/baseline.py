"""What a baseline accepts, which of its entries are stale, and what the next one holds."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from archlint.model import Baseline, BaselineEntry, Severity, Violation
from archlint.outcome.identity import Identity, identities, identity
from archlint.rulebook.model import Rule

STALE = "ARC002"

Seen = Callable[[BaselineEntry], bool]
"""Tells whether a run would have reported what an entry accepts, if it were there."""


Entry = tuple[Violation, str]
"""A violation and its identity, as reports have them side by side."""


class Compared(NamedTuple):
    """What a baseline leaves to report, and what it accepts, with the reason that its entry gives."""

    entries: list[Entry]
    accepted: list[tuple[Violation, str, str]]


def compare(violations: Sequence[Violation], baseline: Baseline | None, stale: Sequence[Violation]) -> Compared:
    """Compare violations, in their order, with what a baseline accepts; what is `stale` in it is reported too."""
    answers = _reasons(violations, baseline.entries if baseline else ())
    named = list(zip(violations, identities(violations), answers, strict=True))
    new = [(each, name) for each, name, reason in named if reason is None]
    accepted = [(each, name, reason) for each, name, reason in named if reason is not None]
    return Compared([*new, *zip(stale, identities(stale), strict=True)], accepted)


def _reasons(violations: Iterable[Violation], entries: Iterable[BaselineEntry]) -> list[str | None]:
    """Return for each violation the reason of the entry that accepts it, `None` if none does.

    Of the same ones the first are accepted, as many as are counted.
    """
    left: Counter[Identity] = Counter()
    reasons: dict[Identity, str] = {}
    for entry in entries:
        left[identity(entry)] += entry.count
        reasons[identity(entry)] = reasons.get(identity(entry)) or entry.reason
    answers: list[str | None] = []
    for each in violations:
        key = identity(each)
        answers.append(reasons[key] if left[key] > 0 else None)
        left[key] -= 1
    return answers


def stale_entries(
    violations: Iterable[Violation], baseline: Baseline, seen: Seen, rules: Mapping[str, Rule], severity: Severity
) -> Iterator[Violation]:
    """Yield ARC002 for each entry that accepts more than there is in `violations`, if it was `seen` to."""
    occurring = Counter(map(identity, violations))
    for entry, place in zip(baseline.entries, baseline.places, strict=True):
        key = identity(entry)
        there = min(occurring[key], entry.count)
        occurring[key] -= there
        if there < entry.count and (entry.code not in rules or seen(entry)):
            yield Violation(
                code=STALE,
                severity=severity,
                message=_message(entry, there, rules),
                place=place,
                module=entry.module,
                scope=entry.scope,
                subject="|".join(filter(None, (entry.code, entry.contract, entry.subject))),
            )


def looked_at(selected: Collection[str], others: Collection[str], active: Collection[str]) -> Seen:
    """Return the test for entries that a run can judge.

    `selected` are the modules that it reports on, `others` the rest of the project, `active` the codes of the rules
    that ran. Of a module that is gone nobody knows where it was: the run must report on all that is left of the
    nearest package around it.
    """
    chosen, known = frozenset(selected), {*selected, *others}
    packages = {package for name in known for package in (name, *_around(name))}
    partly = {package for name in others for package in (name, *_around(name))}

    def seen(entry: BaselineEntry) -> bool:
        if entry.code not in active:
            return False
        if entry.module in known:
            return entry.module in chosen
        nearest = next((package for package in _around(entry.module) if package in packages), "")
        return nearest not in partly

    return seen


def renewed(
    violations: Iterable[Violation],
    entries: Iterable[BaselineEntry],
    seen: Seen,
    rules: Collection[str],
    *,
    grow: bool,
) -> list[BaselineEntry]:
    """Return the entries of the next baseline, sorted.

    Those that the run has not `seen` to stay; the others become what is there now: with `grow` all that is there,
    else what was accepted and is still there. Entries of codes that are not among the `rules` go.
    """
    occurring = Counter(map(identity, violations))
    next_: dict[Identity, BaselineEntry] = {}
    for key, entry in _merged(entries).items():
        there = occurring[key] if grow else min(occurring[key], entry.count)
        count = there if seen(entry) else entry.count
        if count and entry.code in rules:
            next_[key] = msgspec.structs.replace(entry, count=count)
    for key, count in occurring.items() if grow else ():
        code, contract, module, scope, subject = key
        entry = BaselineEntry(code=code, contract=contract, module=module, scope=scope, subject=subject, count=count)
        next_.setdefault(key, entry)
    return [next_[key] for key in sorted(next_)]


def render(entries: Sequence[BaselineEntry]) -> str:
    """Write a baseline, an entry a line: a diff shows what changed, and branches merge."""
    lines = ",\n".join(f"    {json.dumps(msgspec.to_builtins(entry), ensure_ascii=False)}" for entry in entries)
    listed = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  "version": 1,\n  "violations": {listed}\n}}\n'


def _merged(entries: Iterable[BaselineEntry]) -> dict[Identity, BaselineEntry]:
    """Return one entry for each identity; a merge of branches may have left several."""
    merged: dict[Identity, BaselineEntry] = {}
    for entry in entries:
        old = merged.setdefault(identity(entry), entry)
        if old is not entry:
            merged[identity(entry)] = msgspec.structs.replace(
                old, count=old.count + entry.count, reason=old.reason or entry.reason
            )
    return merged


def _around(module: str) -> Iterator[str]:
    """Yield the packages around a module, the nearest first, and at last the empty name, which is around all."""
    while module:
        module = module.rpartition(".")[0]
        yield module


def _message(entry: BaselineEntry, there: int, rules: Mapping[str, Rule]) -> str:
    advice = "`archlint baseline --prune` takes out what is stale"
    if entry.code not in rules:
        return f"there is no rule {entry.code}, which this entry accepts; {advice}"
    where = f"`{entry.module}.{entry.scope}`" if entry.scope else f"`{entry.module}`"
    what = f"{entry.code} [{rules[entry.code].name}] for `{entry.subject}`"
    if there:
        return f"{where} breaks {what} {there} and not {entry.count} times; {advice}"
    return f"{where} no longer breaks {what}; {advice}"
