"""The rules about tasks and async generators that one function shows."""

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend
from archlint.rulebook.checks.asynchrony.names import MAKER_NAMES, REPLACED, TASK_MAKERS

SCOPES = (
    "asyncio.TaskGroup",
    "asyncio.timeout",
    "asyncio.timeout_at",
    "async_timeout.timeout",
    "async_timeout.timeout_at",
    "anyio.CancelScope",
    "anyio.create_task_group",
    "anyio.fail_after",
    "anyio.move_on_after",
    "trio.CancelScope",
    "trio.fail_after",
    "trio.fail_at",
    "trio.move_on_after",
    "trio.move_on_at",
    "trio.open_nursery",
)
"""Context managers that cancel the task which entered them."""
_SCOPE_NAMES = frozenset(name.rpartition(".")[2] for name in SCOPES)
_KEEPS_GENERATOR = frozenset(
    {"staticmethod", "classmethod", "abstractmethod", "abc.abstractmethod", "override", "typing.override", "final"}
)
_FUNCTIONAL = frozenset({cst.Call, cst.Lambda, cst.Name})
_FUNCTION = re.compile(r"[\w.]+#\d+")
"""A reference to a function of the module."""
_MOCKS = frozenset({"Mock", "MagicMock", "NonCallableMock", "create_autospec", "partial", "stub"})
_KEEPS_NOTHING = frozenset({"add_done_callback", "set_name", "get_name"})
"""Methods of a task that do not keep it."""
_RUNS_LOOP = frozenset({"run_forever", "run_until_complete"})


def unread_task(node: cst.Assign | cst.AnnAssign, context: ModuleContext) -> Iterator[Sighting]:
    """ASY004: a task whose only reference is a local name that nobody reads."""
    call = node.value
    # Cheap tests first, since every assignment of the program comes here.
    if call.__class__ is cst.ListComp:
        call = call.elt
    if call.__class__ is not cst.Call:
        return
    if call.func.__class__ is cst.Attribute and call.func.attr.value not in MAKER_NAMES:
        return
    function = context.enclosing_function
    name = _only_target(node)
    if function is None or not name:
        return
    maker = context.reference(call.func)
    if maker.rpartition(".")[2] in MAKER_NAMES and not _is_read(function, name) and not _outlasts(function):
        yield Sighting(
            code="ASY004",
            message=(
                f"only the local `{name}` keeps the task, which may be garbage-collected when the function ends; "
                "its error is lost"
            ),
            subject="asyncio.create_task",
            reference=maker,
            names=TASK_MAKERS,
        )


def chained_task(node: cst.Expr, context: ModuleContext) -> Iterator[Sighting]:
    """ASY004: tasks in a list that is dropped, or one that is given a done-callback at once, which keeps no task."""
    call = node.value
    if call.__class__ is cst.ListComp and isinstance(call.elt, cst.Call):
        yield Sighting(
            code="ASY004",
            message="nothing keeps the tasks, which may be garbage-collected before they end; their errors are lost",
            subject="asyncio.create_task",
            reference=context.reference(call.elt.func),
            names=TASK_MAKERS,
        )
    if call.__class__ is not cst.Call or call.func.__class__ is not cst.Attribute:
        return
    made = call.func.value
    if call.func.attr.value == "add_done_callback" and isinstance(made, cst.Call) and not _is_kept(made, context):
        yield Sighting(
            code="ASY004",
            message="nothing keeps the task, its callback neither, so that it may be garbage-collected before it ends",
            subject="asyncio.create_task",
            reference=context.reference(made.func),
            names=TASK_MAKERS,
        )


