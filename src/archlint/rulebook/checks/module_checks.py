"""Which check looks at which node during the walk; only the parsing process imports this."""

from collections.abc import Mapping, Sequence

import libcst as cst

from archlint.facts.context import ModuleCheck
from archlint.rulebook.checks.decorators import unwrapped_decorator
from archlint.rulebook.checks.security import unverified_jwt

MODULE_CHECKS: Mapping[type, Sequence[ModuleCheck]] = {
    cst.FunctionDef: (unwrapped_decorator,),
    cst.Call: (unverified_jwt,),
}
"""Node class -> checks. What they see is judged by rules of the same code; see `facts/context.py`."""
