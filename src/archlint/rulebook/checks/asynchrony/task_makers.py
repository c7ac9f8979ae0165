"""What makes a task that nothing but its caller keeps, for checks of one module and of the whole program."""

TASK_MAKERS = ("asyncio.create_task", "asyncio.ensure_future", "asyncio.AbstractEventLoop.create_task")
"""What returns a task that only the caller holds on to."""
MAKER_NAMES = frozenset({"create_task", "ensure_future"})
