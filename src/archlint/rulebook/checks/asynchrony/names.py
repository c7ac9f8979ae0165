"""What checks of one module and checks of the whole program both name: the latter load no LibCST."""

TASK_MAKERS = ("asyncio.create_task", "asyncio.ensure_future", "asyncio.AbstractEventLoop.create_task")
"""What returns a task that only the caller holds on to."""
MAKER_NAMES = frozenset({"create_task", "ensure_future"})
REPLACED = "replaced-method"
"""The code of a candidate for an attribute of another object that becomes a function, perhaps a method of its class."""
