"""What must hold in the program for what ASY007 and ASY016 saw in one function."""

from archlint.facts.model import Candidate
from archlint.project.asides import is_test
from archlint.project.program import Module, Project
from archlint.project.types import types


class _PassedOn:
    """The suspects of ASY016 (reference roots) that are passed to something: `Depends(generator)`, say."""

    def __init__(self, project: Project) -> None:
        resolver = project.query(types)
        suspects = {
            module.facts.functions[candidate.function].name: f"{module.name}#{candidate.function}"
            for module in project.by_name.values()
            for candidate in module.facts.candidates
            if candidate.code == "ASY016"
        }
        roots = set(suspects.values())
        self.functions: set[str] = set()
        for module in project.by_name.values() if suspects else ():
            references = {value for call in module.facts.calls for _, value in call.arguments}
            references.update(load.reference for load in module.facts.loads)
            for reference in references:
                if reference in roots or reference.rpartition(".")[2] in suspects:
                    self.functions.update(value.name for value in resolver.infer(reference))


def consumed_in_place(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether an async generator is nowhere passed on, so that whoever iterates over it may leave it half-way."""
    return f"{module.name}#{candidate.function}" not in project.query(_PassedOn).functions


def outside_tests(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether a candidate is none of a test, which may misbehave on purpose."""
    return not is_test(module)
