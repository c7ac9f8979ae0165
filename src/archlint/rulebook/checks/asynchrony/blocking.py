"""The rules about asynchronous code."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from archlint.facts import model
from archlint.facts.model import Call, Function, Load
from archlint.model import Severity, Step, Violation
from archlint.project.asides import is_test
from archlint.project.blocking import BlockingApis, BlockingFunctions, blocking_calls, blocking_functions
from archlint.project.calls import Site
from archlint.project.classes import PROPERTIES, ClassTable, definitions
from archlint.project.handovers import handovers
from archlint.project.library import Blocking
from archlint.project.ports import subclasses
from archlint.project.program import Module, Project
from archlint.project.reach import calls_along, is_one_of_several
from archlint.project.sites import Sites
from archlint.project.types import types
from archlint.project.withs import spot
from archlint.rulebook.checks.asynchrony.alone import is_done_once, runs_alone
from archlint.rulebook.model import Rule

_SHOWN = 3
"""How many of the functions that one call may run are named."""

_OF_ONE_MACHINE = frozenset({"cpu", "file", "import", "metadata"})
"""Kinds of what takes about the same time always, so that it costs little to do it once."""

_THREADS = frozenset({"use `asyncio.to_thread` and `await` it", "run it in a thread with `asyncio.to_thread`"})
"""Advice that knows nothing but a thread."""


def blocking_call(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY001: a blocking API called, not awaited, in the body of an async function or a callback of the loop."""
    on_loop = project.query(handovers).on_loop
    api = project.query(BlockingApis).api
    for module, call, found in blocking_calls(project):
        if call.function < 0 or (call.flags & model.AWAITED and api(call.callee) is not None):
            continue
        if not module.facts.functions[call.function].is_async and f"{module.name}#{call.function}" not in on_loop:
            continue
        if _matters(module, found) and not is_done_once(module.facts.functions[call.function], found):
            yield _blocking_violation(project, rule, module, call, found)


def _where(project: Project, module: Module, index: int) -> str:
    """Say which function it is, and how it comes to run on the event loop."""
    function = module.facts.functions[index]
    if function.is_async:
        return f"in `async def {function.name}`"
    taker = project.query(handovers).on_loop[f"{module.name}#{index}"]
    return f"in `{function.name}`, which runs there by `{taker.api}`"


def _blocking_violation(project: Project, rule: Rule, module: Module, call: Call, found: Blocking) -> Violation:
    function = module.facts.functions[call.function]
    where = _where(project, module, call.function)
    return rule.violation(
        module,
        spot(module, call),
        message=f"`{found.api}` blocks the event loop ({found.kind}) {where}; {found.instead}",
        subject=found.api,
        scope=function.qualname,
        severity=Severity.NOTE if is_test(module) or runs_alone(module, function, found) else found.severity,
    )


def _matters(module: Module, found: Blocking) -> bool:
    """Tell whether a call is worth a word where it stands: in a test, which waits for nobody, only a grave one."""
    return found.severity is Severity.ERROR or not is_test(module)


