"""Which check looks at which node during the walk; only the parsing process imports this."""

import libcst as cst

from archlint.facts.context import ModuleChecks
from archlint.rulebook.checks.asynchrony.busy_wait import busy_wait
from archlint.rulebook.checks.asynchrony.cancellation import suppressed_cancellation, swallowed_cancellation
from archlint.rulebook.checks.asynchrony.coroutine_syntax import chained_task, unread_task, yield_in_scope
from archlint.rulebook.checks.asynchrony.event_loop_syntax import acquired, lock_across_await, waited_result
from archlint.rulebook.checks.asynchrony.fan_out import gathered, spawned
from archlint.rulebook.checks.decorators.wrapping import unwrapped_decorator
from archlint.rulebook.checks.security.jwt import unverified_jwt

MODULE_CHECKS: ModuleChecks = {
    cst.FunctionDef: (unwrapped_decorator,),
    cst.Assign: (unread_task,),
    cst.Expr: (chained_task,),
    cst.AnnAssign: (unread_task,),
    cst.ExceptHandler: (swallowed_cancellation,),
    cst.While: (busy_wait,),
    cst.With: (suppressed_cancellation, yield_in_scope, lock_across_await),
    "acquire": (acquired,),
    "create_task": (spawned,),
    "decode": (unverified_jwt,),
    "decode_complete": (unverified_jwt,),
    "ensure_future": (spawned,),
    "exception": (waited_result,),
    "gather": (gathered,),
    "result": (waited_result,),
}
"""Node class, or name of what is called -> checks. What they see is judged by rules of the same code."""
