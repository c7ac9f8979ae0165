"""Reads from a `.git`, without running git, which repository and revision a checkout is."""

import os
import re
from pathlib import Path, PureWindowsPath
from urllib.parse import quote, unquote, urlsplit

from archlint.intake.reading import MIB, read_regular
from archlint.model import Provenance

_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCHES = "refs/heads/"
_MOST = 64 * MIB  # a repository may have packed a great many references
_LINKS = 5  # git follows no more symbolic references

_SECTION = re.compile(r'\s*\[\s*([^\s\]"]+)(?:\s*"((?:[^"\\]|\\.)*)")?\s*\]')
_URL = re.compile(r'\s*url\s*=\s*((?:"(?:[^"\\]|\\.)*"|\\.|[^"\\#;])*)', re.IGNORECASE)
_QUOTING = re.compile(r'\\(.)|"')

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_SCP_LIKE = re.compile(r"(?:[^/@]*@)?(\[[^\]/]*\]|[^/:@]+):(?!:)(.*)")
_BROWSED = dict.fromkeys(("https", "ssh", "git", "git+ssh", "ssh+git"), "https") | {"http": "http"}
_PORT = re.compile(r":\d*$")
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d+)?")
_IN_PATHS = "/:@!$&'()*+,;=~"


def provenance(root: Path) -> Provenance | None:
    """Return which state of which repository is checked out at `root` (absolute).

    None when there is no `.git`, or none that could be understood. The repository is the remote `origin`;
    without one it is `root` itself.
    """
    try:
        folder = _git_folder(root)
        common = folder / _text(folder / "commondir").strip()
        reference, revision = _head(folder, common)
        if not reference and not revision:
            return None
        remote = _origin(_text(common / "config"))
        repository = _repository(remote, root) if remote else None
    except (OSError, ValueError):  # what may not be read; a path with a null byte
        return None
    branch = reference.removeprefix(_BRANCHES) if reference.startswith(_BRANCHES) else None
    return Provenance(repository or root.as_uri(), revision, branch)


def _git_folder(root: Path) -> Path:
    """Return the folder that `.git` is, or that it names if it is a file (worktrees, submodules)."""
    named = _text(root / ".git")
    return root / named.removeprefix("gitdir:").strip() if named else root / ".git"


def _head(folder: Path, common: Path) -> tuple[str, str | None]:
    """Return what HEAD refers to (empty when detached) and its commit (None before the first one)."""
    first, content = "", _text(folder / "HEAD").strip()
    for _ in range(_LINKS):
        name = content.removeprefix("ref:").strip()
        if name == content or not name.startswith("refs/"):
            break
        first = first or name
        content = (_text(folder / name) or _text(common / name) or _packed(common, name)).strip()
    return first, content if _HASH.fullmatch(content) else None


def _packed(common: Path, name: str) -> str:
    ending = f" {name}"
    lines = _text(common / "packed-refs").split("\n")
    return next((line.removesuffix(ending) for line in lines if line.endswith(ending)), "")


def _text(path: Path) -> str:
    """Return the text of a regular file; empty when there is none."""
    return read_regular(path, _MOST).decode("utf-8", "surrogateescape") if path.is_file() else ""


def _origin(config: str) -> str | None:
    """Return the first `url` of `[remote "origin"]` from the text of a git configuration."""
    inside = False
    for line in config.replace("\\\n", "").split("\n"):
        section = _SECTION.match(line)
        if section:
            inside = (section[1].lower(), section[2]) == ("remote", "origin")
        url = _URL.match(line, section.end() if section else 0)
        if inside and url:
            return _QUOTING.sub(lambda match: match[1] or "", url[1].strip())
    return None


def _repository(remote: str, root: Path) -> str | None:
    """Return the URI of a remote as browsers open it, without credentials; None when it has none.

    `ssh:`, `git:` and `host:path` become `https:`, as viewers link to `https://host/path/blob/revision/file`.
    """
    if _DRIVE.match(remote):
        return PureWindowsPath(remote).as_uri()
    if "://" in remote:
        return _from_url(remote)
    if ":" in remote.partition("/")[0]:
        scp_like = _SCP_LIKE.fullmatch(remote)
        return _web("https", scp_like[1], scp_like[2]) if scp_like else None
    return Path(os.path.normpath(root / remote)).as_uri()


def _from_url(remote: str) -> str | None:
    try:
        parts = urlsplit(remote)
    except ValueError:
        return None
    path = unquote(parts.path)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "file":
        return Path(path).as_uri() if not host and path.startswith("/") else None
    scheme = _BROWSED.get(parts.scheme)
    if not scheme:
        return None
    return _web(scheme, host if scheme == parts.scheme else _PORT.sub("", host), path)


def _web(scheme: str, host: str, path: str) -> str | None:
    if not _HOST.fullmatch(host):
        return None
    kept = path.strip("/").removesuffix(".git").rstrip("/")
    return f"{scheme}://{host}/{quote(kept, safe=_IN_PATHS, errors='surrogateescape')}"
