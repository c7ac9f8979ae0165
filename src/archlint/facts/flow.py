"""How the walk takes branches, loops, `try`, `with` and `match`: what names hold follows the flow."""

from collections.abc import Sequence

import libcst as cst

from archlint.facts import model
from archlint.facts.assignments import count_target
from archlint.facts.binding import bind
from archlint.facts.branches import entered
from archlint.facts.conditions import condition_flags, made_once_behind
from archlint.facts.demands import behind_leaving, demanded, otherwise
from archlint.facts.elements import loop_elements, singles_out
from archlint.facts.examined import examined
from archlint.facts.narrowing import narrow, narrow_subject
from archlint.facts.records import Anchor
from archlint.facts.references import step, union
from archlint.facts.scopes import merge
from archlint.facts.uses import awaited, implicit_call, iterate
from archlint.facts.walk import Action, Walk, handles

_LEAVING: frozenset[type[cst.CSTNode]] = frozenset({cst.Return, cst.Raise, cst.Continue, cst.Break})
_ENDING: frozenset[type[cst.CSTNode]] = frozenset({cst.Return, cst.Raise})


@handles(cst.If)
def if_(walk: Walk, node: cst.If) -> None:
    """Walk both branches from the same state and join what they leave."""
    flags = walk.flags
    chain, arm = walk.begin_branch(node)
    if isinstance(node.orelse, cst.If):
        walk.chains[node.orelse] = (chain, arm + 1)
    body_flags, else_flags = condition_flags(walk, node)
    before, behind = demanded(walk, node)
    leaves = _terminates(node.body, _ENDING)
    body_flags = entered(body_flags, chain, arm, walk.count_branch() if leaves else 0)
    if isinstance(node.orelse, cst.Else):
        leaving = walk.count_branch() if _terminates(node.orelse, _ENDING) else 0
        else_flags = entered(else_flags, chain, arm + 1, leaving)
    walk.push(
        *examined(node.test, flags),
        (_begin,),
        (narrow, node.test, True),
        (Walk.set_flags, body_flags),
        *before,
        *(_singled_out(walk, node) if walk.elements else (node.body,)),
        *behind,
        (_next_branch, _terminates(node.body)),
        (narrow, node.test, False),
        (Walk.set_flags, else_flags),
        *otherwise(walk, node),
        (_end, node.orelse is not None and _terminates(node.orelse)),
        (Walk.set_flags, flags | made_once_behind(walk, node)),
        *(behind_leaving(walk, node) if leaves else ()),
    )


def _singled_out(walk: Walk, node: cst.If) -> tuple[cst.CSTNode | Action, ...]:
    """Return the body of an `if` in a loop; where it is for few elements, it does nothing for each of them."""
    if not singles_out(node.test, walk.elements):
        return (node.body,)
    return (Walk.set_elements, frozenset()), node.body, (Walk.set_elements, walk.elements)


def _begin(walk: Walk) -> None:
    """Remember the state before the branches; the list collects what each branch leaves."""
    walk.branches.append([dict(walk.scope.env)])


def _next_branch(walk: Walk, terminated: bool) -> None:
    before, *_ = branches = walk.branches[-1]
    if not terminated:
        branches.append(walk.scope.env)
    walk.scope.env = dict(before)


def _end(walk: Walk, terminated: bool) -> None:
    _, *left = walk.branches.pop()
    if not terminated:
        left.append(walk.scope.env)
    if left:
        walk.scope.env = merge(left)


def _terminates(node: cst.CSTNode, leaving: frozenset[type[cst.CSTNode]] = _LEAVING) -> bool:
    """Tell whether a block ends by leaving: nothing that follows sees what it bound."""
    if node.__class__ is cst.Else:
        node = node.body
    if node.__class__ is cst.If:
        return node.orelse is not None and _terminates(node.body, leaving) and _terminates(node.orelse, leaving)
    body = node.body if isinstance(node, cst.IndentedBlock | cst.SimpleStatementSuite) else ()
    last = body[-1] if body else None
    if last.__class__ is cst.SimpleStatementLine:
        last = last.body[-1]
    return last.__class__ in leaving


@handles(cst.While)
def while_(walk: Walk, node: cst.While) -> None:
    """Walk a loop whose body may not run."""
    flags = walk.flags
    walk.push(
        (Walk.set_flags, flags | model.IN_LOOP),
        *examined(node.test, flags | model.IN_LOOP),
        (_begin,),
        node.body,
        (_next_branch, False),
        (_end, False),
        (Walk.set_flags, flags),
        node.orelse,
    )


