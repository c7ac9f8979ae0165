"""RES002 and RES005: errors that nobody hears of, and errors that nobody can tell apart, on the syntax tree."""

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from archlint.facts import model
from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, ancestors, comments, descend, is_name, last_statement
from archlint.rulebook.checks.handling import BROAD, bound_name, is_broad

_LEVELS = frozenset({"debug", "info", "warning", "warn", "log", "trace"})
_ENDS = frozenset(
    {"abort", "aclose", "aexit", "cancel", "clean", "cleanup", "close", "del", "delete", "deregister", "destroy"}
    | {"detach", "discard", "disconnect", "dispose", "drain", "exit", "finalize", "flush", "join", "kill", "killpg"}
    | {"logout", "quit", "release", "remove", "reset", "restore", "revoke", "rmtree", "rollback", "shutdown", "stop"}
    | {"teardown", "terminate", "uninstall", "unlink", "unload", "unregister", "unsubscribe", "wait"}
)
"""Words in the names of functions that give something up."""
_CONVERSIONS = frozenset(
    {"int", "float", "str", "repr", "bool", "Decimal", "UUID", "Fraction", "loads", "literal_eval", "fromisoformat"}
    | {"strptime", "b64decode", "unhexlify", "unquote", "fromtimestamp", "ip_address", "strip", "split"}
)
"""What makes one value of another: what fails there is the value."""
_COMMENT = re.compile(r"#\s*(?!archlint|expect:|TODO|FIXME|XXX|fmt:|pragma|type:|noqa:\s*E722\s*$)\S+")


def swallowed_exception(node: cst.ExceptHandler, context: ModuleContext) -> Iterator[Sighting]:
    """RES002: a handler of everything that goes on as if nothing had happened and tells nobody what did."""
    if not is_broad(node, context):
        return
    told = _told(node, in_loop=bool(context.flags & model.IN_LOOP))
    if told is None or _is_explained(node):
        return
    attempt = _attempt(node, context)
    if attempt is None or _is_best_effort(attempt, context):
        return
    how = f" with {told} and no traceback" if told else " silently"
    if told and _names_error(node) and not _consumes(attempt[1]):
        return
    yield Sighting(
        code="RES002",
        message=(
            f"every error ends here{how}, also those nobody expected; catch what you expect, "
            "or log the rest with its traceback"
        ),
        subject="except",
        keyword="except",
    )


def raised_base_exception(node: cst.Raise, context: ModuleContext) -> Iterator[Sighting]:
    """RES005: `raise Exception(...)`."""
    raised = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
    if not isinstance(raised, cst.Name) or raised.value not in ("Exception", "BaseException"):
        return
    if context.reference(raised) in BROAD:
        yield Sighting(
            code="RES005",
            message=(
                f"callers can catch `{raised.value}` only together with every other error; "
                "raise an exception class of your own"
            ),
            subject=raised.value,
        )


def _told(node: cst.ExceptHandler, *, in_loop: bool) -> str | None:
    """Return how a handler that does nothing else tells of the error, empty for not at all; `None` if it does more."""
    statements = [
        part
        for line in node.body.body
        for part in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))
    ]
    said = ""
    for each in statements:
        if isinstance(each, cst.Pass | cst.Continue) or _is_constant(each) or _sleeps(each):
            continue
        said = _tells(each)
        if not said or not in_loop:
            return None
    return said


def _names_error(node: cst.ExceptHandler) -> bool:
    """Tell whether a handler uses the error that it caught."""
    name = bound_name(node)
    return bool(name) and any(is_name(each, name) for each in descend(node.body))


def _consumes(around: Sequence[cst.CSTNode]) -> bool:
    """Tell whether the innermost loop is one that goes on for ever, or until it is told to stop."""
    loop = next((each for each in around if isinstance(each, cst.For | cst.While)), None)
    if isinstance(loop, cst.While):
        return not any(isinstance(each, cst.Comparison) for each in descend(loop.test))
    return isinstance(loop, cst.For) and loop.asynchronous is not None


def _is_constant(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Expr) and isinstance(node.value, cst.Ellipsis | cst.SimpleString)


