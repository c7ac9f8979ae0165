"""The rule about concrete classes that inner layers take or make, and the port that is missing."""

from collections.abc import Iterator

from archlint.model import Severity, Violation
from archlint.project.layers import INNER, Layer, layers
from archlint.project.ports import ports
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.rulebook.model import Rule

_VALUE_BASES = frozenset(
    {
        "builtins.Exception",
        "builtins.BaseException",
        "enum.Enum",
        "enum.IntEnum",
        "enum.StrEnum",
        "enum.Flag",
        "typing.NamedTuple",
        "typing.TypedDict",
        "typing_extensions.TypedDict",
        "pydantic.BaseModel",
        "pydantic_settings.BaseSettings",
        "pydantic.BaseSettings",
        "msgspec.Struct",
    }
)


def concrete_dependency(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT001: inner code is annotated with an infrastructure class or a third-party I/O client."""
    roles = project.query(layers)
    resolver = project.query(types)
    for module in project.modules:
        layer = roles.of(module.name)
        if layer is None or layer.role not in INNER:
            continue
        for annotation, span, what, scope in _dependencies(module):
            for name, kind in _concrete(project, resolver, annotation):
                yield rule.violation(
                    module,
                    span,
                    message=f"{layer.role} code takes {kind} `{name}` as `{what}`",
                    subject=name,
                    scope=scope,
                    severity=_layer_severity(rule, layer),
                    help_=f"declare a Protocol with the methods that are used, and annotate `{what}` with it",
                )
                break


def _layer_severity(rule: Rule, layer: Layer) -> Severity:
    return rule.severity if layer.sure else Severity.WARNING


def _dependencies(module: Module) -> Iterator[tuple[str, tuple[int, int], str, str]]:
    """Yield the annotation, span, name and scope of every annotated parameter and attribute."""
    taken: set[tuple[int, str]] = set()
    for function in module.facts.functions:
        for parameter in function.parameters:
            if parameter.annotation:
                if function.name == "__init__":
                    taken.add((function.owner, parameter.annotation))
                yield (
                    parameter.annotation,
                    (parameter.start, parameter.end),
                    parameter.name,
                    function.qualname,
                )
    for index, class_ in enumerate(module.facts.classes):
        for attribute in class_.attributes:
            if attribute.annotation and (index, attribute.annotation) not in taken:
                yield attribute.annotation, (attribute.start, attribute.end), attribute.name, class_.qualname


def _concrete(project: Project, resolver: Types, annotation: str) -> Iterator[tuple[str, str]]:
    roles = project.query(layers)
    for value in resolver.infer(annotation):
        if value.kind != "object" or value.is_function:
            continue
        if not value.is_class:
            kind = project.library.client(value.name)
            if kind is not None:
                yield value.name, f"the {kind} client"
            continue
        module, fact = project.class_(value.name)
        if roles.role(module.name) == "infrastructure" and not _is_harmless(project, resolver, value.name):
            yield fact.name, "the infrastructure class"


def _is_harmless(project: Project, resolver: Types, key: str) -> bool:
    """Ports and plain values may be taken by anyone: they reach nothing."""
    _, fact = project.class_(key)
    if project.query(ports).is_abstract(key):
        return True
    if any("dataclass" in decorator or decorator.startswith(("attr.", "attrs.")) for decorator in fact.decorators):
        return not _has_client(project, resolver, key)
    return any(owner in _VALUE_BASES or "Exception" in owner or "Error" in owner for owner in resolver.order(key))


def _has_client(project: Project, resolver: Types, key: str) -> bool:
    _, fact = project.class_(key)
    return any(
        project.library.client(value.name) is not None
        for attribute in fact.attributes
        for value in resolver.infer(attribute.annotation)
    )
