"""Statements about the architecture of a project, each of which is judged on the spot."""

import os
from collections.abc import Iterable
from typing import Literal

import msgspec

from archlint.inputs import Options
from archlint.model import Severity
from archlint.project.contracts import IMPORT_KINDS, Contract, Line, Sibling
from archlint.project.members import Members
from archlint.testing import judging
from archlint.testing.analysis import Analysis, analysis_of, demand, reduced
from archlint.testing.names import Names

Role = Literal["domain", "application", "infrastructure", "presentation", "composition", "tests"]
"""The layers of a project: as configured, or as the names of its packages tell."""
ImportKind = Literal["runtime", "type-checking", "function-local", "lazy", "dynamic"]
"""Which imports a statement is about; without any it is about all."""


def project(*paths: str | os.PathLike[str], config: str | os.PathLike[str] | None = None) -> "Project":
    """Return the project that paths belong to, of which they say what is judged, as for `archlint check`.

    Nothing is read before the first statement, and what was read serves all statements of the process.
    """
    return Project(paths, config)


class Project:
    """A project to make statements about. A name is a role, a module pattern (`shop.*.domain`) or a package."""

    def __init__(self, paths: tuple[str | os.PathLike[str], ...], config: str | os.PathLike[str] | None = None) -> None:
        self._paths = paths
        self._config = config

    @property
    def _analysis(self) -> Analysis:
        __tracebackhide__ = True
        return analysis_of(self._paths, self._config)

    def layer(self, *roles: Role) -> "Modules":
        """Return the modules that play one of these roles."""
        return Modules(self, tuple(f"<{role}>" for role in roles), f"layer {' and '.join(roles)}")

    def modules(self, *patterns: str) -> "Modules":
        """Return the modules of these names, and all below them; `*` is one part of a name, `**` are several."""
        return Modules(self, patterns, f"modules {', '.join(patterns)}")

    def packages(self, *names: str) -> "Packages":
        """Return packages from outside (`sqlalchemy`, `django.db`, `scikit-learn`, `<third-party>`, `<stdlib>`)."""
        return Packages(self, names)

    def adapter(self, *classes: str) -> "Adapter":
        """Return classes that are meant to fulfil a port, by their dotted names."""
        return Adapter(self, classes)

    def must_obey(self, *rules: str) -> None:
        """Demand that nothing breaks these rules: codes, names, families or `ALL`; without any, the default ones."""
        __tracebackhide__ = True
        outcome = self._analysis.check(Options(select=rules or None))
        demand(f"the project must obey {', '.join(rules) or 'the default rules'}", outcome, Severity.NOTE)

    def must_be_layered(
        self,
        *layers: str,
        containers: Iterable[str] = (),
        closed: Iterable[str] = (),
        because: str = "",
        import_kinds: Iterable[ImportKind] = (),
    ) -> None:
        """Demand that no layer imports one above it, directly or through modules in no layer.

        Layers go from high to low. `a | b` are independent of each other, `a : b` are not, `(a)` need not exist. With
        `containers`, packages, each of them has the layers. Nothing above a `closed` layer may import what is below.
        """
        __tracebackhide__ = True
        names = Names(self._analysis)
        outer = tuple(containers)
        lines = tuple(Line.parse(text) for text in layers)
        if not outer:
            lines = tuple(_with_roles(line, names) for line in lines)
        labels = {text: line.label for text, line in zip(layers, lines, strict=True)}
        judging.demand_contract(
            self._analysis,
            Contract(
                name=f"the layers must be {' over '.join(layers)}",
                type="layers",
                because=because,
                kinds=_kinds(import_kinds),
                layers=lines,
                containers=outer,
                closed=tuple(labels.get(each, each) for each in closed),
            ),
        )


