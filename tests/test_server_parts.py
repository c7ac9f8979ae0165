"""Parts of the language server that need no client: positions, URIs, and comments that accept a violation."""

import ast
import asyncio
import os
from pathlib import Path
from typing import cast

import pytest
from lsprotocol.types import (
    ClientCapabilities,
    Position,
    WindowClientCapabilities,
    WorkDoneProgressBegin,
    WorkDoneProgressEnd,
    WorkDoneProgressReport,
)
from pygls.lsp.server import LanguageServer

from archlint.engine import Options, check
from archlint.facts.suppressions import suppressions
from archlint.facts.text import as_saved, decode
from archlint.model import SourceText
from archlint.server import progress
from archlint.server.ignoring import REASON, ignore_comment, ignore_in_file
from archlint.server.positions import Positions
from archlint.server.session import Session
from archlint.server.uris import Uris, path_of

NEW = f"# archlint: ignore[ASY001] {REASON}"


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("sleep(1)\n", 1, f"sleep(1)  {NEW}\n"),
        ("sleep(1)", 1, f"sleep(1)  {NEW}"),
        ("sleep(1)   \r\nnext\r\n", 1, f"sleep(1)  {NEW}   \r\nnext\r\n"),
        ("sleep(1)  # noqa: S1\n", 1, f"sleep(1)  # noqa: S1  {NEW}\n"),
        ("call(\n    sleep(1),\n    2,\n)\n", 2, f"call(\n    sleep(1),  {NEW}\n    2,\n)\n"),
        ("x = sleep(1) + \\\n    2\n", 1, f"x = sleep(1) + \\\n    2  {NEW}\n"),
        ("log(f'''{sleep(1)}\n''')\n", 1, f"log(f'''{{sleep(1)}}\n''')  {NEW}\n"),
        ("def f():\n    if sleep(1):\n        pass\n", 2, f"def f():\n    if sleep(1):  {NEW}\n        pass\n"),
        ("@sleep(1)\ndef f():\n    pass\n", 1, f"@sleep(1)  {NEW}\ndef f():\n    pass\n"),
        (
            "sleep(1)  # archlint: ignore[TIM001] wanted\n",
            1,
            "sleep(1)  # archlint: ignore[TIM001, ASY001] wanted\n",
        ),
        ("sleep(1)  # archlint: ignore\n", 1, "sleep(1)  # archlint: ignore[ASY001]\n"),
        ("sleep(1)  # archlint: ignore[] so\n", 1, "sleep(1)  # archlint: ignore[ASY001] so\n"),
        (
            "# archlint: ignore[RDS] the whole call\ncall(\n    sleep(1),\n)\n",
            3,
            "# archlint: ignore[RDS, ASY001] the whole call\ncall(\n    sleep(1),\n)\n",
        ),
        ("# archlint: ignore-file[TIM001] so\nsleep(1)\n", 2, f"# archlint: ignore-file[TIM001] so\nsleep(1)  {NEW}\n"),
    ],
)
def test_the_comment_that_ignores(text: str, line: int, expected: str) -> None:
    edit = ignore_comment(SourceText(text), line, "ASY001")

    assert edit is not None
    changed = text[: edit.start] + edit.text + text[edit.end :]
    assert changed == expected
    assert ast.dump(ast.parse(changed)) == ast.dump(ast.parse(text))
    assert any("ASY001" in each.rules and each.first <= line <= each.last for each in suppressions(changed))


def test_a_line_without_a_statement_takes_no_comment() -> None:
    source = SourceText("#!/usr/bin/env python\n# about\n")

    assert ignore_comment(source, 2, "LAY008") is None
    edit = ignore_in_file(source, "LAY008")
    assert (edit.start, edit.text) == (22, f"# archlint: ignore-file[LAY008] {REASON}\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", ["a😀漢é\r\n\u2028x\x0cy\rz", "", "😀", "\n\n"])
