"""LAY004 context-coupling: a bounded context reaches past the interface of another."""

from collections.abc import Iterator

from archlint.model import Violation
from archlint.project.contexts import Contexts
from archlint.project.contracts import Contract
from archlint.project.imports import Edge, written
from archlint.project.layer_names import COMPOSITION
from archlint.project.layers import layers
from archlint.project.preset_contracts import contracts
from archlint.project.program import Project
from archlint.project.traffic import AllTraffic
from archlint.rulebook.checks.layers.reporting import at_import
from archlint.rulebook.model import Rule

FREE = frozenset({"composition", "tests"})
"""Roles that know the inside of everything."""


def context_coupling(project: Project, rule: Rule) -> Iterator[Violation]:
    """LAY004: every alias with which a context imports internals of another."""
    for contract in project.query(contracts):
        if contract.type == "contexts":
            yield from against_contexts(project, rule, contract)


def against_contexts(project: Project, rule: Rule, contract: Contract) -> Iterator[Violation]:
    """Yield what breaks one contract about contexts."""
    contexts = Contexts(project, contract)
    roles = project.query(layers)
    traffic = project.query(AllTraffic).of(contract.kinds)
    for importer, links in traffic.links.items():
        here = contexts.of.get(importer)
        if here is None or roles.role(importer) in FREE or (roles.inferred and _is_wiring(importer)):
            continue
        for imported, edges in links.items():
            there = contexts.of.get(imported)
            if there is None or there == here:
                continue
            for edge in edges:
                if not _is_shown(project, contexts, there, edge):
                    message = f"context `{here}` imports `{imported}`, which is internal to context `{there}`"
                    yield at_import(project, rule, edge, message, contract=contract, help_=_help(contract, there))


def _is_wiring(module: str) -> bool:
    return not COMPOSITION.isdisjoint(module.split("."))


def _is_shown(project: Project, contexts: Contexts, context: str, edge: Edge) -> bool:
    if contexts.shows(context, edge.imported) or contexts.shows(context, written(edge.import_)):
        return True
    package = project.by_name.get(context)
    declared = package.facts.exports if package else None
    return edge.import_.target == context and edge.import_.name in (declared or ())


def _help(contract: Contract, context: str) -> str:
    if contract.internal:
        return f"move what is needed out of the internals of `{context}`, or let it send an event"
    shown = ", ".join(f"`{context}.{each}`" for each in contract.interface if "*" not in each)
    return f"let `{context}` offer it in its interface ({shown or f'`{context}` itself'}), or let it send an event"
