"""Violations at imports, as all rules about layers and contracts report them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import msgspec

from archlint.model import Severity, Step, Violation
from archlint.project.contracts import Contract
from archlint.project.imports import Edge, written
from archlint.project.paths import Ban, Paths
from archlint.project.program import Project
from archlint.project.traffic import AllTraffic, Traffic
from archlint.rulebook.model import Rule
from archlint.wording import counted

_SHOWN = 12
"""How many imports a help lists at most."""


def at_import(
    project: Project,
    rule: Rule,
    edge: Edge,
    message: str,
    *,
    contract: Contract | None = None,
    severity: Severity | None = None,
    help_: str = "",
    trace: tuple[Step, ...] = (),
) -> Violation:
    """Return a violation at one alias; one of a contract has its severity, and its reason in message and help."""
    module = project.by_name[edge.importer]
    if contract is not None:
        message = f"{message}{_reference(contract)}"
        severity = contract.severity or severity
    violation = rule.violation(
        module,
        (edge.import_.start, edge.import_.end),
        message=message,
        subject=written(edge.import_),
        scope=module.scope(edge.import_.function),
        severity=severity,
        help_=help_,
        trace=trace,
    )
    return msgspec.structs.replace(violation, contract=contract.name) if contract else violation


def _reference(contract: Contract) -> str:
    """Return the contract and its reason in brackets; nothing for one that was only inferred."""
    if not contract.name:
        return ""
    return f' (contract "{contract.name}"{f", because {contract.because}" if contract.because else ""})'


def step(project: Project, edge: Edge) -> Step:
    """Return the step of a trace that an import is."""
    module = project.by_name[edge.importer]
    return Step(f"`{edge.importer}` imports `{edge.imported}`", module.place(edge.import_.start, edge.import_.end))


def steps(project: Project, traffic: Traffic, path: Sequence[str], first: Edge) -> tuple[Step, ...]:
    """Return the steps of a path whose first import is `first`; none for that import alone."""
    if len(path) == 2:
        return ()
    links = pairwise(path[1:])
    edges = [first, *(traffic.links[importer][imported][0] for importer, imported in links)]
    return tuple(step(project, edge) for edge in edges)


Broken = tuple[Ban, Sequence[tuple[str, ...]], Callable[[tuple[str, ...]], str]]
"""What a contract forbids, the paths that do it all the same, and what makes a sentence of such a path."""


def at_paths(project: Project, rule: Rule, contract: Contract, broken: Sequence[Broken]) -> Iterator[Violation]:
    """Yield every import alias that starts a path which breaks a contract; the first says how to mend the contract."""
    traffic = project.query(AllTraffic).of(contract.kinds)
    count = sum(len(paths) for _, paths, _ in broken)
    advice = mending(traffic.paths, [ban for ban, _, _ in broken], count, "the contract") if count else ""
    for _, paths, sentence in broken:
        for path in paths:
            for edge in traffic.links[path[0]][path[1]]:
                trace = steps(project, traffic, path, edge)
                yield at_import(project, rule, edge, sentence(path), contract=contract, help_=advice, trace=trace)
                advice = ""


def may_not(path: Sequence[str]) -> str:
    """Return the sentence about a path that may not be, from a module to what it must not reach."""
    if len(path) == 2:
        return f"`{path[0]}` may not import `{path[1]}`"
    return f"`{path[0]}` may not import `{path[1]}`, which leads to `{path[-1]}`"


def mending(paths: Paths, bans: Iterable[Ban], found: int, what: str) -> str:
    """Return which few imports to remove, when these are fewer than the `found` ones; `what` they mend."""
    links = paths.fewest(bans)
    if not 0 < len(links) < found:
        return ""
    count = counted(len(links), "import")
    lines = [f"without {count} {what} would hold, which {found} imports break now:"]
    lines += [f"`{importer}` imports `{imported}`" for importer, imported in links[:_SHOWN]]
    return "\n".join([*lines, *([f"and {len(links) - _SHOWN} more"] if len(links) > _SHOWN else [])])


def joined(*parts: str) -> str:
    """Return the parts that say something, each on lines of its own."""
    return "\n".join(part for part in parts if part)
