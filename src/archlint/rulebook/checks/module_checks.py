"""Which check looks at which node during the walk; only the parsing process imports this."""

import libcst as cst

from archlint.facts.context import ModuleChecks
from archlint.rulebook.checks.api.errors import RESPONSES, leaked_exception_text
from archlint.rulebook.checks.api.shared_state import MUTATORS, assigned_global, deleted_global, mutated_global
from archlint.rulebook.checks.asynchrony.busy_wait import busy_wait
from archlint.rulebook.checks.asynchrony.cancellation import suppressed_cancellation, swallowed_cancellation
from archlint.rulebook.checks.asynchrony.coroutine_syntax import (
    chained_task,
    replaced_method,
    unread_task,
    yield_in_scope,
)
from archlint.rulebook.checks.asynchrony.event_loop_syntax import acquired, lock_across_await, waited_result
from archlint.rulebook.checks.asynchrony.fan_out import gathered, spawned
from archlint.rulebook.checks.asynchrony.tested_syntax import tested_coroutine
from archlint.rulebook.checks.decorators.sync_wrapping import sync_wrapper
from archlint.rulebook.checks.decorators.wrapping import unwrapped_decorator
from archlint.rulebook.checks.domain.locator_syntax import looked_up
from archlint.rulebook.checks.domain.value_object_syntax import mutable_value_object
from archlint.rulebook.checks.events.shapes_syntax import shape
from archlint.rulebook.checks.events.streams_syntax import lost_position
from archlint.rulebook.checks.grpc.channels import channel_per_call, iterated_stream, leaked_error_details
from archlint.rulebook.checks.http.clients import CLIENTS, client_per_call
from archlint.rulebook.checks.http.tls import (
    REQUESTS,
    SERVICES,
    unverified_attribute,
    unverified_call,
    unverified_context,
)
from archlint.rulebook.checks.importing.environment_syntax import environment_element
from archlint.rulebook.checks.kept_attributes import kept_attribute
from archlint.rulebook.checks.observability.spans import unended_span
from archlint.rulebook.checks.observability.tracebacks import lost_traceback
from archlint.rulebook.checks.ports.accepted_syntax import accepted_override
from archlint.rulebook.checks.ports.isinstance_syntax import checked_instance, matched_class
from archlint.rulebook.checks.redis.locking import lasting_lock
from archlint.rulebook.checks.redis.pipelines import unexecuted_pipeline
from archlint.rulebook.checks.redis.races import check_then_set
from archlint.rulebook.checks.resilience.breakers import unlocked_breaker_state
from archlint.rulebook.checks.resilience.clocks import wall_clock_duration
from archlint.rulebook.checks.resilience.handlers import raised_base_exception, swallowed_exception
from archlint.rulebook.checks.resilience.retry_loops import fixed_delay, retrying_loop
from archlint.rulebook.checks.security.credentials import (
    READER_WORDS,
    SIGNERS,
    assigned_credentials,
    compared_credentials,
    credentials_in_text,
    declared_credentials,
    default_credentials,
    default_of_setting,
    key_of_signature,
    mapped_credentials,
    passed_credentials,
)
from archlint.rulebook.checks.security.jwt import unverified_claims, unverified_jwt
from archlint.rulebook.checks.security.jwt_algorithms import mixed_algorithms
from archlint.rulebook.checks.security.jwt_claims import token_without_expiry, unvalidated_claims
from archlint.rulebook.checks.sql.formatted import POSITIONS, returned_text, sql_text
from archlint.rulebook.checks.sql.sharing_syntax import gathered_together, started_apart
from archlint.rulebook.checks.tasks.syntax import declared_task, given, retried, setting

