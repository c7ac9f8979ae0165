"""What the pairs of ports and adapters that count for rules do not agree about."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from archlint.project.adapters import adapters
from archlint.project.asides import is_test
from archlint.project.classes import ClassTable, Member
from archlint.project.conformance import Mismatch, conformance
from archlint.project.modulewise import ModuleWise
from archlint.project.ports import Pair, is_test_class, ports
from archlint.project.program import Module, Project
from archlint.project.types import types

Pairs = Sequence[Pair] | None
"""The ports and adapters to judge, by default all that are found."""


def mismatches(project: Project, pairs: Pairs, kinds: tuple[str, ...]) -> Iterator[tuple[Pair, Mismatch]]:
    """Yield the mismatches of these kinds, each with its pair; pairs that are found and only test code do not count.

    Where a port derives from another one and differs from it, that is told once, and not of all who keep to the first.
    """
    judge = project.query(conformance)
    if pairs is None:
        agreeing = project.query(AGREEING)
        pairs = [
            pair
            for pair in project.query(adapters).pairs
            if (pair.port, pair.adapter) not in agreeing[_module(project, pair).path]
        ]
    found = [
        (pair, each)
        for pair in pairs
        if _counts(project, pair)
        for each in judge.verdict(pair).mismatches
        if each.kind in kinds and not _refuses_to_be_made(project, pair.adapter)
    ]
    told = {(pair.port, each.kept.owner, each.promised.name) for pair, each in found if each.kept is not None}
    yield from ((pair, each) for pair, each in found if not _is_told_above(project, pair, each, told))


def _is_told_above(project: Project, pair: Pair, mismatch: Mismatch, told: Collection[tuple[str, str, str]]) -> bool:
    """Tell whether a port between an adapter and its port differs from it in the same member."""
    if pair.evidence != "inheritance" or mismatch.kept is None:
        return False
    order = project.query(types).order(pair.adapter)
    between = order[order.index(mismatch.kept.owner) + 1 : order.index(pair.port)]
    known = project.query(ports).port_set
    return any(owner in known and (pair.port, owner, mismatch.promised.name) in told for owner in between)


def is_fake(project: Project, pair: Pair, member: Member | None = None) -> bool:
    """Tell whether an adapter, or the class that its member comes from, is test code that nobody asked about."""
    return not pair.is_stated and is_test_class(project, member.owner if member else pair.adapter)


def _counts(project: Project, pair: Pair) -> bool:
    wired_in_tests = is_test(project.by_name[pair.site[0]]) and not pair.is_stated
    if wired_in_tests or is_fake(project, pair) or project.query(ports).is_protocol(pair.adapter):
        return False
    # A class that makes its instances itself may refuse to: it stands in for one that could not be imported.
    return "__new__" not in project.query(ClassTable).own_members(pair.adapter)


def _refuses_to_be_made(project: Project, key: str) -> bool:
    """Tell whether a class only raises when it is made: it stands in for one that could not be imported."""
    classes = project.query(ClassTable)
    for owner in project.query(types).order(key):
        maker = classes.own_members(owner).get("__init__") if "@" in owner else None
        if maker is not None:
            functions = project.class_(owner)[0].facts.functions
            return bool(maker.functions) and all(functions[each].body == "refusal" for each in maker.functions)
    return False


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
