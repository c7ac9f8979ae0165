"""What the server does with each message of the client."""

from lsprotocol import types

from archlint.engine import Options
from archlint.server.actions import KINDS
from archlint.server.answers import code_actions, hover
from archlint.server.app import Server
from archlint.server.buffers import is_settings
from archlint.server.uris import path_of

WATCHED = (
    *("**/*.py", "**/pyproject.toml", "**/archlint.toml", "**/setup.cfg", "**/.importlinter", "**/.gitignore"),
    *("**/*.md", "**/*baseline*.json"),
)
"""What a check reads: sources, settings, contracts, rule pages, baselines."""


def make_server(options: Options) -> Server:
    """Return a server that answers the client; `options` are those of every check."""
    server = Server(options)
    for method, handler in (
        (types.INITIALIZED, _initialized),
        (types.SHUTDOWN, _shutdown),
        (types.TEXT_DOCUMENT_DID_OPEN, _did_open),
        (types.TEXT_DOCUMENT_DID_CHANGE, _did_change),
        (types.TEXT_DOCUMENT_DID_SAVE, _did_save),
        (types.TEXT_DOCUMENT_DID_CLOSE, _did_close),
        (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, _did_change_files),
        (types.WORKSPACE_DID_CHANGE_CONFIGURATION, _did_change_configuration),
        (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, _did_change_folders),
        (types.TEXT_DOCUMENT_HOVER, hover),
    ):
        server.feature(method)(handler)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=KINDS))(code_actions)
    return server


def _initialized(server: Server, _params: types.InitializedParams) -> None:
    folders = [folder.uri for folder in server.workspace.folders.values()]
    for uri in folders or [each for each in (server.workspace.root_uri,) if each]:
        server.uris.add_folder(uri)
    server.arrange()
    _watch_files(server)


def _watch_files(server: Server) -> None:
    """Ask the client to tell of files that change on the disk, if it can; else it says what it saves."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if watching and watching.dynamic_registration:
        watchers = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(each) for each in WATCHED])
        registration = types.Registration("archlint-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, watchers)
        server.client_register_capability(types.RegistrationParams([registration]))


def _shutdown(server: Server, _params: None) -> None:
    server.end()


def _did_open(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    if document.language_id == "python" or document.uri.endswith(".py") or is_settings(document.uri):
        server.open(document.uri, document.version, document.text)


def _did_change(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    server.change(document.uri, document.version, server.workspace.get_text_document(document.uri).source)


def _did_save(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    server.touch(path_of(params.text_document.uri) or "")


def _did_close(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    server.close(params.text_document.uri)


def _did_change_files(server: Server, _params: types.DidChangeWatchedFilesParams) -> None:
    server.arrange()
    server.touch()


def _did_change_configuration(server: Server, _params: types.DidChangeConfigurationParams) -> None:
    server.touch()


def _did_change_folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.removed:
        server.uris.remove_folder(folder.uri)
    for folder in params.event.added:
        server.uris.add_folder(folder.uri)
    server.arrange()
