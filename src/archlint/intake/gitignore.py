"""Ignore patterns in gitignore's notation: those of `.gitignore` files and those of the configuration."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archlint.intake.reading import KIB, read_regular

if TYPE_CHECKING:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_GROUP_NAME = re.compile(r"\(\?P<\w+>")
_NOTHING = r"(?!)"
_ANYWHERE = "^(?:.+/)?"
_DEPTHS = "(?:/.+)?/"
_STARS = re.compile(r"(?:\[\^/\]\*)+((?:\[\^/\](?!\*)|[^/])*?)(?=\[\^/\]\*)")
IGNORE_BYTES = 64 * KIB
"""The most that a `.gitignore` may have: each line becomes an expression that is compiled."""


class Patterns(NamedTuple):
    """Patterns that hold below `folder` (absolute, with forward slashes and a final slash).

    `rules` are regular expressions, the last first, each with whether it ignores (True) or keeps (False).
    `any` matches whatever at least one of them matches: most paths match none, and it tells so faster.
    """

    folder: str
    rules: tuple[tuple[re.Pattern[str], bool], ...]
    any: re.Pattern[str]

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Say if the last pattern that matches an absolute path itself ignores it (True) or keeps it (False).

        What it says of a folder is nothing about what is in it: nobody looks into one that is ignored.
        """
        relative = path[len(self.folder) :] + ("/" if is_folder else "")
        if self.any.match(relative):
            for expression, ignores in self.rules:
                match = expression.match(relative)
                if match and match.end() == len(relative):  # a shorter match is one of a folder around the path
                    return ignores
        return None

    def leave_out(self, path: str, *, is_folder: bool) -> bool:
        """Say whether these patterns ignore an absolute path below `folder`, or a folder that it is in."""
        steps = path[len(self.folder) :].split("/")
        around = (self.folder + "/".join(steps[:depth]) for depth in range(1, len(steps)))
        return any(self.verdict(folder, is_folder=True) for folder in around) or bool(
            self.verdict(path, is_folder=is_folder)
        )


def patterns(folder: str, lines: Iterable[str]) -> Patterns:
    """Compile gitignore patterns that hold below `folder`; those that git could not use are passed over."""
    rules: list[tuple[re.Pattern[str], bool]] = []
    for line in lines:
        with suppress(ValueError, re.error):
            found = _parsed(_contents(line))
            rules += [(_tame(each.regex), each.include) for each in found if each.regex and each.include is not None]
    rules.reverse()
    parts = [_GROUP_NAME.sub("(?:", expression.pattern) for expression, _ in rules]
    return Patterns(folder.rstrip("/") + "/", tuple(rules), re.compile("|".join(parts) if parts else _NOTHING))


def _parsed(line: str) -> Sequence["GitIgnoreSpecPattern"]:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 -- it takes long to load, and there may be no pattern

    return GitIgnoreSpec.from_lines([line]).patterns


def _tame(expression: re.Pattern[str]) -> re.Pattern[str]:
    """Return an expression that matches the same and cannot run away, whatever the pattern is.

    Of several `*` in a name, and of several `**` in a path, only the last one has to be tried at more than one place:
    whatever an earlier one could skip, the next can skip too. So the first match of what stands between is final.
    """
    first, *others = (_STARS.sub(r"(?>[^/]*?\1)", block) for block in expression.pattern.split(_DEPTHS))
    if others and first.startswith(_ANYWHERE):
        first = f"^(?>(?:[^/]+/)*?{first.removeprefix(_ANYWHERE)}(?=/))"
    inner = (f"(?>(?:/[^/]+)*?/{block}(?=/))" for block in others[:-1])
    text = "".join((first, *inner, *(_DEPTHS + block for block in others[-1:])))
    return expression if text == expression.pattern else re.compile(text)


def pattern_error(pattern: str) -> str | None:
    """Say what is wrong with a pattern, as the end of a sentence that begins with it; None if nothing."""
    try:
        _parsed(pattern)
    except (ValueError, re.error):
        return "is no gitignore pattern; look at its brackets and backslashes"
    return None


def ignored(path: str, chain: Sequence[Patterns], *, is_folder: bool) -> bool:
    """Say whether ignore files leave an absolute path out; `chain` leads from the outermost inwards.

    The nearest file that says anything about the path decides, as gitignore(5) has it.
    """
    verdicts = (level.verdict(path, is_folder=is_folder) for level in reversed(chain))
    return next((verdict for verdict in verdicts if verdict is not None), False)


def read_ignore_file(folder: str) -> tuple[Patterns, ...]:
    """Return the patterns of `folder`'s own `.gitignore`; none when there is none. Raises `OSError`."""
    try:
        data = read_regular(Path(folder) / ".gitignore", IGNORE_BYTES)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ()
    return (patterns(folder, data.decode("utf-8", "surrogateescape").splitlines()),)


def ignore_files_above(folder: str, top: str) -> tuple[Patterns, ...]:
    """Return the patterns of the `.gitignore` files from `top` down to the parent of `folder`.

    None when they leave `folder` out: who names an ignored folder means it. Both paths are absolute, `top` is
    at or above `folder`.
    """
    chain: tuple[Patterns, ...] = ()
    below = Path(folder).relative_to(top).parts
    for depth, name in enumerate(below):
        parent = Path(top, *below[:depth])
        with suppress(OSError):  # what is above the project is nobody's business here
            chain += read_ignore_file(parent.as_posix())
        if ignored((parent / name).as_posix(), chain, is_folder=True):
            return ()
    return chain


def _contents(line: str) -> str:
    # `folder/**` ignores what is in the folder, not the folder itself: what follows may take some of it back.
    return f"{line}/*" if line.endswith("/**") else line
