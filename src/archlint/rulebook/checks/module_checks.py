"""Which check looks at which node during the walk; only the parsing process imports this."""

from collections.abc import Mapping, Sequence

import libcst as cst

from archlint.facts.context import ModuleCheck
from archlint.rulebook.checks.busy_wait import busy_wait
from archlint.rulebook.checks.cancellation import suppressed_cancellation, swallowed_cancellation
from archlint.rulebook.checks.coroutine_syntax import chained_task, unread_task, yield_in_scope
from archlint.rulebook.checks.decorators import unwrapped_decorator
from archlint.rulebook.checks.event_loop_syntax import event_loop_call, lock_across_await
from archlint.rulebook.checks.security import unverified_jwt

MODULE_CHECKS: Mapping[type, Sequence[ModuleCheck]] = {
    cst.FunctionDef: (unwrapped_decorator,),
    cst.Call: (unverified_jwt, event_loop_call),
    cst.Assign: (unread_task,),
    cst.Expr: (chained_task,),
    cst.AnnAssign: (unread_task,),
    cst.ExceptHandler: (swallowed_cancellation,),
    cst.While: (busy_wait,),
    cst.With: (suppressed_cancellation, yield_in_scope, lock_across_await),
}
"""Node class -> checks. What they see is judged by rules of the same code; see `facts/context.py`."""
