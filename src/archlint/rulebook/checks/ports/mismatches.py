"""What the pairs of ports and adapters that count for rules do not agree about."""

from collections.abc import Iterator, Mapping, Sequence

from archlint.project.adapters import adapters
from archlint.project.asides import is_test
from archlint.project.classes import ClassTable, Member
from archlint.project.conformance import Mismatch, conformance
from archlint.project.modulewise import ModuleWise
from archlint.project.ports import Pair, is_test_class, ports
from archlint.project.program import Module, Project

Pairs = Sequence[Pair] | None
"""The ports and adapters to judge, by default all that are found."""


def mismatches(project: Project, pairs: Pairs, kinds: tuple[str, ...]) -> Iterator[tuple[Pair, Mismatch]]:
    """Yield the mismatches of these kinds, each with its pair; pairs that are found and only test code do not count."""
    judge = project.query(conformance)
    if pairs is None:
        agreeing = project.query(AGREEING)
        pairs = [
            pair
            for pair in project.query(adapters).pairs
            if (pair.port, pair.adapter) not in agreeing[_module(project, pair).path]
        ]
    for pair in pairs:
        if _counts(project, pair):
            yield from ((pair, each) for each in judge.verdict(pair).mismatches if each.kind in kinds)


def is_fake(project: Project, pair: Pair, member: Member | None = None) -> bool:
    """Tell whether an adapter, or the class that its member comes from, is test code that nobody asked about."""
    return not pair.is_stated and is_test_class(project, member.owner if member else pair.adapter)


def _counts(project: Project, pair: Pair) -> bool:
    wired_in_tests = is_test(project.by_name[pair.site[0]]) and not pair.is_stated
    if wired_in_tests or is_fake(project, pair) or project.query(ports).is_protocol(pair.adapter):
        return False
    # A class that makes its instances itself may refuse to: it stands in for one that could not be imported.
    return "__new__" not in project.query(ClassTable).own_members(pair.adapter)


def _module(project: Project, pair: Pair) -> Module:
    return project.class_(pair.adapter)[0]


def _by_module(project: Project) -> Mapping[str, Sequence[Pair]]:
    """Answer the query for all pairs by the path of their adapter's module."""
    found: dict[str, list[Pair]] = {}
    for pair in project.query(adapters).pairs:
        found.setdefault(_module(project, pair).path, []).append(pair)
    return found


def _agreeing(project: Project, module: Module) -> frozenset[tuple[str, str]]:
    judge, pairs = project.query(conformance), project.query(_by_module).get(module.path, ())
    return frozenset(
        (pair.port, pair.adapter) for pair in pairs if _counts(project, pair) and not judge.verdict(pair).mismatches
    )


def _premises(project: Project) -> object:
    """Return what of the whole program decides whether pairs agree."""
    pairs = project.query(adapters).pairs
    said = [(pair.port, pair.adapter, pair.evidence, pair.site[0], pair.arguments) for pair in pairs]
    return said, sorted(project.query(conformance).filled)


AGREEING = ModuleWise("pairs that agree", frozenset[tuple[str, str]], _agreeing, _premises)
"""The query for the pairs, by the adapter's module, that count and agree about everything: most do."""
