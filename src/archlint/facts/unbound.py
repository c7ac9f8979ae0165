"""What names mean that nothing binds: a piece of a document leaves its imports to the pieces before it.

A module that runs has no such names. Here are those that hardly mean anything else: names of the typing module, modules
of the standard library, and clients.
"""

from collections.abc import Mapping

_FROM: Mapping[str, tuple[str, ...]] = {
    "typing": (
        *("Annotated", "Any", "AsyncGenerator", "AsyncIterator", "Awaitable", "Callable", "ClassVar", "Coroutine"),
        *("Dict", "Final", "Generic", "Iterable", "Iterator", "List", "Literal", "Mapping", "NamedTuple", "Optional"),
        *("Protocol", "Sequence", "Set", "Tuple", "Type", "TypedDict", "TypeVar", "Union", "runtime_checkable"),
    ),
    "abc": ("ABC", "abstractmethod"),
    "contextlib": ("asynccontextmanager", "contextmanager"),
    "dataclasses": ("dataclass",),
    "datetime": ("datetime", "timedelta", "timezone"),
    "enum": ("Enum",),
    "fastapi": ("APIRouter", "BackgroundTasks", "Depends", "FastAPI", "HTTPException"),
    "functools": ("wraps",),
    "pathlib": ("Path",),
    "pydantic": ("BaseModel",),
}
_MODULES = (
    *("aiohttp", "aioredis", "asyncio", "asyncpg", "boto3", "grpc", "httpx", "json", "jwt", "logging", "os", "pickle"),
    *("psycopg", "psycopg2", "pymongo", "random", "requests", "shutil", "socket", "sqlite3", "structlog", "subprocess"),
    *("threading", "time", "urllib", "uuid"),
)

UNBOUND: Mapping[str, str] = {
    **{module: module for module in _MODULES},
    **{name: f"{module}.{name}" for module, names in _FROM.items() for name in names},
}
"""What a name refers to that neither the module nor Python binds."""
