"""The rules about concrete classes that inner layers take, make or are given, and the port that is missing."""

import re
from collections.abc import Callable, Iterator

from archlint.facts.model import IN_DEFAULT, Call
from archlint.facts.references import parameter_of
from archlint.model import Severity, Step, Violation
from archlint.project.adapters import adapters
from archlint.project.concrete import Concrete, concrete
from archlint.project.decorators import is_decorator
from archlint.project.layer_names import INNER, Layer
from archlint.project.layers import Layers, layers
from archlint.project.missing_port import MissingPorts, Use, missing_ports
from archlint.project.ports import ports
from archlint.project.program import Module, Project
from archlint.project.takers import takers
from archlint.project.types import Types, types
from archlint.project.uses import Calls, other_spellings, spellings
from archlint.project.values import Value
from archlint.rulebook.model import Rule

_WRAPPING = ("builtins.", "collections.", "contextlib.", "typing.")
_MAY_BE_NONE = re.compile(r"\bNone\b|\bOptional\b")
_DEPTH = 4
"""How many annotations around another are looked into."""


def concrete_dependency(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT001: inner code is annotated with an infrastructure class or a third-party I/O client."""
    resolver = project.query(types)
    known = project.query(concrete)
    for module, layer in inner_modules(project):
        for annotation, span, what, scope in _dependencies(project, module):
            asked_for = _asked_for(resolver, annotation)
            found = next(((value, each) for value in asked_for if (each := known.of(value))), None)
            if found is None or _is_made_here(resolver, known, module, what, scope):
                continue
            value, (name, kind) = found
            yield rule.violation(
                module,
                span,
                message=f"{layer.role} code takes {kind} `{name}` as `{what}`",
                subject=name,
                scope=scope,
                severity=layer_severity(rule, layer),
                help_=_advice(project, value, module, f"annotate `{what}` with it"),
            )


def concrete_construction(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT002: inner code makes an infrastructure class or a third-party I/O client itself."""
    resolver = project.query(types)
    known = project.query(concrete)
    for module, layer in inner_modules(project):
        for call in module.facts.calls:
            values = resolver.infer(call.callee)
            made = known.made_by(values[0]) if len(values) == 1 else None
            if made is None or is_decorator(module, call) or _is_annotated_default(project, known, module, call):
                continue
            name, kind = made
            yield rule.violation(
                module,
                (call.start, call.end),
                message=f"{layer.role} code makes {kind} `{name}` itself; take it from outside, behind a port",
                subject=name,
                scope=module.scope(call.function, call.owner),
                severity=layer_severity(rule, layer),
                help_=_advice(project, _of_what(resolver, values[0], name), module, "make it where the program starts"),
            )


def unported_adapter(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT008: an infrastructure class is passed to inner code that does not say what it needs, and has no port."""
    known = project.query(concrete)
    joined = {pair.adapter for pair in project.query(adapters).pairs}
    reported: set[str] = set()
    for taker, layer, slot, adapter, site in _given_untyped(project):
        if adapter in joined or adapter in reported or known.is_row(adapter) or not known.is_infrastructure(adapter):
            continue
        reported.add(adapter)
        module, fact = project.class_(adapter)
        where, start, end = site
        yield rule.violation(
            module,
            (fact.start, fact.end),
            message=f"{layer.role} code is given `{fact.name}` as `{slot}` without an annotation; it has no port",
            subject=fact.name,
            scope=fact.qualname,
            severity=layer_severity(rule, layer),
            help_=_drafted(project, adapter, _uses_of(project, taker, adapter), f"annotate `{slot}` with it"),
            trace=(Step(f"`{fact.name}` is passed as `{slot}`", project.by_name[where].place(start, end)),),
        )


def inner_modules(project: Project) -> Iterator[tuple[Module, Layer]]:
    """Yield the modules of domain and application, with their layer."""
    roles = project.query(layers)
    for module in project.modules:
        layer = roles.of(module.name)
        if layer is not None and layer.role in INNER:
            yield module, layer


def layer_severity(rule: Rule, layer: Layer) -> Severity:
    """Return the rule's severity; a warning at most where the layer follows from a doubtful name."""
    return rule.severity if layer.sure or rule.severity is not Severity.ERROR else Severity.WARNING


def _dependencies(project: Project, module: Module) -> Iterator[tuple[str, tuple[int, int], str, str]]:
    """Yield annotation, span, name and scope of parameters and attributes, but for what ports promise (PRT007)."""
    taken: set[tuple[int, str]] = set()
    promised = _promised_in(project, module)
    for function in module.facts.functions:
        if (function.owner, function.name) in promised:
            continue
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
            known = (index, attribute.annotation) in taken or (index, attribute.name) in promised
            if attribute.annotation and not known:
                yield attribute.annotation, (attribute.start, attribute.end), attribute.name, class_.qualname


def _promised_in(project: Project, module: Module) -> set[tuple[int, str]]:
    """Return the index of the class and the name of every member that a port in a module promises."""
    known = project.query(ports)
    keys = ((index, f"{module.name}@{index}") for index in range(len(module.facts.classes)))
    return {
        (index, member.name)
        for index, key in keys
        if key in known.port_set
        for member in known.promised(key)
        if member.owner == key
    }


def _asked_for(resolver: Types, annotation: str, depth: int = 0) -> Iterator[Value]:
    """Yield what an annotation asks for: a class, those that a collection has, what a factory gives."""
    for value in resolver.infer(annotation):
        yield value
        if depth < _DEPTH and value.name.startswith(_WRAPPING):
            inner = value.args[-1:] if value.name.endswith("Callable") else value.args
            yield from (each for argument in inner for each in _asked_for(resolver, argument, depth + 1))


def _is_made_here(resolver: Types, known: Concrete, module: Module, what: str, scope: str) -> bool:
    """Tell whether an attribute is only ever given what its own class makes, or `None`: that is PRT002's."""
    class_ = next((each for each in module.facts.classes if each.qualname == scope), None)
    attribute = next((each for each in class_.attributes if each.name == what), None) if class_ else None
    if attribute is None or not attribute.values:
        return False
    given = [each for each in attribute.values if each or not _MAY_BE_NONE.search(attribute.spelled)]
    made = [value.removesuffix("()") for value in given if value.endswith("()")]
    return (
        bool(made)
        and len(made) == len(given)
        and all(any(known.made_by(value) for value in resolver.infer(each)) for each in made)
    )


def _is_annotated_default(project: Project, known: Concrete, module: Module, call: Call) -> bool:
    """Tell whether a call is the default of a parameter that PRT001 reports for its annotation."""
    if not call.flags & IN_DEFAULT:
        return False
    resolver = project.query(types)
    return any(
        parameter.start < call.start and parameter.default == f"{call.callee}()"
        for function in module.facts.functions
        for parameter in function.parameters
        if any(map(known.of, resolver.infer(parameter.annotation)))
    )


def _of_what(resolver: Types, value: Value, name: str) -> Value:
    return value if value.is_class or value.is_function else Value("object", name)


def _advice(project: Project, value: Value, module: Module, then: str) -> str:
    drafts = project.query(missing_ports)
    uses = drafts.uses(value.name, [module])
    return _drafted(project, value.name, uses, then) if uses else _plain_advice(then)


def _drafted(project: Project, name: str, uses: list[Use], then: str) -> str:
    draft = project.query(missing_ports).draft(name, uses)
    return f"write this port in the inner layer and {then}:\n\n{draft.text(imports=False)}"


def _plain_advice(then: str) -> str:
    return f"declare a Protocol with the methods that are used, in the inner layer, and {then}"


def _given_untyped(project: Project) -> Iterator[tuple[Value, Layer, str, str, tuple[str, int, int]]]:
    """Yield inner functions and classes that are passed an instance for a parameter without annotation.

    With each: its layer, the parameter, the class of the instance, and where it is passed.
    """
    roles = project.query(layers)
    resolver = project.query(types)
    known = project.query(takers)
    calls = project.query(Calls)
    names = _inner_names(project)
    inner = {callee: taker for callee in calls.callees(names) if (taker := _inner_taker(resolver, roles, callee))}
    for module, call in calls.of(inner):
        if not call.arguments or roles.role(module.name) == "tests":
            continue
        value, layer = inner[call.callee]
        for slot, argument, _ in known.given(value, call.arguments):
            instances = (
                resolver.infer(argument) if not (slot.port or slot.holds) and not argument.startswith("=") else ()
            )
            if len(instances) == 1 and instances[0].kind == "instance" and instances[0].is_class:
                yield value, layer, slot.name, instances[0].name, (module.name, call.start, call.end)


def _inner_names(project: Project) -> Callable[[str], bool]:
    """Return the test for the last word of a callee that may be a function or class of an inner layer."""
    facts = [module.facts for module, _ in inner_modules(project)]
    named = {each.name for inner in facts for kind in (inner.functions, inner.classes) for each in kind}
    words = other_spellings(named, project.query(spellings))
    return lambda word: word in words or not word.isidentifier()


def _inner_taker(resolver: Types, roles: Layers, callee: str) -> tuple[Value, Layer] | None:
    """Return the function or class of an inner layer that a callee is for sure, and its layer."""
    values = resolver.infer(callee)
    if len(values) != 1 or values[0].kind != "object" or not (values[0].is_class or values[0].is_function):
        return None
    layer = roles.of(values[0].name.partition("@")[0].partition("#")[0])
    return (values[0], layer) if layer is not None and layer.role in INNER else None


def _is_unknown(reference: str) -> bool:
    """Tell whether a value is not known where it stands: nothing is, or it is a parameter."""
    return not reference or parameter_of(reference) is not None


def _uses_of(project: Project, taker: Value, adapter: str) -> list[Use]:
    """Return what the taker uses of its parameter: what it calls on attributes that hold nothing known."""
    drafts: MissingPorts = project.query(missing_ports)
    public = drafts.public(adapter)
    if not taker.is_class:
        return public
    module, fact = project.class_(taker.name)
    names = {use.name for use in public}
    unknown = {each.name for each in fact.attributes if not each.annotation and any(map(_is_unknown, each.values))}
    receivers = frozenset(f"{taker.name}{{}}.{name}" for name in unknown)
    used = [use for use in drafts.uses(adapter, [module], receivers) if use.name in names]
    return used or public
