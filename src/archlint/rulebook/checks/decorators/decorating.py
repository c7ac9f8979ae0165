"""What the program does with functions that take a function: decorate with them, or call them like any other."""

from archlint.facts import model
from archlint.facts.model import Candidate
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls


class _Uses:
    """Functions (reference roots) by how the project uses them."""

    def __init__(self, project: Project) -> None:
        self.decorating: set[str] = set()
        self.called: set[str] = set()
        resolver = project.query(types)
        suspects = {
            outermost(module, candidate.function)[1]
            for module in project.modules
            for candidate in module.facts.candidates
            if candidate.code == "DEC001"
        }
        decorators: dict[str, None] = {}
        for module in project.modules:
            groups = [each.decorators for each in module.facts.functions]
            groups += [each.decorators for each in module.facts.classes]
            decorators.update(dict.fromkeys(each for group in groups for each in group))
        for decorator in decorators:
            self.decorating.update(value.name for value in resolver.infer(decorator.removesuffix("()")))
        calls = project.query(Calls)
        for _, call in calls.of(calls.callees(suspects.__contains__)):
            if not call.flags & model.IN_DECORATOR:
                self.called.update(value.name for value in resolver.infer(call.callee))


def decorates(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether the function that makes the wrapper is a decorator: not one that the project only ever calls."""
    key, _ = outermost(module, candidate.function)
    uses = project.query(_Uses)
    return key in uses.decorating or key not in uses.called


def outermost(module: Module, index: int) -> tuple[str, str]:
    """Return the reference root and the name of the outermost function around function number `index`."""
    functions = module.facts.functions
    while functions[index].parent >= 0:
        index = functions[index].parent
    return f"{module.name}#{index}", functions[index].name
