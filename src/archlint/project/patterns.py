"""Patterns over dotted module names, the one notation in which users say which modules they mean."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from keyword import iskeyword

_SEGMENTS = {"*": r"[^.]+", "**": r"[^.]+(?:\.[^.]+)*"}
_FIRST = r"[^.]+(?:\.[^.]+)*?"


@cache
def compile_module_pattern(pattern: str) -> Callable[[str], bool]:
    """Return the test whether a dotted module name matches the pattern.

    `shop.domain` matches that module and everything below it; `*` stands for one whole segment, `**` for one
    or more (import-linter's meaning), and what lies below a match matches too. Raises ValueError with the
    sentence of `module_pattern_error` for anything else.
    """
    match = _matcher(pattern)
    return lambda module: match(module) is not None


@cache
def compile_reach(pattern: str) -> Callable[[str], int]:
    """Return how far into a dotted module name the pattern reaches, in characters: 0 when it does not match."""
    match = _matcher(pattern)
    return lambda module: found.end(1) if (found := match(module)) else 0


def _matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    error = module_pattern_error(pattern)
    if error:
        raise ValueError(f"{pattern!r} {error}")
    return re.compile(rf"({_expression(pattern.split('.'))})(?:\.|\Z)").match


def _expression(segments: Sequence[str]) -> str:
    """Return the regular expression for the parts of a name.

    Of several `**` only the last one has to be tried at more than one place, as the next one may skip whatever an
    earlier one could: the first match of what stands between two is final, so that no pattern can run away.
    """
    starts = [index for index, segment in enumerate(segments) if segment == "**"]
    plain = [_SEGMENTS.get(segment, segment) for segment in segments]
    for start, end in pairwise(starts):
        between = r"\.".join(plain[start + 1 : end])
        plain[start:end] = [rf"(?>{_FIRST}\.{between}(?=\.))", *[""] * (end - start - 1)]
    return r"\.".join(filter(None, plain))


def module_pattern_error(pattern: str) -> str | None:
    """Say what is wrong with a module pattern, as the end of a sentence that begins with it, or None."""
    segments = pattern.split(".")
    if "/" in pattern or "\\" in pattern or segments[-1] == "py":
        return f"is a path, but module names are dotted{_dotted_hint(pattern)}"
    if not all(segments):
        return "has an empty part; write names with one dot between them"
    for segment in segments:
        if segment in _SEGMENTS:
            continue
        if "*" in segment:
            return f'mixes a wildcard with text in "{segment}"; `*` and `**` stand for whole parts'
        if not segment.isidentifier() or iskeyword(segment):
            return f'is no module name: "{segment}" is no Python name'
    if any(this == "**" and following in _SEGMENTS for this, following in pairwise(segments)):
        return "has a wildcard after `**`, which already stands for one or more parts"
    return None


def capture_pattern_error(pattern: str) -> str | None:
    """Say what is wrong with a name, or a pattern that captures one part with `(*)`, as the end of a sentence."""
    if "*" in pattern and pattern.split(".").count("(*)") != 1:
        return "must have one `(*)`, which stands for the part of the name that tells contexts apart"
    return module_pattern_error(pattern.replace("(*)", "*"))


@cache
def compile_capture_pattern(pattern: str) -> Callable[[str], str]:
    """Return what gives, for a dotted module name, its beginning up to the captured part; empty when none matches.

    `shop.(*)` gives `shop.orders` for `shop.orders.models`.
    """
    segments = pattern.split(".")
    end = segments.index("(*)") + 1 if "(*)" in segments else len(segments)
    captured, rest = ([each.strip("()") for each in part] for part in (segments[:end], segments[end:]))
    below = rf"\.{_expression(rest)}" if rest else ""
    match = re.compile(rf"({_expression(captured)}){below}(?:\.|\Z)").match
    return lambda module: found[1] if (found := match(module)) else ""


def _dotted_hint(path: str) -> str:
    """Return `: shop.domain` for `./src/shop/domain.py`, nothing if no module name can be made of it."""
    parts = [part for part in re.split(r"[/\\]", path.removesuffix(".py")) if part not in ("", ".", "src")]
    dotted = ".".join(parts)
    return f": {dotted}" if dotted and not module_pattern_error(dotted) else ""
