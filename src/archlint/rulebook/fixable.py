"""What may have a fix, known without a syntax tree; the fixes themselves are in `fixes/`."""

from collections.abc import Mapping
from typing import TypeAlias

from archlint.model import Violation

_VERBS = ("delete", "get", "head", "options", "patch", "post", "put", "request")
_REDIS = ("redis.Redis", "redis.RedisCluster", "valkey.Valkey", "valkey.ValkeyCluster")
_ASYNC_REDIS = (
    *("aioredis.Redis", "redis.asyncio.Redis", "redis.asyncio.RedisCluster"),
    *("valkey.asyncio.Valkey", "valkey.asyncio.ValkeyCluster"),
)

FIXABLE: Mapping[str, frozenset[str] | None] = {
    "ASY001": frozenset({"time.sleep"}),
    "ASY013": None,
    "DEC001": None,
    "HTP001": frozenset(
        {f"{owner}.{verb}" for owner in ("requests", "requests.Session") for verb in _VERBS}
        | {"urllib.request.OpenerDirector.open", "urllib.request.urlopen"}
        | {"urllib3.HTTPConnectionPool.request", "urllib3.PoolManager.request"}
    ),
    "OBS002": frozenset({"error"}),
    "RDS001": frozenset(f"{client}.keys" for client in (*_REDIS, *_ASYNC_REDIS)),
    "SEC003": None,
    "TIM001": None,
}
"""Code -> the subjects of those violations for which there may be a fix, `None` for all of them."""

_NEVER_SAFE: Mapping[str, frozenset[str] | None] = {
    "ASY013": None,
    "HTP001": None,
    "RDS001": frozenset(f"{client}.keys" for client in _ASYNC_REDIS),
}
"""Likewise, those whose fix is never safe; that of others may be so or not, where it stands."""

Wish: TypeAlias = tuple[str, int, int]
"""The code and the offsets of a violation for which a fix is looked for."""


def may_be_fixed(violation: Violation) -> bool:
    """Tell whether it is worth to look for a fix."""
    return _is_among(violation, FIXABLE)


def is_never_safe(violation: Violation) -> bool:
    """Tell whether the fix that a violation may have is one that only `--unsafe-fixes` makes."""
    return _is_among(violation, _NEVER_SAFE)


def _is_among(violation: Violation, subjects_by_code: Mapping[str, frozenset[str] | None]) -> bool:
    subjects = subjects_by_code.get(violation.code, frozenset())
    return subjects is None or violation.subject in subjects


def wish(violation: Violation) -> Wish:
    """Return what the parsing process needs to know of a violation to look for its fix."""
    return violation.code, violation.place.start, violation.place.end
