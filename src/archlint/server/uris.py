"""Turns the client's URIs into the engine's paths, and back into URIs that the client knows."""

from pathlib import Path
from urllib.parse import quote

from pygls.uris import to_fs_path


def path_of(uri: str) -> str | None:
    """Return the absolute path that the engine has for a `file:` URI, links resolved; `None` for other URIs."""
    path = to_fs_path(uri)
    return Path(path).resolve().as_posix() if path else None


class Uris:
    """Gives a file the URI under which the client opened it, or its folder: another spelling is another file to it."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._opened: dict[str, str] = {}
        self._paths: dict[str, str] = {}

    def add_folder(self, uri: str) -> str | None:
        """Take in a workspace folder, and return its path."""
        path = path_of(uri)
        if path is not None:
            self._folders[path] = uri.rstrip("/")
        return path

    def remove_folder(self, uri: str) -> None:
        """Forget a workspace folder."""
        self._folders = {path: known for path, known in self._folders.items() if known != uri.rstrip("/")}

    @property
    def folders(self) -> tuple[str, ...]:
        """The paths of the workspace folders."""
        return tuple(self._folders)

    def opened(self, uri: str, path: str) -> None:
        """Take in the URI of a document."""
        self._opened[path] = uri
        self._paths[uri] = path

    def path(self, uri: str) -> str | None:
        """Return the path of a document that was opened under a URI."""
        return self._paths.get(uri)

    def of(self, path: str) -> str:
        """Return the URI of an absolute path."""
        if path in self._opened:
            return self._opened[path]
        for folder in sorted(self._folders, key=len, reverse=True):
            if path.startswith(f"{folder.rstrip('/')}/"):
                inside = path[len(folder.rstrip("/")) :]
                return self._folders[folder] + quote(inside, safe="/", errors="surrogateescape")
        return Path(path).as_uri()
