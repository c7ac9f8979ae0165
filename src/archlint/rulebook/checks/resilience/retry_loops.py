"""RES003 and RES004: loops that try again, on the syntax tree."""

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend, last_statement, text_of

_SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep", "gevent.sleep", "eventlet.sleep"})
_COUNTS = re.compile(r"attempt|count|delay|failure|retr|tr(?:y|ies)|wait", re.I)
_LEAVING = (cst.Return, cst.Break, cst.Raise)
_GOING = (*_LEAVING, cst.Continue)


def retrying_loop(node: cst.While | cst.For, context: ModuleContext) -> Iterator[Sighting]:
    """RES003, RES004: a loop whose `try` leaves it on success and whose handler stays in it, and how it waits."""
    if isinstance(node, cst.For) and not _counts(node.iter):
        return
    attempt = _attempt(node.body.body)
    if attempt is None:
        return
    endless = isinstance(node, cst.While) and _is_endless(node.test) and not _gives_up(node.body, attempt)
    if endless and not _tries_another(attempt):
        yield Sighting(
            code="RES004",
            message="this tries again for ever; count the attempts or set a deadline, then raise the error",
            subject="while",
            keyword="while",
        )


def fixed_delay(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """RES003: a `sleep` of a constant time, by which a loop waits before it tries again."""
    function = context.enclosing_function
    if function is None or len(node.args) != 1 or context.reference(node.func) not in _SLEEPS:
        return
    if any(word in function.name.value.lower() for word in ("wait", "poll")):
        return
    for loop in _loops(function, node):
        attempt = _attempt(loop.body.body)
        if attempt is None or not _waits_after_failure(loop, attempt, node) or _is_asked_to_wait(attempt):
            continue
        if _is_constant(node.args[0].value, function, loop):
            yield Sighting(
                code="RES003",
                message=(
                    "all who failed try again after the same time, and hit the other side together while it recovers; "
                    "let the delay grow and vary"
                ),
                subject="sleep",
            )
        return


def _loops(function: cst.FunctionDef, node: cst.CSTNode) -> list[cst.While | cst.For]:
    """Return the loops of a function around a node, the innermost first."""
    found = [
        each
        for each in descend(function.body, but_not=FUNCTIONS)
        if isinstance(each, cst.While | cst.For)
        and (isinstance(each, cst.While) or _counts(each.iter))
        and any(part is node for part in descend(each.body, but_not=FUNCTIONS))
    ]
    return found[::-1]


def _counts(iterated: cst.BaseExpression) -> bool:
    """Tell whether a `for` counts attempts."""
    called = dotted_name(iterated.func) if isinstance(iterated, cst.Call) else ""
    return called.rpartition(".")[2] in ("range", "count")


def _is_endless(test: cst.BaseExpression) -> bool:
    return (isinstance(test, cst.Name) and test.value == "True") or (
        isinstance(test, cst.Integer) and test.value != "0"
    )


def _attempt(statements: Sequence[cst.CSTNode]) -> cst.Try | None:
    """Return the `try` of a loop's body that leaves the loop on success, with a handler of errors that stays in it."""
    for index, each in enumerate(statements):
        if isinstance(each, cst.With) and len(statements) == 1:
            return _attempt(each.body.body)
        if not isinstance(each, cst.Try):
            continue
        ends_after = index + 1 < len(statements) and _ends(statements[-1])
        staying = [handler for handler in each.handlers if _stays(handler, ends_after)]
        if (ends_after or _ends(each.body) or _ends(each.orelse)) and any(
            _is_failure(handler, each) for handler in staying
        ):
            return each
    return None


def _stays(handler: cst.ExceptHandler, ends_after: bool) -> bool:
    """Tell whether a handler goes on with the loop; what follows the `try` may end it for whoever comes by."""
    if not ends_after:
        return not _ends(handler.body)
    return any(isinstance(each, cst.Continue) for each in descend(handler.body, but_not=FUNCTIONS))


def _ends(node: cst.CSTNode | None, steps: tuple[type[cst.CSTNode], ...] = _LEAVING) -> bool:
    """Tell whether a block or statement ends, in each of its branches, by one of these steps."""
    if isinstance(node, cst.If):
        return _ends(node.body, steps) and _ends(node.orelse, steps)
    if isinstance(node, cst.Else | cst.With):
        return _ends(node.body, steps)
    if isinstance(node, cst.BaseSuite | cst.SimpleStatementLine):
        return _ends(last_statement(node), steps)
    return isinstance(node, steps)


def _is_failure(handler: cst.ExceptHandler, attempt: cst.Try) -> bool:
    """Tell whether a handler is for something that went wrong elsewhere, not for a wait that is over or a file."""
    if handler.type is None:
        return True
    names = [each.value for each in descend(handler.type) if isinstance(each, cst.Name)]
    calls = [each for each in descend(attempt.body, but_not=FUNCTIONS) if isinstance(each, cst.Call)]
    called = [dotted_name(each.func) or _method(each) for each in calls]
    if names and set(names) <= {"OSError", "IOError", "EnvironmentError"}:
        return not any(_is_about_files(each) or each.rpartition(".")[2] in _OF_PORTS for each in called)
    if names == ["Exception"] and any(map(_is_about_files, called)):
        return not all(_is_about_files(each) or each.rpartition(".")[2] in _AROUND_FILES for each in called)
    return any(each.endswith(_FAILURES) and each not in _NOT_YET for each in names)


def _method(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def _is_about_files(called: str) -> bool:
    return called.startswith(("os.", "shutil.")) or called.rpartition(".")[2] in _OF_FILES


_OF_FILES = frozenset({"open", "rename", "replace", "rmdir", "rmtree", "unlink"})
_AROUND_FILES = frozenset({"Path", "close", "exists", "is_file", "suppress", "str"})
_OF_PORTS = frozenset({"bind", "listen", "create_server", "start_server", "TCPSite", "UnixSite", "SockSite"})
"""What fails as long as another program of this machine has the port."""
_FAILURES = ("Error", "Exception", "Failure", "Unavailable", "Timeout")
_NOT_YET = frozenset(
    {"FileExistsError", "FileNotFoundError", "KeyError", "IndexError", "StopIteration", "ValueError", "AttributeError"}
    | {"LookupError", "BlockingIOError", "InterruptedError", "UnicodeDecodeError", "UnicodeEncodeError", "EOFError"}
    | {"TypeError", "AssertionError", "ImportError", "ModuleNotFoundError", "NameError", "WatchError", "TimeoutError"}
    | {"ProcessLookupError", "PermissionError"}
)
"""Errors that say something about this program or machine, or ask to begin anew: no other side recovers from them."""


def _gives_up(body: cst.BaseSuite, attempt: cst.Try) -> bool:
    """Tell whether a loop can end in another way than by success: outside of the attempt, or in a handler of it."""
    success = {id(each) for part in (attempt.body, attempt.orelse) if part is not None for each in descend(part)}
    lines = list(body.body)
    tail = lines[-1] if attempt is not lines[-1] and isinstance(lines[-1], cst.SimpleStatementLine) else None
    if tail is not None and _ends(tail) and all(_ends(each.body, _GOING) for each in attempt.handlers):
        success |= {id(each) for each in descend(tail)}
    return any(
        isinstance(each, _LEAVING) or (isinstance(each, cst.Call) and dotted_name(each.func) in ("sys.exit", "exit"))
        for each in descend(body, but_not=FUNCTIONS)
        if id(each) not in success
    )


def _tries_another(attempt: cst.Try) -> bool:
    """Tell whether a handler changes what is tried, other than by counting: the next name, number or address."""
    changed = {
        part.value
        for handler in attempt.handlers
        for each in descend(handler.body, but_not=FUNCTIONS)
        if isinstance(each, cst.AssignTarget | cst.AugAssign)
        for part in descend(each.target)
        if isinstance(part, cst.Name) and not _COUNTS.search(part.value)
    }
    calls = (each for each in descend(attempt.body, but_not=FUNCTIONS) if isinstance(each, cst.Call))
    passed = (part for call in calls for argument in call.args for part in descend(argument.value))
    return any(isinstance(each, cst.Name) and each.value in changed for each in passed)


def _is_asked_to_wait(attempt: cst.Try) -> bool:
    """Tell whether a handler looks for the answer that something is not ready yet: `"authorization_pending"`."""
    texts = (text_of(each) for handler in attempt.handlers for each in descend(handler.body, but_not=FUNCTIONS))
    return any(isinstance(each, str) and "_pending" in each for each in texts)


def _waits_after_failure(loop: cst.While | cst.For, attempt: cst.Try, node: cst.Call) -> bool:
    """Tell whether a `sleep` stands in a handler of the attempt, or as a statement behind it in the loop's body."""
    if any(part is node for handler in attempt.handlers for part in descend(handler.body, but_not=FUNCTIONS)):
        return True
    lines = list(loop.body.body)
    behind = lines[lines.index(attempt) + 1 :] if attempt in lines else []
    plain = [line for line in behind if isinstance(line, cst.SimpleStatementLine)]
    return any(part is node for line in plain for part in descend(line, but_not=FUNCTIONS))


def _is_constant(delay: cst.BaseExpression, function: cst.FunctionDef, loop: cst.While | cst.For) -> bool:
    """Tell whether a delay is the same in every round: a number, or a name that the loop does not bind."""
    if isinstance(delay, cst.Integer | cst.Float):
        return delay.value not in ("0", "0.0")
    name = dotted_name(delay)
    if not name or any(word in name.lower() for word in ("jitter", "backoff", "poll")):
        return False
    if "." not in name and any(
        isinstance(each, cst.Assign | cst.AnnAssign | cst.NamedExpr)
        and name in _targets(each)
        and not isinstance(each.value, cst.Integer | cst.Float)
        for each in descend(function.body, but_not=FUNCTIONS)
    ):
        return False
    bound = (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For)
    return not any(isinstance(each, bound) and dotted_name(each.target) == name for each in descend(loop, FUNCTIONS))


def _targets(node: cst.Assign | cst.AnnAssign | cst.NamedExpr) -> list[str]:
    targets = node.targets if isinstance(node, cst.Assign) else (node,)
    return [dotted_name(each.target) for each in targets]