def _sleeps(node: cst.CSTNode) -> bool:
    value = node.value if isinstance(node, cst.Expr) else None
    if isinstance(value, cst.Await):
        value = value.expression
    return isinstance(value, cst.Call) and dotted_name(value.func).rpartition(".")[2] == "sleep"


def _tells(node: cst.CSTNode) -> str:
    """Return how a statement tells about the error without its traceback: `print`, a log level; empty for others."""
    call = node.value if isinstance(node, cst.Expr) else None
    if not isinstance(call, cst.Call):
        return ""
    if any(each.keyword is not None and each.keyword.value in ("exc_info", "stack_info") for each in call.args):
        return ""
    if any("traceback" in dotted_name(part) for each in call.args for part in descend(each)):
        return ""
    if dotted_name(call.func) == "print":
        return "a `print`"
    word = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    return "a line in the log" if word in _LEVELS else ""


def _attempt(node: cst.ExceptHandler, context: ModuleContext) -> tuple[cst.Try, list[cst.CSTNode]] | None:
    """Return the `try` of a handler in a function, and what that stands in."""
    function = context.enclosing_function
    if function is None:
        return None
    around = list(ancestors(function.body, node))
    return (around[0], around[1:]) if isinstance(around[0], cst.Try) else None


def _is_explained(node: cst.ExceptHandler) -> bool:
    """Tell whether a comment in the handler says why."""
    return any(_COMMENT.match(each) for each in comments(node))


def _is_best_effort(attempt: tuple[cst.Try, list[cst.CSTNode]], context: ModuleContext) -> bool:
    """Tell whether nothing depends on what was tried: an import, an end, one way of several, a note about a failure."""
    tried, around = attempt
    function = context.enclosing_function
    assert function is not None
    if any(isinstance(each, cst.Finally | cst.ExceptHandler) for each in around):
        return True
    if _gives_up(function.name.value):
        return True
    if function.asynchronous is not None and any(
        isinstance(each, cst.Await) for each in descend(tried.body, FUNCTIONS)
    ):
        handler = tried.handlers[-1]
        if handler.type is None or dotted_name(handler.type) == "BaseException":
            return True
    if any(isinstance(each, cst.Return | cst.Break) for each in descend(tried.body, FUNCTIONS)):
        return True  # what follows is the other way to get there
    if _succeeds_behind(tried, around):
        return True
    statements = list(tried.body.body)
    first = statements[0].body[0] if isinstance(statements[0], cst.SimpleStatementLine) else statements[0]
    if isinstance(first, cst.Import | cst.ImportFrom):
        return True
    return _only_ends(statements) or _only_converts(tried)


def _succeeds_behind(tried: cst.Try, around: Sequence[cst.CSTNode]) -> bool:
    """Tell whether a loop ends behind an attempt that did not fail: it goes on to the next one otherwise."""
    block = around[0] if around else None
    if not isinstance(block, cst.IndentedBlock) or tried not in block.body:
        return False
    if not isinstance(around[1] if len(around) > 1 else None, cst.For | cst.While):
        return False
    goes_on = any(isinstance(each, cst.Continue) for each in descend(tried.handlers[-1].body, FUNCTIONS))
    return goes_on and isinstance(last_statement(block), cst.Return | cst.Break)


def _only_converts(tried: cst.Try) -> bool:
    """Tell whether nothing but conversions of a value can fail, one statement with them: `data = json.loads(text)`."""
    calls = [each for each in descend(tried.body, FUNCTIONS) if isinstance(each, cst.Call)]
    words = {dotted_name(each.func).rpartition(".")[2] for each in calls}
    return len(tried.body.body) == 1 and bool(words) and words <= _CONVERSIONS


def _gives_up(name: str) -> bool:
    return not _ENDS.isdisjoint(name.lower().split("_"))


def _only_ends(statements: Sequence[cst.CSTNode]) -> bool:
    """Tell whether every call as a statement gives something up, and there is nothing else."""
    calls = [each for line in statements for each in descend(line, FUNCTIONS) if isinstance(each, cst.Call)]
    last = calls[0] if calls else None
    word = last.func.attr.value if last is not None and isinstance(last.func, cst.Attribute) else ""
    if last is not None and isinstance(last.func, cst.Name):
        word = last.func.value
    return len(statements) == 1 and _gives_up(word)
