"""Third-party packages and the standard library, as users and our own lists name them."""

from collections.abc import Iterable

from archlint.project.imports import written
from archlint.project.members import Members
from archlint.project.patterns import module_pattern_error
from archlint.project.program import Project
from archlint.project.traffic import STDLIB, graph, is_third_party

GROUPS = ("<third-party>", "<stdlib>")


class Packages:
    """What is imported from outside the project; reached by `project.query(Packages)`.

    Packages are named by what is imported, `django.db`, or by distribution, `scikit-learn`; `<third-party>` and
    `<stdlib>` stand for all of a kind.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        outside = [edge for edge in project.query(graph).edges if not edge.internal]
        self.imported = frozenset(written(edge.import_) for edge in outside)
        self.third_party = frozenset(edge.imported.partition(".")[0] for edge in outside if is_third_party(edge))
        self._distributions = project.library.distributions

    def is_module_pattern(self, name: str) -> bool:
        """Tell whether an entry of an allow-list means modules of the project."""
        if name in GROUPS or (not name.startswith("<") and module_pattern_error(name)):
            return False
        return bool(self._project.query(Members).matching(name))

    def covers(self, listed: Iterable[str], name: str) -> bool:
        """Tell whether an imported name (dotted, as written) belongs to one of the packages or groups."""
        outside = name.partition(".")[0] not in STDLIB
        return any(
            outside == (each == "<third-party>")
            if each in GROUPS
            else any(is_inside(name, package) for package in self.import_names(each))
            for each in listed
        )

    def import_names(self, package: str) -> tuple[str, ...]:
        """Return under which names a package or distribution is imported."""
        return self._distributions.get(package.lower().replace("_", "-")) or (package.replace("-", "_"),)

    def is_used(self, package: str) -> bool:
        """Tell whether anything in the project imports a package or one of a group."""
        return any(self.covers((package,), name) for name in self.imported)


def is_inside(name: str, package: str) -> bool:
    """Tell whether a dotted name is a package or something in it."""
    return name == package or name.startswith(f"{package}.")
