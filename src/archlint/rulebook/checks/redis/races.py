"""RDS004: a key that is read and then written, on the syntax tree."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, ancestors, descend, source_of

_READS: Mapping[str, int] = {"get": 1, "exists": 1, "hget": 2, "hexists": 2}
"""Method -> how many of its first arguments say what it reads."""
_COUNTS: Mapping[str, Mapping[str, int]] = {
    "zadd": {"zcard": 1, "zcount": 1},
    "sadd": {"scard": 1},
    "lpush": {"llen": 1},
    "rpush": {"llen": 1},
}
"""Method that adds an element -> what counts those that there are."""
_WRITES: Mapping[str, int] = {
    **dict.fromkeys(("set", "setex", "psetex", "incr", "incrby", "incrbyfloat", "decr", "decrby", *_COUNTS), 1),
    "hset": 2,
}
_COUNTING = frozenset(word for counts in _COUNTS.values() for word in counts)
_QUESTIONS = frozenset({"exists", "hexists"}) | _COUNTING
_GUARDS = ("lock", "mutex", "semaphore", "transaction")
_ATOMIC = frozenset({"watch", "acquire", "transaction"})
_TESTS = (cst.Comparison, cst.BooleanOperation, cst.UnaryOperation, cst.Assert)
_NUMBERS = frozenset({"int", "float"})
_CONVERSIONS = frozenset({"int", "float", "bool", "str", "len", "asyncio.run"})


class _Read(NamedTuple):
    """A call that reads the key, and what it stands in, innermost first."""

    call: cst.Call
    method: str
    around: list[cst.CSTNode]


def check_then_set(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """RDS004: a write whose value or condition comes from an earlier read of the same key by the same client."""
    function = context.enclosing_function
    reference = context.reference(node.func)
    if function is None or not reference or any(_keyword(each) in ("nx", "xx") for each in node.args):
        return
    key = _key(node, _WRITES)
    method = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
    reads = _COUNTS.get(method, _READS)
    if not key or not _reads_anything(function, reads) or _is_guarded(function, node):
        return
    for read in _reads_before(function, node, key, reads):
        how = _decides(function, read, node)
        if how and not _is_told_before(function, read, node, key):
            yield Sighting(
                code="RDS004",
                message=(
                    f"another client may change the key between `{read.method}` and `{method}`, {how}; "
                    "use one command that does both, a script, `watch` or a lock"
                ),
                subject=method,
                reference=reference,
            )
            return


def _reads_anything(function: cst.FunctionDef, reads: Mapping[str, int]) -> bool:
    """Tell whether some call of a function has the name of a command that reads."""
    return any(
        each.__class__ is cst.Call and each.func.__class__ is cst.Attribute and each.func.attr.value in reads
        for each in descend(function.body, but_not=FUNCTIONS)
    )


def _is_told_before(function: cst.FunctionDef, read: _Read, node: cst.Call, key: tuple[str, ...]) -> bool:
    """Tell whether the same read decides over an earlier write, in another branch."""
    seen = False
    for each in descend(function.body, but_not=FUNCTIONS):
        if each is node:
            return False
        if each is read.call:
            seen = True
        elif seen and isinstance(each, cst.Call) and _key(each, _WRITES) == key and _decides(function, read, each):
            return True
    return False


def _keyword(argument: cst.Arg) -> str:
    return argument.keyword.value if argument.keyword is not None else argument.star


def _key(call: cst.Call, methods: Mapping[str, int]) -> tuple[str, ...]:
    """Return client and key of a command as they are written; empty when it is none of `methods`."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in methods:
        return ()
    count = methods[call.func.attr.value]
    keys = [each for each in call.args[:count] if each.keyword is None and not each.star]
    if len(keys) < count:
        return ()
    return (source_of(call.func.value), *(source_of(each.value) for each in keys))


def _is_guarded(function: cst.FunctionDef, node: cst.Call) -> bool:
    """Tell whether the write stands in a `with` on a lock or transaction, or the function takes or watches one."""
    for each in descend(function.body, but_not=FUNCTIONS):
        if isinstance(each, cst.Call) and isinstance(each.func, cst.Attribute) and each.func.attr.value in _ATOMIC:
            return True
    return any(
        isinstance(each, cst.With)
        and any(word in source_of(item.item).lower() for item in each.items for word in _GUARDS)
        for each in ancestors(function.body, node)
    )


def _reads_before(
    function: cst.FunctionDef, node: cst.Call, key: tuple[str, ...], reads: Mapping[str, int]
) -> Iterator[_Read]:
    """Yield the reads of a key that come before a write of it, if no other write of it comes between."""
    found: list[cst.Call] = []
    for each in descend(function.body, but_not=FUNCTIONS):
        if each is node:
            found += (part for part in descend(node) if isinstance(part, cst.Call) and _key(part, reads) == key)
            break
        if isinstance(each, cst.Call):
            if _key(each, reads) == key:
                found.append(each)
            elif _key(each, _WRITES) == key and not _excludes(function, each, node):
                found.clear()
    for call in found:
        if not _excludes(function, call, node) and isinstance(call.func, cst.Attribute):
            yield _Read(call, call.func.attr.value, list(ancestors(function.body, call)))


