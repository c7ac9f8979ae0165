"""The identity of a violation, by which baselines and services know it again when code moves."""

from collections import Counter
from collections.abc import Iterable

from archlint.model import Violation


def identities(violations: Iterable[Violation]) -> tuple[str, ...]:
    """Return one identity for each violation: code, contract, module, scope, subject, and which of the same it is.

    Neither message, line, chain nor the names of locals are part of it.
    """
    seen: Counter[str] = Counter()
    found: list[str] = []
    for each in violations:
        key = "|".join((each.code, each.contract, each.module, each.scope, each.subject))
        seen[key] += 1
        found.append(f"{key}|{seen[key]}")
    return tuple(found)
