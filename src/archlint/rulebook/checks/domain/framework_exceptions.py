"""DOM004: exceptions of frameworks and libraries, raised or derived from in inner layers."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Call, Load
from archlint.model import Severity, Violation
from archlint.project.layer_names import INNER, Layer
from archlint.project.layers import layers
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.rulebook.model import Rule


def framework_exception(project: Project, rule: Rule) -> Iterator[Violation]:
    """DOM004: domain and application code that raises what only a framework should, or builds its own upon it."""
    roles = project.query(layers)
    resolver = project.query(types)
    for module in project.modules:
        layer = roles.of(module.name)
        if layer is None or layer.role not in INNER:
            continue
        for index, fact in enumerate(module.facts.classes):
            base = _framework(project, resolver.order(f"{module.name}@{index}")[1:])
            if base and not _derives_from_inner(project, resolver, f"{module.name}@{index}"):
                message = f"{layer.role} exception `{fact.name}` derives from `{base}`"
                yield _violation(rule, module, layer, (fact.start, fact.end), message, base, fact.qualname)
        for use in _raised(module):
            reference = use.callee if isinstance(use, Call) else use.reference
            name = _raises(project, resolver, reference)
            if name:
                message = f"{layer.role} code raises `{name}`"
                scope = module.scope(use.function, use.owner)
                yield _violation(rule, module, layer, (use.start, use.end), message, name, scope)


def _raised(module: Module) -> Iterator[Call | Load]:
    """Yield what stands first in a `raise`: the class that is called, or that is raised as it is."""
    uses: list[Call | Load] = [*module.facts.calls, *module.facts.loads]
    yield from (use for use in uses if use.flags & model.IN_RAISE)


def _raises(project: Project, resolver: Types, reference: str) -> str:
    """Return the framework's class that is raised; the project's own are reported where they are defined."""
    for value in resolver.infer(reference):
        if value.kind == "object" and not value.is_function and not value.is_class:
            return _framework(project, (value.name,))
        if value.kind == "object" and value.is_class:
            module, _ = project.class_(value.name)
            if project.query(layers).role(module.name) not in INNER:
                return _framework(project, resolver.order(value.name))
    return ""


def _framework(project: Project, names: tuple[str, ...]) -> str:
    """Return the first name that is an exception of a framework, empty for none."""
    return next((name for name in names if "@" not in name and project.library.is_foreign_exception(name)), "")


def _derives_from_inner(project: Project, resolver: Types, key: str) -> bool:
    """Tell whether another class of the inner layers stands between, which is reported instead."""
    roles = project.query(layers)
    owners = (owner.rpartition("@")[0] for owner in resolver.order(key)[1:] if "@" in owner)
    return any(roles.role(owner) in INNER for owner in owners)


def _violation(
    rule: Rule, module: Module, layer: Layer, span: tuple[int, int], message: str, name: str, scope: str
) -> Violation:
    return rule.violation(
        module,
        span,
        message=message,
        subject=name,
        scope=scope,
        severity=None if layer.sure else Severity.NOTE,
        help_="raise an exception of your own, and let the outer layer translate it",
    )
