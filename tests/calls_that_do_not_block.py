"""Projects in which nothing blocks the event loop, by the form that tempts to say so; see `calls_that_block`."""

_SLOW = """
import asyncio, time
def slow(seconds=1): time.sleep(seconds)
"""

SAFE = {
    "to_thread": _SLOW + "async def main(): await asyncio.to_thread(slow, 1)",
    "an executor with a function": _SLOW
    + """
async def main():
    await asyncio.get_running_loop().run_in_executor(None, slow)
""",
    "an executor with a lambda": _SLOW
    + """
async def main(loop):
    await loop.run_in_executor(None, lambda: slow(2))
""",
    "an executor with a partial": _SLOW
    + """
from functools import partial
async def main(loop):
    await loop.run_in_executor(None, partial(slow, 2))
""",
    "a test of a port with several adapters": """
# file: shop.py
import time
from typing import Protocol
class Store(Protocol):
    def save(self) -> int: ...
class InMemory(Store):
    def save(self): return 1
class Slow(Store):
    def save(self): time.sleep(1)
def run(store: Store): store.save()
# file: tests/test_shop.py
from shop import Store, run
async def test_run(store: Store):
    store.save()
    run(store)
""",
    "an address that is a number": """
import socket
async def main(host):
    socket.getaddrinfo(host, 80, flags=socket.AI_NUMERICHOST)
    return socket.getaddrinfo(host, None, 0, 0, 0, socket.AI_PASSIVE | socket.AI_NUMERICHOST)
""",
    "a process that need not have ended": """
import os
async def main(pid): return os.waitpid(pid, os.WNOHANG)
""",
    "a lock that is given back at once": """
import threading
lock = threading.Lock()
def read():
    lock.acquire()
    try: return 1
    finally: lock.release()
async def main(): return read()
""",
    "a lock that the caller may not wait for": """
import threading
lock = threading.Lock()
def read(blocking: bool): return lock.acquire(blocking=blocking)
async def main(): return read(False)
""",
    "a future that is done": """
import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
pool = ThreadPoolExecutor()
async def main(job: Future):
    future = pool.submit(print)
    await asyncio.wait_for(asyncio.wrap_future(future), timeout=1)
    while not job.done():
        await asyncio.sleep(1)
    return future.result(), job.result()
""",
    "a future that is asked and not waited for": """
from concurrent.futures import Future
async def main(job: Future): return job.result(0)
""",
    "submit with a nested function": _SLOW
    + """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor()
async def main():
    def work():
        slow()
    pool.submit(work)
""",
    "anyio.to_thread.run_sync": _SLOW + "import anyio\nasync def main(): await anyio.to_thread.run_sync(slow)",
    "run_in_threadpool": _SLOW
    + """
from fastapi.concurrency import run_in_threadpool
async def main(): await run_in_threadpool(slow, 2)
""",
    "sync_to_async, called": _SLOW
    + """
from asgiref.sync import sync_to_async
async def main(): await sync_to_async(slow)(2)
""",
    "sync_to_async as decorator": """
import time
from asgiref.sync import sync_to_async
@sync_to_async
def slow(): time.sleep(1)
@sync_to_async(thread_sensitive=False)
def slower(): time.sleep(2)
async def main():
    await slow()
    await slower()
""",
    "async_add_executor_job": _SLOW
    + """
from homeassistant.core import HomeAssistant
async def main(hass: HomeAssistant): await hass.async_add_executor_job(slow, 1)
""",
    "a thread's target": _SLOW
    + """
import threading
async def main(): threading.Thread(target=slow, args=(1,)).start()
""",
    "BackgroundTasks": _SLOW
    + """
from fastapi import BackgroundTasks
async def main(tasks: BackgroundTasks): tasks.add_task(slow, 1)
""",
    "FastAPI's sync endpoints and dependencies": _SLOW
    + """
from fastapi import Depends, FastAPI
app = FastAPI()
def dependency(): slow()
@app.get("/")
def endpoint(): slow()
@app.get("/async")
async def other(value=Depends(dependency)): return value
""",
    "asyncio.run in main": _SLOW
    + """
async def serve(): await asyncio.sleep(1)
def main():
    slow()
    asyncio.run(serve())
""",
    "an unknown receiver": _SLOW
    + """
class Store:
    def load(self): slow()
async def main(store): store.load()
""",
    "a shadowed name": _SLOW
    + """
async def main(slow): slow()
async def other():
    from elsewhere import slow
    slow()
""",
    "an awaited client": """
import httpx, redis.asyncio
class Cache:
    def __init__(self, client: redis.asyncio.Redis): self._client = client
    def value(self): return self._client.get("key")
async def main(cache: Cache, client: httpx.AsyncClient):
    await cache.value()
    await client.get("https://example.org")
""",
    "calls that do not wait": """
import queue, threading, time
def quick(lock: threading.Lock, jobs: queue.Queue):
    time.sleep(0)
    lock.acquire(blocking=False)
    lock.acquire(False)
    jobs.get_nowait()
    jobs.get(block=False)
    return jobs.get(timeout=0)
async def main(lock, jobs): quick(lock, jobs)
""",
    "BytesIO": """
import io, zipfile
def names(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive: return archive.namelist()
async def main(data): return names(data)
""",
    "functions that are only defined": _SLOW
    + """
async def main():
    def later(): slow()
    return later
""",
    "a lambda that is passed on": _SLOW
    + """
async def main(register): register(lambda: slow(), key=lambda: slow())
""",
    "a fake of the tests": """
# file: shop/ports.py
from typing import Protocol
class Rates(Protocol):
    def rate(self) -> float: ...
# file: shop/api.py
from shop.ports import Rates
async def main(rates: Rates): return rates.rate()
# file: tests/test_api.py
import time
from shop.ports import Rates
class SlowRates(Rates):
    def rate(self) -> float: time.sleep(1)
""",
    "a circle": """
def even(number): return number == 0 or odd(number - 1)
def odd(number): return number != 0 and even(number - 1)
async def main(): return even(10)
""",
    "a decorator whose wrapper is async": _SLOW
    + """
import functools
def in_thread(function):
    @functools.wraps(function)
    async def wrapper(*args): return await asyncio.to_thread(function, *args)
    return wrapper
@in_thread
def load(): slow()
async def main(): await load()
""",
    "a decorator whose wrapper hands over to an executor": _SLOW
    + """
import functools
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor()
def in_pool(function):
    @functools.wraps(function)
    def wrapper(*args): return asyncio.wrap_future(pool.submit(function, *args))
    return wrapper
@in_pool
def load(): slow()
async def main(): await load()
""",
    "a decorator with arguments that hands over a partial": _SLOW
    + """
import functools
def offload(executor=None):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args):
            loop = asyncio.get_running_loop()
            return loop.run_in_executor(executor, functools.partial(function, *args))
        return wrapper
    return decorate
@offload(executor=None)
def load(): slow()
async def main(): await load()
""",
    "a decorator that hands over a nested function": _SLOW
    + """
def background(function):
    def wrapper(*args):
        def work(): return function(*args)
        return asyncio.to_thread(work)
    return wrapper
@background
def load(): slow()
async def main(): await load()
""",
    "a class as decorator, with an async __call__": _SLOW
    + """
class InThread:
    def __init__(self, function): self._function = function
    async def __call__(self, *args): return await asyncio.to_thread(self._function, *args)
@InThread
def load(): slow()
async def main(): await load()
""",
    "map and a generator that a thread iterates": _SLOW
    + """
def pages():
    slow()
    yield 1
async def main():
    lazily = pages()
    await asyncio.to_thread(list, lazily)
    await asyncio.to_thread(list, map(slow, [1]))
""",
    "a list that once was a generator": _SLOW
    + """
def pages():
    slow()
    yield 1
class Book:
    def __init__(self): self.pages = list(pages())
async def main(book: Book):
    for page in book.pages: print(page)
""",
    "a callback of the loop that does not block": _SLOW
    + """
async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, 1)
    loop.call_soon(lambda: loop.run_in_executor(None, slow))
""",
    "a property that is not read": """
import time
class Settings:
    @property
    def revision(self): time.sleep(1)
    name = "shop"
async def main(settings: Settings): return settings.name, Settings.revision
""",
    "an overridden method": _SLOW
    + """
class Base:
    def load(self): slow()
class Quick(Base):
    def load(self): return 1
async def main(store: Quick): return store.load()
""",
    "a coroutine function of the same name": """
# file: shop/sync_store.py
import time
def load(): time.sleep(1)
# file: shop/async_store.py
import asyncio
async def load(): await asyncio.sleep(1)
# file: shop/api.py
from shop.async_store import load
async def main(): await load()
""",
    "a constructor that only keeps a function": _SLOW
    + """
class Job:
    def __init__(self, work): self.work = work
async def main(): return Job(slow)
""",
    "an abstract class that does not implement its port": """
from abc import ABC, abstractmethod
class Store(ABC):
    @abstractmethod
    def load(self): ...
class Partial(Store, ABC):
    @abstractmethod
    def save(self): ...
async def main(store: Store): store.load()
""",
    "an archive in memory": """
import io, zipfile
def export(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("name", files)
    return buffer.getvalue()
async def main(files): return export(files)
""",
    "a socket that never waits": """
import socket
async def main():
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.setblocking(False)
    probe.connect(("example.org", 1))
""",
    "a function given to one that only keeps or awaits it": _SLOW
    + """
class Runner:
    def __init__(self, action): self.action = action
def keep(action): return lambda: action()
async def offload(action): return await asyncio.to_thread(action)
async def both(action):
    action = wrapped(action)
    return action()
async def awaited(action): return await action()
async def main():
    Runner(slow)
    keep(slow)
    await offload(slow)
    await both(slow)
    await awaited(slow)
""",
    "a function given by one who may wait": _SLOW
    + """
def apply(action): return action()
def script(): apply(slow)
async def main(): apply(print)
""",
    "a test that does not hold": _SLOW
    + """
class Store:
    def load(self): slow(1)
async def main(x):
    if isinstance(x, Store): return
    x.load()
async def other(x, y):
    if isinstance(x, Store) or y:
        x.load()
async def third(x):
    (isinstance(x, Store) and print(x))
    x.load()
""",
    "a step that more subclasses fill in than anybody means": _SLOW
    + """
from abc import ABC, abstractmethod
class Entity(ABC):
    @abstractmethod
    def update(self): ...
    async def refresh(self): self.update()
"""
    + "".join(f"class Entity{number}(Entity):\n    def update(self): slow()\n" for number in range(31)),
    "a step that subclasses fill in without waiting": _SLOW
    + """
class Base:
    async def main(self): self.step()
    def step(self): raise NotImplementedError
class Child(Base):
    def step(self): return 1
class Other:
    def step(self): slow(1)
""",
    "closing() does not enter what it closes": _SLOW
    + """
from contextlib import closing
class Store:
    def __enter__(self): slow(1)
    def __exit__(self, *_): slow(1)
async def main():
    with closing(Store()): pass
""",
    "a collection of an unknown kind": _SLOW
    + """
async def main(session, hooks):
    hooks.append(slow)
    for hook in hooks: hook()
""",
    "a constructor that is given too many things, or by a test only": """
# file: shop/a.py
import time
class Slow:
    def load(self): time.sleep(1)
class One: ...
class Two: ...
class Three: ...
class Four: ...
class Five: ...
class Six: ...
class Holder:
    def __init__(self, held): self.held = held
    async def main(self): self.held.load()
class Kept:
    def __init__(self, held): self.held = held
    async def main(self): self.held.load()
holders = [Holder(One()), Holder(Two()), Holder(Three()), Holder(Four()), Holder(Five()), Holder(Six()), Holder(Slow())]
# file: tests/test_a.py
from shop.a import Kept, Slow
kept = Kept(Slow())
""",
}