@handles(cst.For)
def for_(walk: Walk, node: cst.For) -> None:
    """Walk a loop: the target holds the elements."""
    flags = walk.flags
    walk.push(
        (count_target, node.target),
        (iterate, node.iter) if node.asynchronous is None else None,
        *awaited(walk, node.iter, node.asynchronous is not None),
        (_begin,),
        (_bind_loop, node),
        (Walk.set_flags, flags | model.IN_LOOP),
        (Walk.set_elements, walk.elements | loop_elements(node, walk)),
        node.body,
        (Walk.set_elements, walk.elements),
        (_next_branch, False),
        (_end, False),
        (Walk.set_flags, flags),
        node.orelse,
    )


def _bind_loop(walk: Walk, node: cst.For) -> None:
    iterable = node.iter
    if isinstance(iterable, cst.Call) and isinstance(iterable.func, cst.Name) and isinstance(node.target, cst.Tuple):
        helper = walk.expressions.value(iterable.func)
        elements = [element.value for element in node.target.elements]
        if helper == "builtins.enumerate" and len(elements) == 2 and iterable.args:
            bind(walk, elements[0], "builtins.int{}", None)
            bind(walk, elements[1], step(walk.expressions.value(iterable.args[0].value), "*"), None)
            return
        if helper == "builtins.zip":
            for element, argument in zip(elements, iterable.args, strict=False):
                bind(walk, element, step(walk.expressions.value(argument.value), "*"), None)
            return
    bind(walk, node.target, step(walk.expressions.value(iterable), "&" if node.asynchronous else "*"), None)


@handles(cst.With)
def with_(walk: Walk, node: cst.With) -> None:
    """Walk a `with`: each target holds what entering gives."""
    flags = walk.flags
    suffix = "~" if node.asynchronous else "^"
    for_items: list[cst.CSTNode | Action] = []
    entered: list[str] = []
    for item in node.items:
        anchor: Anchor = [0, 0]
        for_items.append((_begin_item, anchor))
        for_items.extend(awaited(walk, item.item, node.asynchronous is not None))
        for_items.append((_enter_item, item, node.asynchronous is not None, anchor, entered))
        if item.asname is not None:
            for_items.append((count_target, item.asname.name))
            for_items.append((_bind_entered, item, suffix))
    walk.push(
        *for_items,
        (Walk.set_flags, flags | model.IN_WITH),
        node.body,
        (Walk.set_flags, flags),
        (_exit_items, entered, node.asynchronous is not None),
    )


def _begin_item(walk: Walk, anchor: Anchor) -> None:
    anchor[:] = [len(walk.names), len(walk.names)]


def _enter_item(walk: Walk, item: cst.WithItem, asynchronous: bool, anchor: Anchor, entered: list[str]) -> None:
    """Record what a `with` calls although nobody wrote it; `entered` collects what it is called on."""
    anchor[1] = max(len(walk.names) - 1, anchor[0])
    method, flags = (".__aenter__", walk.flags | model.AWAITED) if asynchronous else (".__enter__", walk.flags)
    implicit_call(walk, item.item, method, anchor, flags)
    entered.append(walk.expressions.value(item.item))


def _exit_items(walk: Walk, entered: list[str], asynchronous: bool) -> None:
    """Record the calls at the end of a `with`, the last item's first, behind the last name of the body."""
    method, flags = (".__aexit__", walk.flags | model.AWAITED) if asynchronous else (".__exit__", walk.flags)
    last = max(len(walk.names) - 1, 0)
    for reference in reversed(entered):
        if reference:
            callee = step(reference, method)
            walk.records.calls.append((callee, [last, last], (), walk.scope.function, walk.owner, flags))


def _bind_entered(walk: Walk, item: cst.WithItem, suffix: str) -> None:
    if item.asname is not None:
        bind(walk, item.asname.name, step(walk.expressions.value(item.item), suffix), None)


