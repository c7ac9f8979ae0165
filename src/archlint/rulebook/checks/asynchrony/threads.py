"""The rules about the border between event loop and threads: what is called there, handed over, brought back."""

from collections import deque
from collections.abc import Collection, Iterator

from archlint.facts import model
from archlint.facts.model import Call
from archlint.model import Step, Violation
from archlint.project.calls import Site
from archlint.project.handovers import Handover, handovers
from archlint.project.program import Module, Project
from archlint.project.sites import Sites
from archlint.project.types import Types, types
from archlint.project.values import Value
from archlint.rulebook.checks.callables import gives_no_callable
from archlint.rulebook.model import Rule

_LOOP = "asyncio.AbstractEventLoop"
_UNSAFE = {
    "asyncio.create_task": "asyncio.run_coroutine_threadsafe",
    "asyncio.ensure_future": "asyncio.run_coroutine_threadsafe",
    f"{_LOOP}.create_task": "asyncio.run_coroutine_threadsafe",
    "asyncio.TaskGroup.create_task": "asyncio.run_coroutine_threadsafe",
    **{
        f"{_LOOP}.{name}": "loop.call_soon_threadsafe"
        for name in ("call_soon", "call_later", "call_at", "add_reader", "add_writer")
    },
    **{f"asyncio.Future.{name}": "loop.call_soon_threadsafe" for name in ("set_result", "set_exception", "cancel")},
    **{f"asyncio.Event.{name}": "loop.call_soon_threadsafe" for name in ("set", "clear")},
    **{f"asyncio.Queue.{name}": "loop.call_soon_threadsafe" for name in ("put_nowait", "get_nowait")},
}
"""What belongs to the loop's own thread, and what does the same from another one."""
_OWN_LOOP = frozenset(
    {
        *("asyncio.new_event_loop", "asyncio.run", "asyncio.Runner", "asyncio.set_event_loop"),
        *(f"{_LOOP}.run_until_complete", f"{_LOOP}.run_forever"),
        *("tornado.ioloop.IOLoop.start", "tornado.ioloop.IOLoop.run_sync"),
    }
)
"""A function that calls one of these has a loop in its own thread."""
_LAZY_APIS = frozenset(
    {
        *("pathlib.Path.glob", "pathlib.Path.rglob", "pathlib.Path.iterdir", "pathlib.Path.walk"),
        *("os.scandir", "os.walk", "glob.iglob", "builtins.map", "builtins.filter"),
    }
)


