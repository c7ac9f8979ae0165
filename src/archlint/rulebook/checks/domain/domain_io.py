"""DOM005: I/O in domain code, by itself or through functions of the project."""

from collections.abc import Iterator

from archlint.facts.model import Call
from archlint.model import Severity, Violation
from archlint.project.calls import Site
from archlint.project.layer_names import Layer
from archlint.project.layers import layers
from archlint.project.outside import PACKAGE_DATA, Effect, Effects
from archlint.project.program import Module, Project
from archlint.project.reach import calls_along, way
from archlint.project.sites import Sites
from archlint.project.types import types
from archlint.project.withs import spot
from archlint.rulebook.model import Rule

_NO_IO = frozenset({"sleep", "thread"})
_LOCAL = frozenset({"metadata", PACKAGE_DATA})
_HELP = "declare a port for what is needed, and let the application pass in an adapter or the data itself"


def domain_io(project: Project, rule: Rule) -> Iterator[Violation]:
    """DOM005: what domain code does outside the program; through a port it does nothing."""
    roles = project.query(layers)
    found = _DomainIO(project, rule)
    for module in project.modules:
        layer = roles.of(module.name)
        if layer is not None and layer.role == "domain":
            yield from found.in_module(module, layer)


class _DomainIO:
    def __init__(self, project: Project, rule: Rule) -> None:
        self._project = project
        self._rule = rule
        self._roles = project.query(layers)
        self._types = project.query(types)
        self._effects = project.query(Effects)
        self._sites = project.query(Sites)
        self._hops = self._effects.spread(_is_io, lambda _, site: not self._is_through_port(site))

    def in_module(self, module: Module, layer: Layer) -> Iterator[Violation]:
        """Yield each call that does I/O, and each of a function outside the domain that does some in the end."""
        for index in range(-1, len(module.facts.functions)):
            key = f"{module.name}#{index}"
            for _, call, effect in self._effects.direct.get(key, ()):
                if _is_io(effect):
                    yield self._direct(module, layer, call, effect)
            seen: set[str] = set()
            for site in self._sites.within(key):
                if site.module is module and site.target in self._hops and site.target not in seen:
                    seen.add(site.target)
                    if not self._is_domain(site.target) and not self._is_through_port(site):
                        yield self._through(site, layer)

    def _is_domain(self, key: str) -> bool:
        return self._roles.role(key.rpartition("#")[0]) == "domain"

    def _is_through_port(self, site: Site) -> bool:
        """Tell whether a site calls what only a port promises; which adapter runs is not for the domain to know."""
        callee = site.use.callee if isinstance(site.use, Call) else ""
        for value in self._types.infer(callee):
            if value.is_function and value.name != site.target:
                _, function = self._project.function(value.name)
                if function.owner >= 0 and function.body == "stub":
                    return True
        return False

    def _direct(self, module: Module, layer: Layer, call: Call, effect: Effect) -> Violation:
        return self._rule.violation(
            module,
            spot(module, call),
            message=f"domain code calls `{effect.api}` ({effect.kind})",
            subject=effect.api,
            scope=module.scope(call.function, call.owner),
            severity=_severity(layer, effect),
            help_=_HELP,
        )

    def _through(self, site: Site, layer: Layer) -> Violation:
        chain = list(way(self._hops, site.target))
        end, last = chain[-1]
        effect = self._effects.at(last, end)
        called, callee = self._project.function(site.target)
        scope = site.module.scope(site.use.function, site.use.owner)
        caller = scope or site.module.name
        return self._rule.violation(
            site.module,
            spot(site.module, site.use),
            message=f"domain code calls `{callee.qualname}`, which reaches `{effect.api}` ({effect.kind})",
            subject=f"{called.name}.{callee.qualname}",
            scope=scope,
            severity=_severity(layer, effect),
            help_=_HELP,
            trace=tuple(calls_along(self._project, caller, site, chain, f"`{effect.api}`")),
        )


def _is_io(effect: Effect) -> bool:
    return effect.kind not in _NO_IO


def _severity(layer: Layer, effect: Effect) -> Severity | None:
    """Say less where the layer is only guessed, and where the file system is asked or what is shipped is read."""
    if not layer.sure:
        return Severity.NOTE
    return Severity.WARNING if effect.kind in _LOCAL else None