def test_positions_there_and_back(text: str, encoding: str) -> None:
    source, positions = SourceText(text), Positions(encoding)
    inside_an_end = {index + 1 for index in range(len(text)) if text.startswith("\r\n", index)}

    for offset in set(range(len(text) + 1)) - inside_an_end:
        assert positions.offset(source, positions.position(source, offset)) == offset


def test_positions_that_a_client_made_up() -> None:
    source, positions = SourceText("😀b\nc"), Positions("utf-16")

    assert positions.offset(source, Position(0, 99)) == 2
    assert positions.offset(source, Position(0, 1)) == 0
    assert positions.offset(source, Position(7, 0)) == 4
    assert positions.position(source, 1) == Position(0, 2)


def test_uris_as_the_client_writes_them(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    uris = Uris()
    folder = (tmp_path / "link").as_uri()

    assert uris.add_folder(folder) == (tmp_path / "real").as_posix()
    assert uris.of((tmp_path / "real" / "ä b.py").as_posix()) == f"{folder}/%C3%A4%20b.py"
    uris.opened(f"{folder}/%c3%a4 b.py", (tmp_path / "real" / "ä b.py").as_posix())
    assert uris.of((tmp_path / "real" / "ä b.py").as_posix()) == f"{folder}/%c3%a4 b.py"
    assert path_of("untitled:one") is None
    assert uris.of(os.fsdecode(b"/x/\xff.py")) == "file:///x/%FF.py"


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("x = 'é'\n", b"x = '\xc3\xa9'\n"),
        ("# coding: latin-1\nx = 'é'\n", b"# coding: latin-1\nx = '\xe9'\n"),
        ("# coding: latin-1\nx = '漢'\n", "# coding: latin-1\nx = '漢'\n".encode()),
        ("# coding: nonsense\n", b"# coding: nonsense\n"),
    ],
)
def test_a_buffer_is_read_in_the_encoding_that_it_declares(text: str, data: bytes) -> None:
    assert as_saved(text) == data
    if "漢" not in text and "nonsense" not in text:
        assert decode(data) == text


def test_a_session_reports_what_a_single_run_does(tmp_path: Path) -> None:
    (tmp_path / "archlint.toml").write_text("")
    file = tmp_path / "a.py"
    file.write_text("import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n")
    session = Session(tmp_path, Options())
    buffers = [{}, {file.as_posix(): b"import time\n"}, {file.as_posix(): b"def ("}, {}]

    for unsaved in buffers:
        checked = session.check(unsaved, lambda: True)
        once = check([tmp_path], Options(unsaved=unsaved)).report
        shown = tuple(each for each in checked.outcome.report.violations if each.place.path not in checked.outdated)
        assert (shown, checked.outcome.report.failures) == (once.violations, once.failures)
    assert session.check({}, lambda: False) is checked


class Window:
    """As much of a server as shows progress."""

    def __init__(self, *, shows: bool) -> None:
        self.client_capabilities = ClientCapabilities(window=WindowClientCapabilities(work_done_progress=shows))
        self.work_done_progress = self
        self.seen: list[str] = []

    async def create_async(self, _token: str) -> None:
        self.seen.append("create")

    def begin(self, _token: str, value: WorkDoneProgressBegin) -> None:
        self.seen.append(f"begin {value.title}")

    def report(self, _token: str, value: WorkDoneProgressReport) -> None:
        self.seen.append(f"{value.message} {value.percentage}")

    def end(self, _token: str, _value: WorkDoneProgressEnd) -> None:
        self.seen.append("end")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("shows", "seconds", "seen"),
    [
        (True, 0.0, ["create", "begin archlint", "3 of 4 files parsed 75", "end"]),
        (True, 60.0, []),
        (False, 0.0, []),
    ],
)
async def test_progress(shows: bool, seconds: float, seen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN", 0.0)
    window = Window(shows=shows)
    shown = progress.Progress(cast(LanguageServer, window), seconds)

    for done in (1, 3):
        await asyncio.to_thread(shown.told, done, 4)
        await asyncio.sleep(0.01)
    shown.end()
    await asyncio.sleep(0.01)

    assert window.seen == seen
