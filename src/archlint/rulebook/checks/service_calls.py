"""The table of the checks about what a service calls: Redis, HTTP, gRPC, and what it does when that fails."""

from collections.abc import Callable, Iterable, Mapping

from archlint.facts.model import Candidate
from archlint.model import Violation
from archlint.project.program import Module, Project
from archlint.rulebook.checks.asynchrony.coroutine_context import outside_tests
from archlint.rulebook.checks.grpc.contexts import is_channel_for_a_call, is_servicer_context
from archlint.rulebook.checks.grpc.servicers import async_servicer_in_sync_server, missing_deadline
from archlint.rulebook.checks.http.connections import is_connection, is_made_per_request
from archlint.rulebook.checks.http.timeouts import missing_timeout
from archlint.rulebook.checks.redis.clients import is_redis
from archlint.rulebook.checks.redis.commands import (
    cache_without_expiry,
    lock_without_expiry,
    redis_flush,
    unbounded_read,
)
from archlint.rulebook.checks.resilience.retries import fixed_retry_delay, unbounded_retry
from archlint.rulebook.model import Rule

SERVICE_CHECKS: Mapping[str, Callable[[Project, Rule], Iterable[Violation]]] = {
    "HTP001": missing_timeout,
    "RDS002": redis_flush,
    "RDS005": cache_without_expiry,
    "RDS006": unbounded_read,
    "RDS008": lock_without_expiry,
    "RES003": fixed_retry_delay,
    "RES004": unbounded_retry,
    "RPC001": async_servicer_in_sync_server,
    "RPC002": missing_deadline,
}
"""Code -> the check that judges it on the whole program."""

SERVICE_CANDIDATE_TESTS: Mapping[str, Callable[[Project, Module, Candidate], bool]] = {
    "HTP002": is_made_per_request,
    "HTP003": is_connection,
    **dict.fromkeys(("RDS004", "RDS007", "RDS008"), is_redis),
    **dict.fromkeys(("RES001", "RES002", "RES003", "RES004", "RES005", "RES006"), outside_tests),
    "RPC003": is_channel_for_a_call,
    "RPC004": is_servicer_context,
}
"""Code -> what else must hold in the whole program for something that a module check saw."""
