"""The reference notation of facts (see `facts/model.py`): how references are joined, split and extended."""

from functools import lru_cache

MAX_ALTERNATIVES = 6
MAX_LENGTH = 300


def alternatives(reference: str) -> list[str]:
    """Split a reference at its outermost `|`; the empty reference has no alternatives."""
    if "|" not in reference:
        return [reference] if reference else []
    if "<" not in reference:
        return reference.split("|")
    parts: list[str] = []
    depth = start = 0
    for index, character in enumerate(reference):
        if character == "<":
            depth += 1
        elif character == ">":
            depth -= 1
        elif character == "|" and not depth:
            parts.append(reference[start:index])
            start = index + 1
    parts.append(reference[start:])
    return [part for part in parts if part]


def union(*references: str) -> str:
    """Join references: what is unknown adds nothing, what is too much to follow becomes unknown."""
    known = dict.fromkeys(part for reference in references for part in alternatives(reference))
    return "|".join(known) if len(known) <= MAX_ALTERNATIVES else ""


def step(reference: str, suffix: str) -> str:
    """Take one step from every alternative; the unknown stays unknown, and so does what grows out of bounds."""
    if not reference or len(reference) > MAX_LENGTH:
        return ""
    if "|" not in reference:
        return reference + suffix
    return "|".join(part + suffix for part in alternatives(reference))


def generic(base: str, arguments: list[str]) -> str:
    """Return the reference of a type with arguments; an unknown argument is written as an empty one."""
    return f"{base}<{','.join(arguments)}>" if base and any(arguments) else base


@lru_cache(maxsize=65536)
def parse(reference: str) -> tuple[str, tuple[str, ...]]:
    """Split one alternative into its root and its steps, each step as it is written.

    The dotted names of the root are not steps: where the root ends and attributes begin is for the project to
    find out.
    """
    root_end = _root_end(reference)
    steps: list[str] = []
    index = root_end
    while index < len(reference):
        end = _step_end(reference, index)
        steps.append(reference[index:end])
        index = end
    return reference[:root_end], tuple(steps)


def arguments_of(step_text: str) -> list[str]:
    """Return the type arguments of a `<...>` step."""
    parts: list[str] = []
    depth = start = 0
    inner = step_text[1:-1]
    for index, character in enumerate(inner):
        if character in "<[":
            depth += 1
        elif character in ">]":
            depth -= 1
        elif character == "," and not depth:
            parts.append(inner[start:index])
            start = index + 1
    parts.append(inner[start:])
    return parts


_STEP_STARTS = frozenset("(!^~*&[{<%")


def _root_end(reference: str) -> int:
    for index, character in enumerate(reference):
        if character in _STEP_STARTS:
            return index
        if character == "." and ("#" in reference[:index] or "@" in reference[:index]):
            return index
    return len(reference)


def _step_end(reference: str, start: int) -> int:
    character = reference[start]
    if character in "({":
        return start + 2
    if character == "[":
        return reference.index("]", start) + 1
    if character == ".":
        end = start + 1
        while end < len(reference) and reference[end] not in _STEP_STARTS and reference[end] != ".":
            end += 1
        return end
    if character == "<":
        depth = 0
        for index in range(start, len(reference)):
            depth += (reference[index] == "<") - (reference[index] == ">")
            if not depth:
                return index + 1
        return len(reference)
    return start + 1
