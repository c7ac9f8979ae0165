"""The language server with settings that are open in the editor and not saved."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

from tests.test_server import COMMAND, SLEEPS, Editor

pytestmark = pytest.mark.asyncio

SILENT = '[tool.archlint]\nignore = ["ASY"]\n'


@pytest_lsp.fixture(config=ClientServerConfig(server_command=COMMAND, client_factory=make_test_lsp_client))  # type: ignore[untyped-decorator]  # it has no types
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    workspace = types.WorkspaceClientCapabilities(workspace_folders=True)
    await lsp_client.initialize_session(
        types.InitializeParams(types.ClientCapabilities(workspace), workspace_folders=[])
    )
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: LanguageClient, tmp_path: Path) -> Iterator[Editor]:
    made = Editor(client, tmp_path)
    made.write("pyproject.toml", "[tool.archlint]\n")
    yield made
    made.close_all()


@pytest.fixture
def sleeps(editor: Editor) -> str:
    uri = editor.write("app/waits.py", SLEEPS)
    editor.folders(added=True)
    return uri


async def test_the_buffer_of_settings_stands_for_their_file(editor: Editor, sleeps: str) -> None:
    await editor.codes(sleeps, "ASY001")
    settings = editor.open("pyproject.toml")

    editor.change(settings, SILENT)
    await editor.codes(sleeps)
    editor.change(settings, "[tool.archlint]\n", 3)
    await editor.codes(sleeps, "ASY001")
    editor.change(settings, SILENT, 4)
    await editor.codes(sleeps)
    editor.close(settings)
    await editor.codes(sleeps, "ASY001")


async def test_a_mistake_in_the_buffer_is_said_there_alone(editor: Editor, sleeps: str) -> None:
    await editor.codes(sleeps, "ASY001")
    settings = editor.open("pyproject.toml")

    editor.change(settings, '[tool.archlint]\n# é\nselekt = ["ASY"]\n')
    (found,) = await editor.until(settings, lambda found: len(found) == 1)
    assert found.range.start.line == 2
    assert 'did you mean "select"?' in found.message
    assert not editor.client.diagnostics[sleeps]
    editor.change(settings, '[tool.archlint]\nselect = ["A', 3)
    (found,) = await editor.until(settings, lambda found: "is not TOML" in "".join(each.message for each in found))
    assert found.range.start.line == 1
    editor.change(settings, '[tool.archlint.layers]\ndomain = ["app.domain"]\n', 4)
    (found,) = await editor.until(settings, lambda found: "app.domain" in "".join(each.message for each in found))
    assert found.range.start.line == 1
    editor.change(settings, SILENT, 5)
    await editor.codes(settings)
    await editor.codes(sleeps)

    assert editor.client.messages == []


async def test_settings_that_were_never_saved_begin_a_project_of_their_own(editor: Editor, sleeps: str) -> None:
    inner = editor.write("inner/job.py", SLEEPS)
    editor.changed_on_disk(inner, types.FileChangeType.Created)
    await editor.codes(inner, "ASY001")

    settings = editor.open("inner/archlint.toml", 'ignore = ["ASY001"]\n')

    await editor.codes(inner)
    assert [each.code for each in editor.client.diagnostics[sleeps]] == ["ASY001"]
    editor.change(settings, "ignore = [1]\n")
    await editor.until(settings, lambda found: len(found) == 1)
    editor.close(settings)
    await editor.codes(inner, "ASY001")
    await editor.codes(settings)


async def test_settings_above_the_folder_concern_it(editor: Editor) -> None:
    settings = editor.write("pyproject.toml", "[tool.archlint]\n")
    inside = Editor(editor.client, editor.root / "app")
    uri = inside.write("waits.py", SLEEPS)
    inside.folders(added=True)
    await inside.codes(uri, "ASY001")

    editor.open("pyproject.toml")
    editor.change(settings, SILENT)

    await inside.codes(uri)


async def test_other_settings_are_let_alone(editor: Editor) -> None:
    (editor.root / "pyproject.toml").unlink()
    uri = editor.write("waits.py", SLEEPS)
    editor.open("pyproject.toml", "[project]\nname = 'it'\n")
    editor.open("poetry.toml", "[nonsense")
    other = editor.write("elsewhere/waits.py", SLEEPS)

    editor.open("elsewhere/waits.py")

    await editor.codes(other, "ASY001")
    assert uri not in editor.client.diagnostics
