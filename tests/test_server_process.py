"""How the server starts and ends, beside what it says."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.editor import Client

SERVER = [sys.executable, "-m", "archlint", "server", "--stdio", "--no-cache"]


def message(method: str, params: Mapping[str, object] | None = None, number: int | None = None) -> bytes:
    content = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if number is None else {"id": number})
    body = json.dumps(content).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def start(root: Path) -> bytes:
    folders = [{"uri": root.as_uri(), "name": "it"}]
    return message("initialize", {"capabilities": {}, "workspaceFolders": folders}, 1) + message("initialized", {})


@pytest.mark.parametrize(
    ("ending", "code"),
    [(message("shutdown", number=2) + message("exit"), 0), (message("exit"), 1), (b"", 1)],
    ids=["shutdown and exit", "exit alone", "the client is gone"],
)
def test_the_server_ends(tmp_path: Path, ending: bytes, code: int) -> None:
    (tmp_path / "a.py").write_text("import time\n")

    ended = subprocess.run(SERVER, input=start(tmp_path) + ending, capture_output=True, timeout=300, check=False)

    assert ended.returncode == code
    assert ended.stderr == b""


def test_its_parsing_processes_end_with_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n")
    with subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(start(tmp_path))
        server.stdin.flush()
        said = b""
        while b"ASY001" not in said:
            said += os.read(server.stdout.fileno(), 4096)
        tasks = Path(f"/proc/{server.pid}/task").glob("*/children")
        workers = [pid for task in tasks for pid in task.read_text().split()]
        server.stdin.write(message("shutdown", number=2) + message("exit"))
        server.stdin.flush()
        assert server.wait(30) == 0

    assert len(workers) == Path("/proc/self").exists()
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_nothing_is_said_of_a_text_that_is_outdated(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    texts = ("", "import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n")
    file.write_text("")
    said: dict[int, int] = {}
    with Client(tmp_path) as client:
        document: dict[str, object] = {"uri": file.as_uri(), "languageId": "python", "version": 0, "text": ""}
        client.send("textDocument/didOpen", {"textDocument": document})
        for version in range(1, 60):
            document = {"uri": file.as_uri(), "version": version}
            change = {"textDocument": document, "contentChanges": [{"text": texts[version % 2]}]}
            client.send("textDocument/didChange", change)
            time.sleep(0.02 if version % 10 else 0.3)
        for message in client.messages():
            if message.get("method") == "textDocument/publishDiagnostics" and "version" in message["params"]:
                said[message["params"]["version"]] = len(message["params"]["diagnostics"])
            if 59 in said:
                break

    assert client.process.returncode == 0
    assert all(count == version % 2 for version, count in said.items())
    assert len(said) < 59


def test_without_pygls_it_says_how_to_install_it() -> None:
    without = (
        "import sys; sys.modules['pygls'] = None; sys.argv[1:] = ['server']; import archlint.__main__ as it; it.main()"
    )

    ended = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, timeout=300, check=False)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        "archlint: the language server needs pygls 2, which is not installed; "
        "install it with `pip install 'archlint[lsp]'`\n"
    )
