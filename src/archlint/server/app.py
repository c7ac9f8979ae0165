"""The server: it knows the client, its documents and folders, and has projects checked and their diagnostics sent."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from lsprotocol.types import (
    Diagnostic,
    LogMessageParams,
    MarkupKind,
    MessageType,
    PublishDiagnosticsParams,
    ShowMessageParams,
    TextDocumentSyncKind,
)
from pygls.lsp.server import LanguageServer

from archlint import __version__
from archlint.engine import Options
from archlint.intake.settings import nearest_file
from archlint.server.background import Background
from archlint.server.buffers import Buffers, concerns, is_below, is_settings
from archlint.server.diagnostics import Diagnostics
from archlint.server.mistakes import mistakes
from archlint.server.positions import Positions
from archlint.server.progress import Progress
from archlint.server.project import Project, Trouble
from archlint.server.uris import Uris, path_of

SECONDS_TO_END = 2.0


class Server(LanguageServer):
    """A language server that shows what `archlint check` reports of the projects in the client's folders.

    A document belongs to the nearest configuration above it within its workspace folder, else to the folder; without
    any folder, to the nearest configuration or its own package. `options` are those of every check.
    """

    def __init__(self, options: Options) -> None:
        # The whole text comes with each change: applied in parts it would have to be cut into lines as clients do.
        super().__init__("archlint", __version__, text_document_sync_kind=TextDocumentSyncKind.Full)
        self.uris = Uris()
        self.buffers = Buffers()
        self.background = Background()
        self.is_shut_down = False
        self._options = options
        self._projects: dict[str, Project] = {}
        self._published: dict[str, tuple[int | None, list[Diagnostic]]] = {}
        self._found: dict[str, dict[str, list[Diagnostic]]] = {}
        self._told: dict[str, tuple[str, ...]] = {}

    @property
    def positions(self) -> Positions:
        """Positions in the encoding that was negotiated."""
        return Positions(self.workspace.position_encoding or "utf-16")

    @property
    def diagnostics(self) -> Diagnostics:
        """What makes diagnostics for this client."""
        document = self.client_capabilities.text_document
        shown = document.publish_diagnostics if document else None
        return Diagnostics(self.positions, self.uris.of, related=bool(shown and shown.related_information))

    @property
    def takes_versions(self) -> bool:
        """Whether the client takes edits of a certain version of a document."""
        workspace = self.client_capabilities.workspace
        return bool(workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes)

    @property
    def hover_kind(self) -> str:
        """The kind of text that the client shows on hovering: the one that it names first."""
        document = self.client_capabilities.text_document
        kinds = document.hover.content_format if document and document.hover else None
        return kinds[0] if kinds else MarkupKind.PlainText

    def open(self, uri: str, version: int | None, text: str) -> None:
        """Take in a document that was opened, Python or settings."""
        path = path_of(uri)
        if path is not None:
            self.uris.opened(uri, path)
            self.buffers.put(path, version, text)
            self.touch(path)
            self.arrange()

    def change(self, uri: str, version: int | None, text: str) -> None:
        """Take in the new text of a document, if it is one of those that are looked at."""
        path = self.uris.path(uri)
        if path is not None and self.buffers.get(path) is not None:
            self.buffers.put(path, version, text)
            self.touch(path)
            if is_settings(path):
                self.arrange()

    def close(self, uri: str) -> None:
        """Let a file on the disk stand for itself again."""
        path = self.uris.path(uri)
        if path is not None and self.buffers.get(path) is not None:
            self.buffers.drop(path)
            self.touch(path)
            self.arrange()

    def touch(self, path: str = "") -> None:
        """Have the projects checked that a path concerns, or all of them."""
        for project in self._projects.values():
            if not path or concerns(path, project.root):
                project.touch()

    def project_of(self, path: str) -> Project | None:
        """Return the innermost project that a path is in."""
        around = [project for project in self._projects.values() if is_below(path, project.root)]
        return max(around, key=lambda project: len(project.root), default=None)

    def arrange(self) -> None:
        """Take up the projects of the folders and documents that there are now, and drop the others."""
        wanted = {root for path in self.buffers if (root := self._root_of(path))}
        wanted |= set(self.uris.folders)
        for root in self._projects.keys() - wanted:
            self._projects.pop(root).end()
            self._found.pop(root, None)
        for root in sorted(wanted - self._projects.keys()):
            unsaved, progress = partial(self.buffers.unsaved, root), partial(Progress, self)
            self._projects[root] = Project(root, self._options, self.background, unsaved, self._settled, progress)
            self._projects[root].touch()
        self._publish()

    def end(self) -> None:
        """Check no more; what is under way is given up."""
        self.is_shut_down = True
        for project in self._projects.values():
            project.end()
        self._projects = {}
        self.background.end(SECONDS_TO_END)

    def _root_of(self, path: str) -> str | None:
        """Return the root of the project of a document; `None` when it is outside of the workspace."""
        folder = max((each for each in self.uris.folders if is_below(path, each)), key=len, default=None)
        if folder is None and self.uris.folders:
            return None
        configuration = nearest_file(Path(path).parent, self.buffers.unsaved())
        root = configuration.parent.as_posix() if configuration else None
        if folder is not None:
            return root if root is not None and is_below(root, folder) else folder
        return root or (None if is_settings(path) else Path(path).parent.as_posix())

    def _settled(self, project: Project) -> None:
        result = project.result
        if isinstance(result, Trouble):
            messages = result.messages
            found = mistakes(messages, Path(project.root), self.buffers.unsaved(project.root))
        else:
            messages, found = result.outcome.report.notes, self.diagnostics.of(result)
        self._found[project.root] = found
        if messages != self._told.get(project.root, ()):
            self._told[project.root] = messages
            if not isinstance(result, Trouble):
                self._tell(messages, MessageType.Info)
            elif not found or not found.keys() <= set(self.buffers):  # who is writing there sees it
                self._tell(messages, MessageType.Error)
        self._publish()

    def _tell(self, messages: Iterable[str], kind: MessageType) -> None:
        """Show errors to the user, and write notes to the client's log."""
        if kind == MessageType.Error and (sentences := "\n".join(messages)):
            self.window_show_message(ShowMessageParams(kind, f"archlint: {sentences}"))
        elif kind != MessageType.Error:
            for message in messages:
                self.window_log_message(LogMessageParams(kind, message))

    def _publish(self) -> None:
        """Send the diagnostics that changed, and those of open documents that have a new version.

        Where a check is still to come, what was said last stays.
        """
        current = {
            path: found
            for root, project in self._projects.items()
            for path, found in self._found.get(root, {}).items()
            if self.project_of(path) in (project, None)
        }
        for path in sorted(current.keys() | self._published.keys() | set(self.buffers)):
            project = self.project_of(path)
            if project is None or not project.is_behind:
                buffer = self.buffers.get(path)
                self._send(path, buffer.version if buffer and project else None, current.get(path, []))

    def _send(self, path: str, version: int | None, diagnostics: list[Diagnostic]) -> None:
        if self._published.get(path, (None, [])) == (version, diagnostics):
            return
        self._published[path] = (version, diagnostics)
        if version is None and not diagnostics:
            del self._published[path]
        self.text_document_publish_diagnostics(PublishDiagnosticsParams(self.uris.of(path), diagnostics, version))
