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
from archlint.rulebook.checks.consistency_checks import CONSISTENCY_CHECKS
from archlint.rulebook.checks.decorators.sync_wrapping import sync_wrapper
from archlint.rulebook.checks.decorators.wrapping import unwrapped_decorator
from archlint.rulebook.checks.domain.locator_syntax import looked_up
from archlint.rulebook.checks.domain.value_object_syntax import mutable_value_object
from archlint.rulebook.checks.importing.environment_syntax import environment_element
from archlint.rulebook.checks.kept_attributes import kept_attribute
from archlint.rulebook.checks.observability.spans import unended_span
from archlint.rulebook.checks.observability.tracebacks import lost_traceback
from archlint.rulebook.checks.ports.accepted_syntax import accepted_override
from archlint.rulebook.checks.ports.isinstance_syntax import checked_instance, matched_class
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
from archlint.rulebook.checks.security.jwt import unverified_jwt
from archlint.rulebook.checks.security.jwt_algorithms import mixed_algorithms
from archlint.rulebook.checks.security.jwt_claims import token_without_expiry, unvalidated_claims
from archlint.rulebook.checks.service_call_syntax import SERVICE_MODULE_CHECKS

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


def _joined(*tables: ModuleChecks) -> ModuleChecks:
    keys = dict.fromkeys(key for table in tables for key in table)
    return {key: tuple(check for table in tables for check in table.get(key, ())) for key in keys}


MODULE_CHECKS: ModuleChecks = _joined(_CHECKS, CONSISTENCY_CHECKS, SERVICE_MODULE_CHECKS)
"""Node class, or name of what is called -> checks. What they see is judged by rules of the same code."""
