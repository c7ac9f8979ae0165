"""Judges one contract, or one port and its adapters, by the engine's own checks."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from archlint.model import Severity, Violation
from archlint.project.adapters import adapters
from archlint.project.contracts import CODES, Contract
from archlint.project.ports import Pair, ports
from archlint.project.program import Project
from archlint.project.types import types
from archlint.rulebook.checks.layers.contexts import against_contexts
from archlint.rulebook.checks.layers.directions import DIRECTIONS
from archlint.rulebook.checks.layers.privacy import past_interface
from archlint.rulebook.checks.layers.technology import leaks
from archlint.rulebook.checks.layers.vacuous import contract_problems
from archlint.rulebook.checks.ports.adapters import (
    missing_port_method,
    port_async_mismatch,
    port_signature_mismatch,
)
from archlint.rulebook.model import Rule
from archlint.testing.analysis import Analysis, ArchitectureError, demand, demand_complete

_CHECKS: Mapping[str, Callable[[Project, Rule, Contract], Iterator[Violation]]] = {
    **DIRECTIONS,
    "contexts": against_contexts,
    "interface": past_interface,
    "technology": leaks,
}
_FULFILMENT = {
    "PRT003": missing_port_method,
    "PRT004": port_async_mismatch,
    "PRT005": port_signature_mismatch,
}


def demand_contract(analysis: Analysis, contract: Contract) -> None:
    """Raise `AssertionError` if a contract is broken, `ArchitectureError` if it holds nothing."""
    __tracebackhide__ = True
    demand_complete(analysis)
    problems = list(contract_problems(analysis.project, contract))
    if problems and contract.type != "only":  # whose names, of packages that nobody imports yet, were looked at before
        raise ArchitectureError("\n".join(f"{contract.name}: {problem}" for problem in problems))
    rule = analysis.rule(CODES[contract.type])
    nameless = msgspec.structs.replace(contract, name="")  # each violation would repeat the name of the statement
    found = _CHECKS[contract.type](analysis.project, rule, nameless)
    because = f", because {contract.because}" if contract.because else ""
    demand(f"{contract.name}{because}", analysis.conclude(found), Severity.NOTE)


def demand_fulfilment(analysis: Analysis, classes: Iterable[str], port: str) -> None:
    """Raise `AssertionError` unless each of the classes fulfils the port."""
    __tracebackhide__ = True
    demand_complete(analysis)
    project = analysis.project
    port_key = _class(project, port)
    if port_key not in project.query(ports).port_set:
        raise ArchitectureError(f"{port} is no port: neither a Protocol with members nor an ABC with abstract methods")
    pairs = [_pair(project, port_key, _class(project, each)) for each in classes]
    found = [
        violation for code, check in _FULFILMENT.items() for violation in check(project, analysis.rule(code), pairs)
    ]
    demand(f"adapter {', '.join(classes)} must fulfil {port}", analysis.conclude(found), Severity.WARNING)


def _pair(project: Project, port: str, adapter: str) -> Pair:
    __tracebackhide__ = True
    known = project.query(ports)
    module, fact = project.class_(adapter)
    if known.is_protocol(adapter):
        raise ArchitectureError(f"{module.name}.{fact.qualname} is a Protocol itself; name a class that fulfils it")
    found = (pair for pair in project.query(adapters).pairs if (pair.port, pair.adapter) == (port, adapter))
    inherited = any(pair.evidence == "inheritance" for pair in found)
    site = (module.name, fact.start, fact.end)
    return Pair(port, adapter, "inheritance" if inherited else "statement", site)


def _class(project: Project, dotted: str) -> str:
    """Return the reference root of the class that a dotted name means, through re-exports too."""
    __tracebackhide__ = True
    keys = [value.name for value in project.query(types).infer(dotted) if value.is_class and "@" in value.name]
    if len(keys) != 1:
        raise ArchitectureError(f"{dotted} is no class of the project; write its dotted name, `package.module.Class`")
    return keys[0]
