"""The rules about single expressions and loops of asynchronous code, on the syntax tree."""

from collections.abc import Iterator, Sequence

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend

_THREAD_LOCKS = ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore")
_ENTERS = tuple(f"threading.{lock}.__enter__" for lock in _THREAD_LOCKS)
_ACQUIRES = tuple(f"threading.{lock}.acquire" for lock in _THREAD_LOCKS)
_RUNNING_LOOP = "asyncio.get_running_loop()"
_THREADING = frozenset({"Thread", "Timer", "run_in_executor", "submit", "to_thread"})
_OWN_LOOP = frozenset({"asyncio.new_event_loop()", "uvloop.new_event_loop()"})


def lock_across_await(node: cst.With, context: ModuleContext) -> Iterator[Sighting]:
    """ASY006: a `with` on a lock of `threading` in whose body the coroutine may be suspended."""
    if node.asynchronous is not None or not context.in_async_function or not suspends(node.body):
        return
    for item in node.items:
        reference = context.reference(item.item)
        if reference:
            yield _held(dotted_name(item.item), reference + ".__enter__", _ENTERS)


def acquired(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """ASY006: `lock.acquire()` as a statement, and what may suspend before `lock.release()` in the same block."""
    lock = dotted_name(node.func.value) if isinstance(node.func, cst.Attribute) else ""
    function = context.enclosing_function
    if not lock or function is None or function.asynchronous is None:
        return
    for block in descend(function.body, but_not=FUNCTIONS):
        statements = block.body if isinstance(block, cst.IndentedBlock) else ()
        after = [index for index, each in enumerate(statements) if _is_statement(each, node)]
        if after and _suspends_before_release(statements[after[0] + 1 :], f"{lock}.release"):
            yield _held(lock, context.reference(node.func), _ACQUIRES)


def _is_statement(line: cst.CSTNode, node: cst.Call) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and any(
        isinstance(each, cst.Expr) and each.value is node for each in line.body
    )


def _suspends_before_release(statements: Sequence[cst.CSTNode], release: str) -> bool:
    suspended = False
    for statement in statements:
        if isinstance(statement, cst.SimpleStatementLine) and _calls(statement, release):
            return suspended
        if isinstance(statement, cst.Try) and statement.finalbody is not None and _calls(statement.finalbody, release):
            return suspended or suspends(statement.body)
        suspended = suspended or suspends(statement)
    return False


def _calls(node: cst.CSTNode, name: str) -> bool:
    return any(isinstance(each, cst.Call) and dotted_name(each.func) == name for each in descend(node, FUNCTIONS))


def _held(lock: str, reference: str, names: tuple[str, ...]) -> Sighting:
    return Sighting(
        code="ASY006",
        message=(
            f"`{lock}` is a lock of `threading` and held over an `await`, so whoever waits for it blocks the event "
            "loop, and the coroutine that holds it cannot go on; use `asyncio.Lock`"
        ),
        subject=lock,
        reference=reference,
        names=names,
    )


def suspends(node: cst.CSTNode) -> bool:
    """Tell whether the coroutine may be suspended in what stands here, nested functions apart."""
    for each in descend(node, but_not=FUNCTIONS):
        if isinstance(each, cst.Await | cst.Yield):
            return True
        if isinstance(each, cst.For | cst.With | cst.CompFor) and each.asynchronous is not None:
            return True
    return False


def waited_result(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """ASY015: `run_coroutine_threadsafe(...).result()`, also through a local name."""
    if not isinstance(node.func, cst.Attribute) or context.enclosing_function is None:
        return
    future = node.func.value
    reference = context.reference(future)
    if reference != "asyncio.run_coroutine_threadsafe()" or _is_finished(future, context):
        return
    made = _made(future, context)
    if _runs_elsewhere(made, context) if context.in_async_function else not _runs_here(made, context):
        return
    if not context.in_async_function and _is_for_thread(context):
        return
    yield Sighting(
        code="ASY015",
        message=(
            f"`.{node.func.attr.value}()` waits on the event loop for a coroutine that the loop runs only when the "
            "wait is over; `await` the coroutine"
        ),
        subject="asyncio.run_coroutine_threadsafe",
    )


def _is_finished(future: cst.CSTNode, context: ModuleContext) -> bool:
    """Tell whether the function asks if the future is done, or awaits it in another form."""
    name, function = dotted_name(future), context.enclosing_function
    if not name or function is None:
        return False
    return any(
        isinstance(each, cst.Call)
        and (
            dotted_name(each.func) == f"{name}.done"
            or (dotted_name(each.func).endswith("wrap_future") and any(dotted_name(a.value) == name for a in each.args))
        )
        for each in descend(function.body, but_not=FUNCTIONS)
    )


def _made(value: cst.CSTNode, context: ModuleContext) -> cst.CSTNode | None:
    return context.assigned(value.value) if isinstance(value, cst.Name) else value


def _loop(made: cst.CSTNode | None) -> cst.CSTNode | None:
    """Return what `run_coroutine_threadsafe` is given as the loop."""
    arguments = made.args if isinstance(made, cst.Call) else ()
    named = (each.value for each in arguments if each.keyword is not None and each.keyword.value == "loop")
    return arguments[1].value if len(arguments) > 1 else next(named, None)


def _runs_elsewhere(made: cst.CSTNode | None, context: ModuleContext) -> bool:
    loop = _loop(made)
    return loop is not None and context.reference(loop) in _OWN_LOOP


def _is_for_thread(context: ModuleContext) -> bool:
    """Tell whether the module gives the function to a thread: `Thread(target=run)`, `pool.submit(run)`."""
    function = context.enclosing_function
    return function is not None and any(
        isinstance(each, cst.Call)
        and dotted_name(each.func).rpartition(".")[2] in _THREADING
        and any(dotted_name(argument.value) == function.name.value for argument in each.args)
        for each in descend(context.module or function)
    )


def _runs_here(made: cst.CSTNode | None, context: ModuleContext) -> bool:
    """Tell whether the loop is the one that runs in this thread: the function itself asked for it."""
    loop = _loop(made)
    asked = _made(loop, context) if loop is not None else None
    return asked is not None and context.reference(asked) == _RUNNING_LOOP