@handles(cst.Try, cst.TryStar)
def try_(walk: Walk, node: cst.Try | cst.TryStar) -> None:
    """Walk a `try`: a handler may start from any point of the body."""
    flags = walk.flags
    falls_through = not _terminates(node.body)
    asks = _asks(node.handlers)
    walk.push(
        (_begin,),
        (Walk.set_flags, flags | model.IN_TRY | asks),
        node.body,
        (_next_handler, not falls_through),
        (Walk.set_flags, flags | model.IN_TRY | model.IN_HANDLER),
        *(part for handler in node.handlers for part in (handler, (_next_handler, _terminates(handler.body)))),
        (Walk.set_flags, flags | model.IN_TRY | asks),
        (_begin_else, falls_through),
        node.orelse,
        (_end_else, falls_through and (node.orelse is None or not _terminates(node.orelse))),
        (Walk.set_flags, flags),
        node.finalbody,
    )


def _asks(handlers: Sequence[cst.ExceptHandler | cst.ExceptStarHandler]) -> int:
    """Return the flags for the body of a `try` whose handlers say what it finds out."""
    found = 0
    for handler in handlers:
        kind = handler.type
        for each in [each.value for each in kind.elements] if isinstance(kind, cst.Tuple) else [kind]:
            found |= _ASKING.get(each.value, 0) if isinstance(each, cst.Name) else 0
    return found


_ASKING = {"RuntimeError": model.IN_TRY_RUNTIME_ERROR, "BlockingIOError": model.IN_TRY_BLOCKING_ERROR}


def _next_handler(walk: Walk, terminated: bool) -> None:
    branches = walk.branches[-1]
    if len(branches) == 1:
        branches[0] = merge([branches[0], walk.scope.env])
    if not terminated:
        branches.append(walk.scope.env)
    walk.scope.env = dict(branches[0])


def _begin_else(walk: Walk, falls_through: bool) -> None:
    """Go on from where the body ended, which is the first state after the one before it."""
    if falls_through:
        walk.scope.env = walk.branches[-1].pop(1)


def _end_else(walk: Walk, falls_through: bool) -> None:
    before, *left = walk.branches.pop()
    if falls_through:
        left.append(walk.scope.env)
    walk.scope.env = merge(left or [before])


@handles(cst.ExceptHandler, cst.ExceptStarHandler)
def except_(walk: Walk, node: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
    """Walk a handler: its name holds an instance of what it catches."""
    if node.name is None:
        walk.push(node.type, node.body)
        return
    kinds = [element.value for element in node.type.elements] if isinstance(node.type, cst.Tuple) else [node.type]
    caught = union(*(step(walk.expressions.annotation(kind), "{}") for kind in kinds if kind is not None))
    walk.push(node.type, (count_target, node.name.name), (bind, node.name.name, caught, None), node.body)


@handles(cst.Match)
def match(walk: Walk, node: cst.Match) -> None:
    """Walk a `match`: each case starts from the same state."""
    walk.soft_keyword("match")
    flags = walk.flags
    cases = [
        part
        for case in node.cases
        for part in (
            (narrow_subject, node.subject, case.pattern),
            case,
            (_next_branch, _terminates(case.body)),
        )
    ]
    walk.push(
        node.subject,
        (_begin,),
        (Walk.set_flags, flags | model.IN_CONDITION),
        *cases,
        (_end, False),
        (Walk.set_flags, flags),
    )


@handles(cst.MatchCase)
def case(walk: Walk, node: cst.MatchCase) -> None:
    """Count the soft keyword of a case."""
    walk.soft_keyword("case")
    walk.push(node.pattern, node.guard, node.body)


@handles(cst.MatchAs)
def match_as(walk: Walk, node: cst.MatchAs) -> None:
    """Count a capture or the wildcard."""
    if node.name is None:
        if node.pattern is None:
            walk.soft_keyword("_")
        walk.push(node.pattern)
        return
    kind = walk.expressions.annotation(node.pattern.cls) if isinstance(node.pattern, cst.MatchClass) else ""
    walk.push(node.pattern, (count_target, node.name), (bind, node.name, step(kind, "{}"), None))


@handles(cst.MatchStar)
def match_star(walk: Walk, node: cst.MatchStar) -> None:
    """Count a starred capture or the starred wildcard."""
    if node.name is None:
        walk.soft_keyword("_")
    else:
        walk.push((count_target, node.name), (bind, node.name, "", None))


@handles(cst.MatchMapping)
def match_mapping(walk: Walk, node: cst.MatchMapping) -> None:
    """Bind the name that takes the rest of a mapping."""
    if node.rest is not None:
        walk.push(*node.elements, (count_target, node.rest), (bind, node.rest, "", None))
    else:
        walk.push_all(node.elements)
