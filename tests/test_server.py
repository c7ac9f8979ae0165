"""The language server, asked by a client in each of the encodings in which clients count columns."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLEEPS = 'import time\n\n\nasync def wait() -> None:\n    who = "😀漢é"; time.sleep(1)\n'
COLUMNS = {"utf-8": (23, 33), "utf-16": (18, 28), "utf-32": (17, 27)}
"""Where `time.sleep` begins and ends in the last line."""
COMMAND = [sys.executable, "-m", "archlint", "server", "--no-cache", "--jobs", "1"]


@pytest_lsp.fixture(  # type: ignore[untyped-decorator]  # it has no types
    config=ClientServerConfig(server_command=COMMAND, client_factory=make_test_lsp_client),
    params=["utf-8", "utf-16", "utf-32"],
    scope="module",
)
async def client(request: pytest.FixtureRequest, lsp_client: LanguageClient) -> AsyncIterator[None]:
    capabilities = types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[request.param]),
        text_document=types.TextDocumentClientCapabilities(
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True),
            hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
        ),
        workspace=types.WorkspaceClientCapabilities(
            workspace_folders=True, workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
        ),
    )
    result = await lsp_client.initialize_session(types.InitializeParams(capabilities, workspace_folders=[]))
    assert result.capabilities.position_encoding == request.param
    yield
    await lsp_client.shutdown_session()


class Editor:
    """A workspace folder of its own, and the documents in it that are open."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self._texts: dict[str, str] = {}

    def write(self, name: str, text: str) -> str:
        """Write a file and return its URI."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path.as_uri()

    def folders(self, *, added: bool) -> None:
        folder = [types.WorkspaceFolder(self.root.as_uri(), self.root.name)]
        event = types.WorkspaceFoldersChangeEvent(folder if added else [], [] if added else folder)
        self.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    def open(self, name: str, text: str | None = None) -> str:
        """Open a file, or a document that was never saved, and return its URI."""
        path = self.root / name
        self._texts[path.as_uri()] = path.read_text(encoding="utf-8") if text is None else text
        language = "toml" if path.suffix == ".toml" else "python"
        item = types.TextDocumentItem(path.as_uri(), language, 1, self._texts[path.as_uri()])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return path.as_uri()

    def change(self, uri: str, text: str, version: int = 2) -> None:
        self._texts[uri] = text
        whole = types.TextDocumentContentChangeWholeDocument(text)
        document = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))

    def close(self, uri: str) -> None:
        del self._texts[uri]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close_all(self) -> None:
        for uri in list(self._texts):
            self.close(uri)

    def changed_on_disk(self, uri: str, kind: types.FileChangeType = types.FileChangeType.Changed) -> None:
        event = types.DidChangeWatchedFilesParams([types.FileEvent(uri, kind)])
        self.client.workspace_did_change_watched_files(event)

    async def until(self, uri: str, holds: Callable[[Sequence[types.Diagnostic]], bool]) -> Sequence[types.Diagnostic]:
        """Wait for diagnostics of a document."""
        async with asyncio.timeout(300):
            while not holds(self.client.diagnostics.get(uri, [])):
                await self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        return self.client.diagnostics.get(uri, [])

    async def codes(self, uri: str, *expected: str) -> Sequence[types.Diagnostic]:
        """Wait until exactly these rules are broken in a document."""
        return await self.until(uri, lambda found: [each.code for each in found] == list(expected))

    async def actions(self, uri: str, where: types.Range, *only: str) -> list[types.CodeAction]:
        context = types.CodeActionContext([], only=list(only) or None)
        document = types.TextDocumentIdentifier(uri)
        asked = types.CodeActionParams(document, where, context)
        return [
            each
            for each in await self.client.text_document_code_action_async(asked) or []
            if isinstance(each, types.CodeAction)
        ]

    def applied(self, action: types.CodeAction, encoding: str) -> str:
        """Return the text of the one document that an action changes, after it."""
        assert action.edit is not None
        assert action.edit.document_changes is not None
        (change,) = action.edit.document_changes
        assert isinstance(change, types.TextDocumentEdit)
        text = self._texts[change.text_document.uri]
        edits = [each for each in change.edits if isinstance(each, types.TextEdit)]
        for edit in sorted(edits, key=lambda each: (each.range.start.line, each.range.start.character), reverse=True):
            start, end = (offset(text, position, encoding) for position in (edit.range.start, edit.range.end))
            text = text[:start] + edit.new_text + text[end:]
        return text


def offset(text: str, position: types.Position, encoding: str) -> int:
    """Find a position as a client does: in the line's bytes in its encoding."""
    lines = text.split("\n")
    codec, width = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    before = lines[position.line].encode(codec)[: position.character * width].decode(codec)
    return sum(len(line) + 1 for line in lines[: position.line]) + len(before)