def unsafe_thread_call(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY011: a function that runs in a thread calls what only the loop's thread may call."""
    running: deque[tuple[str, Handover, tuple[Step, ...]]] = deque()
    for key, handover in project.query(handovers).in_thread.items():
        running.append((key, handover, tuple(_handed(handover, project.function(key)[1].name))))
    known = {key for key, _, _ in running}
    while running:
        key, handover, steps = running.popleft()
        module, function = project.function(key)
        calls = _calls(project, key)
        if any(_OWN_LOOP.intersection(names) for _, names in calls):
            continue
        for helper, site in _helpers(project, key, known):
            known.add(helper)
            name = project.function(helper)[1].name
            place = module.place(site.use.start, site.use.end)
            running.append((helper, handover, (*steps, Step(f"`{name}` is called in that thread only", place))))
        for call, names in calls:
            unsafe = next((name for name in names if name in _UNSAFE), None)
            if unsafe is not None:
                yield rule.violation(
                    module,
                    (call.start, call.end),
                    message=(
                        f"`{unsafe}` is not safe in `{function.name}`, which runs in a thread by `{handover.api}`; "
                        f"use `{_UNSAFE[unsafe]}`"
                    ),
                    subject=unsafe,
                    scope=function.qualname,
                    trace=steps,
                )


def _calls(project: Project, key: str) -> list[tuple[Call, tuple[str, ...]]]:
    """Return the calls in a function, each with what it may mean."""
    module, index = project.function(key)[0], int(key.rsplit("#", 1)[1])
    resolver = project.query(types)
    return [(call, tuple(resolver.names(call.callee))) for call in module.facts.calls if call.function == index]


def _helpers(project: Project, key: str, in_thread: Collection[str]) -> Iterator[tuple[str, Site]]:
    """Yield the private functions that a function calls and that nothing runs but what runs in a thread."""
    sites, on_loop = project.query(Sites), project.query(handovers).on_loop
    for site in sites.within(key):
        module, function = project.function(site.target)
        plain = not function.is_async and not function.is_generator and not function.name.startswith("__")
        if not plain or not function.name.startswith("_") or site.target in in_thread or site.target in on_loop:
            continue
        callers = {each.caller for each in sites.of(site.target)}
        is_passed_on = any(load.reference.rpartition(".")[2] == function.name for load in module.facts.loads)
        if callers <= {*in_thread, site.target} and not is_passed_on:
            yield site.target, site


def _handed(handover: Handover, name: str) -> Iterator[Step]:
    if handover.call is not None:
        place = handover.module.place(handover.call.start, handover.call.end)
        yield Step(f"`{name}` is handed to `{handover.api}`", place)


def called_offload(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY013: what is to run in a thread is called on the spot, and its result handed over."""
    resolver = project.query(types)
    for handover, call, given in project.query(handovers).offloads():
        module, api = handover.module, handover.api
        if not given.endswith("()") or "|" in given:
            continue
        callee = given.removesuffix("()")
        what = gives_no_callable(project, resolver, callee)
        if what:
            inner = _call_of(module, callee, call) or call
            yield rule.violation(
                module,
                (inner.start, inner.end),
                message=f"`{what}` is called here, and `{api}` is given its result; hand over the function itself",
                subject=what,
                scope=module.scope(call.function, call.owner),
            )


def _call_of(module: Module, callee: str, outer: Call) -> Call | None:
    """Return the call among the arguments of another one."""
    inner = (
        call
        for call in module.facts.calls
        if call.callee == callee and call.function == outer.function and call.start > outer.end
    )
    return min(inner, key=lambda call: call.start, default=None)


def lazy_offload(project: Project, rule: Rule) -> Iterator[Violation]:
    """ASY014: a lazy iterator is made in a thread, but its work is done on the loop, where it is iterated over."""
    resolver = project.query(types)
    for handover, call, given in project.query(handovers).offloads():
        module, api = handover.module, handover.api
        if not call.flags & model.AWAITED:
            continue
        lazy = next(filter(None, (_lazy(project, resolver, value) for value in resolver.infer(given))), "")
        use = _iteration(module, call, given) if lazy else None
        if use is not None:
            yield rule.violation(
                module,
                (call.start, call.end),
                message=f"`{lazy}` does its work where it is iterated over, on the event loop and not in `{api}`",
                subject=lazy,
                scope=module.scope(call.function, call.owner),
                help_="build the whole list in the thread, with `list(...)` in the function that is handed over",
                trace=(Step(f"`{lazy}` is iterated over on the event loop", module.place(use.start, use.end)),),
            )


def _lazy(project: Project, resolver: Types, value: Value) -> str:
    """Return the name of the lazy iterator that calling a function gives, if it does."""
    if value.kind not in ("object", "partial"):
        return ""
    if not value.is_function:
        return next((name for name in resolver.names_of(value) if name in _LAZY_APIS), "")
    _, function = project.function(value.name)
    if function.is_generator:
        return resolver.names_of(value)[0]
    returned = [each.removesuffix("()") for each in function.values if each.endswith("()")]
    return next((name for each in returned for name in resolver.names(each) if name in _LAZY_APIS), "")


def _iteration(module: Module, offload: Call, given: str) -> Call | None:
    """Return where the offloaded result is iterated over, if it is certain to be that one's."""
    results = (f"{offload.callee}()!.__iter__", f"{given}()!.__iter__")
    same = [call for call in module.facts.calls if call.function == offload.function]
    uses = [call for call in same if call.callee in results]
    at_once = [call for call in uses if call.start == offload.start]
    alone = sum(1 for call in same if call.callee == offload.callee) == 1
    return next(iter(at_once or (uses if alone else ())), None)
