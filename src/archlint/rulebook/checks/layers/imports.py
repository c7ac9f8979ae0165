"""The rules about imports between layers."""

from collections import deque
from collections.abc import Iterator, Mapping

from archlint.model import Severity, Step, Violation
from archlint.project.imports import Edge, ImportGraph, import_graph, written
from archlint.project.layers import FORBIDDEN, Layers, layers
from archlint.project.ports import ports
from archlint.project.program import Project
from archlint.project.types import types
from archlint.rulebook.model import Rule


def graph(project: Project) -> ImportGraph:
    """Answer the query for the import graph of the project."""
    return import_graph({name: module.facts for name, module in project.by_name.items()})


def forbidden_import(project: Project, rule: Rule) -> Iterator[Violation]:
    """LAY001: every import alias that starts an illegal path, direct or through modules in no layer."""
    roles = project.query(layers)
    if not FORBIDDEN.keys() & roles.members().keys():
        return
    edges = project.query(graph).by_importer
    routes = {role: _routes(project, roles, edges, role) for role in sorted(set().union(*FORBIDDEN.values()))}
    for importer, outgoing in sorted(edges.items()):
        forbidden = FORBIDDEN.get(roles.role(importer), frozenset())
        for edge in outgoing if forbidden else ():
            chain = _illegal_chain(edge, roles, routes, forbidden)
            if chain:
                yield _violation(project, rule, roles, chain)


def _illegal_chain(
    edge: Edge, roles: Layers, routes: Mapping[str, Mapping[str, Edge]], forbidden: frozenset[str]
) -> list[Edge]:
    if not edge.internal:
        return []
    role = roles.role(edge.imported)
    if role:
        return [edge] if role in forbidden else []
    chains = [_follow(edge, routes[target], roles) for target in sorted(forbidden) if edge.imported in routes[target]]
    return min(chains, key=len, default=[])


def _follow(edge: Edge, route: Mapping[str, Edge], roles: Layers) -> list[Edge]:
    chain = [edge]
    while not roles.role(chain[-1].imported):
        chain.append(route[chain[-1].imported])
    return chain


def _routes(project: Project, roles: Layers, edges: Mapping[str, tuple[Edge, ...]], role: str) -> dict[str, Edge]:
    """Return, for modules in no layer, the import with which a shortest path to a module of `role` goes on."""
    backward: dict[str, list[Edge]] = {}
    for name in sorted(project.by_name):
        if not roles.role(name):
            for edge in edges.get(name, ()):
                if edge.internal:
                    backward.setdefault(edge.imported, []).append(edge)
    queue = deque(sorted(name for name in backward if roles.role(name) == role))
    route: dict[str, Edge] = {}
    while queue:
        for edge in backward.get(queue.popleft(), ()):
            if edge.importer not in route:
                route[edge.importer] = edge
                queue.append(edge.importer)
    return route


def _violation(project: Project, rule: Rule, roles: Layers, chain: list[Edge]) -> Violation:
    first, last = chain[0], chain[-1]
    module = project.by_name[first.importer]
    here, there = roles.of(first.importer), roles.of(last.imported)
    assert here is not None
    assert there is not None
    kind = " for type checking" if first.import_.kind == "type-checking" else ""
    port = len(chain) == 1 and _names_port(project, first)
    message = f"{here.role} module `{first.importer}` imports `{first.imported}`{kind}, which "
    if len(chain) == 1:
        message += f"is {there.role}"
    else:
        message += f"leads to {there.role} module `{last.imported}`"
    sure = here.sure and there.sure and not port and not (roles.inferred and here.role == "presentation")
    return rule.violation(
        module,
        (first.import_.start, first.import_.end),
        message=message,
        subject=written(first.import_),
        scope=module.scope(first.import_.function),
        severity=None if sure else min(rule.severity, Severity.WARNING, key=lambda each: each.rank),
        help_=f"move the port `{first.import_.name}` inwards" if port else _help(here.role, there.role),
        trace=tuple(_step(project, edge) for edge in chain) if len(chain) > 1 else (),
    )


def _names_port(project: Project, edge: Edge) -> bool:
    """Tell whether an import names a Protocol or an ABC: it stands in the wrong layer, but reaches nothing."""
    values = project.query(types).infer(f"{edge.import_.target}.{edge.import_.name}") if edge.import_.name else ()
    known = project.query(ports)
    return bool(values) and all(value.is_class and known.is_abstract(value.name) for value in values)


def _help(here: str, there: str) -> str:
    if there in ("presentation", "composition", "application"):
        return f"move what both need inwards; {here} code may not know {there} code"
    return f"declare a Protocol for it in the {here} layer, let the {there} class fulfil it, and pass it in"


def _step(project: Project, edge: Edge) -> Step:
    module = project.by_name[edge.importer]
    return Step(f"`{edge.importer}` imports `{edge.imported}`", module.place(edge.import_.start, edge.import_.end))
