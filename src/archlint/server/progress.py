"""Shows in the client how the parsing of a long check goes on."""

import asyncio
import time
import uuid

from lsprotocol.types import WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport
from pygls.lsp.server import LanguageServer

SECONDS_BEFORE = 1.0
"""How long a check may take without being shown."""
_SECONDS_BETWEEN = 0.2


class Progress:
    """What one check shows; made, shown and ended in the server's loop, told from the thread that checks."""

    def __init__(self, server: LanguageServer, seconds_before: float = SECONDS_BEFORE) -> None:
        window = server.client_capabilities.window
        self._shows = bool(window and window.work_done_progress)
        self._progress = server.work_done_progress
        self._loop = asyncio.get_running_loop()
        self._due = time.monotonic() + seconds_before
        self._token = str(uuid.uuid4())
        self._begun: asyncio.Task[None] | None = None

    def told(self, done: int, total: int) -> None:
        """Hear that so many of so many files are parsed."""
        if self._shows and time.monotonic() > self._due:
            self._due = time.monotonic() + _SECONDS_BETWEEN
            self._loop.call_soon_threadsafe(self._show, done, total)

    def end(self) -> None:
        """Take away what was shown."""
        self._shows = False
        if self._begun is not None:
            self._begun.add_done_callback(lambda _: self._progress.end(self._token, WorkDoneProgressEnd()))

    def _show(self, done: int, total: int) -> None:
        if self._begun is None:
            self._begun = self._loop.create_task(self._begin())
        elif self._begun.done():
            said = f"{done} of {total} files parsed"
            self._progress.report(self._token, WorkDoneProgressReport(message=said, percentage=done * 100 // total))

    async def _begin(self) -> None:
        await self._progress.create_async(self._token)
        self._progress.begin(self._token, WorkDoneProgressBegin("archlint", percentage=0))
