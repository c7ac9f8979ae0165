"""What the names in statements mean: a name that means nothing is an error, never a pass."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Protocol

from archlint.project.layer_names import ROLES
from archlint.project.members import Members
from archlint.project.packages import Packages
from archlint.project.patterns import module_pattern_error
from archlint.testing.analysis import Analysis, ArchitectureError


class Group(Protocol):
    """Several names under one."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """The names, as the engine writes them."""
        ...


class Names:
    """The names of one project."""

    def __init__(self, analysis: Analysis) -> None:
        self._members = analysis.project.query(Members)
        self._packages = analysis.project.query(Packages)

    def pattern(self, name: str) -> str:
        """Return the name of a role or a module pattern as the engine writes it."""
        return f"<{name}>" if name in ROLES else name

    def modules(self, names: Iterable[str | Group]) -> tuple[str, ...]:
        """Return roles and module patterns, each of which means something."""
        __tracebackhide__ = True
        found = tuple(self._flat(names))
        self.check(found)
        return found

    def anything(self, names: Iterable[str | Group]) -> tuple[str, ...]:
        """Return roles, module patterns and packages; a package that nobody imports must be marked as one."""
        __tracebackhide__ = True
        found: list[str] = []
        for name in names:
            if isinstance(name, str):
                pattern = self.pattern(name)
                if not self._packages.is_used(pattern):
                    self.check((pattern,), packages=True)
                found.append(pattern)
            else:
                found += name.patterns
        return tuple(found)

    def packages(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the packages and modules that patterns mean themselves, without what lies below, sorted."""
        __tracebackhide__ = True
        self.check(patterns)
        return tuple(sorted({name for pattern in patterns for name in self._whole(pattern)}))

    def side_by_side(
        self, patterns: tuple[str, ...], shared: tuple[str, ...], *, packages: bool = False
    ) -> tuple[str, ...]:
        """Return two or more modules, or only the `packages`, that patterns mean themselves, without those shared."""
        __tracebackhide__ = True
        free = self._members.any_of(shared)
        around = {name.rpartition(".")[0] for name in self._members.names}
        names = (name for name in self.packages(patterns) if name not in free)
        found = tuple(name for name in names if not packages or name in around)
        if len(found) < 2:
            what, there = "packages" if packages else "modules", found[0] if found else "none"
            raise ArchitectureError(f"{', '.join(patterns)}: it takes two {what} side by side, and there is {there}")
        return found

    def check(self, patterns: Iterable[str], *, packages: bool = False) -> None:
        """Raise `ArchitectureError` unless each role and module pattern means a module."""
        __tracebackhide__ = True
        problems = [problem for each in patterns if (problem := self._problem(each, packages=packages))]
        if problems:
            raise ArchitectureError("\n".join(problems))

    def _flat(self, names: Iterable[str | Group]) -> Iterator[str]:
        for name in names:
            if isinstance(name, str):
                yield self.pattern(name)
            else:
                yield from name.patterns

    def _whole(self, pattern: str) -> Sequence[str]:
        __tracebackhide__ = True
        if pattern.startswith("<") or "**" in pattern:
            raise ArchitectureError(f"{pattern}: name packages part by part here, as in `shop.*`")
        return self._members.whole(pattern)

    def _problem(self, pattern: str, *, packages: bool) -> str:
        if pattern.startswith("<"):
            return self._role_problem(pattern)
        if error := module_pattern_error(pattern):
            return f'"{pattern}" {error}'
        if self._members.matching(pattern):
            return ""
        known = {*ROLES, *self._members.names, *(self._packages.third_party if packages else ())}
        near = get_close_matches(pattern, sorted(known), 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        if not packages:
            return f'"{pattern}" matches no module of the project{hint}'
        never = "" if near else f'; a package that nobody imports is named by project.packages("{pattern}")'
        return f'"{pattern}" is no role, no module of the project and no package that it imports{hint}{never}'

    def _role_problem(self, pattern: str) -> str:
        role = pattern[1:-1]
        if role not in ROLES:
            near = get_close_matches(role, ROLES, 1)
            return f'there is no layer "{role}"' + (f'; did you mean "{near[0]}"?' if near else "")
        if self._members.matching(pattern):
            return ""
        return f"no module is in the {role} layer; name its modules under [tool.archlint.layers]"
