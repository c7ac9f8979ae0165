"""LAY002 impure-domain and LAY006 technology-leak: packages from outside in layers that should do without them."""

from collections.abc import Iterator
from functools import partial

from archlint.model import Severity, Violation
from archlint.project.contracts import Contract
from archlint.project.imports import written
from archlint.project.layers import layers
from archlint.project.members import Members
from archlint.project.packages import Packages
from archlint.project.paths import Ban
from archlint.project.preset_contracts import contracts
from archlint.project.program import Project
from archlint.project.traffic import AllTraffic, graph
from archlint.rulebook.checks.layers.reporting import at_import, at_paths
from archlint.rulebook.model import Rule

_GROUP_NAMES = {"<third-party>": "a third-party package", "<stdlib>": "the standard library"}
_ADVICE = "declare what the domain needs as a Protocol, and let an adapter in an outer layer use the package"


def impure_domain(project: Project, rule: Rule) -> Iterator[Violation]:
    """LAY002: every alias with which a domain module imports a package of the curated list."""
    roles = project.query(layers)
    packages = project.query(Packages)
    kinds = _unwanted(project, rule)
    allowed = [each for each in rule.strings("allow") if each not in set(project.library.technologies.values())]
    edges = project.query(graph).by_importer
    for name in roles.members().get("domain", ()):
        layer = roles.of(name)
        for edge in edges.get(name, ()) if layer is not None and layer.sure else ():
            imported = written(edge.import_)
            found = None if edge.internal else _longest(kinds, imported)
            if found is None or packages.covers(allowed, imported):
                continue
            package, kind = found
            message = f"domain module `{name}` imports `{package}` ({kind}); keep it behind a port"
            yield at_import(
                project,
                rule,
                edge,
                message,
                severity=Severity.WARNING if roles.inferred and edge.import_.kind == "type-checking" else None,
                help_=_ADVICE,
            )


def _unwanted(project: Project, rule: Rule) -> dict[str, str]:
    """Return kinds of technology by package, as the user allows and forbids them."""
    allowed = set(rule.strings("allow"))
    packages = project.query(Packages)
    found = {name: kind for name, kind in project.library.technologies.items() if kind not in allowed}
    return {**found, **{name: "forbidden" for each in rule.strings("forbid") for name in packages.import_names(each)}}


def _longest(kinds: dict[str, str], imported: str) -> tuple[str, str] | None:
    name = imported
    while name and name not in kinds:
        name = name.rpartition(".")[0]
    return (name, kinds[name]) if name else None


def technology_leak(project: Project, rule: Rule) -> Iterator[Violation]:
    """LAY006: every alias that imports a package where a contract does not let it be used."""
    for contract in project.query(contracts):
        if contract.type == "technology":
            yield from leaks(project, rule, contract)


def technology_ban(project: Project, contract: Contract) -> Ban:
    """Return what a technology contract forbids, as a ban on paths from modules to imported names."""
    members = project.query(Members)
    packages = project.query(Packages)
    tests = members.matching("<tests>")
    if contract.forbidden_in:
        sources = members.any_of(contract.forbidden_in)
    else:
        sources = frozenset(members.names) - members.any_of(contract.allowed_in) - tests
    targets = frozenset(
        name
        for name in packages.imported
        if packages.covers(contract.packages, name) and not packages.covers(contract.exceptions, name)
    )
    return Ban(sources, targets, direct=not contract.indirect)


def leaks(project: Project, rule: Rule, contract: Contract) -> Iterator[Violation]:
    """Yield what breaks one contract about a technology."""
    ban = technology_ban(project, contract)
    paths = project.query(AllTraffic).of(contract.kinds).paths.illegal(ban)
    return at_paths(project, rule, contract, [(ban, paths, partial(_leak_message, project, contract))])


def _leak_message(project: Project, contract: Contract, path: tuple[str, ...]) -> str:
    packages = project.query(Packages)
    meant = next(each for each in contract.packages if packages.covers((each,), path[-1]))
    through = f"`{path[1]}`, which leads to `{path[-1]}`" if len(path) > 2 else f"`{path[1]}`"
    what = _GROUP_NAMES.get(meant, f"`{meant}`")
    return f"`{path[0]}` imports {through}, but {what} may not be used here"
