"""What the type variables of generic classes stand for, seen from an instance or from a subclass."""

import re
from collections.abc import Callable, Iterator, Mapping

from archlint.facts.model import Function
from archlint.facts.references import alternatives, arguments_of, last_step
from archlint.project.program import Project
from archlint.project.reading import Memo
from archlint.project.values import Value

VARIABLES = frozenset({"typing.TypeVar", "typing_extensions.TypeVar"})
_DECLARING = frozenset({"typing.Generic", "typing.Protocol", "typing_extensions.Protocol"})
_CLASS_OF = ("builtins.type<", "typing.Type<")
Meanings = Mapping[str, str]
"""By type variable, as annotations refer to it, the type that it stands for."""


class Generics:
    """Replaces type variables; `infer` tells what a reference stands for."""

    def __init__(self, project: Project, infer: Callable[[str], tuple[Value, ...]]) -> None:
        self._project = project
        self._infer = infer
        self._variables: Memo[str, tuple[str, ...]] = Memo(
            project.reading, lambda key: tuple(dict.fromkeys(self._find_variables(key)))
        )
        self._meanings = Memo(project.reading, self._find_meanings)

    def filled(self, annotation: str, key: str, arguments: tuple[str, ...], owner: str) -> str:
        """Return an annotation of the class `owner`, as an instance of the class `key` with type arguments sees it."""
        meant = self._meanings(f"{key}<{','.join(arguments)}>").get(owner) if annotation else None
        return replaced(annotation, meant) if meant else annotation

    def handed(self, annotation: str, function: Function, classes: tuple[str, ...]) -> str:
        """Return an annotation of a function with the type variables replaced whose classes it is called with."""
        bound = function.is_bound
        pairs = zip(function.parameters[bound:], classes, strict=False)
        meant = {
            self.variable_of(each.annotation): class_
            for each, class_ in pairs
            if class_ and each.annotation.startswith(_CLASS_OF)
        }
        meant.pop("", None)
        return replaced(annotation, meant) if meant else annotation

    def variable_of(self, annotation: str) -> str:
        """Return the type variable that an annotation is, or whose class it is (`type[T]`); empty for others."""
        inner = self._arguments(annotation) if annotation.startswith(_CLASS_OF) else [annotation]
        return inner[0] if len(inner) == 1 and (inner[0][:1] == "?" or self._is_variable(inner[0])) else ""

    def _find_variables(self, key: str) -> Iterator[str]:
        """Yield the type variables of a class, in the order of its type arguments."""
        _, fact = self._project.class_(key)
        if fact.parameters:
            yield from (f"?{name}" for name in fact.parameters)
            return
        given = [(base.partition("<")[0], self._arguments(base)) for base in fact.bases if base.endswith(">")]
        declared = [each for each in given if each[0] in _DECLARING]
        for _, arguments in declared or given:
            yield from (each for each in arguments if self._is_variable(each))

    def _arguments(self, base: str) -> list[str]:
        step = last_step(base)
        return arguments_of(step) if step.startswith("<") else []

    def _is_variable(self, reference: str) -> bool:
        plain = reference.replace(".", "").replace("_", "").isalnum()
        return plain and any(each.name in VARIABLES for each in self._infer(reference))

    def _find_meanings(self, instance: str) -> dict[str, Meanings]:
        """Return what the type variables of each class stand for that a class with type arguments derives from."""
        key, _, rest = instance.partition("<")
        found: dict[str, Meanings] = {}
        self._collect(key, arguments_of(f"<{rest}"), found)
        return {owner: meant for owner, meant in found.items() if meant}

    def _collect(self, key: str, arguments: list[str], found: dict[str, Meanings]) -> None:
        if key in found:
            return
        pairs = zip(self._variables(key), arguments, strict=False)
        meant = found[key] = {variable: argument for variable, argument in pairs if argument}
        _, fact = self._project.class_(key)
        for base in (part for each in fact.bases for part in alternatives(each)):
            for value in self._infer(base):
                if value.is_class and value.kind == "object":
                    self._collect(value.name, [replaced(each, meant) for each in value.args], found)


def replaced(annotation: str, meant: Meanings) -> str:
    """Return an annotation with its type variables replaced by what they stand for."""
    if not any(variable in annotation for variable in meant):
        return annotation
    names = "|".join(map(re.escape, sorted(meant, key=len, reverse=True)))
    return re.sub(rf"(?<![\w.?])(?:{names})(?![\w.@#])", lambda found: meant[found[0]], annotation)