@pytest.fixture
def encoding(client: LanguageClient) -> str:
    assert client.capabilities is not None
    assert client.capabilities.general is not None
    assert client.capabilities.general.position_encodings is not None
    return str(client.capabilities.general.position_encodings[0])


@pytest.fixture
def editor(client: LanguageClient, tmp_path: Path) -> Iterator[Editor]:
    made = Editor(client, tmp_path)
    made.write("pyproject.toml", "[tool.archlint]\n")
    made.write("app/__init__.py", "")
    yield made
    made.close_all()
    made.folders(added=False)


@pytest.fixture
def sleeps(editor: Editor) -> str:
    """Return the URI of a file with a violation that can be fixed."""
    uri = editor.write("app/waits.py", SLEEPS)
    editor.folders(added=True)
    return uri


def line_of(found: Sequence[types.Diagnostic]) -> types.Range:
    return found[0].range


async def test_diagnostics_of_files_that_are_not_open(editor: Editor, sleeps: str, encoding: str) -> None:
    (found,) = await editor.codes(sleeps, "ASY001")

    first, last = COLUMNS[encoding]
    assert found.range == types.Range(types.Position(4, first), types.Position(4, last))
    assert found.severity == types.DiagnosticSeverity.Error
    assert found.source == "archlint"
    assert found.message.startswith("`time.sleep` blocks the event loop")
    assert found.code_description is not None
    assert found.code_description.href.endswith("/rules/async/ASY001-blocking-call.md")


async def test_the_chain_is_related_information(editor: Editor, encoding: str) -> None:
    editor.write("app/tools.py", SLEEPS.replace("async def", "def"))
    uri = editor.write("app/use.py", "from app.tools import wait\n\n\nasync def run() -> None:\n    wait()\n")
    editor.folders(added=True)

    (found,) = await editor.codes(uri, "ASY002")

    assert found.related_information is not None
    first, second = found.related_information
    assert (first.location.uri, first.location.range.start.line) == (uri, 4)
    assert second.location.uri == (editor.root / "app/tools.py").as_uri()
    assert second.location.range.start == types.Position(4, COLUMNS[encoding][0])
    assert "time.sleep" in second.message


async def test_a_buffer_stands_for_its_file(editor: Editor, sleeps: str) -> None:
    await editor.codes(sleeps, "ASY001")
    uri = editor.open("app/waits.py")
    await editor.codes(uri, "ASY001")

    editor.change(uri, "# é\n" + SLEEPS)
    (found,) = await editor.until(uri, lambda found: [each.range.start.line for each in found] == [5])
    assert found.code == "ASY001"
    editor.change(uri, "", 3)
    await editor.codes(uri)
    editor.close(uri)
    await editor.codes(uri, "ASY001")


async def test_other_files_see_a_buffer_that_was_never_saved(editor: Editor) -> None:
    uri = editor.write("app/use.py", "from app.tools import wait\n\n\nasync def run() -> None:\n    wait()\n")
    editor.folders(added=True)
    new = editor.open("app/tools.py", SLEEPS.replace("async def", "def"))

    await editor.codes(uri, "ASY002")
    editor.change(new, "def wait() -> None:\n    pass\n")
    await editor.codes(uri)


async def test_a_fix_is_applied(editor: Editor, sleeps: str, encoding: str) -> None:
    found = await editor.codes(sleeps, "ASY001")
    uri = editor.open("app/waits.py")

    action, ignore, fix_all = await editor.actions(uri, line_of(found))

    assert (action.title, action.kind, action.is_preferred) == (
        "Replace it with `await asyncio.sleep(...)` [ASY001]",
        types.CodeActionKind.QuickFix,
        True,
    )
    assert list(action.diagnostics or ()) == list(found)
    assert ignore.title == "Ignore ASY001 on this line"
    fixed = editor.applied(action, encoding)
    assert fixed == "import asyncio\n" + SLEEPS.replace("time.sleep", "await asyncio.sleep")
    assert editor.applied(fix_all, encoding) == fixed
    editor.change(uri, fixed)
    await editor.codes(uri)


async def test_actions_of_one_kind(editor: Editor, sleeps: str) -> None:
    found = await editor.codes(sleeps, "ASY001")
    uri = editor.open("app/waits.py")

    (on_save,) = await editor.actions(uri, line_of(found), "source.fixAll")

    assert on_save.kind == "source.fixAll.archlint"
    assert await editor.actions(uri, line_of(found), "refactor") == []
    elsewhere = types.Range(types.Position(0, 0), types.Position(0, 3))
    assert await editor.actions(uri, elsewhere, "quickfix") == []