def blocking_call_chain(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY002: an async function runs a plain function that blocks, at whatever depth; one for each callee.

    What one call may run, adapters of a port for instance, is one violation.
    """
    known = project.query(blocking_functions)
    on_loop = project.query(handovers).on_loop
    sites = project.query(Sites)
    for module in project.modules:
        for index, function in enumerate(module.facts.functions):
            key = f"{module.name}#{index}"
            own = sites.within(key) if function.is_async or key in on_loop else ()
            if not any(map(known.reached, own)):
                continue
            seen: set[str] = set()
            for alike in _by_use(project, own):
                twins = _coroutine_functions(project, alike)
                reaching = (site for site in alike if site.target not in seen and known.reached(site))
                new = [site for site in reaching if project.function(site.target)[1].name not in twins]
                made = (_Chain(project, known, site) for site in new)
                chains = [each for each in made if not is_done_once(function, each.found)]
                told = [each for each in chains if _matters(each.site.module, each.found) and each.is_likely()]
                seen.update(each.site.target for each in told)
                if told:
                    yield _chain_violation(project, rule, function, sorted(told, key=_Chain.weight))


def _coroutine_functions(project: Project, sites: Iterable[Site]) -> set[str]:
    """Return the names of coroutine functions that awaited calls may run: of several adapters they are awaited."""
    functions = ((project.function(site.target)[1], site) for site in sites)
    return {function.name for function, site in functions if function.is_async and _is_awaited(site)}


def _is_awaited(site: Site) -> bool:
    """Tell whether a call is awaited, or its result handed on the spot to one that is: `await ensure(load())`."""
    use = site.use
    if use.flags & model.AWAITED or not isinstance(use, Call):
        return bool(use.flags & model.AWAITED)
    return any(
        each.flags & model.AWAITED and each.function == use.function and ("", f"{use.callee}()") in each.arguments
        for each in site.module.facts.calls
    )


def _by_use(project: Project, sites: Iterable[Site]) -> Iterator[list[Site]]:
    """Yield what each use may run; properties that are read on the way run besides."""
    for _, group in groupby(sites, key=lambda site: site.use):
        called: list[Site] = []
        for site in group:
            if PROPERTIES.isdisjoint(project.function(site.target)[1].decorators):
                called.append(site)
            else:
                yield [site]
        yield called


_MADE_ONCE = model.MADE_ONCE | model.MADE_PER_KEY


class _Chain:
    """The way from a call to a blocking API, through one function that the call may run."""

    def __init__(self, project: Project, known: BlockingFunctions, site: Site) -> None:
        self._project = project
        self._known = known
        self.site = site
        self.module, self.callee = project.function(site.target)
        self.causes = list(known.chain(known.reached(site)))
        self.found = self.causes[-1][1].blocking
        self.once = any(known.remembers(key) for key, _ in self.causes) or self._is_made_once()

    def _is_made_once(self) -> bool:
        """Tell whether what blocks is done once, to make what is not there yet, and takes no longer at times."""
        uses = (self.site.use, *(cause.use for _, cause in self.causes))
        return self.found.kind in _OF_ONE_MACHINE and any(use.flags & _MADE_ONCE for use in uses)

    def weight(self) -> tuple[bool, int, int, str]:
        """Return what sorts the gravest and shortest to the front."""
        return self.once, -self.found.severity.rank, len(self.causes), self.callee.qualname

    def is_likely(self) -> bool:
        """Tell whether the chain is what runs: a test rather has another of several adapters, one that does nothing.

        A plain function whose result is awaited has two ways to run, and waits for a thread only in the other one; a
        method is that of a subclass where it is a coroutine function.
        """
        if self.site.use.flags & model.AWAITED and self.found.kind == "lock":
            return False
        if self._is_async_below() and _is_awaited(self.site):
            return False
        if not self._stays_in_kin():
            return False
        onward = (cause for _, cause in self.causes)
        return not (is_test(self.site.module) and is_one_of_several(self._project, self.site, onward))

    def _stays_in_kin(self) -> bool:
        """Tell whether what methods call on `self` is of the class of the object that the chain came to.

        `Block.__init__` calls `self.start()`, which is no other subclass's where one is made.
        """
        owners = [self._class_of(self.site.use)]
        for key, cause in self.causes:
            if not cause.callee:
                break
            module, function = self._project.function(key)
            there, called = self._project.function(cause.callee)
            itself = f"{module.name}@{function.owner}{{}}.{called.name}"
            if isinstance(cause.use, Call) and cause.use.callee == itself and called.owner >= 0:
                owners = [each for each in owners if self._is_kin(*each, f"{there.name}@{called.owner}")]
            else:
                alike = (site for site in self._project.query(Sites).within(key) if site.target == cause.callee)
                owners = [self._class_of(site.use) for site in alike] or [("", False)]
        return bool(owners)

    def _is_kin(self, owner: str, is_made: bool, definer: str) -> bool:
        """Tell whether an object of a class may have a method that another class defines."""
        order = self._project.query(types).order
        return not owner or definer in order(owner) or (not is_made and owner in order(definer))

    def _class_of(self, use: Call | Load) -> tuple[str, bool]:
        """Return the class that a call makes or calls a method of, if it is known, and whether it makes one."""
        values = self._project.query(types).infer(use.callee) if isinstance(use, Call) else ()
        if len(values) != 1 or values[0].kind != "object":
            return "", False
        is_made = values[0].is_class
        found = values[0].name if is_made else values[0].receiver
        return (found if "@" in found else ""), is_made

    def _is_async_below(self) -> bool:
        """Tell whether a subclass makes a coroutine function of the method."""
        table = self._project.query(ClassTable)
        below = self._project.query(subclasses).get(f"{self.module.name}@{self.callee.owner}", ())
        overrides = [(key, table.own_members(key).get(self.callee.name)) for key in below]
        return any(
            each.is_async
            for key, member in overrides
            if member is not None
            for each in definitions(self._project.class_(key)[0], member)
        )


def _chain_violation(project: Project, rule: Rule, function: Function, chains: list[_Chain]) -> Violation:
    first = chains[0]
    site, found = first.site, first.found
    alone = runs_alone(site.module, function, found)
    ends = list(dict.fromkeys(f"`{each.found.api}` ({each.found.kind})" for each in chains))
    verb, they = ("blocks", "it reaches") if len(chains) == 1 else ("block", "they reach")
    where = _where(project, site.module, site.use.function)
    return rule.violation(
        site.module,
        spot(site.module, site.use),
        message=(
            f"{_listed([f'`{each.callee.qualname}`' for each in chains])} {verb} the event loop {where}, since "
            f"{they} {_listed(ends)}"
        ),
        subject=f"{first.module.name}.{first.callee.qualname}",
        scope=function.qualname,
        severity=Severity.NOTE if first.once or is_test(site.module) or alone else found.severity,
        help_=_help(found, first.callee),
        trace=tuple(step for each in chains[:_SHOWN] for step in _steps(project, function, each)),
    )


def _listed(names: list[str]) -> str:
    """Join names to a list that is read easily; few of many are enough."""
    if len(names) > _SHOWN:
        names = [*names[:_SHOWN], f"{len(names) - _SHOWN} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _help(found: Blocking, callee: Function) -> str:
    is_implicit = callee.name.startswith("__") and callee.name.endswith("__")
    in_thread = "do this in a thread" if is_implicit else f"hand `{callee.name}` to a thread"
    if found.instead in _THREADS:
        return f"{in_thread} with `asyncio.to_thread`"
    return f"{found.instead}, or {in_thread} with `asyncio.to_thread`"


def _steps(project: Project, function: Function, chain: _Chain) -> Iterator[Step]:
    end = f"`{chain.found.api}`, which blocks"
    return calls_along(project, function.qualname, chain.site, chain.causes, end)
