"""The one thread in which projects are checked, so that the server answers meanwhile."""

import asyncio
import contextlib
import gc
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

T = TypeVar("T")


class Background:
    """Runs jobs one after the other."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="archlint", daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[], T]) -> T:
        """Return what a job returns, or raise what it raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            try:
                settle = partial(_set_result, future, job())
            except Exception as error:  # noqa: BLE001 -- it is raised where it is awaited
                settle = partial(_set_exception, future, error)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settle)

        self._jobs.put(work)
        return await future

    def end(self, seconds: float) -> None:
        """Let the running job end, and wait for that as long as `seconds`."""
        self._jobs.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        """Run the jobs; garbage is collected between them, and never again among what the first one left."""
        gc.disable()
        first = True
        while (job := self._jobs.get()) is not None:
            job()
            gc.collect()
            if first:
                gc.freeze()
            first = False


def _set_result(future: "asyncio.Future[T]", result: T) -> None:
    if not future.cancelled():
        future.set_result(result)


def _set_exception(future: "asyncio.Future[T]", error: Exception) -> None:
    if not future.cancelled():
        future.set_exception(error)
