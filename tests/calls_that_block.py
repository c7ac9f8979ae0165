"""Projects in which an async function blocks, by the form that hides it; `# file:` lines divide them into modules."""

BLOCKS = {
    "a helper of the same module": """
import time
def slow(): time.sleep(1)
async def main():
    slow()  # expect: ASY002
""",
    "a helper three calls down": """
import requests
def a(): return b()
def b(): return c()
def c(): return requests.get("https://example.org")
async def main():
    a()  # expect: ASY002
""",
    "a decorator that waits around a plain function": """
import functools, time
def retried(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        time.sleep(1)
        return function(*arguments)
    return wrapper
@retried
def load(): return 1
async def main():
    load()  # expect: ASY002
""",
    "the class of an instance": """
import time
class Store:
    @classmethod
    def load(cls): time.sleep(1)
    async def one(self): type(self).load()  # expect: ASY002
    async def other(self): self.__class__.load()  # expect: ASY002
""",
    "a table of functions": """
import time
def slow(): time.sleep(1)
def quick(): return 1
BY_NAME = {"slow": slow, "quick": quick}
ALL = [quick, slow]
async def one(name):
    BY_NAME[name]()  # expect: ASY002
async def other(name):
    BY_NAME.get(name)()  # expect: ASY002
async def every():
    for each in ALL:
        each()  # expect: ASY002
class Steps:
    def __init__(self): self.steps = {"a": self.first}
    def first(self): time.sleep(1)
    async def run(self, name):
        self.steps[name]()  # expect: ASY002
""",
    "an aliased import": """
# file: shop/store.py
from urllib.request import urlopen as fetch
def load(): return fetch("https://example.org")
# file: shop/api.py
from shop.store import load as read
async def main():
    read()  # expect: ASY002
""",
    "a re-export": """
# file: shop/store/__init__.py
from .files import load as load
# file: shop/store/files.py
import sqlite3
def load(): return sqlite3.connect("shop.db")
# file: shop/api.py
import shop.store as store
async def main():
    store.load()  # expect: ASY002
""",
    "a star re-export": """
# file: shop/store/__init__.py
from shop.store.files import *
# file: shop/store/files.py
import subprocess
def load(): subprocess.run(["git", "pull"])
# file: shop/api.py
from shop.store import load
async def main():
    load()  # expect: ASY002
""",
    "an import inside the function": """
# file: shop/store.py
import time
def load(): time.sleep(1)
# file: shop/api.py
async def main():
    from .store import load
    load()  # expect: ASY002
""",
    "a conditional import": """
# file: shop/fast.py
import time
def load(): time.sleep(1)
# file: shop/api.py
try:
    from shop.fast import load
except ImportError:
    load = None
async def main():
    load()  # expect: ASY002
""",
    "a method of an annotated parameter": """
import time
class Store:
    def load(self): time.sleep(1)
async def main(store: "Store | None"):
    store.load()  # expect: ASY002
""",
    "what a factory is annotated to return": """
# file: shop/store.py
import requests
class Store:
    def load(self): return requests.get("https://example.org")
# file: shop/factory.py
from shop.store import Store
def make_store() -> Store: ...
# file: shop/api.py
from shop.factory import make_store
async def main():
    store = make_store()
    store.load()  # expect: ASY002
""",
    "what a factory returns without saying so": """
import time
class Store:
    def load(self): time.sleep(1)
def make():
    store = Store()
    return store
async def main():
    make().load()  # expect: ASY002
""",
    "what an awaited factory returns": """
import time
class Store:
    def load(self): time.sleep(1)
async def make(): return Store()
async def main():
    store = await make()
    store.load()  # expect: ASY002
""",
    "a sync client on an attribute": """
import redis
class Cache:
    def __init__(self, client: redis.Redis):
        self._client = client
    def value(self, key): return self._client.get(key)
class Service:
    def __init__(self):
        self._cache = Cache(redis.Redis())
    async def main(self):
        return self._cache.value("key")  # expect: ASY002
""",
    "a dataclass field": """
import time
from dataclasses import dataclass
class Store:
    def load(self): time.sleep(1)
@dataclass
class Service:
    store: Store
    async def main(self):
        self.store.load()  # expect: ASY002
""",
    "an instance of another module": """
# file: shop/store.py
import time
class Store:
    def load(self): time.sleep(1)
store = Store()
# file: shop/api.py
from shop.store import store
async def main():
    store.load()  # expect: ASY002
""",
    "a method of a base class in another module": """
# file: shop/base.py
import time
class Base:
    def load(self): time.sleep(1)
# file: shop/api.py
from shop.base import Base
class Store(Base):
    async def main(self):
        self.load()  # expect: ASY002
""",
    "super()": """
import time
class Base:
    def load(self): time.sleep(1)
class Store(Base):
    def load(self): return super().load()
async def main(store: Store):
    store.load()  # expect: ASY002
""",
    "a subclass of a blocking library class": """
import requests
class Client(requests.Session):
    def user(self): return self.get("https://example.org/user")
async def main():
    Client().user()  # expect: ASY002
""",
    "a protocol's adapter": """
# file: shop/ports.py
from typing import Protocol
class Rates(Protocol):
    def rate(self, code: str) -> float: ...
# file: shop/adapters.py
import requests
from shop.ports import Rates
class WebRates(Rates):
    def rate(self, code: str) -> float: return requests.get(code).json()
# file: shop/api.py
from shop.ports import Rates
async def main(rates: Rates):
    rates.rate("EUR")  # expect: ASY002
""",
    "an abstract class's subclass": """
import abc, time
class Store(abc.ABC):
    @abc.abstractmethod
    def load(self): ...
class SlowStore(Store):
    def load(self): time.sleep(1)
async def main(store: Store):
    store.load()  # expect: ASY002
""",
    "a property": """
import subprocess
class Settings:
    @property
    def revision(self): return subprocess.check_output(["git", "rev-parse", "HEAD"])
async def main(settings: Settings):
    return settings.revision  # expect: ASY002
""",
    "a cached property on the way to a call": """
import sqlite3
from functools import cached_property
class Service:
    @cached_property
    def database(self): return sqlite3.connect("shop.db")
    async def main(self):
        return self.database.total_changes  # expect: ASY002
""",
    "a constructor": """
import requests
class Client:
    def __init__(self): self.token = requests.get("https://example.org/token").text
async def main():
    return Client()  # expect: ASY002
""",
    "a dataclass's __post_init__": """
import time
from dataclasses import dataclass
@dataclass
class Client:
    name: str
    def __post_init__(self): time.sleep(1)
async def main():
    return Client("a")  # expect: ASY002
""",
    "a future that may not be done": """
import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
pool = ThreadPoolExecutor()
async def main(job: Future, other: Future):
    future = pool.submit(print)
    await asyncio.wrap_future(job)
    return future.result(), job.result()  # expect: ASY001
async def late(job: Future):
    found = job.result()  # expect: ASY001
    return await asyncio.wrap_future(job), found
""",
    "__enter__": """
import time
class Lock:
    def __enter__(self): time.sleep(1)
    def __exit__(self, *_): pass
async def main():
    with Lock():  # expect: ASY002
        pass
""",
    "__exit__": """
import time
class Lock:
    def __enter__(self): return self
    def __exit__(self, *_): time.sleep(1)
async def main(lock: Lock):
    with lock:  # expect: ASY002
        return lock
""",
    "__aenter__ that calls a helper": """
import time
def slow(): time.sleep(1)
class Connection:
    async def __aenter__(self):
        slow()  # expect: ASY002
    async def __aexit__(self, *_): pass
async def main():
    async with Connection(): pass
""",
    "__call__": """
import time
class Check:
    def __call__(self): time.sleep(1)
check = Check()
async def main():
    check()  # expect: ASY002
""",
    "__iter__ that is a generator": """
import time
class Pages:
    def __iter__(self):
        time.sleep(1)
        yield 1
async def main(pages: Pages):
    for page in pages:  # expect: ASY002
        print(page)
""",
    "__next__": """
import time
class Pages:
    def __iter__(self): return self
    def __next__(self): time.sleep(1)
async def main():
    return [page for page in Pages()]  # expect: ASY002
""",
    "a generator, iterated": """
import time
def pages():
    time.sleep(1)
    yield 1
async def main():
    found = pages()
    return list(found)  # expect: ASY002
""",
    "a generator, taken apart": """
import time
def pages():
    time.sleep(1)
    yield 1
async def main():
    return [0, *pages()]  # expect: ASY002
""",
    "next() of a generator": """
import time
def pages():
    time.sleep(1)
    yield 1
async def main():
    return next(pages())  # expect: ASY002
""",
    "a context manager function": """
import time
from contextlib import contextmanager
@contextmanager
def locked():
    time.sleep(1)
    yield
async def main():
    with locked(): pass  # expect: ASY002
""",
    "functools.partial, called": """
import time
from functools import partial
def slow(seconds): time.sleep(seconds)
async def main():
    later = partial(slow, 1)
    later()  # expect: ASY002
""",
    "a partial on an attribute": """
import time
from functools import partial
def slow(seconds): time.sleep(seconds)
class Service:
    def __init__(self): self._wait = partial(slow, 1)
    async def main(self):
        self._wait()  # expect: ASY002
""",
    "a decorator that calls what it wraps": """
import functools, time
def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        print(function.__name__)
        return function(*args)
    return wrapper
@logged
def slow(): time.sleep(1)
async def main():
    slow()  # expect: ASY002
""",
    "a decorator for both kinds of functions": """
import inspect, time
def logged(function):
    if inspect.iscoroutinefunction(function):
        async def wrapper(*args): return await function(*args)
    else:
        def wrapper(*args): return function(*args)
    return wrapper
@logged
def slow(): time.sleep(1)
async def main():
    slow()  # expect: ASY002
""",
    "lru_cache": """
import functools, requests
@functools.lru_cache(maxsize=1)
def keys(): return requests.get("https://example.org/keys").json()
async def main():
    keys()  # expect: ASY002
""",
    "a local function, called in place": """
import time
async def main():
    def step(): time.sleep(1)
    step()  # expect: ASY002
""",
    "a lambda, called in place": """
import time
async def main():
    step = lambda: time.sleep(1)
    step()  # expect: ASY002
""",
    "map, iterated": """
import time
def slow(number): time.sleep(number)
async def main():
    return list(map(slow, [1, 2]))  # expect: ASY002
""",
    "map, kept and then iterated": """
import time
def slow(number): time.sleep(number)
async def main():
    found = map(slow, [1, 2])
    for each in found:  # expect: ASY002
        print(each)
""",
    "filter": """
import time
def slow(number): time.sleep(number)
async def main():
    return [each for each in filter(slow, [1, 2])]  # expect: ASY002
""",
    "sorted by a key": """
import time
def slow(number): time.sleep(number)
async def main():
    return sorted([1, 2], key=slow)  # expect: ASY002
""",
    "max by a lambda": """
import time
def slow(number): time.sleep(number)
async def main():
    return max([1, 2], key=lambda number: slow(number))  # expect: ASY002
""",
    "functools.reduce": """
import functools, time
def slow(left, right): time.sleep(left)
async def main():
    return functools.reduce(slow, [1, 2])  # expect: ASY002
""",
    "a class method and a static method": """
import time
class Store:
    @classmethod
    def make(cls):
        cls.warm()
        return cls()
    @staticmethod
    def warm(): time.sleep(1)
async def main():
    Store.make()  # expect: ASY002
    Store.warm()  # expect: ASY002
""",
    "FastAPI's db: Session = Depends()": """
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
app = FastAPI()
def get_db(): ...
def users(db: Session): return db.execute("select")
@app.get("/users")
async def main(db: Session = Depends(get_db)):
    db.commit()  # expect: ASY001
    return users(db)  # expect: ASY002
""",
    "an Annotated alias of a session": """
from typing import Annotated
from fastapi import Depends
from sqlalchemy.orm import Session
def get_db(): ...
Database = Annotated[Session, Depends(get_db)]
async def main(db: Database):
    db.commit()  # expect: ASY001
""",
    "what Depends injects without an annotation": """
from fastapi import Depends
from sqlalchemy.orm import Session, sessionmaker
SessionLocal = sessionmaker()
def get_db():
    db = SessionLocal()
    yield db
async def main(db=Depends(get_db)):
    db.commit()  # expect: ASY001
""",
    "an async generator": """
import time
def slow(): time.sleep(1)
async def pages():
    slow()  # expect: ASY002
    yield 1
""",
    "an async comprehension": """
import time
def slow(page): time.sleep(page)
async def main(pages):
    return [slow(page) async for page in pages]  # expect: ASY002
""",
    "call_later": """
import asyncio, time
def tick(): time.sleep(1)  # expect: ASY001
async def main():
    asyncio.get_running_loop().call_later(5, tick)
""",
    "call_soon with a method and a helper": """
import asyncio, time
def slow(): time.sleep(1)
class Clock:
    def __init__(self, loop: asyncio.AbstractEventLoop): self._loop = loop
    def start(self): self._loop.call_soon(self.tick)
    def tick(self): slow()  # expect: ASY002
""",
    "add_done_callback with a lambda": """
import asyncio, time
async def main(work):
    task = asyncio.create_task(work)
    task.add_done_callback(lambda _: time.sleep(1))  # expect: ASY001
""",
    "a protocol's method": """
import asyncio, requests
class Server(asyncio.Protocol):
    def data_received(self, data):
        requests.post("https://example.org", data=data)  # expect: ASY001
""",
    "a decorator that marks callbacks of the loop": """
import time
from homeassistant.core import callback
@callback
def changed(event): time.sleep(1)  # expect: ASY001
""",
    "a blocking call of the user's configuration": """
import country_lib
def holidays(): return country_lib.holidays("DE")
async def main():
    holidays()  # expect: ASY002
""",
    "a property on the result of a call": """
import time
class Settings:
    @property
    def revision(self): time.sleep(1)
def settings() -> Settings: ...
async def main():
    return settings().revision  # expect: ASY002
""",
    "a property of a module-level instance": """
import time
class Settings:
    @property
    def revision(self): time.sleep(1)
settings = Settings()
async def main():
    return settings.revision  # expect: ASY002
""",
    "a function given to one that calls it": """
import time
def slow(): time.sleep(1)
def apply(action): return action()
class Runner:
    def run(self, name, action): return action()
async def one():
    apply(slow)  # expect: ASY002
async def other(runner: Runner):
    runner.run("a", action=slow)  # expect: ASY002
async def third():
    apply(lambda: time.sleep(1))  # expect: ASY002
async def fourth(store):
    await later(slow)  # expect: ASY002
async def later(action): action()
""",
    "a step that subclasses fill in": """
import time
class Base:
    def run(self): self.step()
    async def main(self):
        self.step()  # expect: ASY002
    def step(self): raise NotImplementedError
class Child(Base):
    def step(self): time.sleep(1)
async def other(child: Child):
    child.run()  # expect: ASY002
""",
    "a method that only the classes have which mix it in": """
import time
class Loading:
    async def reload(self):
        self.load()  # expect: ASY002
class Store(Loading):
    def load(self): time.sleep(1)
""",
    "getattr by a constant name": """
import time
class Store:
    def load(self): time.sleep(1)
async def main(store: Store):
    getattr(store, "load")()  # expect: ASY002
""",
    "import_module of a constant name": """
# file: shop/store.py
import time
def load(): time.sleep(1)
# file: shop/api.py
import importlib
store = importlib.import_module("shop.store")
async def main():
    store.load()  # expect: ASY002
""",
    "elements of collections": """
import time
class Store:
    def load(self): time.sleep(1)
def stores() -> list[Store]: ...
async def first():
    one, *others = stores()
    one.load()  # expect: ASY002
async def middle():
    one, *others, last = stores()
    for each in others:
        each.load()  # expect: ASY002
async def last():
    *others, one = stores()
    one.load()  # expect: ASY002
async def part():
    for each in reversed(stores()[1:]):
        each.load()  # expect: ASY002
async def chosen():
    for each in [each for each in stores() if each]:
        each.load()  # expect: ASY002
async def next_one():
    one = next(each for each in stores() if each)
    one.load()  # expect: ASY002
async def made():
    for each in [Store(), Store()]:
        each.load()  # expect: ASY002
async def by_name():
    {name: Store() for name in "ab"}["a"].load()  # expect: ASY002
""",
    "what is put into a collection": """
import time
def slow(): time.sleep(1)
BY_NAME = {}
BY_NAME["slow"] = slow
HOOKS = []
HOOKS.append(slow)
class Bus:
    def __init__(self): self._handlers = {}
    def connect(self): self._handlers["slow"] = slow
    async def handle(self, name):
        self._handlers[name]()  # expect: ASY002
async def one(name):
    BY_NAME[name]()  # expect: ASY002
async def every():
    for hook in HOOKS:
        hook()  # expect: ASY002
async def own():
    hooks = set()
    hooks.add(slow)
    for hook in hooks:
        hook()  # expect: ASY002
""",
    "a type variable with a bound": """
import time
from typing import TypeVar, Generic
class Store:
    def load(self): time.sleep(1)
T = TypeVar("T", bound=Store)
class Service(Generic[T]):
    def __init__(self, store: T): self.store = store
    async def main(self):
        self.store.load()  # expect: ASY002
async def other(store: T):
    store.load()  # expect: ASY002
""",
    "what a generic class is a container of": """
import time
from typing import Generic, TypeVar
class Store:
    def load(self): time.sleep(1)
T = TypeVar("T")
class Service(Generic[T]):
    store: T
    def get(self) -> T: ...
    def every(self) -> list[T]: ...
    async def later(self) -> T: ...
class Orders(Service[Store]):
    async def main(self):
        self.store.load()  # expect: ASY002
async def one(service: Service[Store]):
    service.get().load()  # expect: ASY002
async def other(orders: Orders):
    for each in orders.every():
        each.load()  # expect: ASY002
async def awaited(orders: Orders):
    (await orders.later()).load()  # expect: ASY002
class Box[X]:
    def get(self) -> X: ...
class Bounded[X: Store]:
    def __init__(self, store: X): self.store = store
    async def main(self):
        self.store.load()  # expect: ASY002
async def third(box: Box[Store]):
    box.get().load()  # expect: ASY002
""",
    "what a test says of a name": """
import time
class Store:
    def load(self): time.sleep(1)
async def asserted(x):
    assert isinstance(x, Store)
    x.load()  # expect: ASY002
async def left(x):
    if not isinstance(x, Store):
        return
    x.load()  # expect: ASY002
async def both(x):
    if x and isinstance(x, Store):
        x.load()  # expect: ASY002
async def in_the_test(x):
    return isinstance(x, Store) and x.load()  # expect: ASY002
async def chosen(xs):
    return [x.load() for x in xs if isinstance(x, Store)]  # expect: ASY002
async def matched(x):
    match x:
        case Store():
            x.load()  # expect: ASY002
""",
    "a default, a NewType, and what a callable returns": """
import time
from typing import Callable, NewType
class Store:
    def load(self): time.sleep(1)
Main = NewType("Main", Store)
async def one(store=Store()):
    store.load()  # expect: ASY002
async def other(store: Main):
    store.load()  # expect: ASY002
async def third(make: Callable[[], Store]):
    make().load()  # expect: ASY002
""",
    "exit stacks and closing()": """
import time
from contextlib import ExitStack, closing
class Store:
    def __enter__(self):
        time.sleep(1)
        return self
    def __exit__(self, *_): pass
    def load(self): time.sleep(1)
async def one():
    with ExitStack() as stack:
        store = stack.enter_context(Store())  # expect: ASY002
        store.load()  # expect: ASY002
async def other():
    with closing(Store()) as store:
        store.load()  # expect: ASY002
""",
    "members of an enumeration": """
import time, enum
class Kind(enum.Enum):
    A = "a"
    def run(self): time.sleep(1)
async def main():
    Kind.A.run()  # expect: ASY002
async def other(k: Kind):
    k.run()  # expect: ASY002
async def third(s):
    Kind(s).run()  # expect: ASY002
async def fourth():
    for k in Kind: k.run()  # expect: ASY002
""",
    "a validator of a model": """
import time
from pydantic import BaseModel, field_validator
class User(BaseModel):
    name: str
    @field_validator("name")
    @classmethod
    def check(cls, value): time.sleep(1)
async def main():
    User(name="a")  # expect: ASY002
""",
    "a partial method": """
import time
from functools import partialmethod
class S:
    def load(self, n): time.sleep(n)
    load_one = partialmethod(load, 1)
    async def main(self):
        self.load_one()  # expect: ASY002
""",
    "what tasks, threads and gather give": """
import asyncio, time
class Store:
    def load(self): time.sleep(1)
async def make() -> Store: ...
async def gathered():
    one, other = await asyncio.gather(make(), make())
    one.load()  # expect: ASY002
async def many():
    for each in await asyncio.gather(*[make() for _ in range(3)]):
        each.load()  # expect: ASY002
async def task():
    made = asyncio.create_task(make())
    (await made).load()  # expect: ASY002
async def group():
    async with asyncio.TaskGroup() as tasks:
        made = tasks.create_task(make())
    made.result().load()  # expect: ASY002
async def thread():
    store = await asyncio.to_thread(Store)
    store.load()  # expect: ASY002
async def executor():
    store = await asyncio.get_running_loop().run_in_executor(None, Store)
    store.load()  # expect: ASY002
""",
    "annotations of typing": """
import time
from contextvars import ContextVar
from typing import Callable, Dict, Mapping, Sequence, Type, Union
class Store:
    def load(self): time.sleep(1)
def slow(): time.sleep(1)
current: ContextVar[Store] = ContextVar("current")
HOOKS: dict[str, list[Callable]] = {"slow": [slow]}
async def by_key(stores: Dict[str, Union[Store, None]]):
    stores["a"].load()  # expect: ASY002
async def of_type(kind: Type[Store]):
    kind().load()  # expect: ASY002
async def of_mapping(stores: Mapping[str, Sequence[Store]]):
    for some in stores.values():
        for each in some: each.load()  # expect: ASY002
async def of_context():
    current.get().load()  # expect: ASY002
async def hooks(name):
    for hook in HOOKS[name]:
        hook()  # expect: ASY002
class Bus:
    handlers: dict[str, Callable] = {"slow": slow}
    async def run(self, name):
        self.handlers[name]()  # expect: ASY002
""",
    "what a constructor is given for a parameter without annotation": """
# file: shop/orders.py
class Orders:
    def __init__(self, session): self.session = session
    def get(self, number): return self.session.get(object, number)
class Worker:
    def __init__(self, action): self._action = action
    async def run(self):
        self._action()  # expect: ASY002
# file: shop/work.py
import time
from sqlalchemy.orm import Session, sessionmaker
from shop.orders import Orders, Worker
MAKE = sessionmaker()
def slow(): time.sleep(1)
worker = Worker(action=slow)
class UnitOfWork:
    def __init__(self, make=MAKE): self.make = make
    def __enter__(self):
        self.session = self.make()
        self.orders = Orders(self.session)
        return self
    def __exit__(self, *_): pass
# file: shop/api.py
from shop.work import UnitOfWork
async def main(work: UnitOfWork):
    with work:
        work.orders.get(1)  # expect: ASY002
""",
    "what super().__init__() is given": """
# file: shop/base.py
class Base:
    def __init__(self, store): self.store = store
# file: shop/service.py
import time
from shop.base import Base
class Store:
    def load(self): time.sleep(1)
class Service(Base):
    def __init__(self, store: Store): super().__init__(store)
    async def run(self):
        self.store.load()  # expect: ASY002
""",
    "a __getattr__ that hands on, and an annotation of dishka": """
import time
from dishka.integrations.fastapi import FromDishka
class Store:
    def load(self): time.sleep(1)
class Proxy:
    def __init__(self, inner: Store): self._inner = inner
    def __getattr__(self, name): return getattr(self._inner, name)
async def one(proxy: Proxy):
    proxy.load()  # expect: ASY002
async def other(store: FromDishka[Store]):
    store.load()  # expect: ASY002
""",
    "a part of a Discord bot, asked for by name": """
# file: bot/parts/languages.py
from discord.ext import commands
class Languages(commands.Cog):
    def __init__(self, bot): self.bot = bot
    def translate(self, key): return open(key).read()
async def setup(bot: commands.Bot): await bot.add_cog(Languages(bot))
# file: bot/views.py
import discord
async def answer(interaction: discord.Interaction, key):
    languages = interaction.client.get_cog("Languages")
    if languages:
        languages.translate(key)  # expect: ASY002
class View:
    def __init__(self, bot): self.bot = bot
    async def show(self, key):
        self.bot.get_cog("Others").translate(key)
        self.bot.get_cog("Languages").translate(key)  # expect: ASY002
""",
    "a query that is narrowed under one condition after the other": """
from sqlalchemy.orm import Session
async def find(db: Session, wanted):
    query = db.query(int)
    if wanted.name:
        query = query.filter(wanted.name)
    if wanted.owner:
        query = query.join(wanted.owner)
    if wanted.order:
        query = query.order_by(wanted.order)
    if wanted.limit:
        query = query.limit(wanted.limit)
    return query.all()  # expect: ASY001
""",
    "what a container in a container of dependency_injector provides": """
import time
from dependency_injector import containers, providers
class Rates:
    def load(self): time.sleep(1)
class Adapters(containers.DeclarativeContainer):
    rates = providers.Singleton(Rates)
class Container(containers.DeclarativeContainer):
    adapters = providers.Container(Adapters)
container = Container()
async def one():
    container.adapters.rates().load()  # expect: ASY002
async def other():
    rates = container.adapters.rates()
    rates.load()  # expect: ASY002
""",
}
