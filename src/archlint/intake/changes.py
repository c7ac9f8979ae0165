"""Asks git what a checkout has changed since it left another revision."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from archlint.model import UnableError

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=true")
"""The checkout may be a stranger's: git must run nothing that its configuration names."""
_DIFF = (
    *("diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative"),
    *("--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/"),
)
_OFFLINE = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
"""Nor may it fetch what a partial clone lacks: the command for that is configured, too."""
_HUNK = re.compile(rb"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)")
_PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


class ChangesError(UnableError):
    """Git cannot say what has changed; the message is one sentence with what to do."""


class Changes(msgspec.Struct, frozen=True):
    """The changed files by absolute path, with their new or changed lines as ranges (1-based, inclusive)."""

    lines: Mapping[str, tuple[tuple[int, int], ...]]

    def has_file(self, path: str) -> bool:
        """Tell whether a file has been changed or is new."""
        return path in self.lines

    def has_line(self, path: str, line: int) -> bool:
        """Tell whether a line (1-based) has been changed or is new."""
        return any(first <= line <= last for first, last in self.lines.get(path, ()))


def changes_since(root: Path, revision: str) -> Changes:
    """Return what the checkout at `root` (absolute) has changed since it branched off `revision`.

    Compared is the merge base of `revision` and HEAD with the files as they are, uncommitted and untracked ones
    included. Raises `ChangesError`.
    """
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    if not commit:
        raise ChangesError(f"--changed-since: git knows no revision {revision}; fetch it, or name another")
    base = _git(root, "merge-base", commit.decode(), "HEAD").strip()
    if not base:
        raise ChangesError(
            f"--changed-since: {revision} and HEAD have no common commit; fetch more of the history (fetch-depth: 0)"
        )
    diff = _git(root, *_no_filters(root), *_DIFF, base.decode(), "--")
    lines = {f"{root.as_posix()}/{path}": ranges for path, ranges in _ranges(diff).items()}
    for name in _git(root, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0"):
        if name:
            lines[f"{root.as_posix()}/{_text(name)}"] = ((1, 1 << 60),)
    return Changes(lines)


def _no_filters(root: Path) -> Iterator[str]:
    """Yield the options that switch off what the configuration would have git run on the files that it compares."""
    listed = _git(root, "config", "--name-only", "-z", "--get-regexp", r"^filter\..*\.(clean|process|required)$")
    for name in sorted(set(filter(None, listed.split(b"\0")))):
        value = "false" if name.endswith(b".required") else ""
        yield from ("-c", f"{_text(name)}={value}")


def _git(root: Path, *arguments: str) -> bytes:
    """Return what git prints; nothing when it says no."""
    try:
        done = subprocess.run(  # noqa: S603 -- the user's own git
            ["git", *_SAFE, *arguments],  # noqa: S607
            cwd=root,
            env={**os.environ, **_OFFLINE},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise ChangesError(f"--changed-since needs git, which cannot be run: {error.strerror}; install it") from error
    if done.returncode and b"not a git repository" in done.stderr:
        raise ChangesError(f"--changed-since: {root} is in no git repository; leave the option out")
    if done.returncode and b"dubious ownership" in done.stderr:
        advice = "if you trust it: git config --global --add safe.directory"
        raise ChangesError(f"--changed-since: git does not read {root}, which belongs to another user; {advice} {root}")
    return b"" if done.returncode else done.stdout


def _ranges(diff: bytes) -> dict[str, tuple[tuple[int, int], ...]]:
    found: dict[str, list[tuple[int, int]]] = {}
    ranges: list[tuple[int, int]] = []
    header = True
    for line in diff.split(b"\n"):
        if line.startswith(b"diff --git "):
            header = True
        elif header and line.startswith(b"+++ "):
            ranges = found.setdefault(_name(line[4:]), [])
        elif hunk := _HUNK.match(line):
            header = False
            count = int(hunk[2] or 1)
            if count:
                ranges.append((int(hunk[1]), int(hunk[1]) + count - 1))
    found.pop("", None)
    return {path: tuple(each) for path, each in found.items()}


def _name(written: bytes) -> str:
    """Return the path behind `+++`, quoted or not; empty for a deleted file."""
    written = written.rstrip(b"\t\r")
    if written.startswith(b'"'):
        written = _ESCAPED.sub(_unescaped, written.strip(b'"'))
    return _text(written.removeprefix(b"b/")) if written != b"/dev/null" else ""


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8)]) if len(code) == 3 else _PLAIN.get(code, code)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