class Modules:
    """Modules of a project, to make statements about or to name in others."""

    def __init__(self, project: Project, patterns: tuple[str, ...], said: str) -> None:
        self._project = project
        self.patterns = patterns
        self.said = said

    @property
    def _analysis(self) -> Analysis:
        __tracebackhide__ = True
        return self._project._analysis

    def must_not_import(
        self,
        *others: "str | Modules | Packages",
        indirect: bool = True,
        because: str = "",
        import_kinds: Iterable[ImportKind] = (),
    ) -> None:
        """Demand that none of the modules imports one of the others; `indirect`: nor reaches it through any module."""
        __tracebackhide__ = True
        patterns = Names(self._analysis).anything(others)
        self._demand(
            f"must not import {_listed(others)}",
            Contract(name="", type="forbidden", may_not_import=patterns, indirect=indirect),
            because,
            import_kinds,
        )

    def may_only_import(
        self, *others: "str | Modules | Packages", because: str = "", import_kinds: Iterable[ImportKind] = ()
    ) -> None:
        """Demand that the modules import nothing but the others, themselves and the standard library."""
        __tracebackhide__ = True
        patterns = Names(self._analysis).anything(others)
        self._demand(
            f"may only import {_listed(others) or 'themselves'}",
            Contract(name="", type="only", may_import=patterns),
            because,
            import_kinds,
        )

    def may_only_be_imported_by(
        self, *others: "str | Modules", because: str = "", import_kinds: Iterable[ImportKind] = ()
    ) -> None:
        """Demand that nothing but the others, themselves and tests imports the modules."""
        __tracebackhide__ = True
        patterns = Names(self._analysis).modules(others)
        self._demand(
            f"may only be imported by {_listed(others) or 'themselves'}",
            Contract(name="", type="protected", importers=patterns),
            because,
            import_kinds,
        )

    def must_be_imported_through(
        self, *interface: str, because: str = "", import_kinds: Iterable[ImportKind] = ()
    ) -> None:
        """Demand that others import of these packages only modules or names of their interface (`api`, `Invoice`).

        What the package itself has in `__all__` (without one: all that is taken from the package itself) is part of it.
        """
        __tracebackhide__ = True
        packages = Names(self._analysis).packages(self.patterns)
        self._demand(
            f"must be imported through {', '.join(interface) or 'the packages themselves'}",
            Contract(name="", type="interface", modules=packages, interface=interface),
            because,
            import_kinds,
        )

    def must_be_independent(
        self,
        *,
        shared: Iterable[str] = (),
        because: str = "",
        import_kinds: Iterable[ImportKind] = (),
    ) -> None:
        """Demand that what each name means (`shop.*`: each part of the shop) does not import the others.

        What is `shared` is nobody's, and free for all.
        """
        __tracebackhide__ = True
        names = Names(self._analysis)
        siblings = names.side_by_side(self.patterns, names.modules(tuple(shared)))
        line = Line(tuple(Sibling(name) for name in siblings), independent=True)
        contract = Contract(name="", type="layers", layers=(line,))
        self._demand("must be independent of each other", contract, because, import_kinds)

    def must_meet_at(
        self,
        *interface: str,
        shared: Iterable[str] = (),
        because: str = "",
        import_kinds: Iterable[ImportKind] = (),
    ) -> None:
        """Demand that bounded contexts import of each other only modules of their interface (`api`, `events`).

        Each name means one context, `shop.*` each package in the shop; what is `shared` is free for all.
        """
        __tracebackhide__ = True
        names = Names(self._analysis)
        free = names.modules(tuple(shared))
        contexts = names.side_by_side(self.patterns, free, packages=True)
        self._demand(
            f"must meet at {', '.join(interface) or 'their packages'}",
            Contract(name="", type="contexts", modules=contexts, interface=interface, shared=free),
            because,
            import_kinds,
        )

    def must_obey(self, *rules: str) -> None:
        """Demand that nothing in the modules breaks these rules: codes, names, families or `ALL`."""
        __tracebackhide__ = True
        analysis = self._analysis
        Names(analysis).check(self.patterns)
        inside = analysis.project.query(Members).any_of(self.patterns)
        outcome = reduced(analysis.check(Options(select=rules or None)), lambda each: each.module in inside)
        demand(f"{self.said} must obey {', '.join(rules) or 'the default rules'}", outcome, Severity.NOTE)

    def _demand(self, said: str, contract: Contract, because: str, import_kinds: Iterable[ImportKind]) -> None:
        __tracebackhide__ = True
        own = {"name": f"{self.said} {said}", "because": because, "kinds": _kinds(import_kinds)}
        Names(self._analysis).check(self.patterns)
        modules = contract.modules or self.patterns
        judging.demand_contract(self._analysis, msgspec.structs.replace(contract, modules=modules, **own))


class Packages:
    """Packages from outside the project, to make statements about or to name in others."""

    def __init__(self, project: Project, names: tuple[str, ...]) -> None:
        self._project = project
        self.patterns = names
        self.said = ", ".join(names)

    def may_only_be_imported_by(
        self,
        *others: str | Modules,
        indirect: bool = False,
        because: str = "",
        import_kinds: Iterable[ImportKind] = (),
    ) -> None:
        """Demand that only the others, and tests, import the packages; `indirect`: nor reach them in any other way."""
        __tracebackhide__ = True
        analysis = self._project._analysis
        judging.demand_contract(
            analysis,
            Contract(
                name=f"packages {self.said} may only be imported by {_listed(others)}",
                type="technology",
                because=because,
                kinds=_kinds(import_kinds),
                packages=self.patterns,
                allowed_in=Names(analysis).modules(others),
                indirect=indirect,
            ),
        )


class Adapter:
    """Classes that are meant to fulfil a port."""

    def __init__(self, project: Project, classes: tuple[str, ...]) -> None:
        self._project = project
        self._classes = classes

    def must_fulfil(self, port: str) -> None:
        """Demand that each class has what the port (a Protocol or ABC, by its dotted name) asks for, as it asks for it.

        Members, `async` and signatures are compared as mypy and pyright would; what cannot be known is no fault.
        """
        __tracebackhide__ = True
        judging.demand_fulfilment(self._project._analysis, self._classes, port)


def _with_roles(line: Line, names: Names) -> Line:
    siblings = (msgspec.structs.replace(each, pattern=names.pattern(each.pattern)) for each in line.siblings)
    return Line(tuple(siblings), line.independent)


def _kinds(wanted: Iterable[ImportKind]) -> frozenset[str]:
    return frozenset(wanted) or frozenset(IMPORT_KINDS)


def _listed(others: "Iterable[str | Modules | Packages]") -> str:
    return ", ".join(each if isinstance(each, str) else each.said for each in others)
