"""RES003 and RES004: what retry libraries are told."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Call, Load
from archlint.model import Violation
from archlint.project.asides import is_test
from archlint.project.importers import importers_of
from archlint.project.library import Retry
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.rulebook.model import Rule


class Retries:
    """Every place that makes a retrying decorator or object of a library; reached by `project.query(Retries)`."""

    def __init__(self, project: Project) -> None:
        self.found: list[tuple[Module, Call | Load, Retry]] = []
        known = project.library.retries
        roots = frozenset(name.partition(".")[0] for name in known)
        words = {name.rpartition(".")[2] for name in known}
        resolver = project.query(types)
        for module in importers_of(project, roots):
            if is_test(module):
                continue
            uses: list[tuple[str, Call | Load]] = [(each.callee, each) for each in module.facts.calls]
            uses += [(each.reference, each) for each in module.facts.loads if each.flags & model.IN_DECORATOR]
            for reference, use in uses:
                if reference.rpartition(".")[2] in words:
                    retry = next((known[name] for name in resolver.names(reference) if name in known), None)
                    if retry is not None:
                        self.found.append((module, use, retry))


def unbounded_retry(project: Project, rule: Rule) -> Iterator[Violation]:
    """RES004: a retry of a library without an end."""
    resolver = project.query(types)
    for module, use, retry in project.query(Retries).found:
        given = _given(use)
        if given is None:
            continue
        stops = [given[name] for name in retry.stops if name in given]
        ends = [each for each in stops if each != "=None" and not _is_one_of(resolver, each, retry.endless)]
        if not ends and not (retry.limited and len(stops) < len(retry.stops)):
            advice = f"give `{retry.stops[0]}` an end" if stops else f"pass `{retry.stops[0]}`"
            message = f"this retries for ever; {advice}, so that the error comes to light in the end"
            yield _violation(rule, module, use, message)


def fixed_retry_delay(project: Project, rule: Rule) -> Iterator[Violation]:
    """RES003: a retry of a library with the same delay each time, or none."""
    resolver = project.query(types)
    for module, use, retry in project.query(Retries).found:
        given = _given(use)
        if given is None or not retry.varies or any(_polls(given.get(name)) for name in retry.polls):
            continue
        waits = [given[name] for name in retry.varies if name in given]
        if all(_is_one_of(resolver, each, retry.fixed) for each in waits):
            message = (
                "all who failed try again after the same time, and hit the other side together while it recovers; "
                f"pass `{retry.varies[0]}` with a delay that grows and varies"
            )
            yield _violation(rule, module, use, message)


def _given(use: Call | Load) -> dict[str, str] | None:
    """Return the keyword arguments of a use; `None` when others are unpacked."""
    if isinstance(use, Load):
        return {}
    names = {name for name, _ in use.arguments}
    if names & {"*", "**"}:
        return None
    return {name: value for name, value in use.arguments if name}


def _is_one_of(resolver: Types, value: str, apis: tuple[str, ...]) -> bool:
    if value.startswith("="):
        return value[1:] in apis
    if not value or "|" in value:
        return False
    held = {each.name for each in resolver.infer(value) if each.kind == "instance"}
    return bool(held and held <= set(apis)) or not set(apis).isdisjoint(resolver.names(value.removesuffix("()")))


def _polls(value: str | None) -> bool:
    """Tell whether what decides on a retry is a result or a test of one's own, and not a class of errors."""
    return value is not None and not ("exception_type" in value or value.endswith("retry_if_exception_message()"))


def _violation(rule: Rule, module: Module, use: Call | Load, message: str) -> Violation:
    reference = use.callee if isinstance(use, Call) else use.reference
    return rule.violation(
        module,
        (use.start, use.end),
        message=message,
        subject=reference.rpartition(".")[2],
        scope=module.scope(use.function, use.owner),
    )
