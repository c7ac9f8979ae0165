"""How the walk takes names, attributes and calls, and what a function gives."""

import re
from collections.abc import Iterator

import libcst as cst

from archlint.facts import model
from archlint.facts.binding import add_element
from archlint.facts.context import Sighting
from archlint.facts.demands import note_handed_on
from archlint.facts.elements import of_element
from archlint.facts.examined import examined
from archlint.facts.expressions import literal
from archlint.facts.handles import is_handle
from archlint.facts.records import Anchor, ImportRecord
from archlint.facts.references import COGS, KEPT, alternatives, kept_under, passed_for, step
from archlint.facts.results import ENTERED
from archlint.facts.scopes import last_name
from archlint.facts.walk import Action, Walk, handles

_CONSUMERS = frozenset(
    f"builtins.{name}"
    for name in (
        *("all", "any", "dict", "enumerate", "frozenset", "list", "max", "min", "next", "set", "sorted", "sum"),
        "tuple",
    )
)
"""What iterates over its first argument there and then."""
_CONSUMING = ("{}.extend", "{}.update", "{}.join")
"""Methods of lists, sets and texts that do so, too."""
_GROWING = {"append": "builtins.list", "add": "builtins.set"}
"""Methods that put their argument into a collection, and what this is."""
_IN_MEMORY = re.compile(r"/(?:proc|sys)/[\w/]*$")
_CALLED = frozenset({cst.Call, cst.Await})
_DYNAMIC_IMPORTS = frozenset({"importlib.import_module", "builtins.__import__"})


@handles(cst.Attribute)
def attribute(walk: Walk, node: cst.Attribute) -> None:
    """Walk a dotted name at once; record it as read when its root is imported, an instance, or what a call gives."""
    first = len(walk.names)
    if not chain(walk, node, (_read_of_call, node, first), read=True):
        return
    root = walk.names[first]
    if root in walk.imported or walk.scope.holds_instance(root) or root in walk.records.made:
        walk.load(node, first, len(walk.names) - 1)


def _read_of_call(walk: Walk, node: cst.Attribute, first: int) -> None:
    if node.value.__class__ is cst.Call:
        walk.load(node, first, len(walk.names) - 1)


def chain(walk: Walk, node: cst.CSTNode, *then: Action, read: bool = False) -> bool:
    """Count the identifiers of an attribute chain; when its root is no name, put the root on the stack first.

    `then` are actions to be done after the chain; `read` says that its value is not called. Returns whether the chain
    is counted already.
    """
    attributes: list[str] = []
    while node.__class__ is cst.Attribute:  # `isinstance` is slow to say no to classes with an abstract base
        attributes.append(node.attr.value)
        node = node.value
    attributes.reverse()
    if node.__class__ is cst.Name:
        walk.names.append(node.value)
        walk.names.extend(attributes)
        for function, *arguments in then:
            function(walk, *arguments)
        return True
    walk.push(*(examined(node, walk.flags) if read else (node,)), (_count, attributes), *then)
    return False


def _count(walk: Walk, words: list[str]) -> None:
    walk.names.extend(words)


@handles(cst.Call)
def call(walk: Walk, node: cst.Call) -> None:
    """Record a call and walk its callee, then its arguments."""
    callee = walk.expressions.value(node.func)
    anchor = [len(walk.names), len(walk.names)]
    arguments = tuple(_argument(walk, argument) for argument in node.args)
    if not callee and len(arguments) > 1 and node.func.__class__ is cst.Attribute and _is_class(arguments[0][1]):
        callee = f"?.{node.func.attr.value}"
    flags = walk.flags | of_element(node, walk)
    walk.records.calls.append((callee, anchor, arguments, walk.scope.function, walk.owner, flags))
    if node.func.__class__ is cst.Name:
        _called_parameter(walk, node.func.value)
    if arguments and callee:
        note_handed_on(walk, node, callee)
        made = _made_with(walk, callee)
        for each in made:
            _passed(walk, each, arguments, anchor)
        if not made:
            _hand_over(walk, node, callee, arguments, anchor)
    if callee in _DYNAMIC_IMPORTS:
        _dynamic_import(walk, arguments, anchor)
    flags = walk.flags
    walk.flags = flags & ~(model.AWAITED | model.STATEMENT | model.EXAMINED)
    walk.check_call(node, callee, anchor)
    if node.args:
        _implied(walk, node, callee, anchor)
    if node.args and callee == "functools.partial":
        partial = walk.flags | model.IN_PARTIAL
        walk.push((Walk.set_flags, partial), node.args[0], (Walk.set_flags, walk.flags), *node.args[1:])
    elif node.args:
        walk.push_all(node.args)
    chain(walk, node.func, (_callee_end, anchor))


