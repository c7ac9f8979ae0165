"""The rules about ports themselves: where they stand, what they mention, what they hold, who fulfils them."""

from collections.abc import Iterator

from archlint.facts.model import DOING, Class
from archlint.model import Severity, Step, Violation
from archlint.project.adapters import adapters
from archlint.project.asides import is_test
from archlint.project.classes import ClassTable, Member, definitions
from archlint.project.concrete import concrete
from archlint.project.forms import forms, names, parse
from archlint.project.layer_names import INNER, Layer
from archlint.project.layers import layers
from archlint.project.outsiders import fulfilled_from_outside
from archlint.project.ports import PROTOCOLS, Ports, class_keys, ports
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls
from archlint.rulebook.checks.ports.concrete import inner_modules
from archlint.rulebook.model import Rule

_HOOKS = frozenset(
    {"__class_getitem__", "__get_pydantic_core_schema__", "__get_pydantic_json_schema__", "__init_subclass__"}
    | {"__subclasshook__"}
)
"""Methods by which a library or the language sees a class, which promise nothing to who uses the port."""
_MARKS = frozenset({"runtime_checkable", "final", "deprecated", "dataclass_transform()", "deprecated()"})
"""Decorators of a Protocol that only say something about it."""
_OUTER = ("infrastructure", "presentation")