def _excludes(function: cst.FunctionDef, first: cst.CSTNode, second: cst.CSTNode) -> bool:
    """Tell whether two places are in branches of which only one runs."""
    around = list(ancestors(function.body, second))
    for each in ancestors(function.body, first):
        if isinstance(each, cst.If) and each in around and each.orelse in around:
            return not any(part is first for part in descend(each.test)) and not any(
                part is first for part in descend(each.orelse)
            )
    return False


def _decides(function: cst.FunctionDef, read: _Read, node: cst.Call) -> str:
    """Say what the read does to the write; empty when it is that of a cache, which only fills what it did not find."""
    if any(part is read.call for argument in node.args for part in descend(argument)):
        return "and its change is lost"
    name = _holder(read)
    if name and read.method not in _COUNTING and _flows(function, name, read.call, node):
        return "and its change is lost"
    if name:
        uses = _uses(function, name)[1:]
        tested = [_is_tested(around, each) for each, around in uses]
        decides = any(tested) if read.method in _QUESTIONS else bool(tested) and all(tested)
        return "and both go on" if decides or _decides_as_number(function, [around for _, around in uses]) else ""
    return "and both go on" if _is_tested(read.around, read.call) else ""


def _uses(function: cst.FunctionDef, name: str) -> list[tuple[cst.CSTNode, list[cst.CSTNode]]]:
    """Return the places where a name stands, each with what it stands in, innermost first."""
    named = (each for each in descend(function.body, but_not=FUNCTIONS) if isinstance(each, cst.Name))
    return [(each, list(ancestors(function.body, each))) for each in named if each.value == name]


def _decides_as_number(function: cst.FunctionDef, uses: list[list[cst.CSTNode]]) -> bool:
    """Tell whether what was read becomes a number (`calls = int(found) if found else 0`) which only decides."""
    assignments = {id(each): each for around in uses for each in around if isinstance(each, cst.Assign)}
    if len(assignments) != 1 or not all(any(id(each) in assignments for each in around) for around in uses):
        return False
    [made] = assignments.values()
    value = made.value.body if isinstance(made.value, cst.IfExp) else made.value
    if not isinstance(value, cst.Call) or dotted_name(value.func) not in _NUMBERS:
        return False
    found = _uses(function, dotted_name(made.targets[0].target))
    tested = [_is_tested(around, each) for each, around in found if not isinstance(around[0], cst.AssignTarget)]
    return bool(tested) and all(tested)


def _holder(read: _Read) -> str:
    """Return the name that is given to what was read, perhaps converted."""
    for each in read.around:
        if isinstance(each, cst.Await | cst.Arg | cst.BooleanOperation):
            continue
        if isinstance(each, cst.Call) and dotted_name(each.func) in _CONVERSIONS:
            continue
        if isinstance(each, cst.Assign) and len(each.targets) == 1:
            return dotted_name(each.targets[0].target)
        if isinstance(each, cst.NamedExpr | cst.AnnAssign):
            return dotted_name(each.target)
        return ""
    return ""


def _flows(function: cst.FunctionDef, name: str, read: cst.Call, node: cst.Call) -> bool:
    """Tell whether what `name` holds after the read comes into the values of the write, also through other names."""
    tainted: set[str] = set()
    started = False
    around = list(ancestors(function.body, node))
    for each in descend(function.body, but_not=FUNCTIONS):
        if each is node:
            break
        if not isinstance(each, cst.Assign | cst.AnnAssign | cst.AugAssign | cst.NamedExpr) or each.value is None:
            continue
        targets = {dotted_name(target) for target in _targets(each)} - {""}
        if any(part is read for part in descend(each.value)):
            started = True
            tainted = {name}
        elif started and _mentions(each.value, tainted):
            tainted |= targets
        elif started and not isinstance(each, cst.AugAssign) and _certain(function, each, around):
            tainted -= targets
    values = node.args[_WRITES[node.func.attr.value] :] if isinstance(node.func, cst.Attribute) else ()
    return any(_mentions(argument.value, tainted) for argument in values if _keyword(argument) not in ("ex", "px"))


def _targets(node: cst.Assign | cst.AnnAssign | cst.AugAssign | cst.NamedExpr) -> list[cst.BaseExpression]:
    return [each.target for each in node.targets] if isinstance(node, cst.Assign) else [node.target]


def _mentions(value: cst.BaseExpression, names: set[str]) -> bool:
    return any(isinstance(each, cst.Name) and each.value in names for each in descend(value))


def _certain(function: cst.FunctionDef, node: cst.CSTNode, around: list[cst.CSTNode]) -> bool:
    """Tell whether an assignment has run wherever the places in the blocks `around` run."""
    block = next((each for each in ancestors(function.body, node) if isinstance(each, cst.IndentedBlock)), None)
    return block is None or block is function.body or block in around


def _is_tested(around: list[cst.CSTNode], node: cst.CSTNode) -> bool:
    """Tell whether an expression only decides: it is the test of a branch, or part of one."""
    child = node
    for each in around:
        if isinstance(each, cst.If | cst.While | cst.IfExp):
            return each.test is child
        conversion = isinstance(each, cst.Call) and dotted_name(each.func) in _CONVERSIONS
        if not isinstance(each, (*_TESTS, cst.Await, cst.Arg, cst.ComparisonTarget)) and not conversion:
            return False
        child = each
    return False
