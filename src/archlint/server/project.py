"""One project under the server's eyes: when it is checked, and what is known of it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from archlint.engine import Options
from archlint.intake.extent import SourceError
from archlint.model import UnableError
from archlint.server.background import Background
from archlint.server.progress import Progress
from archlint.server.session import Checked, Session, Superseded

LONGEST_PAUSE = 0.05
"""Seconds without another change before a project is checked; fewer if its checks take less."""


class Trouble(msgspec.Struct, frozen=True):
    """What keeps a project from being checked, a sentence each; nothing when there is nothing to check."""

    messages: tuple[str, ...]


class Project:
    """A project below `root` that is checked after each change, in the background.

    `unsaved` gives the contents of the open documents by absolute path, `settled` hears when a check is over that no
    change has overtaken, `progress` makes what shows the client how one goes on.
    """

    def __init__(
        self,
        root: str,
        options: Options,
        background: Background,
        unsaved: Callable[[], Mapping[str, bytes]],
        settled: Callable[["Project"], None],
        progress: Callable[[], Progress],
    ) -> None:
        self.root = root
        self.result: Checked | Trouble = Trouble(())
        self._session = Session(Path(root), options)
        self._background = background
        self._unsaved = unsaved
        self._settled = settled
        self._progress = progress
        self._pause = LONGEST_PAUSE
        self._ended = False
        self._wanted = 0
        self._done = 0
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def session(self) -> Session:
        """What fixes are asked of, in the background."""
        return self._session

    @property
    def is_behind(self) -> bool:
        """Whether something changed since what is known of it."""
        return self._done != self._wanted

    def touch(self) -> None:
        """Have the project checked soon: something changed."""
        self._wanted += 1
        self._idle.clear()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._follow())

    def end(self) -> None:
        """Check no more, and want no result of what is under way."""
        self._ended = True
        self._wanted += 1
        if self._task is not None:
            self._task.cancel()

    async def at_rest(self) -> None:
        """Wait until what is known is about what is there now."""
        await self._idle.wait()

    async def _follow(self) -> None:
        """Check until nothing has changed meanwhile."""
        while self.is_behind:
            wanted = self._wanted
            await asyncio.sleep(self._pause)
            if wanted != self._wanted:
                continue
            start = time.monotonic()
            result = await self._check(wanted)
            self._pause = min(time.monotonic() - start, LONGEST_PAUSE)
            if result is not None and wanted == self._wanted:
                self.result = result
                self._done = wanted
                self._settled(self)
        self._idle.set()

    def _told(self, shown: Progress, done: int, total: int) -> None:
        """Hear how parsing goes on; nobody needs what it comes to once the project has ended."""
        if self._ended:
            raise Superseded
        shown.told(done, total)

    async def _check(self, wanted: int) -> Checked | Trouble | None:
        unsaved = self._unsaved()
        shown = self._progress()
        try:
            return await self._background.run(
                lambda: self._session.check(unsaved, lambda: wanted == self._wanted, partial(self._told, shown))
            )
        except Superseded:
            return None
        except SourceError:  # a folder without Python in it needs no archlint
            return Trouble(())
        except UnableError as error:
            return Trouble(error.messages)
        except Exception as error:  # noqa: BLE001 -- a mistake of ours must not end the server
            return Trouble((f"the project cannot be checked ({type(error).__name__}: {error}); please report this",))
        finally:
            shown.end()