def _called_parameter(walk: Walk, name: str) -> None:
    """Note that a function calls a parameter of its own; what it awaits is no plain function."""
    record = walk.function
    if record is not None and name in record.own and not walk.flags & model.AWAITED and name not in record.called:
        record.called.append(name)


def _made_with(walk: Walk, callee: str) -> tuple[str, ...]:
    """Return what looks like the classes of the project whose constructor a call runs: the bases' for `super()`."""
    if callee.endswith("{}%.__init__"):
        return walk.records.classes[int(callee.removesuffix("{}%.__init__").rpartition("@")[2])].bases
    of_project = callee.startswith(walk.top) or "." not in walk.module
    return (callee,) if of_project and _is_class(callee) else ()


def _passed(walk: Walk, callee: str, arguments: tuple[tuple[str, str], ...], anchor: Anchor) -> None:
    """Note the instances that are passed to what looks like a class; types of its attributes may come from there."""
    for place, name, value in _followed(arguments):
        if not value.startswith("builtins.") and not _is_class(value):
            _keep(walk, passed_for(callee.rpartition(".")[2], name or str(place)), callee, value, anchor)


def _hand_over(walk: Walk, node: cst.Call, callee: str, arguments: tuple[tuple[str, str], ...], anchor: Anchor) -> None:
    """Note what a function of the project is given under the name of a handle, or for such a parameter."""
    if not callee.startswith(walk.top) and "." in walk.module:
        return
    for place, name, value in _followed(arguments):
        if is_handle(name or last_name(node.args[place].value)):
            _keep(walk, passed_for(callee.rpartition(".")[2], name or str(place)), callee, value, anchor)


def _followed(arguments: tuple[tuple[str, str], ...]) -> Iterator[tuple[int, str, str]]:
    """Yield place, name and value of the arguments that are no literals, as long as the places are known."""
    for place, (name, value) in enumerate(arguments):
        if name[:1] == "*":
            return
        if value and value[0] != "=":
            yield place, name, value


def _keep(walk: Walk, subject: str, reference: str, value: str, anchor: Anchor) -> None:
    sighting = Sighting(code=KEPT, message="", subject=subject, reference=reference, values=(value,))
    walk.records.candidates.append((anchor, sighting, walk.scope.function, walk.owner))


def _implied(walk: Walk, node: cst.Call, callee: str, anchor: Anchor) -> None:
    """Record what a call does with its first argument although nobody wrote it: iterate over it, or enter it."""
    if callee in _CONSUMERS or (callee.endswith(_CONSUMING) and callee.startswith("builtins.")):
        iterate(walk, node.args[0].value)
    elif node.func.__class__ is not cst.Attribute:
        return
    elif node.func.attr.value in _GROWING and len(node.args) == 1:
        kind = _GROWING[node.func.attr.value]
        add_element(walk, node.func.value, kind, walk.expressions.value(node.args[0].value))
    elif node.func.attr.value == "add_cog":
        _add_cog(walk, node.args[0].value, anchor)
    elif node.func.attr.value in ENTERED:
        implicit_call(walk, node.args[0].value, ENTERED[node.func.attr.value][1], anchor, walk.flags)


def _add_cog(walk: Walk, cog: cst.BaseExpression, anchor: Anchor) -> None:
    """Note the part that a Discord bot is given: it keeps it under the name of its class."""
    for value in alternatives(walk.expressions.value(cog)):
        made = value.removesuffix("()")
        if made != value and _is_class(made):
            _keep(walk, kept_under(made.rpartition(".")[2]), COGS, value, anchor)


def _is_class(reference: str) -> bool:
    """Tell whether a reference looks like that of a class that is handed over itself."""
    word = reference.rpartition(".")[2]
    return word[:1].isupper() and word.isidentifier() and not word.isupper()


def _callee_end(walk: Walk, anchor: Anchor) -> None:
    anchor[1] = max(len(walk.names) - 1, anchor[0])


