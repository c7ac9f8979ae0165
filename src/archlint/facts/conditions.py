"""What the condition of an `if` says about its branches: whether they run at all, or once."""

import libcst as cst

from archlint.facts import model
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend, text_of
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
    return (conditional | model.MADE_ONCE if _makes_once(walk, node) else conditional), conditional


def _is_main_guard(test: cst.BaseExpression) -> bool:
    return (
        test.__class__ is cst.Comparison
        and test.left.__class__ is cst.Name
        and test.left.value == "__name__"
        and len(test.comparisons) == 1
        and isinstance(test.comparisons[0].comparator, cst.SimpleString)
    )


def _makes_once(walk: Walk, node: cst.If) -> bool:
    """Tell whether a body makes what is not there yet: `if self._client is None: self._client = Client()`."""
    name = _absent(node.test)
    return bool(name) and _may_be_kept(walk, name) and _assigns(node.body, name)


def made_once_behind(walk: Walk, node: cst.If) -> int:
    """Return the flag for what follows `if self._client is not None: return self._client`, if that is made then.

    The same follows `if self._loaded: return`, if that is set then.
    """
    name = _present(node.test)
    function = walk.scope.block.node
    if not name or not isinstance(function, cst.FunctionDef) or node.orelse is not None:
        return 0
    given = _given(node.body)
    if given not in (name, "None") or not _may_be_kept(walk, name):
        return 0
    return model.MADE_ONCE if (_assigns if given == name else _sets)(function.body, name) else 0


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


def _given(body: cst.BaseSuite) -> str:
    """Return the name of which a body does nothing but return what it holds."""
    line = body.body[0] if len(body.body) == 1 else None
    last = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else line
    if not isinstance(last, cst.Return):
        return ""
    return dotted_name(last.value) if last.value is not None else "None"


def _may_be_kept(walk: Walk, name: str) -> bool:
    """Tell whether a name outlives the call: an attribute of the instance, a class or a module, or a global."""
    root, dot, _ = name.partition(".")
    return root in _OWN or root in walk.imported or root[:1].isupper() if dot else walk.scope.is_global(name)


def _assigns(body: cst.BaseSuite, name: str) -> bool:
    return any(
        isinstance(each, cst.AssignTarget | cst.AnnAssign) and dotted_name(each.target) == name
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
