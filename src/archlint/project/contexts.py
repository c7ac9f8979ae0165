"""Bounded contexts: which package each module belongs to, and what a context shows the others."""

from archlint.project.contracts import Contract
from archlint.project.members import Members
from archlint.project.patterns import compile_capture_pattern, compile_module_pattern
from archlint.project.program import Project


class Contexts:
    """The contexts of one contract: `of` has the context (a package) of each module in one."""

    def __init__(self, project: Project, contract: Contract) -> None:
        members = project.query(Members)
        shared = members.any_of(contract.shared)
        captures = [compile_capture_pattern(pattern) for pattern in contract.modules]
        packages = {name.rpartition(".")[0] for name in members.names} | {
            name for name, module in project.by_name.items() if module.facts.is_package
        }
        self.of: dict[str, str] = {}
        for name in members.names:
            context = next((found for capture in captures if (found := capture(name))), "")
            if context and context in packages and name not in shared:
                self.of[name] = context
        self._interface = [compile_module_pattern(pattern) for pattern in contract.interface]
        self._internal = [compile_module_pattern(pattern) for pattern in contract.internal]

    @property
    def names(self) -> tuple[str, ...]:
        """The contexts, sorted."""
        return tuple(sorted(set(self.of.values())))

    def shows(self, context: str, name: str) -> bool:
        """Tell whether a context lets others import a dotted name in it: the package itself is for all."""
        below = name[len(context) + 1 :]
        if not below:
            return True
        if self._internal:
            return not any(matches(below) for matches in self._internal)
        return any(matches(below) for matches in self._interface)
