"""How long an editor waits: `python -m benchmarks.editor [FOLDER [FILE]]` changes a file and waits for its diagnostics.

Times run from the change that is sent to the diagnostics that come, the server's wait for further changes included; the
processor time is that of the server and its parsing process, so it means something on a busy machine too. Without a
folder a project of 500 modules is made up.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

ROUNDS = 10
CHANGES = {"a comment": "# {}\n", "a statement": "x{0} = {0}\n", "an import": "import json as j{}\n"}
"""What is added at the end of the file."""
_PUBLISH = "textDocument/publishDiagnostics"
MODULES = 500
_MODULE = '''"""Module {number}."""

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

import redis
import requests

from {package}.part{other:02}.module{before:03} import Service as Earlier


class Port(Protocol):
    async def load(self, key: str) -> bytes: ...


@dataclass(frozen=True)
class Event:
    name: str
    amount: int


class Service:
    def __init__(self, client: redis.Redis, port: Port, earlier: Earlier | None = None) -> None:
        self._client = client
        self._port = port
        self._earlier = earlier

    def keys(self, prefix: str) -> list[bytes]:
        return list(self._client.scan_iter(prefix + "*"))

    def fetch(self, url: str) -> bytes:
        answer = requests.get(url, timeout=10)
        answer.raise_for_status()
        return answer.content

    async def run(self, names: list[str]) -> list[bytes]:
        found = []
        for name in names:
            found.append(await self._port.load(name))
        await asyncio.sleep(0)
        return found

    def wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(0.1)
        if self._earlier is not None:
            self._earlier.wait(seconds)
'''


def make_project(root: Path) -> Path:
    """Write a project of `MODULES` modules, each of which uses the one before; return one of its files."""
    (root / "archlint.toml").write_text("", encoding="utf-8")
    for number in range(MODULES):
        folder = root / "shop" / f"part{number // 50:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
        before = max(number - 1, 0)
        text = _MODULE.format(number=number, package="shop", before=before, other=before // 50)
        if not number:
            text = text.replace("from shop.part00.module000 import Service as Earlier", "Earlier = object")
        (folder / f"module{number:03}.py").write_text(text, encoding="utf-8")
    (root / "shop" / "__init__.py").touch()
    return root / "shop" / "part05" / "module250.py"


class Client:
    """The least that a client of a language server is."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "archlint", "server"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        folders = [{"uri": root.as_uri(), "name": root.name}]
        self.send("initialize", {"capabilities": {}, "workspaceFolders": folders}, number=1)
        self.send("initialized", {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Have the server end."""
        self.send("shutdown", number=2)
        self.send("exit")
        self.process.communicate()

    def send(self, method: str, params: Mapping[str, object] | None = None, number: int | None = None) -> None:
        """Send a request (with a number) or a notification."""
        content = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if number is None else {"id": number})
        body = json.dumps(content).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def until_published(self, uri: str, version: int) -> None:
        """Wait for the diagnostics of one version of a document."""
        for message in self.messages():
            params = message.get("params") or {}
            if (message.get("method"), params.get("uri"), params.get("version")) == (_PUBLISH, uri, version):
                return
        raise EOFError("the server ended")

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield what the server says, until it ends."""
        stream = self.process.stdout
        assert stream is not None
        while head := stream.readline():
            length = int(head.split(b":")[1])
            while stream.readline().strip():
                pass
            yield json.loads(stream.read(length))

    def processor_seconds(self) -> float:
        """Return the processor time of the server and its children so far."""
        ticks = os.sysconf("SC_CLK_TCK")
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        own = [str(self.process.pid), *(pid for task in children for pid in task.read_text().split())]
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split() for pid in own]
        return sum(int(each[11]) + int(each[12]) for each in fields) / ticks


def main(arguments: list[str]) -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as made:
        if arguments:
            root = Path(arguments[0]).resolve()
            file = Path(arguments[1]).resolve() if arguments[1:] else _middle(root)
        else:
            root = Path(made).resolve()
            file = make_project(root)
        text, uri = file.read_text(encoding="utf-8"), file.as_uri()
        with Client(root) as client:
            start = time.perf_counter()
            document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
            client.send("textDocument/didOpen", {"textDocument": document})
            client.until_published(uri, 1)
            _row("the first check", [time.perf_counter() - start], client.processor_seconds())
            for number, (what, line) in enumerate(CHANGES.items()):
                _measure(client, uri, what, [(number, each, text + line.format(each)) for each in range(ROUNDS)])


def _measure(client: Client, uri: str, what: str, texts: list[tuple[int, int, str]]) -> None:
    seconds, before = [], client.processor_seconds()
    for number, each, text in texts:
        version = 2 + number * ROUNDS + each
        start = time.perf_counter()
        document = {"uri": uri, "version": version}
        client.send("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        client.until_published(uri, version)
        seconds.append(time.perf_counter() - start)
    _row(what, seconds, client.processor_seconds() - before)


def _row(what: str, seconds: list[float], processor: float) -> None:
    middle, worst, each = statistics.median(seconds) * 1000, max(seconds) * 1000, processor / len(seconds) * 1000
    print(f"{what:<16} {middle:6.0f} ms median {worst:6.0f} ms worst {each:6.0f} ms of processor time")


def _middle(root: Path) -> Path:
    files = sorted(root.rglob("*.py"))
    return files[len(files) // 2]


if __name__ == "__main__":
    main(sys.argv[1:])
