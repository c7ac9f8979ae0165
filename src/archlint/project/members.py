"""Which modules a user means: patterns of names and roles, and the top names of what is imported from outside."""

from archlint.project.imports import namespaces
from archlint.project.layers import layers
from archlint.project.patterns import compile_module_pattern
from archlint.project.program import Project


class Members:
    """Modules, and folders with modules, by pattern; reached by `project.query(Members)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.names = tuple(sorted({*project.by_name, *namespaces(project.by_name)}))
        self._found: dict[str, frozenset[str]] = {}

    def matching(self, pattern: str) -> frozenset[str]:
        """Return the modules that a module pattern or a `<role>` means."""
        if pattern not in self._found:
            if pattern.startswith("<"):
                roles = self._project.query(layers)
                self._found[pattern] = frozenset(name for name in self.names if roles.role(name) == pattern[1:-1])
            else:
                matches = compile_module_pattern(pattern)
                self._found[pattern] = frozenset(name for name in self.names if matches(name))
        return self._found[pattern]

    def any_of(self, patterns: tuple[str, ...]) -> frozenset[str]:
        """Return the modules that one of the patterns means."""
        return frozenset().union(*map(self.matching, patterns))

    def whole(self, pattern: str) -> tuple[str, ...]:
        """Return what a pattern without `**` means itself, without what lies below, sorted."""
        depth = pattern.count(".") + 1
        return tuple(sorted(name for name in self.matching(pattern) if name.count(".") + 1 == depth))
