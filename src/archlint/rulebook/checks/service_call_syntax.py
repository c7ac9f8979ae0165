"""The table of the module checks about what a service calls; only the parsing process imports this."""

import libcst as cst

from archlint.facts.context import ModuleChecks
from archlint.rulebook.checks.grpc.channels import channel_per_call, iterated_stream, leaked_error_details
from archlint.rulebook.checks.http.clients import CLIENTS, client_per_call
from archlint.rulebook.checks.http.tls import (
    REQUESTS,
    SERVICES,
    unverified_attribute,
    unverified_call,
    unverified_context,
)
from archlint.rulebook.checks.redis.locking import lasting_lock
from archlint.rulebook.checks.redis.pipelines import unexecuted_pipeline
from archlint.rulebook.checks.redis.races import check_then_set
from archlint.rulebook.checks.resilience.breakers import unlocked_breaker_state
from archlint.rulebook.checks.resilience.clocks import wall_clock_duration
from archlint.rulebook.checks.resilience.handlers import raised_base_exception, swallowed_exception
from archlint.rulebook.checks.resilience.retry_loops import fixed_delay, retrying_loop

SERVICE_MODULE_CHECKS: ModuleChecks = {
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
"""Node class, or name of what is called -> checks."""
