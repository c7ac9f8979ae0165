"""What classes say about being frozen, on the syntax tree (EVT001, EVT008)."""

from collections.abc import Iterator, Sequence

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, descend, text_of

SHAPE = "shape"
"""The code of a candidate that says of a data class: frozen, or open to changes."""
_DATACLASSES = frozenset(
    {
        "dataclasses.dataclass",
        "pydantic.dataclasses.dataclass",
        *("attr.s", "attr.attrs", "attr.attributes", "attr.dataclass", "attr.define", "attr.mutable"),
        *("attrs.define", "attrs.mutable"),
    }
)
_FROZEN = frozenset({"attr.frozen", "attrs.frozen"})


def shape(node: cst.ClassDef, context: ModuleContext) -> Iterator[Sighting]:
    """Note whether a decorator, a class keyword or a configuration in its body makes a class frozen, or only open."""
    found = ""
    for decorator in node.decorators:
        found = found or _of_decorator(decorator.decorator, context)
    if not found and node.bases:
        found = _of_keywords(node) or _of_body(node)
    if found:
        yield Sighting(code=SHAPE, message="", subject=found)


def _of_decorator(decorator: cst.BaseExpression, context: ModuleContext) -> str:
    called = isinstance(decorator, cst.Call)
    name = context.reference(decorator.func if isinstance(decorator, cst.Call) else decorator)
    if name in _FROZEN:
        return "frozen"
    if name not in _DATACLASSES:
        return ""
    return "frozen" if called and isinstance(decorator, cst.Call) and _says_frozen(decorator.args) else "open"


def _says_frozen(arguments: Sequence[cst.Arg]) -> bool:
    """Tell whether keywords say so; something unpacked may."""
    return any(
        each.star == "**"
        or (each.keyword is not None and each.keyword.value == "frozen" and dotted_name(each.value) != "False")
        for each in arguments
    )


def _of_keywords(node: cst.ClassDef) -> str:
    return "frozen" if _says_frozen(node.keywords) else ""


def _of_body(node: cst.ClassDef) -> str:
    """Return frozen for pydantic's `model_config` and for the inner class `Config`."""
    for statement in node.body.body:
        if statement.__class__ is cst.FunctionDef:
            continue
        if isinstance(statement, cst.ClassDef) and _is_frozen_config(statement):
            return "frozen"
        for small in statement.body if statement.__class__ is cst.SimpleStatementLine else ():
            if small.__class__ is cst.Assign and dotted_name(small.targets[0].target) == "model_config":
                return "frozen" if _config_is_frozen(small.value) else ""
            if (
                isinstance(small, cst.AnnAssign)
                and dotted_name(small.target) == "model_config"
                and small.value is not None
            ):
                return "frozen" if _config_is_frozen(small.value) else ""
    return ""


def _is_frozen_config(node: cst.ClassDef) -> bool:
    return node.name.value == "Config" and any(map(_is_setting, descend(node.body, but_not=FUNCTIONS)))


def _is_setting(node: cst.CSTNode) -> bool:
    if not isinstance(node, cst.Assign):
        return False
    name, value = dotted_name(node.targets[0].target), dotted_name(node.value)
    return (name, value) in (("frozen", "True"), ("allow_mutation", "False"))


def _config_is_frozen(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call):
        return _says_frozen(node.args)
    if isinstance(node, cst.Dict):
        return any(
            isinstance(each, cst.DictElement) and text_of(each.key) == "frozen" and dotted_name(each.value) == "True"
            for each in node.elements
        )
    return True  # a configuration that is made elsewhere may say anything
