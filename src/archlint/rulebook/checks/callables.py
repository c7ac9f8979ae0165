"""What can be said of the result of a call where something to call is wanted."""

from collections.abc import Iterable

from archlint.project.blocking import BlockingApis
from archlint.project.program import Project
from archlint.project.types import Types
from archlint.project.values import Value

_CALLABLE = frozenset({"typing.Callable", "collections.abc.Callable", "builtins.type", "typing.Type"})


def gives_no_callable(project: Project, resolver: Types, callee: str) -> str:
    """Return the name of what is called if its result is certainly nothing that can be called, else nothing."""
    values = resolver.infer(callee)
    if len(values) != 1:
        return ""
    [value] = values
    if value.kind == "object" and value.is_function:
        return resolver.names_of(value)[0] if _returns_data(project, resolver, value) else ""
    if value.kind == "object" and value.is_class:
        return resolver.names_of(value)[0] if _all_data(resolver, resolver.infer(f"{callee}()")) else ""
    blocking = project.query(BlockingApis).api(callee)
    if blocking is None or any(each.kind != "instance" for each in resolver.infer(f"{callee}()")):
        return ""
    return blocking.api


def _returns_data(project: Project, resolver: Types, function: Value) -> bool:
    _, fact = project.function(function.name)
    if fact.is_async or fact.decorators:
        return fact.is_async and not fact.decorators
    if not fact.returns and any(not each for each in fact.values):
        return False
    results = resolver.infer(f"{function.name}()")
    if not results:
        return not fact.returns and not fact.values
    return _all_data(resolver, results)


def _all_data(resolver: Types, values: Iterable[Value]) -> bool:
    return all(_is_data(resolver, each) for each in values)


def _is_data(resolver: Types, value: Value) -> bool:
    if value.kind in ("generator", "context"):
        return True
    if value.kind != "instance" or value.name in _CALLABLE:
        return False
    if value.is_class:
        return not resolver.has_unknown_base(value.name) and not resolver.infer(f"{value.name}{{}}.__call__")
    return value.name.startswith("builtins.")
