"""The identity of a violation, by which baselines and services know it again when code moves."""

from collections import Counter
from collections.abc import Iterable

from archlint.model import BaselineEntry, Violation

Identity = tuple[str, str, str, str, str]
"""Code, contract, module, scope and subject: neither message, line, chain nor the names of locals."""


def identity(each: Violation | BaselineEntry) -> Identity:
    """Return the identity of a violation, or of those that a baseline's entry accepts.

    Half a character, which no file can hold, is in it as its visible escape.
    """
    return (
        each.code,
        _writable(each.contract),
        _writable(each.module),
        _writable(each.scope),
        _writable(each.subject),
    )


def identities(violations: Iterable[Violation]) -> tuple[str, ...]:
    """Return the identity of each violation and which of the same it is, as one string."""
    seen: Counter[str] = Counter()
    found: list[str] = []
    for each in violations:
        key = "|".join(identity(each))
        seen[key] += 1
        found.append(f"{key}|{seen[key]}")
    return tuple(found)


def _writable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
