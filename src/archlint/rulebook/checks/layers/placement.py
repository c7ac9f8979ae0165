"""LAY008 unplaced-module and LAY009 misplaced-wiring: what stands in no layer, or in the wrong one."""

from collections.abc import Iterator

from archlint.model import Place, Violation
from archlint.project.adapters import adapters
from archlint.project.classes import ClassTable, definitions
from archlint.project.contracts import Contract
from archlint.project.decorators import is_decorator
from archlint.project.layer_names import INNER
from archlint.project.layers import Layers, layers
from archlint.project.members import Members
from archlint.project.ports import class_keys, ports
from archlint.project.preset_contracts import contracts
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls
from archlint.rulebook.checks.layers.directions import containers, places
from archlint.rulebook.checks.ports.declarations import used_by_inner
from archlint.rulebook.model import Rule

_PROVIDERS = frozenset({"dishka.provide", "injector.provider", "injector.multiprovider"})
"""Decorators by which containers know who makes what."""


def unplaced_module(project: Project, rule: Rule) -> Iterator[Violation]:
    """LAY008: modules without a role, or outside the layers of an exhaustive contract."""
    roles = project.query(layers)
    if rule.flag("exhaustive"):
        placed = {name for names in roles.members().values() for name in names}
        for name in _unplaced(project, placed, set(project.by_name)):
            yield _violation(project, rule, name, "has no layer; give it a role under `[tool.archlint.layers]`")
    for contract in project.query(contracts):
        if contract.type == "layers" and contract.exhaustive:
            yield from _outside(project, rule, contract)


def _outside(project: Project, rule: Rule, contract: Contract) -> Iterator[Violation]:
    members = project.query(Members)
    tests = members.matching("<tests>")
    for container in containers(project, contract):
        placed = {name for place in places(project, contract, container) for name in place.modules}
        names = members.matching(container) if container else frozenset(project.by_name)
        for name in _unplaced(project, placed | tests, set(names) & project.by_name.keys()):
            said = f'is in no layer of the contract "{contract.name}"; add it to a layer'
            yield _violation(project, rule, name, said, contract)


def _unplaced(project: Project, placed: set[str], names: set[str]) -> list[str]:
    """Return the modules that are not placed, but for packages around placed ones that hold nothing themselves."""
    around = {".".join(parts[:count]) for parts in (name.split(".") for name in placed) for count in range(len(parts))}
    empty = {name for name in around & names if not _has_code(project, name)}
    return sorted(names - placed - empty)


def _has_code(project: Project, name: str) -> bool:
    facts = project.by_name[name].facts
    return bool(facts.functions or facts.classes)


def _violation(project: Project, rule: Rule, name: str, said: str, contract: Contract | None = None) -> Violation:
    module = project.by_name[name]
    because = f" ({contract.because})" if contract and contract.because else ""
    return Violation(
        code=rule.code,
        severity=(contract.severity if contract else None) or rule.severity,
        message=f"`{name}` {said}{because}",
        place=Place(module.path, 0, 0),
        module=name,
        scope="",
        subject=name,
        contract=contract.name if contract else "",
    )


def misplaced_wiring(project: Project, rule: Rule) -> Iterator[Violation]:
    """LAY009: calls that make an adapter of a port outside of composition root, tests and the adapter's module."""
    roles = project.query(layers)
    made = _adapters(project)
    resolver = project.query(types)
    for module, call in project.query(Calls).named(made.values()) if made else ():
        if roles.role(module.name) not in ("presentation", "infrastructure") or is_decorator(module, call):
            continue
        found = [value.name for value in resolver.infer(call.callee) if value.is_class and value.name in made]
        if not found or any(key.rpartition("@")[0] == module.name for key in found):
            continue
        if _is_in_unit_of_work(project, module, call.function) or _is_provider(module, call.function):
            continue
        yield rule.violation(
            module,
            (call.start, call.end),
            message=f"the adapter `{made[found[0]]}` is made in {roles.role(module.name)}; make it in the composition"
            " root and pass it in",
            subject=made[found[0]],
            scope=module.scope(call.function, call.owner),
        )


def _adapters(project: Project) -> dict[str, str]:
    """Return the names of the adapters in the infrastructure, by reference root."""
    roles = project.query(layers)
    used = used_by_inner(project, project.query(ports))
    pairs = project.query(adapters).pairs
    joined = {each.adapter for each in pairs if each.port in used or _role_of(project, each.port) != "infrastructure"}
    found: dict[str, str] = {}
    for key in class_keys(project):
        module, class_ = project.class_(key)
        if roles.role(module.name) == "infrastructure" and (key in joined or _fills_in(project, roles, key)):
            found[key] = class_.name
    return found


def _role_of(project: Project, key: str) -> str:
    return project.query(layers).role(project.class_(key)[0].name)


def _fills_in(project: Project, roles: Layers, key: str) -> bool:
    """Tell whether a class derives from one of an inner layer with nothing but stubs: a port that does not say so."""
    table = project.query(ClassTable)
    for base in project.query(types).order(key)[1:]:
        module = project.class_(base)[0] if "@" in base else None
        if module is None or roles.role(module.name) not in INNER:
            continue
        methods = [each for each in table.own_members(base).values() if each.is_method and each.name != "__init__"]
        bodies = {function.body for each in methods for function in definitions(module, each)}
        if bodies == {"stub"}:
            return True
    return False


def _is_provider(module: Module, function: int) -> bool:
    """Tell whether a container asks a function for what it makes: it is part of the wiring, wherever it stands."""
    decorators = module.facts.functions[function].decorators if function >= 0 else ()
    return any(each.removesuffix("()") in _PROVIDERS for each in decorators)


def _is_in_unit_of_work(project: Project, module: Module, function: int) -> bool:
    """Tell whether a method is that of a unit of work, which makes repositories of the session that it opens."""
    owner = module.facts.functions[function].owner if function >= 0 else -1
    if owner < 0:
        return False
    table, order = project.query(ClassTable), project.query(types).order(f"{module.name}@{owner}")
    members = {name for each in order if "@" in each for name in table.own_members(each)}
    return {"commit", "rollback"} <= members
