"""Which check judges which of the SQL, EVT and TSK rules."""

from collections.abc import Callable, Iterable, Mapping

from archlint.facts.model import Candidate
from archlint.model import Violation
from archlint.project.program import Module, Project
from archlint.rulebook.checks.events.acknowledging import acknowledged_before_handled
from archlint.rulebook.checks.events.appends import unversioned_append
from archlint.rulebook.checks.events.publishing import dual_write, enqueued_before_commit, published_before_commit
from archlint.rulebook.checks.events.queries import mutating_query
from archlint.rulebook.checks.events.shapes import mutable_event, shallow_frozen_event
from archlint.rulebook.checks.events.streams import reads_stream
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

CONSISTENCY_JUDGES: Mapping[str, Callable[[Project, Rule], Iterable[Violation]]] = {
    "EVT001": mutable_event,
    "EVT002": unversioned_append,
    "EVT003": dual_write,
    "EVT005": mutating_query,
    "EVT006": acknowledged_before_handled,
    "EVT007": published_before_commit,
    "EVT008": shallow_frozen_event,
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

CONSISTENCY_TESTS: Mapping[str, Callable[[Project, Module, Candidate], bool]] = {
    "EVT004": reads_stream,
    "SQL006": is_sql_call,
}
"""Code -> what else must hold in the whole program for something that a module check saw."""
