"""The rules about ports and the adapters that fulfil them."""

from collections.abc import Iterator

from archlint.facts.model import Function
from archlint.model import Severity, Violation
from archlint.project.adapters import adapters
from archlint.project.classes import CONTEXT_BASES, ClassTable, Member, implementation
from archlint.project.layers import INNER, Layer, layers
from archlint.project.ports import Pair, Ports, is_test_class, ports
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.rulebook.model import Rule

_AWAITABLES = frozenset(
    {
        f"{module}.{name}"
        for module, names in {
            "typing": ("Awaitable", "Coroutine"),
            "collections.abc": ("Awaitable", "Coroutine"),
            "asyncio": ("Future", "Task"),
            "concurrent.futures": ("Future",),
        }.items()
        for name in names
    }
)
_TRANSPARENT = frozenset(
    {
        "abc.abstractmethod",
        "builtins.classmethod",
        "builtins.staticmethod",
        "typing.override",
        "typing_extensions.override",
        "typing.final",
        "typing.overload",
        "typing_extensions.overload",
    }
)
_STREAMS = frozenset({"AsyncIterator", "AsyncIterable", "AsyncGenerator"})
_EVIDENCE = {
    "inheritance": "which derives from it",
    "parameter": "which is passed where it is annotated",
    "return": "which is returned where it is annotated",
    "assignment": "which is assigned where it is annotated",
    "name": "judging by the name",
}
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


def missing_port_method(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT003: an adapter lacks a member that its port promises; one violation a member."""
    known = project.query(ports)
    resolver = project.query(types)
    for pair in _judged(project, known):
        if known.is_abstract(pair.adapter) or known.has_subclass(pair.adapter):
            continue
        if resolver.has_unknown_base(pair.adapter) or _find(project, resolver, pair.adapter, "__getattr__"):
            continue
        module, fact = project.class_(pair.adapter)
        _, port = project.class_(pair.port)
        for member in known.required(pair):
            if _fulfils(project, known, resolver, pair, member):
                continue
            if _superseded(project, pair, member) or (pair.evidence == "name" and member.attribute):
                continue
            kind = "member" if member.attribute or member.is_property else "method"
            yield rule.violation(
                module,
                (fact.start, fact.end),
                message=(
                    f"`{fact.name}` lacks the {kind} `{member.name}` of its port `{port.name}`, "
                    f"{_EVIDENCE[pair.evidence]}"
                ),
                subject=f"{port.name}.{member.name}",
                scope=fact.qualname,
                severity=_severity(rule, pair),
                help_=f"write `{member.name}`, or split `{port.name}` if this class cannot have it",
            )


def port_async_mismatch(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT004: a method is async in the port and plain in the adapter, or the other way round."""
    known = project.query(ports)
    resolver = project.query(types)
    reported: set[tuple[str, int]] = set()
    for pair in _judged(project, known):
        _, port = project.class_(pair.port)
        for member in known.promised(pair.port):
            own = _find(project, resolver, pair.adapter, member.name)
            if own is None or own.owner == member.owner or not (own.is_method and member.is_method):
                continue
            module, theirs = _definition(project, own)
            _, ours = _definition(project, member)
            if theirs is None or ours is None or is_test_class(project, own.owner):
                continue
            if not _kinds_differ(resolver, ours, theirs) or (module.name, theirs.start) in reported:
                continue
            reported.add((module.name, theirs.start))
            _, adapter = project.class_(pair.adapter)
            yield rule.violation(
                module,
                (theirs.start, theirs.end),
                message=(
                    f"`{adapter.name}.{member.name}` is `{_form(theirs)}`, but its port `{port.name}` says "
                    f"`{_form(ours)}` ({pair.evidence})"
                ),
                subject=f"{port.name}.{member.name}",
                scope=theirs.qualname,
                severity=_severity(rule, pair),
                help_=(
                    f"make both `{_form(ours)}`: "
                    f"callers {'await' if ours.is_async else 'do not await'} the port's method"
                ),
            )


def _judged(project: Project, known: Ports) -> Iterator[Pair]:
    for pair in project.query(adapters).pairs:
        if not is_test_class(project, pair.adapter) and not known.is_protocol(pair.adapter):
            yield pair


def _severity(rule: Rule, pair: Pair) -> Severity:
    return Severity.WARNING if pair.evidence == "name" else rule.severity


def _superseded(project: Project, pair: Pair, member: Member) -> bool:
    """Tell whether the member is inherited by the port and reported for the one that declares it."""
    return member.owner != pair.port and any(
        other.adapter == pair.adapter and other.port == member.owner for other in project.query(adapters).pairs
    )


def _find(project: Project, resolver: Types, key: str, name: str) -> Member | None:
    """Return the member that an instance of the class has, from the first class in resolution order that defines it."""
    table = project.query(ClassTable)
    for owner in resolver.order(key):
        if "@" in owner and (member := table.own_members(owner).get(name)) is not None:
            return member
    return None


def _fulfils(project: Project, known: Ports, resolver: Types, pair: Pair, member: Member) -> bool:
    own = _find(project, resolver, pair.adapter, member.name)
    if member.name.startswith("__") and not CONTEXT_BASES.isdisjoint(resolver.order(pair.adapter)):
        return True
    if own is None:
        return False
    if own.attribute is not None and not own.attribute.values and own.attribute.in_body:
        declared_by_port = own.owner == member.owner and own.owner != pair.adapter
        return not declared_by_port
    if own.owner == member.owner:
        return False
    return own.owner == pair.adapter or own.owner not in known.ports or not _is_stub(project, own)


def _is_stub(project: Project, member: Member) -> bool:
    module, _ = project.class_(member.owner)
    function = implementation(module, member)
    return function is not None and function.body == "stub"


def _definition(project: Project, member: Member) -> tuple[Module, Function | None]:
    module, _ = project.class_(member.owner)
    return module, implementation(module, member)


def _kinds_differ(resolver: Types, port: Function, adapter: Function) -> bool:
    if port.is_async == adapter.is_async:
        return False
    if not _TRANSPARENT.issuperset(port.decorators) or not _TRANSPARENT.issuperset(adapter.decorators):
        return False
    plain = adapter if port.is_async else port
    if plain.returns:
        returned = {value.name for value in resolver.infer(plain.returns)}
        if not returned or returned & _AWAITABLES:
            return False
        if any(name.rpartition(".")[2] in _STREAMS for name in returned):
            return False
    gives = [value for reference in plain.values for value in resolver.infer(reference)]
    if any(value.kind == "coroutine" or value.name in _AWAITABLES for value in gives):
        return False
    if plain is adapter and not plain.returns and any(not resolver.infer(each) for each in plain.values):
        return False
    return not (port.is_generator or adapter.is_generator)


def _form(function: Function) -> str:
    return "async def" if function.is_async else "def"


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