def _is_kept(made: cst.Call, context: ModuleContext) -> bool:
    """Tell whether `ensure_future(task)` gives back what the function keeps: `TASKS.add(task)`, `return task`."""
    task, function = made.args[0].value if made.args else None, context.enclosing_function
    if function is None or not isinstance(task, cst.Name) or not dotted_name(made.func).endswith("ensure_future"):
        return False
    kept: list[cst.BaseExpression | None] = []
    for each in descend(function.body, but_not=FUNCTIONS):
        if isinstance(each, cst.Return):
            kept.append(each.value)
        elif isinstance(each, cst.Call) and dotted_name(each.func).rpartition(".")[2] in ("add", "append"):
            kept.extend(argument.value for argument in each.args)
    return any(isinstance(each, cst.Name) and each.value == task.value for each in kept)


def replaced_method(node: cst.Assign, context: ModuleContext) -> Iterable[Sighting]:
    """Note that an attribute of some object becomes another function: `orders.save = Mock()`, `bot.send = send`."""
    target, value = node.targets[0].target, node.value
    # Cheap tests first, since every assignment of the program comes here.
    if target.__class__ is not cst.Attribute or value.__class__ not in _FUNCTIONAL:
        return ()
    if target.value.__class__ is cst.Name and target.value.value in ("self", "cls"):
        return ()
    made = dotted_name(value.func).rpartition(".")[2] if value.__class__ is cst.Call else ""
    named = context.reference(value) if value.__class__ is cst.Name else ""
    if made not in _MOCKS and value.__class__ is not cst.Lambda and not _FUNCTION.fullmatch(named):
        return ()
    return (Sighting(code=REPLACED, message="", subject=target.attr.value),)


def _only_target(node: cst.Assign | cst.AnnAssign) -> str:
    """Return the name that is assigned to; empty when there are several or it is no plain name."""
    if isinstance(node, cst.AnnAssign):
        return dotted_name(node.target) if isinstance(node.target, cst.Name) else ""
    target = node.targets[0].target
    return target.value if len(node.targets) == 1 and isinstance(target, cst.Name) else ""


def _is_read(function: cst.FunctionDef, name: str) -> bool:
    """Tell whether a local name is read for anything that keeps its value, or is no local name at all."""
    ignored: set[cst.CSTNode] = set()
    named: list[cst.CSTNode] = []
    for node in descend(function.body):
        if isinstance(node, cst.Name):
            if node.value == name:
                named.append(node)
        elif isinstance(node, cst.Attribute):
            ignored.add(node.attr)
            if node.attr.value in _KEEPS_NOTHING:
                ignored.add(node.value)
        elif isinstance(node, cst.Arg) and node.keyword is not None:
            ignored.add(node.keyword)
        elif isinstance(node, cst.AssignTarget | cst.AnnAssign):
            ignored.add(node.target)
    return any(node not in ignored for node in named)


def yield_in_scope(node: cst.With, context: ModuleContext) -> Iterator[Sighting]:
    """ASY016: an async generator hands over control inside of something that will cancel whoever entered it."""
    function = context.enclosing_function
    if function is None or function.asynchronous is None:
        return
    if any(dotted_name(each.decorator) not in _KEEPS_GENERATOR for each in function.decorators):
        return
    for item in node.items:
        scope = context.reference(item.item).removesuffix("()")
        if scope.rpartition(".")[2] in _SCOPE_NAMES and _yields(node.body):
            name = scope.rpartition(".")[2]
            yield Sighting(
                code="ASY016",
                message=(
                    f"the async generator `{function.name.value}` yields inside `{name}`, so "
                    "the scope stays open while the caller runs, and cancels the wrong task"
                ),
                subject=scope,
                reference=scope,
                names=SCOPES,
            )


def _outlasts(function: cst.FunctionDef) -> bool:
    """Tell whether a function keeps its locals while its tasks run: it yields, as a lifespan does, or runs the loop."""
    return _yields(function.body) or any(
        isinstance(each, cst.Call) and dotted_name(each.func).rpartition(".")[2] in _RUNS_LOOP
        for each in descend(function.body, but_not=FUNCTIONS)
    )


def _yields(body: cst.BaseSuite) -> bool:
    return any(isinstance(each, cst.Yield) for each in descend(body, but_not=FUNCTIONS))
