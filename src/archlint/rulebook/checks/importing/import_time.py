"""IMP001: I/O and threads while a module is imported."""

from collections.abc import Iterator, Mapping

from archlint.facts import model
from archlint.facts.model import Call
from archlint.model import Severity, Violation
from archlint.project.asides import is_test
from archlint.project.blocking import blocking_functions
from archlint.project.calls import Site
from archlint.project.demands import NONE, DemandTable
from archlint.project.entry import is_script
from archlint.project.outside import FILES, GRAVE, PACKAGE_DATA, Effect, Effects
from archlint.project.program import Module, Project
from archlint.project.reach import Hop, calls_along, may_be_another, way
from archlint.project.sites import Sites
from archlint.project.withs import spot
from archlint.rulebook.model import Rule

_NOT_ON_IMPORT = model.IN_MAIN_GUARD | model.IN_TYPE_CHECKING
_SETTINGS = frozenset({"dotenv.load_dotenv", "dotenv.dotenv_values"})
_HELP = "call it at start-up, from `main` or the application's lifespan, or when it is first needed"


def import_time_io(project: Project, rule: Rule) -> Iterator[Violation]:
    """IMP001: what a module does to the world when it is imported, itself or through functions of the project.

    A function that works with files is reported once, where the way to it is shortest, and so is what happens once.
    """
    found = _ImportTime(project, rule)
    for module in project.modules:
        if not is_test(module) and not is_script(project, module):
            yield from found.in_module(module)
    yield from (violation for _, violation in found.nearest.values())


class _ImportTime:
    """What happens in module bodies; `nearest` are the violations of which one is enough for each function."""

    def __init__(self, project: Project, rule: Rule) -> None:
        self._project = project
        self._rule = rule
        self._effects = project.query(Effects)
        self._known = project.query(blocking_functions)
        self._sites = project.query(Sites)
        self._demands = project.query(DemandTable)
        self._grave = self._effects.spread(lambda effect: effect.kind in GRAVE and not effect.awaited, self._is_plain)
        self._files = self._effects.spread(lambda effect: effect.kind in FILES, self._works_each_time)
        reached = (site for key in (*self._grave, *self._files) for site in self._sites.of(key))
        self._bodies = {site.caller for site in reached if site.use.function < 0}
        self.nearest: dict[str, tuple[int, Violation]] = {}

    def in_module(self, module: Module) -> Iterator[Violation]:
        """Yield what the body of a module does by itself, and through functions unless these only work with files."""
        body = f"{module.name}#-1"
        for _, call, effect in self._effects.direct.get(body, ()):
            if effect.kind == PACKAGE_DATA:
                continue
            if not call.flags & (_NOT_ON_IMPORT | model.IN_DECORATOR):  # a decorator is made, and works when called
                yield self._direct(module, call, effect)
        seen: set[str] = set()
        for site in self._sites.within(body) if body in self._bodies else ():
            if (
                site.module is not module
                or site.use.flags & _NOT_ON_IMPORT
                or site.target in seen
                or not self._is_plain("", site)
                or self._makes_decorator(site)
            ):
                continue
            seen.add(site.target)
            if site.target in self._grave:
                if not self._is_asked_for(site, self._grave):
                    continue
                violation = self._through(site, self._grave)
                if self._happens_once(site.target):
                    self._keep(self._grave, site.target, violation)
                else:
                    yield violation
            elif site.target in self._files and not self._known.remembers(site.target):
                self._keep(self._files, site.target, self._through(site, self._files))

    def _is_asked_for(self, site: Site, hops: Mapping[str, Hop]) -> bool:
        """Tell whether a call passes what functions on the way do it for: one under `if channel:` is passed one."""
        demands = NONE
        for hop in reversed([hop for _, hop in way(hops, site.target)]):
            onward = self._demands.onward(Site(hop.module, hop.use, hop.callee), demands) if hop.callee else NONE
            if onward is None:
                return False
            demands = onward | self._demands.demanded(hop.module, hop.use)
        return self._demands.onward(site, demands) is not None

    def _keep(self, hops: Mapping[str, Hop], target: str, violation: Violation) -> None:
        """Keep the violation of those about the same end of the ways that is nearest to it."""
        *_, (end, _) = way(hops, target)
        length = len(violation.trace)
        if end not in self.nearest or length < self.nearest[end][0]:
            self.nearest[end] = length, violation

    def _happens_once(self, target: str) -> bool:
        """Tell whether only the first of all modules that call a function has it do what is grave."""
        return any(
            hop.use.flags & model.MADE_ONCE
            or (self._known.remembers(key) and not self._project.function(key)[1].parameters)
            for key, hop in way(self._grave, target)
        )

    def _is_plain(self, caller: str, site: Site) -> bool:
        """Tell whether a plain function surely runs another; which of several adapters is there, nobody knows."""
        if self._is_async(site.target) or (caller and self._is_async(caller)):
            return False
        return not may_be_another(self._project, site)

    def _makes_decorator(self, site: Site) -> bool:
        """Tell whether what is called as a decorator is decorated itself: a library makes a decorator of it."""
        return bool(site.use.flags & model.IN_DECORATOR and self._project.function(site.target)[1].decorators)

    def _is_async(self, key: str) -> bool:
        return self._project.function(key)[1].is_async

    def _works_each_time(self, caller: str, site: Site) -> bool:
        """Tell whether a function works with files whenever it is called, as far as can be seen."""
        conditional = site.use.flags & model.IN_CONDITION
        return self._is_plain(caller, site) and not conditional and not self._known.remembers(site.target)

    def _direct(self, module: Module, call: Call, effect: Effect) -> Violation:
        return self._rule.violation(
            module,
            spot(module, call),
            message=f"`{effect.api}` ({effect.kind}) runs when `{module.imported_as}` is imported",
            subject=effect.api,
            scope=module.scope(call.function, call.owner),
            severity=_severity(effect, conditional=bool(call.flags & model.IN_CONDITION)),
            help_=_HELP,
        )

    def _through(self, site: Site, hops: Mapping[str, Hop]) -> Violation:
        chain = list(way(hops, site.target))
        end, last = chain[-1]
        effect = self._effects.at(last, end)
        called, callee = self._project.function(site.target)
        conditional = any(use.flags & model.IN_CONDITION for use in (site.use, *(hop.use for _, hop in chain)))
        return self._rule.violation(
            site.module,
            spot(site.module, site.use),
            message=(
                f"`{callee.qualname}` runs when `{site.module.imported_as}` is imported, and "
                f"reaches `{effect.api}` ({effect.kind})"
            ),
            subject=f"{called.name}.{callee.qualname}",
            scope=site.module.scope(site.use.function, site.use.owner),
            severity=_severity(effect, conditional=conditional, through=True),
            help_=_HELP,
            trace=tuple(calls_along(self._project, site.module.imported_as, site, chain, f"`{effect.api}`")),
        )


def _severity(effect: Effect, *, conditional: bool, through: bool = False) -> Severity | None:
    """Weigh an effect: files are read quickly, settings early, and what stands under an `if` may not happen."""
    if effect.kind in FILES:
        slight = effect.kind == "metadata" or effect.api in _SETTINGS
        return Severity.NOTE if through or conditional or slight else Severity.WARNING
    return Severity.WARNING if conditional else None
