"""LAY005 private-import: what a package keeps to itself is imported from outside of it."""

from collections.abc import Iterable, Iterator

import msgspec

from archlint.model import Severity, Violation
from archlint.project.contracts import Contract
from archlint.project.grpc import is_generated
from archlint.project.imports import Edge, written
from archlint.project.layers import layers
from archlint.project.members import Members
from archlint.project.packages import is_inside
from archlint.project.patterns import compile_module_pattern
from archlint.project.preset_contracts import contracts
from archlint.project.program import Project
from archlint.project.traffic import STDLIB, AllTraffic, graph
from archlint.rulebook.checks.layers.contexts import FREE
from archlint.rulebook.checks.layers.reporting import at_import
from archlint.rulebook.model import Rule

_USERS, _USES = 3, 8
"""From how many modules outside of a package, or how often, its private names may be imported before that is custom."""


class _Private(msgspec.Struct, frozen=True):
    """An import of something private from outside: the package that owns it, and its private name."""

    edge: Edge
    owner: str
    name: str


def private_import(project: Project, rule: Rule) -> Iterator[Violation]:
    """LAY005: imports of something private, and every alias that passes by the declared interface of a package."""
    told = [
        violation
        for contract in project.query(contracts)
        if contract.type == "interface"
        for violation in past_interface(project, rule, contract)
    ]
    yield from told
    places = {violation.place for violation in told}
    for violation in _private_imports(project, rule):
        if violation.place not in places:
            yield violation


def _private_imports(project: Project, rule: Rule) -> Iterator[Violation]:
    found: dict[tuple[str, int, str, str], _Private] = {}
    for each in _privates(project):
        key = (each.edge.importer, each.edge.import_.statement, each.owner, each.name)
        found.setdefault(key, each)
    customary = _customary(found.values())
    for each in found.values():
        if each.owner not in customary:
            advice = ", or make the name public" if each.edge.internal else ""
            message = f"`{each.name}` is private to `{each.owner}`; use what it offers{advice}"
            severity = Severity.NOTE if _is_parents(project, each) else None
            yield at_import(project, rule, each.edge, message, severity=severity)


def _is_parents(project: Project, found: _Private) -> bool:
    """Tell whether the package that holds the owner imports the name: it is close, and often has the same makers."""
    importer = project.by_name[found.edge.importer]
    package = importer.name if importer.facts.is_package else importer.name.rpartition(".")[0]
    return found.edge.internal and found.owner.rpartition(".")[0] == package != ""


def _customary(found: Iterable[_Private]) -> frozenset[str]:
    """Return the project's packages whose private names are plainly meant for the rest of the project."""
    users: dict[str, list[str]] = {}
    for each in found:
        if each.edge.internal:
            users.setdefault(each.owner, []).append(each.edge.importer)
    return frozenset(
        owner for owner, importers in users.items() if len(set(importers)) >= _USERS or len(importers) >= _USES
    )


def _privates(project: Project) -> Iterator[_Private]:
    roles = project.query(layers)
    for edge in project.query(graph).edges:
        found = _private_part(project, edge) if edge.import_.kind != "dynamic" else None
        if found is None or roles.role(edge.importer) == "tests" or is_generated(project.by_name[edge.importer]):
            continue
        yield _Private(edge, *found)


def _private_part(project: Project, edge: Edge) -> tuple[str, str] | None:
    """Return the package that owns a private part of what is imported, and that part, unless the importer is in it."""
    import_ = edge.import_
    if not import_.name.startswith("_") and not import_.target.startswith("_") and "._" not in import_.target:
        return None
    name = written(import_)
    parts = name.split(".")
    if any(is_inside(name, known) for known in project.library.documented):
        return None
    if not edge.internal and (parts[0] in STDLIB or edge.import_.kind == "type-checking"):
        return None
    position = next((index for index, part in enumerate(parts) if index and _is_private(part)), 0)
    if not position:
        return None
    owner = ".".join(parts[:position])
    # A package whose `__init__.py` cannot be parsed is no module here, though it is imported.
    module = project.by_name.get(owner) if edge.internal and edge.imported == owner else None
    if module is not None and not module.facts.is_package:
        owner = owner.rpartition(".")[0]
    return None if not owner or is_inside(edge.importer, owner) else (owner, parts[position])


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def past_interface(project: Project, rule: Rule, contract: Contract) -> Iterator[Violation]:
    """Yield every alias that passes by the interface that one contract declares."""
    members = project.query(Members)
    roles = project.query(layers)
    traffic = project.query(AllTraffic).of(contract.kinds)
    offered = [compile_module_pattern(pattern) for pattern in contract.interface]
    packages = [package for pattern in contract.modules for package in members.whole(pattern)]
    for importer, links in traffic.links.items():
        if roles.role(importer) in FREE:
            continue
        for imported, edges in links.items():
            package = next((each for each in packages if is_inside(imported, each)), "")
            if not package or is_inside(importer, package):
                continue
            for edge in edges:
                below = [name[len(package) + 1 :] for name in (imported, written(edge.import_))]
                if not _is_declared(project, package, edge) and not any(
                    name and matches(name) for name in below for matches in offered
                ):
                    what = f"`{written(edge.import_)}` is no part of the interface of `{package}`"
                    yield at_import(project, rule, edge, what, contract=contract, help_=_help(contract, package))


def _is_declared(project: Project, package: str, edge: Edge) -> bool:
    """Tell whether an import takes from the package itself what its `__all__`, if it has one, lists."""
    if package not in (edge.imported, edge.import_.target):
        return False
    module = project.by_name.get(package)
    declared = module.facts.exports if module else None
    if declared is None or edge.import_.name in ("", "*"):
        return edge.imported == package
    return edge.import_.name in declared


def _help(contract: Contract, package: str) -> str:
    names = ", ".join(f"`{package}.{each}`" for each in contract.interface)
    return f"import from {names or f'`{package}` itself'}, or declare it there"
