"""Names of what programs hand from function to function without a word of its type: sessions, connections, clients."""

import libcst as cst

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


def last_name(node: cst.BaseExpression) -> str:
    """Return the last name of a dotted one; empty for other expressions."""
    if node.__class__ is cst.Name:
        return node.value
    return node.attr.value if node.__class__ is cst.Attribute else ""
