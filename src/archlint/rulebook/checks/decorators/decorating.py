"""What the program does with functions that take a function: decorate with them, or call them like any other."""

from archlint.facts import model
from archlint.facts.model import Candidate
from archlint.project.program import Module, Project
from archlint.project.types import types


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
        for module in project.modules:
            decorators = [each.decorators for each in module.facts.functions]
            decorators += [each.decorators for each in module.facts.classes]
            for decorator in (each for group in decorators for each in group):
                self.decorating.update(value.name for value in resolver.infer(decorator.removesuffix("()")))
            for call in module.facts.calls:
                if not call.flags & model.IN_DECORATOR and call.callee.rpartition(".")[2] in suspects:
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
