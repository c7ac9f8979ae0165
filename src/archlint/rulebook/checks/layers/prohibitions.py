"""The user's contracts of the types forbidden and protected, whose violations are LAY001's."""

from collections.abc import Iterator

from archlint.model import Violation
from archlint.project.contracts import Contract
from archlint.project.members import Members
from archlint.project.packages import Packages
from archlint.project.paths import Ban
from archlint.project.program import Project
from archlint.project.traffic import AllTraffic
from archlint.rulebook.checks.layers.reporting import at_paths, may_not
from archlint.rulebook.model import Rule


def against_prohibition(project: Project, rule: Rule, contract: Contract) -> Iterator[Violation]:
    """Yield every import alias that starts a path that one contract of type forbidden or protected does not allow."""
    ban = _forbidden(project, contract) if contract.type == "forbidden" else _protected(project, contract)
    paths = project.query(AllTraffic).of(contract.kinds).paths.illegal(ban)
    return at_paths(project, rule, contract, [(ban, paths, may_not)])


def _forbidden(project: Project, contract: Contract) -> Ban:
    members = project.query(Members)
    packages = project.query(Packages)
    inside = tuple(each for each in contract.may_not_import if packages.is_module_pattern(each))
    outside = tuple(each for each in contract.may_not_import if each not in inside)
    sources = members.any_of(contract.modules)
    foreign = frozenset(name for name in packages.imported if packages.covers(outside, name))
    return Ban(sources, (members.any_of(inside) | foreign) - sources, direct=not contract.indirect)


def _protected(project: Project, contract: Contract) -> Ban:
    members = project.query(Members)
    protected = members.any_of(contract.modules)
    free = members.any_of(contract.importers) | members.matching("<tests>")
    return Ban(frozenset(members.names) - protected - free, protected, direct=True)
