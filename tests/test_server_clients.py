"""The language server with clients that can little, and without a folder."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

from tests.test_server import COMMAND, SLEEPS

pytestmark = pytest.mark.asyncio

REGISTERED: list[types.RegistrationParams] = []


def make_client() -> LanguageClient:
    def register(params: types.RegistrationParams) -> None:
        REGISTERED.append(params)

    made = make_test_lsp_client()
    made.feature(types.CLIENT_REGISTER_CAPABILITY)(register)
    return made


@pytest_lsp.fixture(config=ClientServerConfig(server_command=COMMAND, client_factory=make_client))  # type: ignore[untyped-decorator]  # it has no types
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    watching = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    capabilities = types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(did_change_watched_files=watching)
    )
    REGISTERED.clear()
    await lsp_client.initialize_session(types.InitializeParams(capabilities))
    yield
    await lsp_client.shutdown_session()


async def opened(client: LanguageClient, path: Path) -> list[types.Diagnostic]:
    """Open a file and wait for its diagnostics."""
    document = types.TextDocumentItem(path.as_uri(), "python", 1, path.read_text(encoding="utf-8"))
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    async with asyncio.timeout(300):
        while path.as_uri() not in client.diagnostics:
            await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return list(client.diagnostics[path.as_uri()])


async def test_a_file_without_a_folder_in_a_client_that_shows_text_alone(
    client: LanguageClient, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.archlint]\n")
    (tmp_path / "tools.py").write_text(SLEEPS.replace("async def", "def"), encoding="utf-8")
    file = tmp_path / "use.py"
    file.write_text("from tools import wait\n\n\nasync def run() -> None:\n    wait()\n")

    (found,) = await opened(client, file)

    assert found.code == "ASY002"
    assert found.related_information is None
    assert "\n-> use.py:5: `run` calls `wait`\n-> tools.py:5: " in found.message
    document = types.TextDocumentIdentifier(file.as_uri())
    shown = await client.text_document_hover_async(types.HoverParams(document, types.Position(4, 5)))
    assert shown is not None
    assert isinstance(shown.contents, types.MarkupContent)
    assert shown.contents.kind == types.MarkupKind.PlainText
    assert "\n1. use.py:5: `run` calls `wait`\n" in shown.contents.value
    asked = types.CodeActionParams(document, found.range, types.CodeActionContext([found]))
    (ignore,) = await client.text_document_code_action_async(asked) or []
    assert isinstance(ignore, types.CodeAction)
    assert ignore.edit is not None
    assert ignore.edit.document_changes is None
    assert list(ignore.edit.changes or {}) == [file.as_uri()]


async def test_what_is_on_the_disk_is_watched_and_what_is_outside_is_let_alone(
    client: LanguageClient, tmp_path: Path
) -> None:
    for name in ("inside", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "waits.py").write_text(SLEEPS, encoding="utf-8")
    added = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder((tmp_path / "inside").as_uri(), "inside")], [])
    client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(added))

    assert [each.code for each in await opened(client, tmp_path / "inside" / "waits.py")] == ["ASY001"]
    document = types.TextDocumentItem((tmp_path / "outside" / "waits.py").as_uri(), "python", 1, SLEEPS)
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    asked = types.HoverParams(types.TextDocumentIdentifier(document.uri), types.Position(4, 20))
    assert await client.text_document_hover_async(asked) is None
    assert document.uri not in client.diagnostics

    ((registration,),) = [each.registrations for each in REGISTERED]
    assert registration.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    watchers = client.protocol._converter.unstructure(registration.register_options)["watchers"]
    assert {"**/*.py", "**/pyproject.toml"} <= {each["globPattern"] for each in watchers}
