"""Whether an adapter fulfils its port, judged from facts as a type checker would judge it."""

from collections.abc import Iterator, Mapping

import msgspec

from archlint.facts.model import Function
from archlint.project.assignable import Assignability, assignability
from archlint.project.classes import CONTEXT_BASES, ClassTable, Member, implementation
from archlint.project.forms import ANY, UNKNOWN, Form, Forms, Variables, forms
from archlint.project.member_shapes import Shape
from archlint.project.ports import Pair, Ports, ports, subclasses
from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.signatures import COROUTINE, Difference, Signature, awaited, differences
from archlint.project.types import Types, types
from archlint.project.uses import Calls

_AWAITABLE = frozenset(
    {"collections.abc.Awaitable", COROUTINE, "asyncio.Future", "asyncio.Task", "asyncio.futures.Future"}
)
_DATA = frozenset(
    {"pydantic.BaseModel", "pydantic.v1.BaseModel", "msgspec.Struct", "sqlmodel.SQLModel", "enum.Enum", "enum.StrEnum"}
    | {"enum.IntEnum", "typing.NamedTuple", "typing.Generic", "builtins.str", "builtins.int", "builtins.Exception"}
)
"""Bases from outside of which no instance can be awaited."""
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__init_subclass__"})
"""What is called on the class, which no caller knows by the port."""
_GIVEN = frozenset({*dir(object), "__annotations__", "__attrs_attrs__", "__dataclass_fields__", "__dict__"})
"""What no class has to write: every class has it, or a decorator gives it."""
_STREAMS = frozenset(f"collections.abc.{name}" for name in ("AsyncIterator", "AsyncIterable", "AsyncGenerator"))


class Mismatch(msgspec.Struct, frozen=True):
    """One member of a port that its adapter does not fulfil.

    `kind` is missing, async (one is a coroutine function, the other is not), stream (the port's `async def` lacks the
    `yield` that makes it an async generator), signature, narrowed (a parameter takes only some of what the port
    passes), name (a parameter is only called otherwise) or formal (type checkers refuse it, and it works).
    `promised` is the port's member, `kept` the adapter's; `texts` say what differs. `renamed` are the parameters that
    have another name, if all that differs are names.
    """

    kind: str
    promised: Member
    kept: Member | None = None
    texts: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """What there is to say of a pair: its mismatches, and why some members could not be judged (empty: all were)."""

    mismatches: tuple[Mismatch, ...]
    unknown: tuple[str, ...]

    @property
    def conformance(self) -> str:
        """Say in a word whether the adapter fulfils its port: no, unknown or yes."""
        serious = any(each.kind != "name" for each in self.mismatches)
        return "no" if serious else ("unknown" if self.unknown else "yes")


