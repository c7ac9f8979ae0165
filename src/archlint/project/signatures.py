"""How a method may be called and what it gives, seen through an instance, and whether one may stand for another."""

from collections.abc import Iterator
from typing import NamedTuple

from archlint.facts.model import VARIADIC, Function, Parameter
from archlint.project.assignable import Assignability
from archlint.project.forms import ANY, UNKNOWN, Form, Forms, Variables, union

TRANSPARENT = frozenset(
    {
        "abc.abstractmethod", "abc.abstractproperty", "abc.abstractclassmethod", "abc.abstractstaticmethod",
        "builtins.classmethod", "builtins.staticmethod", "builtins.property", "functools.cached_property",
        "typing.override", "typing_extensions.override", "typing.final", "typing_extensions.final", "typing.overload",
        "typing_extensions.overload", "contextlib.contextmanager", "contextlib.asynccontextmanager",
        "typing.deprecated", "warnings.deprecated()", "typing_extensions.deprecated()", "typing.no_type_check",
    }
)  # fmt: skip
"""Decorators that change nothing about how a method is called, or of which it is known what they change."""
_STATIC = frozenset({"builtins.staticmethod", "abc.abstractstaticmethod"})
_MANAGERS = {
    "contextlib.contextmanager": "contextlib._GeneratorContextManager",
    "contextlib.asynccontextmanager": "contextlib._AsyncGeneratorContextManager",
}
COROUTINE = "collections.abc.Coroutine"
_NONE = Form("none")
_UNUSED = ("_", "unused_", "ignored_")
"""How a name begins that says that the parameter is not used."""
_POSITIONAL = ("positional-only", "normal")


class Slot(NamedTuple):
    """One parameter: its name, kind (as in the facts), type, and whether it may be left out.

    `taken` is the type and `None` where that is the default, which Python takes whatever the annotation says.
    """

    name: str
    kind: str
    form: Form
    optional: bool
    taken: Form


class Signature(NamedTuple):
    """The parameters after the instance, and what a call gives (a coroutine for `async def`)."""

    slots: tuple[Slot, ...]
    result: Form

    @property
    def takes_anything(self) -> bool:
        """Whether it is `(*args, **kwargs)` without types, which a type checker takes for any signature."""
        kinds = {slot.kind: slot.form for slot in self.slots}
        loose = (ANY, Form("class", "builtins.object"))
        return kinds.keys() == VARIADIC and all(form in loose for form in kinds.values())

    @property
    def promises_anything(self) -> bool:
        """Whether it is a port's `**kwargs` or `*args` alone, without types: each adapter says what it needs."""
        loose = (ANY, UNKNOWN, Form("class", "builtins.object"))
        return bool(self.slots) and all("variadic" in slot.kind and slot.form in loose for slot in self.slots)

    @property
    def is_open(self) -> bool:
        """Whether `**kwargs` without types stands behind its parameters: each adapter says what else it needs."""
        loose = (ANY, UNKNOWN, Form("class", "builtins.object"))
        rest = {slot.kind: slot.form in loose for slot in self.slots if "variadic" in slot.kind}
        return "keyword-variadic" in rest and all(rest.values())

    def positional(self) -> list[Slot]:
        """Return the parameters that may be passed by position."""
        return [slot for slot in self.slots if slot.kind in _POSITIONAL]

    def of_kind(self, kind: str) -> Slot | None:
        """Return the first parameter of a kind."""
        return next((slot for slot in self.slots if slot.kind == kind), None)


def is_known(function: Function) -> bool:
    """Tell whether all decorators of a method are known, so that its `def` says how it is called."""
    return all(each in TRANSPARENT or each.endswith((".setter", ".deleter", ".getter")) for each in function.decorators)


def signature(table: Forms, function: Function, variables: Variables) -> Signature:
    """Return the signature of a method on an instance."""
    own = {}
    is_bound = _STATIC.isdisjoint(function.decorators)
    if is_bound and function.parameters and function.parameters[0].spelled not in ("", "?"):
        kind, name = table.resolve(function.parameters[0].spelled)
        own = {name: variables.get("Self", UNKNOWN)} if kind == "variable" else {}
    variables = {**variables, **own}
    slots = [_slot(table, parameter, variables) for parameter in function.parameters]
    if is_bound and slots and slots[0].kind in _POSITIONAL:
        slots = slots[1:]
    return Signature(tuple(slots), _result(table, function, variables))


def _slot(table: Forms, parameter: Parameter, variables: Variables) -> Slot:
    private = parameter.name.startswith("__") and not parameter.name.endswith("__")
    kind = "positional-only" if private and parameter.kind == "normal" else parameter.kind
    form = table.of(parameter.spelled, variables)
    taken = union(form, _NONE) if parameter.default == "=None" and form not in (ANY, UNKNOWN) else form
    return Slot(parameter.name, kind, form, parameter.has_default, taken)


def _result(table: Forms, function: Function, variables: Variables) -> Form:
    declared = table.of(function.spelled, variables)
    manager = next((each for name, each in _MANAGERS.items() if name in function.decorators), None)
    if manager is not None:
        return Form("class", manager, declared.args[:1])
    if function.is_generator and not function.spelled:
        return Form("class", f"collections.abc.{'AsyncGenerator' if function.is_async else 'Generator'}")
    if function.is_async and not function.is_generator:
        return Form("class", COROUTINE, (ANY, ANY, declared))
    return declared