_CHECKS: ModuleChecks = {
    cst.ClassDef: (mutable_value_object,),
    cst.FunctionDef: (unwrapped_decorator, sync_wrapper, default_credentials, accepted_override),
    cst.Arg: (passed_credentials,),
    cst.Assign: (unread_task, replaced_method, assigned_global, assigned_credentials, kept_attribute),
    cst.Comparison: (compared_credentials,),
    cst.DictElement: (mapped_credentials,),
    cst.AugAssign: (assigned_global,),
    cst.Del: (deleted_global,),
    cst.Expr: (chained_task,),
    cst.AnnAssign: (unread_task, declared_credentials),
    cst.SimpleString: (credentials_in_text,),
    cst.ExceptHandler: (swallowed_cancellation,),
    cst.MatchClass: (matched_class,),
    cst.Subscript: (environment_element, looked_up),
    cst.Assert: (tested_coroutine,),
    cst.If: (tested_coroutine,),
    cst.While: (busy_wait, tested_coroutine),
    cst.With: (suppressed_cancellation, yield_in_scope, lock_across_await),
    "acquire": (acquired,),
    "create_task": (spawned,),
    "critical": (lost_traceback,),
    "decode": (unverified_jwt, mixed_algorithms, unvalidated_claims, key_of_signature),
    "get_unverified_claims": (unverified_claims,),
    "decode_complete": (unverified_jwt, mixed_algorithms),
    "encode": (token_without_expiry, key_of_signature),
    "ensure_future": (spawned,),
    "error": (lost_traceback,),
    "exception": (waited_result,),
    "gather": (gathered,),
    "isinstance": (checked_instance,),
    "issubclass": (checked_instance,),
    "result": (waited_result,),
    "start_as_current_span": (unended_span,),
    "start_span": (unended_span,),
    "JsonWebToken": (mixed_algorithms,),
    **dict.fromkeys(SIGNERS, (key_of_signature,)),
    **dict.fromkeys(RESPONSES, (leaked_exception_text,)),
    **dict.fromkeys(READER_WORDS, (default_of_setting,)),
    **dict.fromkeys(MUTATORS, (mutated_global,)),
    "setdefault": (default_of_setting, mutated_global),
}

_CONSISTENCY: ModuleChecks = {
    cst.FunctionDef: (declared_task,),
    cst.ClassDef: (shape,),
    cst.Assign: (setting,),
    cst.Return: (returned_text,),
    "apply_async": (given,),
    "create_task": (started_apart,),
    "delay": (given,),
    "delay_on_commit": (given,),
    "ensure_future": (started_apart,),
    "gather": (gathered_together,),
    "retry": (retried,),
    "s": (given,),
    "send_task": (given,),
    "si": (given,),
    "start_soon": (started_apart,),
    "xread": (lost_position,),
    **dict.fromkeys(POSITIONS, (sql_text,)),
}
"""Those of the SQL, EVT and TSK rules."""

_SERVICE_CALLS: ModuleChecks = {
    cst.Assign: (unverified_attribute,),
    cst.ExceptHandler: (swallowed_exception,),
    cst.For: (retrying_loop, iterated_stream),
    cst.FunctionDef: (unlocked_breaker_state,),
    cst.Raise: (raised_base_exception,),
    cst.While: (retrying_loop,),
    **dict.fromkeys(REQUESTS, (unverified_call,)),
    **dict.fromkeys(SERVICES, (unverified_call,)),
    **dict.fromkeys(CLIENTS, (unverified_call, client_per_call)),
    **dict.fromkeys(("abort", "set_details"), (leaked_error_details,)),
    **dict.fromkeys(("decr", "decrby", "hset", "incr", "incrby", "incrbyfloat", "psetex", "setex"), (check_then_set,)),
    **dict.fromkeys(("lpush", "rpush", "sadd", "zadd"), (check_then_set,)),
    **dict.fromkeys(("insecure_channel", "secure_channel"), (channel_per_call,)),
    **dict.fromkeys(("now", "time", "utcnow"), (wall_clock_duration,)),
    "_create_unverified_context": (unverified_context,),
    "pipeline": (unexecuted_pipeline,),
    "set": (check_then_set, lasting_lock),
    "setnx": (lasting_lock,),
    "sleep": (fixed_delay,),
}
"""Those of the HTP, RDS, RES and RPC rules."""


def _joined(*tables: ModuleChecks) -> ModuleChecks:
    keys = dict.fromkeys(key for table in tables for key in table)
    return {key: tuple(check for table in tables for check in table.get(key, ())) for key in keys}


MODULE_CHECKS: ModuleChecks = _joined(_CHECKS, _CONSISTENCY, _SERVICE_CALLS)
"""Node class, or name of what is called -> checks. What they see is judged by rules of the same code."""