async def test_an_action_is_about_the_text_as_it_is_now(editor: Editor, sleeps: str, encoding: str) -> None:
    await editor.codes(sleeps, "ASY001")
    uri = editor.open("app/waits.py")
    editor.change(uri, "# one more line\n" + SLEEPS)

    where = types.Range(types.Position(5, COLUMNS[encoding][0]), types.Position(5, COLUMNS[encoding][0]))
    action, _ = await editor.actions(uri, where, "quickfix")

    assert "await asyncio.sleep(1)" in editor.applied(action, encoding)


async def test_ignoring_on_a_line(editor: Editor, sleeps: str, encoding: str) -> None:
    found = await editor.codes(sleeps, "ASY001")
    uri = editor.open("app/waits.py")

    _, ignore = await editor.actions(uri, line_of(found), "quickfix")

    ignored = editor.applied(ignore, encoding)
    assert ignored == SLEEPS.rstrip() + "  # archlint: ignore[ASY001] TODO: say why\n"
    editor.change(uri, ignored)
    await editor.codes(uri)


async def test_hovering_shows_the_page(editor: Editor, sleeps: str, encoding: str) -> None:
    (found,) = await editor.codes(sleeps, "ASY001")
    uri = editor.open("app/waits.py")
    document = types.TextDocumentIdentifier(uri)

    where = types.Position(4, COLUMNS[encoding][0] + 2)
    shown = await editor.client.text_document_hover_async(types.HoverParams(document, where))
    nothing = await editor.client.text_document_hover_async(types.HoverParams(document, types.Position(0, 0)))

    assert shown is not None
    assert isinstance(shown.contents, types.MarkupContent)
    assert shown.contents.kind == types.MarkupKind.Markdown
    assert shown.contents.value.startswith(found.message.partition("\n")[0])
    assert "# ASY001 blocking-call" in shown.contents.value
    assert shown.range == found.range
    assert nothing is None


async def test_a_broken_configuration_is_said_once_and_where_it_is(editor: Editor, sleeps: str) -> None:
    await editor.codes(sleeps, "ASY001")
    before = len(editor.client.messages)
    settings = editor.write("pyproject.toml", '[tool.archlint]\nselect = ["ASY"]\nselekt = []\n')
    editor.changed_on_disk(settings)

    (found,) = await editor.until(settings, lambda found: len(found) == 1)
    assert found.range.start.line == 2
    assert 'did you mean "select"?' in found.message
    assert not editor.client.diagnostics[sleeps]
    editor.open("app/waits.py")
    await editor.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    (message,) = editor.client.messages[before:]
    assert message.type == types.MessageType.Error
    assert "selekt" in message.message

    editor.write("pyproject.toml", "[tool.archlint]\n")
    editor.changed_on_disk(settings)
    await editor.codes(sleeps, "ASY001")
    await editor.codes(settings)


async def test_a_file_that_does_not_parse_is_said_and_hides_nothing(editor: Editor) -> None:
    tools = SLEEPS.replace("async def", "def")
    editor.write("app/tools.py", tools)
    use = editor.write("app/use.py", "from app.tools import wait\n\n\nasync def run() -> None:\n    wait()\n")
    editor.folders(added=True)
    uri = editor.open("app/tools.py")
    await editor.codes(use, "ASY002")

    editor.change(uri, tools + "def (\n")

    (failure,) = await editor.until(uri, lambda found: len(found) == 1)
    assert failure.range.start.line == 5
    assert "no valid Python" in failure.message
    assert [each.code for each in editor.client.diagnostics[use]] == ["ASY002"]


async def test_a_deleted_file_has_no_diagnostics(editor: Editor, sleeps: str) -> None:
    await editor.codes(sleeps, "ASY001")

    (editor.root / "app/waits.py").unlink()
    editor.changed_on_disk(sleeps, types.FileChangeType.Deleted)

    await editor.codes(sleeps)


async def test_a_folder_that_is_removed_has_no_diagnostics(editor: Editor, sleeps: str) -> None:
    await editor.codes(sleeps, "ASY001")

    editor.folders(added=False)

    await editor.codes(sleeps)


async def test_a_project_in_a_folder_has_its_own_configuration(editor: Editor, sleeps: str) -> None:
    await editor.codes(sleeps, "ASY001")
    editor.write("inner/archlint.toml", 'ignore = ["ASY001"]\n')
    uri = editor.write("inner/job.py", SLEEPS)
    editor.changed_on_disk(uri, types.FileChangeType.Created)
    await editor.codes(uri, "ASY001")

    editor.open("inner/job.py")

    await editor.codes(uri)
    assert [each.code for each in editor.client.diagnostics[sleeps]] == ["ASY001"]