class Difference(NamedTuple):
    """One way in which a signature does not keep what another promises.

    `kind` is parameter, name (which only a call by keyword notices), type, narrowed (a type derived from the promised
    one) or result. `parameter` is the promised one that is called otherwise, when nothing else about it differs.
    """

    kind: str
    text: str
    parameter: str = ""


def differences(kept: Signature, promised: Signature, types: Assignability, table: Forms) -> Iterator[Difference]:
    """Yield how `kept` fails to take the calls that `promised` allows, or gives something else."""
    if not promised.promises_anything and not kept.takes_anything:
        yield from _Comparison(kept, promised, types, table).run()
    given, wanted = awaited(kept.result), awaited(promised.result)
    if given != wanted and types.fits(kept.result, promised.result) is False:
        ours, theirs = table.told_apart(given, wanted)
        yield Difference("result", f"it returns `{ours}`, not `{theirs}`")


def awaited(form: Form) -> Form:
    """Return what awaiting a coroutine gives; another type as it is."""
    return form.args[-1] if form.name == COROUTINE and len(form.args) == 3 else form


class _Comparison:
    """The comparison of two lists of parameters."""

    def __init__(self, kept: Signature, promised: Signature, types: Assignability, table: Forms) -> None:
        self._types = types
        self._table = table
        self._kept = kept
        self._promised = promised
        self._used: set[str] = set()

    def run(self) -> Iterator[Difference]:
        """Yield all differences."""
        own = self._kept.positional()
        for position, promised in enumerate(self._promised.positional()):
            yield from self._by_position(promised, own[position] if position < len(own) else None)
        for promised in self._promised.slots:
            if promised.kind == "keyword-only":
                yield from self._by_keyword(promised)
        if self._promised.is_open:
            return
        yield from self._variadic()
        for slot in self._kept.slots:
            if slot.name not in self._used and not slot.optional and "variadic" not in slot.kind:
                yield Difference("parameter", f"it requires `{slot.name}`, which the port does not pass")

    def _by_position(self, promised: Slot, own: Slot | None) -> Iterator[Difference]:
        variadic = self._kept.of_kind("variadic")
        if own is None and variadic is None:
            named = next((slot for slot in self._kept.slots if slot.name == promised.name), None)
            if named is not None:
                self._used.add(named.name)
                yield Difference("parameter", f"it takes `{promised.name}` by keyword only")
            elif not (promised.kind == "normal" and promised.optional and self._kept.of_kind("keyword-variadic")):
                yield Difference("parameter", f"it takes no `{promised.name}`")
            else:
                yield Difference("parameter", f"it takes `{promised.name}` by keyword only")
            return
        if own is None:
            assert variadic is not None
            yield from self._typed(promised, variadic)
            if promised.kind == "normal" and self._kept.of_kind("keyword-variadic") is None:
                yield Difference("name", f"it takes `{promised.name}` by position only", promised.name)
            return
        self._used.add(own.name)
        yield from self._typed(promised, own)
        yield from self._left_out(promised, own)
        yield from self._named(promised, own)

    def _named(self, promised: Slot, own: Slot) -> Iterator[Difference]:
        if promised.kind != "normal":
            return
        if own.kind == "positional-only":
            yield Difference("name", f"it takes `{own.name}` by position only", promised.name)
        elif not own.name.startswith(_UNUSED) and own.name != promised.name.lstrip("_"):
            others = {slot.name for slot in self._promised.slots}
            swapped = own.name in others and promised.name in {slot.name for slot in self._kept.slots}
            order = ", in another order" if swapped else ""
            yield Difference(
                "name", f"it calls `{promised.name}` `{own.name}`{order}", "" if swapped else promised.name
            )

    def _left_out(self, promised: Slot, own: Slot) -> Iterator[Difference]:
        if promised.optional and not own.optional:
            yield Difference("parameter", f"it requires `{own.name}`, which is optional in the port")

    def _typed(self, promised: Slot, own: Slot) -> Iterator[Difference]:
        if self._types.fits(promised.form, own.taken) is False:
            ours, theirs = self._table.told_apart(own.form, promised.form)
            yield Difference(
                "narrowed" if self._types.fits(own.form, promised.form) else "type",
                f"it takes `{ours}` as `{own.name}`, not `{theirs}`",
            )

    def _variadic(self) -> Iterator[Difference]:
        for kind, stars in (("variadic", "*"), ("keyword-variadic", "**")):
            promised, own = self._promised.of_kind(kind), self._kept.of_kind(kind)
            if promised is not None and own is None:
                yield Difference("parameter", f"it takes no `{stars}{promised.name}`")
            elif promised is not None and own is not None:
                yield from self._typed(promised, own)

    def _by_keyword(self, promised: Slot) -> Iterator[Difference]:
        named = (slot for slot in self._kept.slots if slot.kind in ("normal", "keyword-only"))
        own = next((slot for slot in named if slot.name == promised.name), None)
        if own is not None and own.name not in self._used:
            self._used.add(own.name)
            yield from self._typed(promised, own)
            yield from self._left_out(promised, own)
            return
        rest = self._kept.of_kind("keyword-variadic")
        if rest is None or own is not None:
            yield Difference("parameter", f"it takes no `{promised.name}`")
        else:
            yield from self._typed(promised, rest)
