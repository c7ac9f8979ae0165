"""Names of what programs hand from function to function without a word of its type: sessions, connections, clients."""

_HANDLES = frozenset(
    {
        *("bucket", "cache", "channel", "client", "collection", "conn", "connection", "cur", "cursor"),
        *("database", "db", "engine", "pool", "producer", "publisher", "redis", "repo", "repository"),
        *("sess", "session", "storage", "store", "stub", "tx", "uow"),
    }
)


def is_handle(name: str) -> bool:
    """Tell whether a name is that of such a thing, up to what comes before: `redis_client`, `_session`."""
    return name.rpartition("_")[2] in _HANDLES