class Conformance:
    """Judges pairs of ports and adapters; one per project, reached by `project.query(conformance)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._ports: Ports = project.query(ports)
        self._types: Types = project.query(types)
        self._forms: Forms = project.query(forms)
        self._fits: Assignability = project.query(assignability)
        self._classes = project.query(ClassTable)
        self.verdict: Memo[Pair, Verdict] = Memo(project.reading, lambda pair: _Judgement(project, pair).verdict())
        """Gives the judgement of a pair."""
        self.filled = frozenset(self._filled())
        """The classes that get members by `setattr`, they themselves or their instances."""

    def _filled(self) -> Iterator[str]:
        for _, call in self._project.query(Calls).named({"setattr"}):
            for _, value in call.arguments[:1]:
                found = self._types.infer(value) if call.callee == "builtins.setattr" and value[:1] != "=" else ()
                yield from (each.name for each in found if each.kind in ("object", "instance") and each.is_class)

    def member(self, key: str, name: str) -> Member | None:
        """Return the member that an instance of a class has, from the first class in order that defines it."""
        for owner in self._types.order(key):
            if "@" in owner and (member := self._classes.own_members(owner).get(name)) is not None:
                return member
        return None

    def members_of(self, key: str) -> Mapping[str, Member]:
        """Return the members that a class itself defines, by name."""
        return self._classes.own_members(key)

    def definition(self, member: Member) -> tuple[Module, Function | None]:
        """Return the module that a member stands in, and the function that it is, if it is one."""
        module, _ = self._project.class_(member.owner)
        return module, implementation(module, member)


_LIST = "builtins.list"
"""What may not hold something narrower only because somebody might put something else into it."""


class _Judgement:
    """The judgement of one pair while it is worked out."""

    def __init__(self, project: Project, pair: Pair) -> None:
        self._project = project
        self._pair = pair
        self._known = project.query(ports)
        self._types = project.query(types)
        self._forms = project.query(forms)
        self._fits = project.query(assignability)
        self._lookup = project.query(conformance)
        self._classes = project.query(ClassTable)
        self._self = Form("class", pair.adapter, tuple(UNKNOWN for _ in self._forms.type_variables(pair.adapter)))
        self._adapter_variables = self._forms.variables(pair.adapter, ())
        arguments = tuple(self._forms.of(each, {}) for each in pair.arguments)
        inherited = self._adapter_variables.get(pair.port)
        self._port_variables: Mapping[str, Variables] = self._forms.variables(pair.port, arguments)
        if inherited is not None:
            given = tuple(inherited.get(name, UNKNOWN) for name in self._forms.type_variables(pair.port))
            self._port_variables = self._forms.variables(pair.port, given)

    def verdict(self) -> Verdict:
        found: list[Mismatch] = []
        unknown: list[str] = []
        partly = self._why_partly()
        for member in self._known.required(self._pair):
            if member.name in _CONSTRUCTORS:
                continue
            own = self._lookup.member(self._pair.adapter, member.name)
            if not self._has(member, own):
                found += [] if partly else [Mismatch("missing", member)]
            elif own is not None and own.owner != member.owner:
                mismatch = self._compare(member, own, unknown)
                found += [mismatch] if mismatch is not None else []
        found += self._hooks_of_other_kind()
        return Verdict(tuple(found), (*filter(None, (partly,)), *unknown))

    def _hooks_of_other_kind(self) -> Iterator[Mismatch]:
        """Yield what is async in the adapter and not where the port does nothing, or the other way round."""
        for member in self._known.offered(self._pair):
            own = self._lookup.member(self._pair.adapter, member.name)
            if own is not None and own.owner != member.owner:
                mismatch = self._compare(member, own, [])
                if mismatch is not None and mismatch.kind == "async":
                    yield mismatch

    def _why_partly(self) -> str:
        """Say why members may be there that no fact shows; empty when none can."""
        if self._lookup.member(self._pair.adapter, "__getattr__"):
            return "`__getattr__`"
        if any(owner in self._lookup.filled for owner in self._types.order(self._pair.adapter)):
            return "`setattr`"
        return "a base class that is not known" if self._types.has_unknown_base(self._pair.adapter) else ""

    def _has(self, member: Member, own: Member | None) -> bool:
        order = self._types.order(self._pair.adapter)
        if member.name.startswith("__") and not CONTEXT_BASES.isdisjoint(order):
            return True
        if member.name in _GIVEN and not self._known.is_abstract_method(member):
            return True
        if own is None:
            return False
        if own.attribute is not None and not own.attribute.values and own.attribute.in_body:
            return own.owner != member.owner or own.owner == self._pair.adapter
        if own.owner == member.owner:
            return False
        if own.owner == self._pair.adapter or own.owner not in self._known.port_set or not self._is_stub(own):
            return True
        # A base class between them that does nothing on purpose gives a default, unless it only promises itself.
        return not self._known.is_protocol(own.owner) and not self._known.is_abstract_method(own)

    def _is_stub(self, member: Member) -> bool:
        _, function = self._lookup.definition(member)
        return function is not None and function.body == "stub"

    def _compare(self, promised: Member, kept: Member, unknown: list[str]) -> Mismatch | None:
        ours = Shape(self._project, promised, self._port_variables.get(promised.owner, {}), self._self)
        theirs = Shape(self._project, kept, self._adapter_variables.get(kept.owner, {}), self._self)
        if ours.is_unknown or theirs.is_unknown:
            unknown.append(f"`{promised.name}`")
            return None
        if ours.is_method and theirs.is_method:
            return self._compare_methods(promised, kept, ours, theirs)
        texts = tuple(self._read_differences(ours, theirs))
        if ours.is_method:
            texts = () if self._may_be_called(theirs.form) else (f"it is {theirs.what}, not a method",)
        if texts:
            works = self._is_only_read(promised) if ours.is_method else self._reads_right(ours, theirs)
            formal_only = promised.owner in self._types.order(self._pair.adapter) and works
            return Mismatch("formal" if formal_only else "signature", promised, kept, texts)
        formal = self._level_difference(ours, theirs)
        return Mismatch("formal", promised, kept, (formal,)) if formal else None

    def _is_only_read(self, promised: Member) -> bool:
        """Tell whether an abstract method stands for an attribute: it takes nothing, and no class has such a method."""
        _, function = self._lookup.definition(promised)
        below = self._project.query(subclasses).get(promised.owner, ())
        if function is None or function.body != "stub" or len(function.parameters) > 1 or function.is_async:
            return False
        kept = (self._classes.own_members(key).get(promised.name) for key in below)
        called = self._project.query(Calls).named({promised.name})
        return not any(member is not None and member.is_method for member in kept) and next(called, None) is None

    def _may_be_called(self, form: Form) -> bool:
        callable_ = Form("class", "collections.abc.Callable")
        return form == ANY or form.kind != "class" or self._fits.fits(form, callable_) is not False

    def _read_differences(self, ours: Shape, theirs: Shape) -> Iterator[str]:
        if theirs.is_method:
            if self._fits.fits(Form("class", "collections.abc.Callable"), ours.form) is False:
                yield "it is a method, not an attribute"
            return
        if ours.is_writable and not theirs.is_writable:
            yield f"it is {theirs.what}, which cannot be assigned to"
        fits = self._fits.same if ours.is_writable else self._fits.fits
        if fits(theirs.form, ours.form) is False:
            kept, promised = self._forms.told_apart(theirs.form, ours.form)
            yield f"it is `{kept}`, not `{promised}`"

    def _reads_right(self, ours: Shape, theirs: Shape) -> bool:
        """Tell whether two attributes differ only for who assigns to one: the other is narrower or a frozen field."""
        attributes = ours.member.attribute is not None and theirs.member.attribute is not None
        return attributes and self._fits.fits(theirs.form, ours.form) is not False

    def _level_difference(self, ours: Shape, theirs: Shape) -> str:
        """Say how one attribute is declared for the class and the other for instances; empty when they agree.

        An assignment in the body of a derived class takes the declaration over.
        """
        inherited = ours.member.owner in self._types.order(self._pair.adapter)
        if ours.is_method or theirs.is_method or (inherited and theirs.is_plain_assignment):
            return ""
        if ours.is_class_level and not theirs.may_be_class_level:
            return "it is no `ClassVar`"
        return "it is a `ClassVar`" if theirs.is_class_level and ours.is_writable and not ours.is_class_level else ""

    def _compare_methods(self, promised: Member, kept: Member, ours: Shape, theirs: Shape) -> Mismatch | None:
        kind = self._async_mismatch(ours, theirs)
        if kind:
            return Mismatch(kind, promised, kept)
        if ours.is_class_level and not theirs.is_class_level:
            return Mismatch("signature", promised, kept, ("it is no class or static method",))
        found = [each for signature in ours.signatures for each in self._best(signature, theirs.signatures)]
        if self._gives_itself(ours, theirs):
            found = [each for each in found if each.kind != "result"]
        if promised.name.startswith("__") and promised.name != "__call__":
            found = [each for each in found if each.kind != "name"]  # an operator passes no names
        serious = [each for each in found if each.kind != "name" or promised.name == "__call__"]
        if not found:
            return None
        if serious and all(each.kind == "result" for each in serious) and self._is_formal(ours, theirs):
            return Mismatch("formal", promised, kept, tuple(each.text for each in serious))
        texts = tuple(dict.fromkeys(each.text for each in serious or found))
        if serious and all(each.kind == "result" for each in serious) and _gives_nothing(ours):
            return Mismatch("formal", promised, kept, texts)
        if serious and all(each.kind == "narrowed" for each in serious):
            return Mismatch("narrowed", promised, kept, texts)
        if serious:
            return Mismatch("signature", promised, kept, texts)
        renamed = tuple(each.parameter for each in found)
        return Mismatch("name", promised, kept, texts, renamed if all(renamed) else ())

    def _gives_itself(self, ours: Shape, theirs: Shape) -> bool:
        """Tell whether the port promises a port like itself and gets the adapter, which its other members judge."""
        one, other = awaited(ours.signatures[0].result), awaited(theirs.signatures[0].result)
        return one.name == self._pair.port and other.name == self._pair.adapter

    def _best(self, promised: Signature, candidates: tuple[Signature, ...]) -> list[Difference]:
        """Return the differences from the signature that fits best: an overload is enough."""
        found = [list(differences(each, promised, self._fits, self._forms)) for each in candidates]
        return min(found, key=lambda each: (any(one.kind != "name" for one in each), len(each)), default=[])

    def _async_mismatch(self, ours: Shape, theirs: Shape) -> str:
        """Return async or stream when exactly one of two methods gives a coroutine; empty when both or none do."""
        port, adapter = ours.function, theirs.function
        assert port is not None
        assert adapter is not None
        one, other = ours.signatures[0].result, theirs.signatures[0].result
        if one.name == COROUTINE and port.is_async:
            if other.name in _STREAMS and (adapter.is_generator or not adapter.is_async):
                awaited = one.args[-1]
                return "stream" if awaited.name in _STREAMS else "async"
            if adapter.is_async:
                return ""
            return "async" if self._is_plain(theirs, adapter) else ""
        if other.name == COROUTINE and adapter.is_async:
            return "async" if self._is_plain(ours, port) else ""
        return ""

    def _is_plain(self, shape: Shape, function: Function) -> bool:
        """Tell whether what a plain function gives cannot be awaited."""
        form = shape.signatures[0].result
        if function.spelled:
            return self._cannot_be_awaited(form)
        values = [value for reference in function.values for value in self._types.infer(reference)]
        if any(value.kind == "coroutine" or self._names_awaitable(value.name) for value in values):
            return False
        known = shape.member.owner != self._pair.adapter or all(self._types.infer(each) for each in function.values)
        return known or function.body == "stub"

    def _cannot_be_awaited(self, form: Form) -> bool:
        if form.kind == "union":
            named = any(self._names_awaitable(each.name) for each in form.args)
            return not named and any(map(self._cannot_be_awaited, form.args))
        if form.kind in ("none", "literal"):
            return True
        if form.kind != "class" or self._names_awaitable(form.name):
            return False
        return self._fits.fits(form, Form("class", "collections.abc.Awaitable")) is False or self._is_closed(form)

    def _is_closed(self, form: Form) -> bool:
        """Tell whether a class of the project is known to the last base and has no `__await__`."""
        if "@" not in form.name:
            return False
        awaitable = self._lookup.member(form.name, "__await__") or not _AWAITABLE.isdisjoint(
            self._types.order(form.name)
        )
        return not awaitable and not self._types.has_unknown_base(form.name, _DATA)

    def _names_awaitable(self, name: str) -> bool:
        return name in _AWAITABLE or name.rpartition(".")[2] in ("Awaitable", "Coroutine", "Future", "Task")

    def _is_formal(self, ours: Shape, theirs: Shape) -> bool:
        """Tell whether results differ for type checkers only: who calls gets what works."""
        if self._only_awaitable(ours, theirs):
            return True
        one, other = awaited(ours.signatures[0].result), awaited(theirs.signatures[0].result)
        lists = one.name == other.name == _LIST and len(one.args) == len(other.args) == 1
        return lists and self._fits.fits(other.args[0], one.args[0]) is True

    def _only_awaitable(self, ours: Shape, theirs: Shape) -> bool:
        one, other = ours.signatures[0].result, theirs.signatures[0].result
        return one.name == COROUTINE and other.name != COROUTINE and self._names_awaitable(other.name)


def _gives_nothing(ours: Shape) -> bool:
    """Tell whether a port's method promises `None`, which no caller looks at."""
    return all(awaited(signature.result).kind == "none" for signature in ours.signatures)


def conformance(project: Project) -> Conformance:
    """Answer the query for the conformance of adapters."""
    return Conformance(project)
