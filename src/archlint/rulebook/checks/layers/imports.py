"""LAY001 forbidden-import: imports against the roles of layers, and against the user's contracts about direction."""

from collections.abc import Iterator

from archlint.model import Severity, Violation
from archlint.project.imports import Edge
from archlint.project.layers import Layers, layers
from archlint.project.paths import Ban
from archlint.project.ports import ports
from archlint.project.program import Project
from archlint.project.traffic import AllTraffic, Traffic, absent
from archlint.project.types import types
from archlint.rulebook.checks.layers.directions import against_contracts
from archlint.rulebook.checks.layers.reporting import at_import, joined, mending, steps
from archlint.rulebook.model import Rule


class AgainstRoles:
    """Imports against the roles of layers, by role; reached by `project.query(AgainstRoles)`."""

    def __init__(self, project: Project) -> None:
        roles = project.query(layers)
        members = roles.members()
        self.bans = {role: _ban(roles, role) for role in roles.forbidden if role in members}
        self.traffic = project.query(AllTraffic).of()
        self.paths = {
            role: [
                path
                for path in self.traffic.paths.illegal(ban)
                if len(path) == 2 or not is_doubtful(project, roles, role)
            ]
            for role, ban in self.bans.items()
        }

    @property
    def links(self) -> frozenset[tuple[str, str]]:
        """The importer and the imported module of every import that is reported."""
        return frozenset((path[0], path[1]) for paths in self.paths.values() for path in paths)


def _ban(roles: Layers, role: str) -> Ban:
    """Return what is forbidden to the modules of a role: paths to the others through modules in no layer.

    What only seems to be wiring, a `container` somewhere below, excuses what it imports and accuses nobody.
    """
    members = roles.members()
    targets = [
        name
        for other in roles.forbidden[role]
        for name in members.get(other, ())
        if other != "composition" or roles.is_sure(name)
    ]
    everything = [name for names in members.values() for name in names]
    return Ban(frozenset(members[role]), frozenset(targets), frozenset(everything))


def is_doubtful(project: Project, roles: Layers, role: str) -> bool:
    """Tell whether it is only inferred that a role may not reach infrastructure: some take presentation for its ring.

    What lies between may then well be an application by another name.
    """
    return roles.inferred and not project.architecture.preset and role == "presentation"


def forbidden_import(project: Project, rule: Rule) -> Iterator[Violation]:
    """LAY001: every import alias that starts an illegal path, direct or through modules in no layer."""
    against = project.query(AgainstRoles)
    for role, paths in against.paths.items():
        advice = mending(against.traffic.paths, [against.bans[role]], len(paths), f"the {role} layer") if paths else ""
        for path in paths:
            for edge in against.traffic.links[path[0]][path[1]]:
                yield _violation(project, rule, against.traffic, path, edge, advice)
                advice = ""
    yield from _of_what_is_missing(project, rule)
    yield from against_contracts(project, rule)


def _of_what_is_missing(project: Project, rule: Rule) -> Iterator[Violation]:
    """Yield direct imports of modules that are not there, such as generated ones, whose name says their layer."""
    roles = project.query(layers)
    for edge in absent(project):
        here, there = roles.of(edge.importer), roles.would_be(edge.imported)
        if here is None or there is None or there.role not in roles.forbidden.get(here.role, ()):
            continue
        if there.role == "composition" and not there.sure:
            continue
        sure = here.sure and there.sure and not roles.inferred
        yield at_import(
            project,
            rule,
            edge,
            f"{here.role} module `{edge.importer}` imports `{edge.imported}`, which is {there.role} by its name, "
            "though no such module was found",
            severity=None if sure else _at_most_warning(rule),
            help_=_help(here.role, there.role),
        )


def _at_most_warning(rule: Rule) -> Severity:
    return min(rule.severity, Severity.WARNING, key=lambda each: each.rank)


def _violation(
    project: Project, rule: Rule, traffic: Traffic, path: tuple[str, ...], edge: Edge, advice: str
) -> Violation:
    roles = project.query(layers)
    here, there = roles.of(path[0]), roles.of(path[-1])
    assert here is not None
    assert there is not None
    direct = len(path) == 2
    kind = " for type checking" if edge.import_.kind == "type-checking" else ""
    port = direct and _names_port(project, edge)
    message = f"{here.role} module `{path[0]}` imports `{path[1]}`{kind}, which "
    message += f"is {there.role}" if direct else f"leads to {there.role} module `{path[-1]}`"
    sure = here.sure and there.sure and not port and not is_doubtful(project, roles, here.role)
    help_ = f"move the port `{edge.import_.name}` inwards" if port else _help(here.role, there.role)
    return at_import(
        project,
        rule,
        edge,
        message,
        severity=None if sure else _at_most_warning(rule),
        help_=joined(help_, advice),
        trace=steps(project, traffic, path, edge),
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
