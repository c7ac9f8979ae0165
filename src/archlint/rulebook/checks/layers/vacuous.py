"""Roles, contracts and presets that hold nothing: a rule that cannot be broken is a mistake, never a pass."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches

from archlint.model import Failure
from archlint.project.contexts import Contexts
from archlint.project.contracts import Contract
from archlint.project.layer_names import ROLES
from archlint.project.layers import layers
from archlint.project.members import Members
from archlint.project.packages import GROUPS, Packages
from archlint.project.preset_contracts import bounded_contexts, contracts, django_apps
from archlint.project.program import Project
from archlint.project.traffic import graph, is_third_party
from archlint.rulebook.checks.layers.directions import containers, places


def empty_rules(project: Project, file: str, lines: Mapping[str, int]) -> Iterator[Failure]:
    """Yield a failure for each pattern, option or preset that means nothing in this project.

    `file` is the configuration (absolute path), `lines` says where in it patterns of layers and the preset stand.
    """
    members = project.query(Members)
    for role, patterns in project.architecture.layers.items():
        for pattern in patterns:
            if not members.matching(pattern):
                problem = f'the {role} layer "{pattern}" matches no module{_hint(pattern, members.names)}'
                yield Failure(file, lines.get(pattern, 0), problem)
    for contract in project.architecture.contracts:
        for problem in contract_problems(project, contract):
            yield Failure(file, contract.line, f'contract "{contract.name}": {problem}')
    if project.architecture.preset and (problem := _preset_problem(project)):
        yield Failure(file, lines.get("preset", 0), f'preset "{project.architecture.preset}" {problem}')
    architecture = project.architecture
    if (architecture.layers or architecture.contracts or architecture.preset) and (names := _misnamed(project)):
        problem = f"no module imports another of the project; `{names[0]}` is imported, which seems to be `{names[1]}`"
        yield Failure(file, 0, f"{problem}; are the source-roots right?")


def contract_problems(project: Project, contract: Contract) -> Iterator[str]:
    """Yield the end of a sentence for each name in a contract that means nothing in this project."""
    return _PROBLEMS[contract.type](project, contract)


def _hint(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), 1)
    return f'; did you mean "{near[0]}"?' if near else "; name modules of the project"


def _roles(members: Members) -> Iterator[str]:
    """Yield the roles that have modules, as contracts name them."""
    return (role for role in (f"<{each}>" for each in ROLES) if members.matching(role))


def _unmatched(project: Project, patterns: Iterable[str]) -> Iterator[str]:
    members = project.query(Members)
    for pattern in patterns:
        if not members.matching(pattern):
            hint = "" if pattern.startswith("<") else _hint(pattern, (*members.names, *_roles(members)))
            yield f'"{pattern}" matches no module{hint}'


def _layers(project: Project, contract: Contract) -> Iterator[str]:
    members = project.query(Members)
    empty = [pattern for pattern in contract.containers if not members.whole(pattern)]
    yield from (f'the container "{each}" is no package{_hint(each, members.names)}' for each in empty)
    optional = {sibling.pattern for line in contract.layers for sibling in line.siblings if sibling.optional}
    for container in containers(project, contract) if not empty else ():
        prefix = f"{container}." if container else ""
        for place in places(project, contract, container):
            if not place.modules and place.pattern.removeprefix(prefix) not in optional:
                yield f'the layer "{place.pattern}" matches no module{_hint(place.pattern, members.names)}'


def _only(project: Project, contract: Contract) -> Iterator[str]:
    yield from _unmatched(project, contract.modules)
    packages = project.query(Packages)
    known = {*project.query(Members).names, *packages.third_party}
    for name in contract.may_import:
        if name not in GROUPS and not packages.is_module_pattern(name) and not packages.is_used(name):
            yield f'may-import "{name}" is neither a module of the project nor a package it imports{_hint(name, known)}'


def _forbidden(project: Project, contract: Contract) -> Iterator[str]:
    """Yield what is wrong; a package that nobody imports is as it should be, unless another one has almost its name."""
    yield from _unmatched(project, contract.modules)
    packages = project.query(Packages)
    known = {*project.query(Members).names, *packages.third_party}
    for name in contract.may_not_import:
        if name in GROUPS or packages.is_module_pattern(name) or packages.is_used(name):
            continue
        ours = name.startswith("<") or name.partition(".")[0] in project.query(Members).names
        near = get_close_matches(name, sorted(known), 1, 0.8)
        if ours:
            yield from _unmatched(project, (name,))
        elif near:
            yield f'may-not-import "{name}" is neither a module of the project nor imported; did you mean "{near[0]}"?'


def _protected(project: Project, contract: Contract) -> Iterator[str]:
    return _unmatched(project, (*contract.modules, *contract.importers))


def _contexts(project: Project, contract: Contract) -> Iterator[str]:
    yield from _unmatched(project, contract.shared)
    members = project.query(Members)
    contexts = Contexts(project, contract)
    plain = [pattern for pattern in contract.modules if "*" not in pattern]
    yield from _unmatched(project, plain)
    if len(contexts.names) < 2:
        listed = ", ".join(f'"{each}"' for each in contract.modules)
        near = _hint(contract.modules[0].replace("(*)", "x"), members.names) if not contexts.names else ""
        yield f"{listed} tell{'s' * (len(contract.modules) == 1)} no two packages apart{near}"
        return
    below = {name[len(context) + 1 :] for name, context in contexts.of.items()}
    for option, patterns in (("interface", contract.interface), ("internal", contract.internal)):
        for pattern in patterns:
            if not any(members.matching(f"{context}.{pattern}") for context in contexts.names):
                yield f'{option} "{pattern}" is in none of the contexts{_hint(pattern, below - {""})}'


def _interface(project: Project, contract: Contract) -> Iterator[str]:
    members = project.query(Members)
    packages = [package for pattern in contract.modules for package in members.whole(pattern)]
    yield from _unmatched(project, contract.modules)
    for pattern in contract.interface if packages else ():
        if not any(_has(project, package, pattern) for package in packages):
            below = {name[len(package) + 1 :] for package in packages for name in members.matching(package)}
            yield f'interface "{pattern}" is in none of the packages{_hint(pattern, below - {""})}'


def _has(project: Project, package: str, pattern: str) -> bool:
    """Tell whether a package has modules of a relative pattern, or a module with a name that is its last part."""
    if project.query(Members).matching(f"{package}.{pattern}"):
        return True
    owner, _, name = f"{package}.{pattern}".rpartition(".")
    return owner in project.by_name and name in project.by_name[owner].facts.bindings


def _technology(project: Project, contract: Contract) -> Iterator[str]:
    yield from _unmatched(project, (*contract.allowed_in, *contract.forbidden_in))
    packages = project.query(Packages)
    for name in (*contract.packages, *contract.exceptions):
        near = get_close_matches(name, sorted(packages.third_party), 1, 0.8)
        if name not in GROUPS and not packages.is_used(name) and near and near[0] != name:
            yield f'nothing imports "{name}"; did you mean "{near[0]}"?'


def _preset_problem(project: Project) -> str:
    preset = project.architecture.preset
    if preset == "django-apps":
        return "" if django_apps(project) else "finds no Django app; an app has an `AppConfig` in its `apps.py`"
    if preset == "contexts":
        advice = "write a contract of type contexts"
        found = bounded_contexts(project) or any(each.type == "contexts" for each in project.query(contracts))
        return "" if found else f"finds no two packages side by side with a domain or application layer each; {advice}"
    roles = project.query(layers).members().keys() - {"tests", "composition"}
    return "" if len(roles) > 1 else "finds no layers; name them under [tool.archlint.layers]"


def _misnamed(project: Project) -> tuple[str, str] | None:
    """Return an imported name and the module that it seems to mean, if no import finds a module of the project."""
    edges = project.query(graph).edges
    if any(edge.internal and edge.imported != edge.importer for edge in edges):
        return None
    for name in sorted({edge.imported for edge in edges if is_third_party(edge)}):
        tail = name.partition(".")[2]
        while tail and tail not in project.by_name:
            tail = tail.partition(".")[2]
        if tail:
            return name, tail
    return None


def _leaf(project: Project, contract: Contract) -> Iterator[str]:
    return _unmatched(project, contract.modules)


_PROBLEMS: dict[str, Callable[[Project, Contract], Iterator[str]]] = {
    "layers": _layers,
    "only": _only,
    "leaf": _leaf,
    "forbidden": _forbidden,
    "protected": _protected,
    "contexts": _contexts,
    "interface": _interface,
    "technology": _technology,
}