def _argument(walk: Walk, node: cst.Arg) -> tuple[str, str]:
    value = literal(node.value) or walk.expressions.value(node.value)
    if node.value.__class__ is cst.FormattedString:
        value = _beginning(node.value) or value
    return (node.keyword.value if node.keyword is not None else node.star), value


def _beginning(node: cst.FormattedString) -> str:
    """Return what an f-string begins with, as a literal, if that says already that it is a file in memory."""
    first = node.parts[0] if node.parts else None
    return f"='{first.value}'" if isinstance(first, cst.FormattedStringText) and _IN_MEMORY.match(first.value) else ""


@handles(cst.Arg)
def argument(walk: Walk, node: cst.Arg) -> None:
    """Count a keyword, walk the value."""
    if node.keyword is not None:
        walk.names.append(node.keyword.value)
    if node.star == "*":
        iterate(walk, node.value)
    walk.push(node.value)


@handles(cst.StarredElement)
def starred(walk: Walk, node: cst.StarredElement) -> None:
    """Walk what a display takes apart."""
    iterate(walk, node.value)
    walk.push(node.value)


def _dynamic_import(walk: Walk, arguments: tuple[tuple[str, str], ...], anchor: Anchor) -> None:
    value = arguments[0][1] if arguments else ""
    if len(arguments) == 1 and value[:2] in ("='", '="') and value[2:-1].replace(".", "").isidentifier():
        first = anchor[0]
        walk.records.imports.append(
            ImportRecord(value[2:-1], "", "", anchor, first, "", "dynamic", False, walk.scope.function)
        )


@handles(cst.Await)
def await_(walk: Walk, node: cst.Await) -> None:
    """Mark the awaited call."""
    flags = walk.flags
    walk.flags |= model.AWAITED
    walk.push(node.expression, (Walk.set_flags, flags))
    if not isinstance(node.expression, cst.Call):
        walk.flags = flags & ~model.STATEMENT


def awaited(walk: Walk, node: cst.CSTNode, asynchronous: bool) -> tuple[cst.CSTNode | Action, ...]:
    """Visit an expression; what `async for` iterates over and `async with` enters is awaited by the statement."""
    if not asynchronous or not isinstance(node, cst.Call):
        return (node,)
    return ((Walk.set_flags, walk.flags | model.AWAITED), node, (Walk.set_flags, walk.flags))


def implicit_call(walk: Walk, node: cst.CSTNode, method: str, anchor: Anchor, flags: int) -> None:
    """Record what a statement calls although nobody wrote it: a method of what `node` evaluates to."""
    callee = step(walk.expressions.value(node), method)
    if callee:
        flags |= of_element(node, walk)
        walk.records.calls.append((callee, anchor, (), walk.scope.function, walk.owner, flags))


def iterate(walk: Walk, node: cst.CSTNode) -> None:
    """Record that what `node` evaluates to is iterated here, before it is visited (an action for the stack)."""
    first = len(walk.names)
    implicit_call(walk, node, ".__iter__", [first, first], walk.flags)


@handles(cst.Expr)
def expression_statement(walk: Walk, node: cst.Expr) -> None:
    """Mark the call (awaited or not) whose value is dropped."""
    flags = walk.flags
    if node.value.__class__ in _CALLED:
        walk.flags |= model.STATEMENT
    walk.push(node.value, (Walk.set_flags, flags))


@handles(cst.Raise)
def raise_(walk: Walk, node: cst.Raise) -> None:
    """Mark what stands in a `raise`."""
    flags = walk.flags
    walk.flags |= model.IN_RAISE
    walk.push(node.exc, node.cause, (Walk.set_flags, flags))


@handles(cst.Return)
def return_(walk: Walk, node: cst.Return) -> None:
    """Note what the function returns."""
    record = walk.function
    if node.value is not None and record is not None:
        reference = walk.expressions.value(node.value)
        if reference not in record.values:
            record.values.append(reference)
    walk.push(node.value)


@handles(cst.Yield)
def yield_(walk: Walk, node: cst.Yield) -> None:
    """Note what the function yields."""
    record = walk.function
    if record is not None:
        record.is_generator = True
        if isinstance(node.value, cst.From):
            iterate(walk, node.value.item)
        value = node.value
        if value is not None:
            inner = (
                step(walk.expressions.value(value.item), "*")
                if isinstance(value, cst.From)
                else walk.expressions.value(value)
            )
            if inner not in record.yields:
                record.yields.append(inner)
    walk.push(node.value)
