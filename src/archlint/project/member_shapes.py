"""Members as they are seen on an instance, so that those of a port and of an adapter can be compared."""

from archlint.facts.model import Attribute
from archlint.project.classes import OVERLOADS, Member, definitions, implementation
from archlint.project.forms import UNKNOWN, Form, Variables, forms
from archlint.project.program import Module, Project
from archlint.project.signatures import Signature, is_known, signature
from archlint.project.types import types

_CLASS_LEVEL = frozenset({"builtins.classmethod", "builtins.staticmethod", "abc.abstractclassmethod"})


class Shape:
    """A member as it is seen on an instance: what it is, what it gives when read, how it is called."""

    def __init__(self, project: Project, member: Member, variables: Variables, itself: Form) -> None:
        self.member = member
        self._project = project
        self._table = project.query(forms)
        self._variables = {**variables, "Self": itself}
        self._module, self._class = project.class_(member.owner)
        self._functions = list(definitions(self._module, member))
        self.function = implementation(self._module, member)
        self.is_method = member.is_method

    @property
    def is_unknown(self) -> bool:
        """Whether a decorator hides how it is called."""
        return not all(map(is_known, self._functions))

    @property
    def is_class_level(self) -> bool:
        """Whether it belongs to the class, not to the instance."""
        if self.member.attribute is not None:
            return "ClassVar" in self.member.attribute.spelled.partition("[")[0]
        return self.function is not None and not _CLASS_LEVEL.isdisjoint(self.function.decorators)

    @property
    def may_be_class_level(self) -> bool:
        """Whether nothing says that it belongs to the instance alone."""
        attribute = self.member.attribute
        return attribute is None or self.is_class_level

    @property
    def is_plain_assignment(self) -> bool:
        """Whether it is an attribute that is only assigned in the body of the class."""
        attribute = self.member.attribute
        return attribute is not None and attribute.in_body and not attribute.spelled

    @property
    def is_writable(self) -> bool:
        """Whether it can be assigned to on an instance."""
        attribute = self.member.attribute
        if attribute is not None:
            return not attribute.spelled.partition("[")[0].endswith((".Final", ".ReadOnly")) and not self._is_frozen()
        return any(decorator.endswith(".setter") for each in self._functions for decorator in each.decorators) or any(
            "cached_property" in decorator for each in self._functions for decorator in each.decorators
        )

    def _is_frozen(self) -> bool:
        bases = [value.name for base in self._class.bases for value in self._project.query(types).infer(base)]
        return "typing.NamedTuple" in bases or _is_frozen_dataclass(self._module, self._class.start)

    @property
    def what(self) -> str:
        """What it is called in messages."""
        if self.member.is_property:
            return "a property" if self.is_writable else "a read-only property"
        return "an attribute" if self.is_writable else "a read-only attribute"

    @property
    def form(self) -> Form:
        """What reading it gives."""
        if self.function is not None:
            return signature(self._table, self.function, self._variables).result
        attribute = self.member.attribute
        assert attribute is not None
        if attribute.spelled:
            return self._table.of(attribute.spelled, self._variables)
        return UNKNOWN if self._may_be_passed(attribute) else _literal_form(attribute)

    def _may_be_passed(self, attribute: Attribute) -> bool:
        """Tell whether an attribute may be what a parameter is that takes more than its type: `key: str | None`."""
        owner = int(self.member.owner.rpartition("@")[2])
        methods = (each for each in self._module.facts.functions if each.owner == owner and not attribute.in_body)
        return any(
            f"{parameter.annotation}{{}}" in attribute.values and parameter.spelled != parameter.annotation
            for each in methods
            for parameter in each.parameters
        )

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """How it may be called: one for each overload."""
        overloads = [each for each in self._functions if not OVERLOADS.isdisjoint(each.decorators)]
        functions = overloads or ([self.function] if self.function is not None else [])
        return tuple(signature(self._table, each, self._variables) for each in functions)


def _literal_form(attribute: Attribute) -> Form:
    if len(attribute.values) == 1 and attribute.values[0] in _LITERALS:
        return Form("class", attribute.values[0].removesuffix("{}"))
    return UNKNOWN


_LITERALS = frozenset(f"builtins.{name}{{}}" for name in ("str", "int", "float", "bool", "bytes"))


def _is_frozen_dataclass(module: Module, start: int) -> bool:
    """Tell whether the class whose name stands at `start` is decorated with `frozen=True`."""
    before = [each.start for each in module.facts.classes if each.start < start]
    after = max(before, default=0)
    return any(
        after <= call.start < start and "dataclass" in call.callee and ("frozen", "=True") in call.arguments
        for call in module.facts.calls
    )
