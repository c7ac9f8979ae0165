"""What decorators put in a function's place: a wrapper that runs it there and then, or something that does not."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Call, Function
from archlint.project.program import Module, Project
from archlint.project.reading import Memo
from archlint.project.types import Types, types
from archlint.project.values import Value

_MAX_NESTING = 3


class Decorators:
    """Tells which functions of the project (by key) a call by their name does not run there and then."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self.is_replaced = Memo(project.reading, self._is_replaced)
        """Tells whether an offloader or an async wrapper stands in a function's place; in doubt it is the function."""
        self.stand_ins = Memo(project.reading, self._stand_ins)
        """Gives the functions of the project that decorators put in the place of one."""
        self.wrappers = Memo(project.reading, self._wrappers)
        """Gives the plain functions of the project that decorators put around one: a call of it runs them first."""

    def _is_replaced(self, key: str) -> bool:
        _, function = self._project.function(key)
        return any(self._replaces(decorator, function) for decorator in function.decorators)

    def _stand_ins(self, key: str) -> tuple[str, ...]:
        _, function = self._project.function(key)
        found = (each for one in function.decorators for made in self._made(one) for each in self._function_of(made))
        return tuple(dict.fromkeys(found))

    def _wrappers(self, key: str) -> tuple[str, ...]:
        return tuple(filter(self._is_plain, self.stand_ins(key)))

    def _is_plain(self, key: str) -> bool:
        _, function = self._project.function(key)
        return not function.is_async and not function.is_generator

    def _replaces(self, decorator: str, function: Function) -> bool:
        if any(map(self._project.library.offloader, self._types.names(decorator.removesuffix("()")))):
            return True
        return not function.is_async and self._all_elsewhere(list(self._made(decorator)), 0)

    def _made(self, decorator: str) -> Iterator[Value]:
        """Yield what a decorator of the project makes of a function, as far as that is known."""
        made = decorator.removesuffix("()")
        values = list(self._types.infer(made))
        if made != decorator:
            values = [result for value in values for result in self._results(value)]
        yield from (wrapper for value in values for wrapper in self._results(value))

    def _results(self, value: Value) -> Iterator[Value]:
        """Yield what calling a function or class of the project may give, whatever its annotation says."""
        if value.kind in ("object", "partial") and value.is_function:
            _, function = self._project.function(value.name)
            for reference in function.values:
                yield from self._types.infer(reference)
        elif value.kind == "object" and value.is_class:
            yield value._replace(kind="instance")
        elif value.kind == "instance" and value.is_class:
            for method in self._types.infer(f"{value.name}{{}}.__call__"):
                yield from self._results(method)

    def _all_elsewhere(self, wrappers: list[Value], depth: int) -> bool:
        """Tell whether all wrappers that are known run what they wrap elsewhere, and there is one."""
        keys = [key for wrapper in wrappers for key in self._function_of(wrapper)]
        return bool(keys) and all(self._runs_elsewhere(key, depth) for key in keys)

    def _function_of(self, wrapper: Value) -> Iterator[str]:
        if wrapper.kind in ("object", "partial") and wrapper.is_function:
            yield wrapper.name
        elif wrapper.kind == "instance" and wrapper.is_class:
            for method in self._types.infer(f"{wrapper.name}{{}}.__call__"):
                yield from self._function_of(method)

    def _runs_elsewhere(self, key: str, depth: int) -> bool:
        _, function = self._project.function(key)
        if function.is_async or self._offloads(key):
            return True
        inner = [value for reference in function.values for value in self._types.infer(reference)]
        return depth < _MAX_NESTING and self._all_elsewhere(inner, depth + 1)

    def _offloads(self, key: str) -> bool:
        """Tell whether a wrapper hands to a thread what is its own function or none that the project knows."""
        module, _ = self._project.function(key)
        self._project.reading.add_body(module.name)
        index = int(key.rsplit("#", 1)[1])
        for call in module.facts.calls:
            if call.function != index:
                continue
            for argument in map(self._project.library.offloader, self._types.names(call.callee)):
                given = argument.of(call.arguments) if argument is not None else None
                if given is not None and all(self._is_local(value, key) for value in self._types.infer(given)):
                    return True
        return False

    def _is_local(self, value: Value, key: str) -> bool:
        if not value.is_function:
            return True
        module, function = self._project.function(value.name)
        return f"{module.name}#{function.parent}" == key


def decorators(project: Project) -> Decorators:
    """Answer the query for what decorators put in a function's place."""
    return Decorators(project)


def is_decorator(module: Module, call: Call) -> bool:
    """Tell whether a call makes what decorates a function or a class."""
    if not call.flags & model.IN_DECORATOR:
        return False
    facts, made = module.facts, f"{call.callee}()"
    return any(made in each.decorators for each in facts.functions) or any(
        made in each.decorators for each in facts.classes
    )
