"""Which check of the SQL, EVT and TSK rules looks at which node during the walk."""

import libcst as cst

from archlint.facts.context import ModuleChecks
from archlint.rulebook.checks.events.shapes_syntax import shape
from archlint.rulebook.checks.events.streams_syntax import lost_position
from archlint.rulebook.checks.sql.formatted import POSITIONS, returned_text, sql_text
from archlint.rulebook.checks.sql.sharing_syntax import gathered_together, started_apart
from archlint.rulebook.checks.tasks.syntax import declared_task, given, retried, setting

CONSISTENCY_CHECKS: ModuleChecks = {
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
    "si": (given,),
    "start_soon": (started_apart,),
    "xread": (lost_position,),
    **dict.fromkeys(POSITIONS, (sql_text,)),
}
"""Node class, or name of what is called -> checks."""
