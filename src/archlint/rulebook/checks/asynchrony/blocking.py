"""The rules about asynchronous code."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Call, Function
from archlint.model import Severity, Step, Violation
from archlint.project.blocking import BlockingFunctions, Cause, blocking_calls, blocking_functions
from archlint.project.calls import Site
from archlint.project.handovers import handovers
from archlint.project.layers import is_test
from archlint.project.library import Blocking
from archlint.project.program import Module, Project
from archlint.rulebook.model import Rule


def blocking_call(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY001: a blocking API called, not awaited, in the body of an async function or a callback of the loop."""
    on_loop = project.query(handovers).on_loop
    for module, call, found in blocking_calls(project):
        if call.function < 0 or call.flags & model.AWAITED:
            continue
        if not module.facts.functions[call.function].is_async and f"{module.name}#{call.function}" not in on_loop:
            continue
        if _matters(module, found):
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
        (call.start, call.end),
        message=f"`{found.api}` blocks the event loop ({found.kind}) {where}; {found.instead}",
        subject=found.api,
        scope=function.qualname,
        severity=Severity.NOTE if is_test(module) else found.severity,
    )


def _matters(module: Module, found: Blocking) -> bool:
    """Tell whether a call is worth a word where it stands: in a test, which waits for nobody, only a grave one."""
    return found.severity is Severity.ERROR or not is_test(module)


def blocking_call_chain(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY002: an async function runs a plain function that blocks, at whatever depth; one for each callee."""
    known = project.query(blocking_functions)
    on_loop = project.query(handovers).on_loop
    for module in project.modules:
        for index, function in enumerate(module.facts.functions):
            key = f"{module.name}#{index}"
            if not function.is_async and key not in on_loop:
                continue
            seen: set[str] = set()
            for site in known.sites.get(key, ()):
                if site.target in known.causes and site.target not in seen:
                    seen.add(site.target)
                    if _matters(site.module, list(known.chain(site.target))[-1][1].blocking):
                        yield _chain_violation(project, rule, known, site, function)


def _chain_violation(
    project: Project, rule: Rule, known: BlockingFunctions, site: Site, function: Function
) -> Violation:
    chain = list(known.chain(site.target))
    found = chain[-1][1].blocking
    once = any(known.remembers(key) for key, _ in chain)
    module, callee = project.function(site.target)
    return rule.violation(
        site.module,
        (site.use.start, site.use.end),
        message=(
            f"`{callee.qualname}` blocks the event loop {_where(project, site.module, site.use.function)}: "
            f"it reaches `{found.api}` ({found.kind})"
        ),
        subject=f"{module.name}.{callee.qualname}",
        scope=function.qualname,
        severity=Severity.NOTE if once or is_test(site.module) else found.severity,
        help_=f"{found.instead}, or {_in_thread(callee)} with `asyncio.to_thread`",
        trace=tuple(_steps(project, site, function, chain)),
    )


def _in_thread(callee: Function) -> str:
    is_implicit = callee.name.startswith("__") and callee.name.endswith("__")
    return "do this in a thread" if is_implicit else f"hand `{callee.name}` to a thread"


def _steps(project: Project, site: Site, function: Function, chain: list[tuple[str, Cause]]) -> Iterator[Step]:
    caller = function.qualname
    module, use = site.module, site.use
    for key, cause in chain:
        _, callee = project.function(key)
        yield Step(f"`{caller}` calls `{callee.qualname}`", module.place(use.start, use.end))
        caller, module, use = callee.qualname, cause.module, cause.use
    api = chain[-1][1].blocking.api
    yield Step(f"`{caller}` calls `{api}`, which blocks", module.place(use.start, use.end))
