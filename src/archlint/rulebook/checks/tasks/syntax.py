"""Celery tasks on the syntax tree: how they are declared, how they are retried, what they are given."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import source_of
from archlint.rulebook.checks.sql.flow import Flow

TASK = "celery-task"
"""The code of a candidate at a task's name: its reference is the decorator's, its values are `key=value`."""
RETRY = "celery-retry"
"""The code of a candidate for `self.retry(...)`: its subject says how the delay is given."""
SETTING = "celery-setting"
"""The code of a candidate for an assignment to a setting of a Celery app: its subject is the setting."""
ARGUMENT = "celery-argument"
"""The code of a candidate for `delay` and `apply_async`: its values refer to what the task is given."""
_DECORATORS = frozenset({"task", "shared_task", "periodic_task"})
_SETTINGS = frozenset(
    {"task_time_limit", "task_soft_time_limit", "task_acks_late", "CELERY_TASK_TIME_LIMIT", "CELERY_TASK_ACKS_LATE"}
)
_PACKED = {"apply_async": 0, "send_task": 1}
"""What takes the arguments of a task as a tuple and a dictionary, and at which position they begin."""


def declared_task(node: cst.FunctionDef, context: ModuleContext) -> Iterator[Sighting]:
    """Note a function that a decorator may make a task, with what the decorator is told."""
    for decorator in node.decorators:
        made = decorator.decorator
        callee = made.func if isinstance(made, cst.Call) else made
        if dotted_name(callee).rpartition(".")[2] in _DECORATORS:
            arguments = made.args if isinstance(made, cst.Call) else ()
            yield Sighting(
                code=TASK,
                message="",
                subject=node.name.value,
                reference=context.reference(callee),
                values=tuple(map(_keyword, arguments)),
            )


def _keyword(argument: cst.Arg) -> str:
    if argument.star:
        return argument.star
    name = argument.keyword.value if argument.keyword is not None else ""
    return f"{name}={dotted_name(argument.value) or _number(argument.value)}"


def _number(node: cst.BaseExpression) -> str:
    return node.value if isinstance(node, cst.Integer | cst.Float) else "..."


def retried(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """Note a retry with the way its delay is given: constant, computed or default."""
    function = context.enclosing_function
    if function is None or not isinstance(node.func, cst.Attribute):
        return
    receiver = dotted_name(node.func.value)
    parameters = function.params.params
    reference = context.reference(node.func)
    if not reference:
        if not parameters or receiver != parameters[0].name.value:
            return
        reference = _task_decorator(function, context)
        reference = f"{reference}().retry" if reference else ""
    if reference:
        yield Sighting(code=RETRY, message="", subject=_delay(node, context), reference=reference)


def _task_decorator(function: cst.FunctionDef, context: ModuleContext) -> str:
    for decorator in function.decorators:
        made = decorator.decorator
        if isinstance(made, cst.Call) and dotted_name(made.func).rpartition(".")[2] in _DECORATORS:
            return context.reference(made.func)
    return ""


def _delay(node: cst.Call, context: ModuleContext) -> str:
    for argument in node.args:
        if argument.star == "**":
            return "computed"
        if argument.keyword is not None and argument.keyword.value == "eta":
            return "computed"
        if argument.keyword is not None and argument.keyword.value == "countdown":
            return "constant" if _is_constant(argument.value, context, node) else "computed"
    return "default"


def _is_constant(node: cst.BaseExpression, context: ModuleContext, call: cst.Call) -> bool:
    if isinstance(node, cst.Integer | cst.Float):
        return True
    if isinstance(node, cst.BinaryOperation):
        return _is_constant(node.left, context, call) and _is_constant(node.right, context, call)
    name = dotted_name(node).rpartition(".")[2]
    if name.isupper():
        return True
    if isinstance(node, cst.Name):
        bound = Flow(context.enclosing_function, call).bindings(name)
        return len(bound) == 1 and bound[0].how == "set" and isinstance(bound[0].node, cst.Integer | cst.Float)
    return False


def setting(node: cst.Assign, _: ModuleContext) -> Iterator[Sighting]:
    """Note `app.conf.task_time_limit = 60`, `CELERY_TASK_TIME_LIMIT = 60` and Django's `ATOMIC_REQUESTS`."""
    target = node.targets[0].target
    if target.__class__ is cst.Name:
        name = target.value
        if name == "DATABASES" and "ATOMIC_REQUESTS" in source_of(node.value):
            yield Sighting(code="atomic-requests", message="", subject=name)
    elif target.__class__ is cst.Attribute:
        name = target.attr.value
    else:
        return
    if name in _SETTINGS:
        yield Sighting(code=SETTING, message="", subject=name)


def given(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """Note what a task is given, each argument by its reference; what `apply_async` packs is taken apart."""
    word = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
    plain = [each.value for each in node.args if not each.star]
    first = _PACKED.get(word)
    values = plain if first is None else list(_packed(node, first))
    references = tuple(filter(None, map(context.reference, values)))
    if references:
        yield Sighting(
            code=ARGUMENT, message="", subject=word, reference=context.reference(node.func), values=references
        )


def _packed(node: cst.Call, first: int) -> Iterator[cst.BaseExpression]:
    """Yield what is in the tuple of arguments and the dictionary behind it, by name or from a position on."""
    for position, argument in enumerate(node.args):
        name = argument.keyword.value if argument.keyword is not None else ""
        if name == "args" or (not name and position == first):
            if isinstance(argument.value, cst.List | cst.Tuple):
                yield from (each.value for each in argument.value.elements)
        elif name == "kwargs" or (not name and position == first + 1):
            yield from _entries(argument.value)


def _entries(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.Dict):
        yield from (each.value for each in node.elements if isinstance(each, cst.DictElement))
    elif isinstance(node, cst.Call) and dotted_name(node.func) == "dict":
        yield from (each.value for each in node.args if each.keyword is not None)
