"""What the condition of an `if` says about its branches: whether they run at all, or once."""

import libcst as cst

from archlint.facts import model
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend, last_statement, text_of
from archlint.facts.walk import Walk

_OWN = frozenset({"self", "cls"})


def condition_flags(walk: Walk, node: cst.If) -> tuple[int, int]:
    """Return the flags in the body of an `if`, and behind its `else`."""
    test = node.test
    conditional = walk.flags | model.IN_CONDITION
    negated = test.__class__ is cst.UnaryOperation and isinstance(test.operator, cst.Not)
    inner = test.expression if test.__class__ is cst.UnaryOperation and negated else test
    if dotted_name(inner).rpartition(".")[2] == "TYPE_CHECKING":
        body, orelse = conditional | model.IN_TYPE_CHECKING, conditional
        return (orelse, body) if negated else (body, orelse)
    if _is_main_guard(test):
        return conditional | model.IN_MAIN_GUARD, conditional
    return conditional | _makes_once(walk, node), conditional


def _is_main_guard(test: cst.BaseExpression) -> bool:
    return (
        test.__class__ is cst.Comparison
        and test.left.__class__ is cst.Name
        and test.left.value == "__name__"
        and len(test.comparisons) == 1
        and isinstance(test.comparisons[0].comparator, cst.SimpleString)
    )


def _makes_once(walk: Walk, node: cst.If) -> int:
    """Return the flag of a body that makes what is not there yet: `if self._client is None: self._client = Client()`.

    `if key not in self._clients: self._clients[key] = Client(key)` makes it once for each key.
    """
    name = _absent(node.test)
    if name:
        return model.MADE_ONCE if _may_be_kept(walk, name) and _assigns(node.body, name) else 0
    name = _searched(node.test, cst.NotIn)
    return model.MADE_PER_KEY if name and _may_be_kept(walk, name) and _adds(node.body, name) else 0


def made_once_behind(walk: Walk, node: cst.If) -> int:
    """Return the flag for what follows `if self._client is not None: return self._client`, if that is made then.

    The same follows `if self._loaded: return`, if that is set then, and for each key what follows
    `if key in self._clients: return self._clients[key]`, if it is added then; or what follows
    `if client is not None: return client`, for a `client = self._clients.get(key)`.
    """
    function = walk.scope.block.node
    if not isinstance(function, cst.FunctionDef) or node.orelse is not None:
        return 0
    name = _present(node.test)
    holder = "" if name else _searched(node.test, cst.In)
    given = _given(node.body) if name or holder else None
    if given is None:
        return 0
    if not _may_be_kept(walk, name or holder):
        kept = _got_from(function.body, name) if name and dotted_name(given) == name else ""
        return model.MADE_PER_KEY if kept and _may_be_kept(walk, kept) and _adds(function.body, kept) else 0
    if holder:
        is_kept = isinstance(given, cst.Subscript) and dotted_name(given.value) == holder
        return model.MADE_PER_KEY if is_kept and _adds(function.body, holder) else 0
    if dotted_name(given) == "None":
        return model.MADE_ONCE if len(node.body.body) == 1 and _sets(function.body, name) else 0
    is_of_it = f"{dotted_name(given)}.".startswith(f"{name}.")
    return model.MADE_ONCE if is_of_it and _assigns(function.body, name) else 0


def _got_from(body: cst.BaseSuite, local: str) -> str:
    """Return the name of what a function gets a local name from by a key, at the top of its body: `x.get(key)`."""
    for line in body.body:
        for each in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if not isinstance(each, cst.Assign) or not isinstance(each.value, cst.Call):
                continue
            if len(each.targets) == 1 and dotted_name(each.targets[0].target) == local:
                holder, _, method = dotted_name(each.value.func).rpartition(".")
                return holder if method == "get" else ""
    return ""


def _present(test: cst.BaseExpression) -> str:
    """Return the name of which a condition asks whether it holds something."""
    if isinstance(test, cst.Call) and dotted_name(test.func) == "hasattr" and len(test.args) == 2:
        said = text_of(test.args[1].value)
        return f"{dotted_name(test.args[0].value)}.{said}" if isinstance(said, str) else ""
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        compared = test.comparisons[0]
        if isinstance(compared.operator, cst.IsNot) and dotted_name(compared.comparator) == "None":
            return dotted_name(test.left)
        return ""
    return dotted_name(test)


def _searched(test: cst.BaseExpression, operator: type[cst.BaseCompOp]) -> str:
    """Return the name of what a condition searches for a key: `key in x`, `key not in x`."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return ""
    compared = test.comparisons[0]
    return dotted_name(compared.comparator) if isinstance(compared.operator, operator) else ""


def _given(body: cst.BaseSuite) -> cst.BaseExpression | None:
    """Return what a body returns that ends so and at most raises errors before; nothing for other bodies."""
    *before, line = body.body
    last = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else line
    if not isinstance(last, cst.Return) or not all(isinstance(each, cst.If) and _raises(each) for each in before):
        return None
    return last.value if last.value is not None else cst.Name("None")


def _raises(node: cst.If) -> bool:
    return isinstance(last_statement(node.body), cst.Raise) and node.orelse is None


def _may_be_kept(walk: Walk, name: str) -> bool:
    """Tell whether a name outlives the call: an attribute of the instance, a class or a module, or a global."""
    root, dot, _ = name.partition(".")
    return root in _OWN or root in walk.imported or root[:1].isupper() if dot else walk.scope.is_global(name)


def _assigns(body: cst.BaseSuite, name: str) -> bool:
    return any(
        isinstance(each, cst.AssignTarget | cst.AnnAssign) and dotted_name(each.target) == name
        for each in descend(body, but_not=FUNCTIONS)
    )


def _adds(body: cst.BaseSuite, name: str) -> bool:
    """Tell whether a body puts something under a key into what a name holds."""
    return any(
        isinstance(each, cst.AssignTarget)
        and isinstance(each.target, cst.Subscript)
        and dotted_name(each.target.value) == name
        for each in descend(body, but_not=FUNCTIONS)
    )


def _sets(body: cst.BaseSuite, name: str) -> bool:
    """Tell whether a body assigns `True` to a name, and nothing else."""
    values = [
        dotted_name(each.value)
        for each in descend(body, but_not=FUNCTIONS)
        if isinstance(each, cst.Assign) and any(dotted_name(target.target) == name for target in each.targets)
    ]
    return bool(values) and set(values) == {"True"}


def _absent(test: cst.BaseExpression) -> str:
    """Return the name of which a condition asks whether it holds nothing: `not x`, `x is None`, `not hasattr(...)`."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return _present(test.expression)
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        compared = test.comparisons[0]
        if isinstance(compared.operator, cst.Is) and dotted_name(compared.comparator) == "None":
            return dotted_name(test.left)
    return ""
