"""Which check judges which rule on the whole program, and what more it knows of what module checks saw."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from archlint.facts.model import Candidate
from archlint.model import Violation
from archlint.project.program import Module, Project
from archlint.rulebook.checks.api.dependencies import called_default_dependency
from archlint.rulebook.checks.api.requests import endpoint_bypasses_application, exposed_entity, is_changed_by_endpoint
from archlint.rulebook.checks.asynchrony.blocking import blocking_call, blocking_call_chain
from archlint.rulebook.checks.asynchrony.coroutine_context import consumed_in_place, outside_tests
from archlint.rulebook.checks.asynchrony.coroutines import cached_coroutine, tested_coroutine, unawaited_coroutine
from archlint.rulebook.checks.asynchrony.event_loop import nested_event_loop
from archlint.rulebook.checks.asynchrony.relocking import relocked
from archlint.rulebook.checks.asynchrony.tasks import dropped_task
from archlint.rulebook.checks.asynchrony.threads import called_offload, lazy_offload, unsafe_thread_call
from archlint.rulebook.checks.asynchrony.waiting import is_flag, is_unbounded, may_raise
from archlint.rulebook.checks.decorators.decorating import decorates
from archlint.rulebook.checks.decorators.wrapped_coroutines import sync_wrapper_over_async
from archlint.rulebook.checks.domain.domain_io import domain_io
from archlint.rulebook.checks.domain.framework_exceptions import framework_exception
from archlint.rulebook.checks.domain.modelling import is_value_object, service_locator, untyped_event_payload
from archlint.rulebook.checks.events.acknowledging import acknowledged_before_handled
from archlint.rulebook.checks.events.appends import unversioned_append
from archlint.rulebook.checks.events.publishing import dual_write, enqueued_before_commit, published_before_commit
from archlint.rulebook.checks.events.queries import mutating_query
from archlint.rulebook.checks.events.shapes import mutable_event, shallow_frozen_event
from archlint.rulebook.checks.events.streams import reads_stream
from archlint.rulebook.checks.grpc.contexts import is_channel_for_a_call, is_servicer_context
from archlint.rulebook.checks.grpc.servicers import async_servicer_in_sync_server, missing_deadline
from archlint.rulebook.checks.http.connections import is_connection, is_made_per_request
from archlint.rulebook.checks.http.timeouts import missing_timeout
from archlint.rulebook.checks.importing.import_time import import_time_io
from archlint.rulebook.checks.importing.wiring import init_side_effect, is_scattered, scattered_environment
from archlint.rulebook.checks.layers.contexts import context_coupling
from archlint.rulebook.checks.layers.cycles import import_cycle
from archlint.rulebook.checks.layers.imports import forbidden_import
from archlint.rulebook.checks.layers.placement import misplaced_wiring, unplaced_module
from archlint.rulebook.checks.layers.privacy import private_import
from archlint.rulebook.checks.layers.technology import impure_domain, technology_leak
from archlint.rulebook.checks.observability.printing import print_in_service
from archlint.rulebook.checks.ports.adapters import missing_port_method, port_async_mismatch, port_signature_mismatch
from archlint.rulebook.checks.ports.concrete import concrete_construction, concrete_dependency, unported_adapter
from archlint.rulebook.checks.ports.declarations import leaky_port, misplaced_port, port_with_behaviour, unused_port
from archlint.rulebook.checks.ports.isinstance import is_unchecked_protocol
from archlint.rulebook.checks.redis.clients import is_redis
from archlint.rulebook.checks.redis.commands import (
    cache_without_expiry,
    lock_without_expiry,
    redis_flush,
    unbounded_read,
)
from archlint.rulebook.checks.resilience.retries import fixed_retry_delay, unbounded_retry
from archlint.rulebook.checks.security.jwt_errors import unknown_jwt_error
from archlint.rulebook.checks.security.placed import is_in_use
from archlint.rulebook.checks.sql.connections import connection_per_call
from archlint.rulebook.checks.sql.injection import formatted_sql, is_sql_call
from archlint.rulebook.checks.sql.loops import query_in_loop
from archlint.rulebook.checks.sql.sharing import shared_session
from archlint.rulebook.checks.sql.writes import unguarded_writes
from archlint.rulebook.checks.tasks.arguments import object_task_argument
from archlint.rulebook.checks.tasks.declarations import (
    async_task,
    fixed_task_retry,
    late_ack_without_idempotency,
    task_without_time_limit,
    unbounded_task_retry,
)
from archlint.rulebook.checks.tasks.results import blocking_task_result
from archlint.rulebook.model import Rule

ProjectCheck: TypeAlias = Callable[[Project, Rule], Iterable[Violation]]

PROJECT_CHECKS: Mapping[str, ProjectCheck] = {
    "API001": called_default_dependency,
    "API003": endpoint_bypasses_application,
    "API005": exposed_entity,
    "ASY001": blocking_call,
    "ASY002": blocking_call_chain,
    "ASY003": unawaited_coroutine,
    "ASY004": dropped_task,
    "ASY005": nested_event_loop,
    "ASY006": relocked,
    "ASY011": unsafe_thread_call,
    "ASY012": cached_coroutine,
    "ASY013": called_offload,
    "ASY014": lazy_offload,
    "DOM003": untyped_event_payload,
    "DOM004": framework_exception,
    "DOM005": domain_io,
    "DOM006": service_locator,
    "EVT001": mutable_event,
    "EVT002": unversioned_append,
    "EVT003": dual_write,
    "EVT005": mutating_query,
    "EVT006": acknowledged_before_handled,
    "EVT007": published_before_commit,
    "EVT008": shallow_frozen_event,
    "HTP001": missing_timeout,
    "IMP001": import_time_io,
    "IMP002": scattered_environment,
    "IMP004": init_side_effect,
    "LAY001": forbidden_import,
    "LAY002": impure_domain,
    "LAY003": import_cycle,
    "LAY004": context_coupling,
    "LAY005": private_import,
    "LAY006": technology_leak,
    "LAY008": unplaced_module,
    "LAY009": misplaced_wiring,
    "OBS001": print_in_service,
    "PRT001": concrete_dependency,
    "PRT002": concrete_construction,
    "PRT003": missing_port_method,
    "PRT004": port_async_mismatch,
    "PRT005": port_signature_mismatch,
    "PRT006": misplaced_port,
    "PRT007": leaky_port,
    "PRT008": unported_adapter,
    "PRT009": unused_port,
    "PRT010": port_with_behaviour,
    "RDS002": redis_flush,
    "RDS005": cache_without_expiry,
    "RDS006": unbounded_read,
    "RDS008": lock_without_expiry,
    "RES003": fixed_retry_delay,
    "RES004": unbounded_retry,
    "RPC001": async_servicer_in_sync_server,
    "RPC002": missing_deadline,
    "SEC003": unknown_jwt_error,
    "SQL001": formatted_sql,
    "SQL002": query_in_loop,
    "SQL003": connection_per_call,
    "SQL004": unguarded_writes,
    "SQL007": shared_session,
    "TSK001": fixed_task_retry,
    "TSK002": task_without_time_limit,
    "TSK003": blocking_task_result,
    "TSK004": async_task,
    "TSK005": object_task_argument,
    "TSK006": late_ack_without_idempotency,
    "TSK007": enqueued_before_commit,
    "TSK008": unbounded_task_retry,
}
"""Code -> the check that judges it on the whole program."""

CandidateTest: TypeAlias = Callable[[Project, Module, Candidate], bool]

CANDIDATE_TESTS: Mapping[str, CandidateTest] = {
    "API002": is_changed_by_endpoint,
    "API004": outside_tests,
    "ASY007": outside_tests,
    "ASY008": may_raise,
    "ASY009": is_unbounded,
    "ASY010": is_flag,
    "ASY016": consumed_in_place,
    "DEC001": decorates,
    "DOM002": is_value_object,
    "EVT004": reads_stream,
    "HTP002": is_made_per_request,
    "HTP003": is_connection,
    "IMP002": is_scattered,
    "OBS002": outside_tests,
    "OBS004": outside_tests,
    "PRT011": is_unchecked_protocol,
    "RDS004": is_redis,
    "RDS007": is_redis,
    "RDS008": is_redis,
    "RES001": outside_tests,
    "RES002": outside_tests,
    "RES003": outside_tests,
    "RES004": outside_tests,
    "RES005": outside_tests,
    "RES006": outside_tests,
    "RPC003": is_channel_for_a_call,
    "RPC004": is_servicer_context,
    "SEC001": is_in_use,
    "SEC002": outside_tests,
    "SEC004": outside_tests,
    "SEC005": outside_tests,
    "SQL006": is_sql_call,
}
"""Code -> what else must hold in the whole program for something that a module check saw."""

CandidateJudge: TypeAlias = Callable[[Project, Rule, Module, Candidate], Iterable[Violation]]

CANDIDATE_JUDGES: Mapping[str, CandidateJudge] = {
    "ASY003": tested_coroutine,
    "DEC002": sync_wrapper_over_async,
}
"""Code -> what makes violations of something that a module check saw, if the whole program has more to say of it."""