def misplaced_port(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT006: a port is declared in an outer layer although inner layers use it."""
    roles = project.query(layers)
    known = project.query(ports)
    used = used_by_inner(project, known)
    for key in known.ports:
        module, fact = project.class_(key)
        layer = roles.of(module.name)
        if layer is None or layer.role not in _OUTER or not layer.sure or key not in used:
            continue
        user, user_layer, start, end = used[key]
        yield rule.violation(
            module,
            (fact.start, fact.end),
            message=(
                f"the port `{fact.name}` is declared in the {layer.role} layer, but {user_layer.role} code uses it; "
                "move it to the code that needs it"
            ),
            subject=fact.name,
            scope=fact.qualname,
            severity=_severity(rule, user_layer),
            help_=f"declare `{fact.name}` in the {user_layer.role} layer and import it from there",
            trace=(Step(f"`{user.name}` uses `{fact.name}`", user.place(start, end)),),
        )


def _severity(rule: Rule, *found: Layer) -> Severity:
    return rule.severity if all(layer.sure for layer in found) else Severity.NOTE


def used_by_inner(project: Project, known: Ports) -> dict[str, tuple[Module, Layer, int, int]]:
    """Return, for each port that inner layers name in annotations or derive from, where they first do."""
    resolver = project.query(types)
    found: dict[str, tuple[Module, Layer, int, int]] = {}
    for module, layer in inner_modules(project):
        for reference, start, end in _named_types(module):
            for value in resolver.infer(reference):
                if value.kind == "object" and value.name in known.port_set:
                    found.setdefault(value.name, (module, layer, start, end))
    return found


def _named_types(module: Module) -> Iterator[tuple[str, int, int]]:
    for function in module.facts.functions:
        yield from ((each.annotation, each.start, each.end) for each in function.parameters if each.annotation)
        yield function.returns, function.start, function.end
    for class_ in module.facts.classes:
        yield from ((each.annotation, each.start, each.end) for each in class_.attributes if each.annotation)
        yield from ((base, class_.start, class_.end) for base in class_.bases)


def leaky_port(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT007: a port of an inner layer mentions a type of the outside world; one violation a member and type."""
    roles = project.query(layers)
    known = project.query(ports)
    for key in known.ports:
        module, fact = project.class_(key)
        layer = roles.of(module.name)
        if layer is None or layer.role not in INNER:
            continue
        for member in known.promised(key):
            if member.owner != key:
                continue
            for name, what, span in _leaks(project, module, member):
                yield rule.violation(
                    module,
                    span,
                    message=(
                        f"the port `{fact.name}` mentions {what} `{name}` in `{member.name}`; "
                        f"speak of it in words of the {layer.role} layer"
                    ),
                    subject=f"{fact.name}.{member.name} {name}",
                    scope=f"{fact.qualname}.{member.name}",
                    severity=_severity(rule, layer),
                    help_="take and return entities, value objects or plain values, and let the adapter translate",
                )


def _leaks(project: Project, module: Module, member: Member) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Yield name, description and place of each outside type in the annotations of a member, once each."""
    table, known = project.query(forms), project.query(concrete)
    seen: set[str] = set()
    for spelled, span in _annotations(module, member):
        for word in names(parse(spelled)):
            kind, name = table.resolve(word)
            what = known.leaks(kind, name)
            if what and name not in seen:
                seen.add(name)
                yield (project.class_(name)[1].name if "@" in name else name), what, span


def _annotations(module: Module, member: Member) -> Iterator[tuple[str, tuple[int, int]]]:
    if member.attribute is not None:
        yield member.attribute.spelled, (member.attribute.start, member.attribute.end)
    for function in definitions(module, member):
        yield from ((each.spelled, (each.start, each.end)) for each in function.parameters if each.spelled)
        if function.spelled:
            yield function.spelled, (function.start, function.end)


def unused_port(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT009: nothing in the project fulfils a port, not even a fake in the tests."""
    known = project.query(ports)
    fulfilled = {pair.port for pair in project.query(adapters).pairs} | project.query(fulfilled_from_outside)
    fulfilled |= _bounds(project)
    for key in known.ports:
        module, fact = project.class_(key)
        if (
            key in fulfilled
            or is_test(module)
            or _is_made_up(known, key, fact)
            or _is_called_itself(known, key)
            or _fits_some_class(project, known, key)
        ):
            continue
        yield rule.violation(
            module,
            (fact.start, fact.end),
            message=f"no class of the project fulfils the port `{fact.name}`; write its adapter, or delete the port",
            subject=fact.name,
            scope=fact.qualname,
        )


def _is_called_itself(known: Ports, key: str) -> bool:
    """Tell whether a plain function may fulfil a port, or the language's own types: it asks for operators only."""
    names = [member.name for member in known.promised(key)]
    return "__call__" in names or all(name.startswith("__") and name.endswith("__") for name in names)


def _bounds(project: Project) -> frozenset[str]:
    """Return the classes that bound a type variable, which types from anywhere stand for."""
    resolver = project.query(types)
    bounds = (
        value
        for _, call in project.query(Calls).named({"TypeVar"})
        for name, value in call.arguments
        if name == "bound"
    )
    return frozenset(each.name for bound in bounds for each in resolver.infer(bound))


def _is_made_up(known: Ports, key: str, fact: Class) -> bool:
    """Tell whether a decorator may make the class that fulfils a Protocol: a client of what it describes."""
    return known.is_protocol(key) and any(each.rpartition(".")[2] not in _MARKS for each in fact.decorators)


def _fits_some_class(project: Project, known: Ports, port: str) -> bool:
    table = project.query(ClassTable)
    resolver = project.query(types)
    wanted = {member.name for member in known.promised(port)}
    for key in class_keys(project):
        if key in known.port_set or port in resolver.order(key):
            continue
        owners = [owner for owner in resolver.order(key) if "@" in owner]
        if wanted <= {name for owner in owners for name in table.own_members(owner)}:
            return True
    return False


def port_with_behaviour(project: Project, rule: Rule) -> Iterator[Violation]:
    """PRT010: a Protocol has methods with a body, or holds state; one violation a Protocol."""
    table = project.query(ClassTable)
    protocols = project.query(PROTOCOLS)
    for key in (key for module in project.by_name.values() for key in protocols[module.path]):
        module, fact = project.class_(key)
        if is_test(module):
            continue
        members = [each for each in table.own_members(key).values() if each.name not in _HOOKS]
        coded = [each.name for each in members if any(one.body in DOING for one in definitions(module, each))]
        state = [each.name for each in fact.attributes if not each.in_body]
        if not coded and not state:
            continue
        yield rule.violation(
            module,
            (fact.start, fact.end),
            message=f"the Protocol `{fact.name}` {_behaviour(coded, state)}; a port only says what is needed",
            subject=fact.name,
            scope=fact.qualname,
            help_=_elsewhere(fact),
        )


def _behaviour(coded: list[str], state: list[str]) -> str:
    said = [f"has code in {_list(coded)}"] if coded else []
    return " and ".join([*said, f"holds state in {_list(state)}"] if state else said)


def _list(words: list[str]) -> str:
    shown = [f"`{word}`" for word in words[:3]]
    return ", ".join(shown) + (f" and {len(words) - 3} more" if len(words) > 3 else "")


def _elsewhere(fact: Class) -> str:
    return f"put the code into a function that takes `{fact.name}`, or into a base class beside it"
