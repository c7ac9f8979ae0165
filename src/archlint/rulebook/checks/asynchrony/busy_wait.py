"""ASY010: loops that ask again and again, on the syntax tree."""

from collections.abc import Iterator, Sequence

import libcst as cst

from archlint.facts import model
from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend

_SLEEPS = frozenset({"asyncio.sleep", "anyio.sleep", "trio.sleep"})
_QUESTIONS = ("asyncio.Event.is_set", "asyncio.Future.done", "asyncio.Task.done", "anyio.Event.is_set")
_CLOCKS = frozenset({"time", "monotonic", "perf_counter"})
_EXITS = (cst.Await, cst.Yield, cst.Return, cst.Break, cst.Raise, cst.Try, cst.Assert)


def busy_wait(node: cst.While, context: ModuleContext) -> Iterator[Sighting]:
    """ASY010: a loop that only sleeps until a flag has changed, or `while True` that never gives way."""
    function = context.enclosing_function
    if function is None or function.asynchronous is None or node.orelse is not None:
        return
    if (isinstance(node.test, cst.Name) and node.test.value == "True") or isinstance(node.test, cst.Integer):
        if not context.flags & model.IN_TRY and _never_gives_way(node.body):
            yield _spinning(function.name.value)
            return
        test = _test_of_endless(node, context)
    else:
        test = node.test if _only_sleeps(node.body.body, context) or _does_nothing(node.body.body) else None
    if test is None:
        return
    how = "sleeps" if any(isinstance(each, cst.Await) for each in descend(node.body)) else "spins"
    for flag in _flags(test):
        if isinstance(flag, cst.Call):
            yield _polling(flag.func, how, context.reference(flag.func), _QUESTIONS)
        elif isinstance(flag, cst.Attribute):
            reference = context.reference(flag)
            if reference:
                yield _polling(flag, how, reference)
        elif _is_set_by_inner(function, flag.value):
            yield _polling(flag, how)
        return


def _polling(flag: cst.BaseExpression, how: str, reference: str = "", names: tuple[str, ...] = ()) -> Sighting:
    written = dotted_name(flag) or "the flag"
    return Sighting(
        code="ASY010",
        message=(
            f"this loop {how} until `{written}` has changed; "
            "let whoever changes it set an `asyncio.Event`, and await that"
        ),
        subject=written,
        reference=reference,
        names=names,
    )


def _spinning(function: str) -> Sighting:
    return Sighting(
        code="ASY010",
        message=f"this loop neither ends nor awaits; nothing else runs on the event loop once `{function}` has started",
        subject=function,
    )


def _never_gives_way(body: cst.BaseSuite) -> bool:
    for each in descend(body, but_not=FUNCTIONS):
        if isinstance(each, _EXITS):
            return False
        if isinstance(each, cst.For | cst.With | cst.CompFor) and each.asynchronous is not None:
            return False
        if isinstance(each, cst.Call) and dotted_name(each.func).rpartition(".")[2] in ("exit", "_exit", "next"):
            return False
    return True


def _test_of_endless(node: cst.While, context: ModuleContext) -> cst.BaseExpression | None:
    """Return the test in `while True:` of nothing but `if test: break` and a sleep, in either order."""
    statements = node.body.body
    branches = [each for each in statements if isinstance(each, cst.If)]
    rest = [each for each in statements if not isinstance(each, cst.If)]
    if len(branches) != 1 or branches[0].orelse is not None or not (_only_sleeps(rest, context) or _does_nothing(rest)):
        return None
    inner = branches[0].body.body
    if len(inner) != 1:
        return None
    last = inner[0].body[0] if isinstance(inner[0], cst.SimpleStatementLine) else inner[0]
    leaves = isinstance(last, cst.Break) or (isinstance(last, cst.Return) and last.value is None)
    return branches[0].test if leaves else None


def _only_sleeps(statements: Sequence[cst.CSTNode], context: ModuleContext) -> bool:
    if len(statements) != 1:
        return False
    line = statements[0]
    only = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else line
    if not (isinstance(only, cst.Expr) and isinstance(only.value, cst.Await)):
        return False
    call = only.value.expression
    return isinstance(call, cst.Call) and context.reference(call.func) in _SLEEPS


def _does_nothing(statements: Sequence[cst.CSTNode]) -> bool:
    return all(
        isinstance(line, cst.SimpleStatementLine)
        and all(isinstance(each, cst.Pass | cst.Continue) for each in line.body)
        for line in statements
    )


def _flags(test: cst.BaseExpression) -> list[cst.Name | cst.Attribute | cst.Call]:
    """Return the flags that a test asks for; empty when it asks for anything else but the time."""
    if isinstance(test, cst.BooleanOperation):
        left, right = test.left, test.right
        if _is_clock(left) or _is_clock(right):
            return _flags(right if _is_clock(left) else left)
        first, second = _flags(left), _flags(right)
        return first + second if first and second else []
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return _flags(test.expression)
    if isinstance(test, cst.Comparison):
        constant = len(test.comparisons) == 1 and _is_constant(test.comparisons[0].comparator)
        return _flags(test.left) if constant else []
    if isinstance(test, cst.Call):
        asks = isinstance(test.func, cst.Attribute) and not test.args and test.func.attr.value in ("is_set", "done")
        return [test] if asks else []
    return [test] if isinstance(test, cst.Name | cst.Attribute) and dotted_name(test) else []


def _is_clock(test: cst.BaseExpression) -> bool:
    return isinstance(test, cst.Comparison) and any(
        isinstance(each, cst.Call) and dotted_name(each.func).rpartition(".")[2] in _CLOCKS for each in descend(test)
    )


def _is_constant(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.SimpleString | cst.Integer):
        return True
    owner, _, last = dotted_name(node).rpartition(".")
    return last in ("None", "True", "False") or last.isupper() or owner[:1].isupper()


def _is_set_by_inner(function: cst.FunctionDef, name: str) -> bool:
    """Tell whether a function inside of this one assigns its variable `name`."""
    return any(
        isinstance(each, cst.Nonlocal) and any(item.name.value == name for item in each.names)
        for each in descend(function.body)
    )
