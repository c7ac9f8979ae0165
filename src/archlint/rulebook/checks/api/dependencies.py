"""The rule about what a web framework is to call, and is given the result of."""

from collections.abc import Iterator

from archlint.facts.model import Function, Parameter
from archlint.model import Severity, Violation
from archlint.project.endpoints import DEPENDS, endpoints
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls
from archlint.rulebook.checks.callables import gives_no_callable
from archlint.rulebook.model import Rule

_TASKS = frozenset({"fastapi.BackgroundTasks", "starlette.background.BackgroundTasks"})


def called_default_dependency(project: Project, rule: Rule) -> Iterator[Violation]:
    """API001: `Depends(f())` where `f` gives nothing to call, and `BackgroundTasks()` as a default."""
    yield from _called_dependencies(project, rule)
    for module in project.modules:
        for index, function in enumerate(module.facts.functions):
            for parameter in function.parameters:
                if parameter.default.endswith("BackgroundTasks()"):
                    yield from _shared_tasks(project, rule, module, index, parameter)


def _called_dependencies(project: Project, rule: Rule) -> Iterator[Violation]:
    resolver = project.query(types)
    for module, call, _ in project.query(Calls).of_apis(DEPENDS):
        name, given = next(iter(call.arguments), ("", ""))
        if name not in ("", "dependency") or not given.endswith("()") or "|" in given:
            continue
        what = gives_no_callable(project, resolver, given.removesuffix("()"))
        if what:
            yield rule.violation(
                module,
                (call.start, call.end),
                message=f"`{what}` is called here once, and `Depends` is given its result; hand over `{what}` itself",
                subject=what,
                scope=module.scope(call.function, call.owner),
            )


def _shared_tasks(
    project: Project, rule: Rule, module: Module, index: int, parameter: Parameter
) -> Iterator[Violation]:
    values = project.query(types).infer(parameter.default)
    if not any(value.kind == "instance" and value.name in _TASKS for value in values):
        return
    function = module.facts.functions[index]
    injected = _is_injected(project, module, index, function)
    message = (
        "FastAPI passes new `BackgroundTasks` and never uses this default; leave it out"
        if injected
        else f"all calls of `{function.name}` share these `BackgroundTasks`, which nobody runs; take them without one"
    )
    yield rule.violation(
        module,
        (parameter.start, parameter.end),
        message=message,
        subject="BackgroundTasks",
        scope=function.qualname,
        severity=Severity.NOTE if injected else None,
    )


def _is_injected(project: Project, module: Module, index: int, function: Function) -> bool:
    """Tell whether FastAPI calls a function: an endpoint, a dependency, the constructor of one."""
    known = project.query(endpoints)
    key = f"{module.name}#{index}"
    owner = f"{module.name}@{function.owner}" if function.name == "__init__" else key
    return key in known.endpoints or key in known.dependencies or owner in known.dependencies
