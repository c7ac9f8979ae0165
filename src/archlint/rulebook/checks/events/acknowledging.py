"""EVT006: messages that are acknowledged before they are handled."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Call
from archlint.model import Step, Violation
from archlint.project.asides import is_test
from archlint.project.effects import Effect, Effects
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls
from archlint.rulebook.model import Rule

_AUTOMATIC = {
    "aio_pika.abc.AbstractQueue.consume": "no_ack",
    "aio_pika.abc.AbstractQueue.iterator": "no_ack",
    "aio_pika.abc.AbstractQueue.get": "no_ack",
    "aiokafka.AIOKafkaConsumer": "enable_auto_commit",
    "kafka.KafkaConsumer": "enable_auto_commit",
    "kombu.Consumer": "no_ack",
    "pika.adapters.blocking_connection.BlockingChannel.basic_consume": "auto_ack",
    "pika.adapters.blocking_connection.BlockingChannel.basic_get": "auto_ack",
    "pika.adapters.blocking_connection.BlockingChannel.consume": "auto_ack",
}
"""What acknowledges by itself, and the argument that says so."""
_DECLARING = {"declare_queue", "queue_declare", "Queue"}
"""What makes a queue, which may be told that it is for one connection only."""
_DIRECT_REPLIES = "amq.rabbitmq.reply-to"
"""RabbitMQ's queue for direct replies, which it lets nobody consume with acknowledgements."""


def acknowledged_before_handled(project: Project, rule: Rule) -> Iterator[Violation]:
    """EVT006: a message counts as handled before anybody has handled it."""
    yield from _automatic(project, rule)
    for effects in project.query(Effects).of.values():
        for effect in effects:
            if effect.kind == "acknowledges" and not is_test(effect.module):
                handler = _handled_later(project, effect)
                if handler is not None:
                    yield _violation(rule, effect.module, effect.call, effect.name, handler)


def _automatic(project: Project, rule: Rule) -> Iterator[Violation]:
    for module, call, name in project.query(Calls).of_apis(_AUTOMATIC):
        argument = _AUTOMATIC[name]
        if (argument, "=True") not in call.arguments or is_test(module) or _is_for_replies(project, module, call):
            continue
        yield rule.violation(
            module,
            (call.start, call.end),
            message=f"`{argument}=True` acknowledges what is only delivered; acknowledge what is handled",
            subject=name,
            scope=module.scope(call.function, call.owner),
        )


def _is_for_replies(project: Project, module: Module, call: Call) -> bool:
    """Tell whether the queue is gone with its connection: no other process could handle what this one does not."""
    if any(value.lstrip("=").strip("'\"") == _DIRECT_REPLIES for _, value in call.arguments):
        return True
    return any(
        other is module and _place(module, each) == _place(module, call) and ("exclusive", "=True") in each.arguments
        for other, each in project.query(Calls).named(_DECLARING)
    )


def _place(module: Module, call: Call) -> tuple[str, int]:
    """Return the class whose method a call stands in, else the function."""
    owner = module.facts.functions[call.function].owner if call.function >= 0 else -1
    return ("class", owner) if owner >= 0 else ("function", call.function)


def _handled_later(project: Project, effect: Effect) -> Call | None:
    """Return the first call behind an acknowledgement that handles, if nothing before it does."""
    same = [call for call in effect.module.facts.calls if call.function == effect.call.function]
    if effect.call.flags & (model.IN_HANDLER | model.IN_CONDITION):
        return None
    handling = [call for call in same if _handles(project, call)]
    if any(call.start < effect.call.start for call in handling):
        return None
    return next((call for call in handling if call.start > effect.call.end), None)


def _handles(project: Project, call: Call) -> bool:
    """Tell whether a call runs a function of the project, or awaits something that nobody knows."""
    values = project.query(types).infer(call.callee)
    if any(value.is_function and value.kind == "object" for value in values):
        return bool(call.arguments)
    return not values and bool(call.flags & model.AWAITED) and bool(call.arguments)


def _violation(rule: Rule, module: Module, call: Call, name: str, handler: Call) -> Violation:
    return rule.violation(
        module,
        (call.start, call.end),
        message="the message is acknowledged before it is handled, so a crash in between loses it; acknowledge it last",
        subject=name,
        scope=module.scope(call.function, call.owner),
        trace=(Step("it is handled here", module.place(handler.start, handler.end)),),
    )
