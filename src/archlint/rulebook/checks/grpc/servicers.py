"""RPC001 and RPC002: servicers on the wrong server, and calls of stubs without a deadline."""

import re
from collections.abc import Iterator

from archlint.facts.model import Call, Function
from archlint.facts.references import alternatives
from archlint.model import Step, Violation
from archlint.project.asides import is_test
from archlint.project.grpc import is_generated, is_stub, uses_grpc
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls, last_word
from archlint.project.values import Value
from archlint.rulebook.model import Rule

STREAM = "grpc-stream"
_SYNC_SERVER = "grpc.Server"
_WAYS = frozenset({"with_call", "future"})
_STREAM_METHODS = ("__iter__", "read", "write", "done_writing")


def async_servicer_in_sync_server(project: Project, rule: Rule) -> Iterator[Violation]:
    """RPC001: each `async def` method of a servicer that is added to a server made by `grpc.server`."""
    seen: set[tuple[str, str]] = set()
    for module, call in project.query(Calls).shaped("add_", "_to_server"):
        positional = [value for name, value in call.arguments if name in ("", "servicer", "server")]
        if len(positional) < 2 or not _is_sync_server(project, positional[1]):
            continue
        values = project.query(types).infer(positional[0])
        servicers = [value for value in values if value.is_class and value.kind == "instance"]
        for owner, function in (method for value in servicers for method in _async_methods(project, value)):
            if (owner.name, function.qualname) not in seen:
                seen.add((owner.name, function.qualname))
                yield _unawaited(rule, owner, function, module, call)


def _is_sync_server(project: Project, reference: str) -> bool:
    return {value.name for value in project.query(types).infer(reference)} == {_SYNC_SERVER}


def _async_methods(project: Project, value: Value) -> Iterator[tuple[Module, Function]]:
    for key in project.query(types).order(value.name):
        if "@" in key:
            module, _ = project.class_(key)
            index = int(key.rpartition("@")[2])
            for function in module.facts.functions:
                own = function.owner == index and function.parent < 0 and not function.name.startswith("_")
                if own and function.is_async and _answers_call(function):
                    yield module, function


def _answers_call(function: Function) -> bool:
    """Tell whether a method of a servicer is a call of its service, by its name or by what it takes."""
    context = function.parameters[2].name.lower() if len(function.parameters) == 3 else ""
    return function.name[:1].isupper() or "context" in context or "ctx" in context


def _unawaited(rule: Rule, owner: Module, function: Function, module: Module, call: Call) -> Violation:
    return rule.violation(
        owner,
        (function.start, function.end),
        message=(
            f"`grpc.server` never awaits `async def {function.name}`, so callers wait until their deadline; "
            "add the servicer to a server made by `grpc.aio.server`"
        ),
        subject=function.name,
        scope=function.qualname,
        trace=(Step("the servicer is added to a server of `grpc.server`", module.place(call.start, call.end)),),
    )


_LASTING = re.compile(r"(?:Subscribe|Watch|Listen|Follow|Tail)(?![a-z])")
"""Names of methods whose stream is meant to last, also where it is handed on."""


def missing_deadline(project: Project, rule: Rule) -> Iterator[Violation]:
    """RPC002: a call of a stub's method without `timeout`."""
    if not project.query(uses_grpc) or _adds_deadlines(project):
        return
    resolver = project.query(types)
    for module in project.modules:
        if is_test(module) or is_generated(module):
            continue
        for call in module.facts.calls:
            callee = _without_way(call.callee)
            method = last_word(callee)
            names = [name for name, value in call.arguments if (name, value) != ("timeout", "=None")]
            if not (method[:1].isupper() or "stub" in callee.lower()) or not _may_lack_deadline(names):
                continue
            receivers = (each.rpartition(".")[0] for each in alternatives(callee))
            if (
                call.arguments
                and not method.endswith("$")  # `partial` may have the timeout
                and any(is_stub(project, value) for each in receivers for value in resolver.infer(each))
                and not _LASTING.match(method)
                and not _is_stream(project, module, call)
            ):
                yield rule.violation(
                    module,
                    (call.start, call.end),
                    message=(
                        f"`{method}` has no deadline and waits for ever when the server does not answer; pass `timeout`"
                    ),
                    subject=method,
                    scope=module.scope(call.function, call.owner),
                )


def _without_way(callee: str) -> str:
    """Return the method of a stub that is called, also where it is asked for a future or the call itself."""
    if last_word(callee) not in _WAYS:
        return callee
    return "|".join(each.rpartition(".")[0] for each in alternatives(callee))


def _may_lack_deadline(names: list[str]) -> bool:
    return "timeout" not in names and "**" not in names and "*" not in names and names.count("") <= 1


def _adds_deadlines(project: Project) -> bool:
    """Tell whether an interceptor of the project sets timeouts, so that calls need not."""
    for module, call in project.query(Calls).named(("ClientCallDetails", "_ClientCallDetails", "_replace")):
        if any(name == "timeout" for name, _ in call.arguments) and not is_test(module):
            return True
    return False


def _is_stream(project: Project, module: Module, call: Call) -> bool:
    """Tell whether what the call gives is iterated over or read from, so that it may be meant to last."""
    if any(f"{call.callee}().{each}" in module.facts.called for each in _STREAM_METHODS):
        return True
    if any(each.code == STREAM and each.reference == call.callee for each in module.facts.candidates):
        return True
    resolver = project.query(types)
    return any("Stream" in value.name for value in resolver.infer(call.callee) if value.kind == "instance")
