"""Architecture tests in pytest: `assert_clean("src")`, and `project("src").layer("domain").must_not_import("cli")`.

Everything is judged by the engine of `archlint check`. A statement that does not hold raises `AssertionError` with the
report as text: place, chain and help. One that means nothing raises `ArchitectureError`: a name that matches nothing, a
mistake in the configuration, a file that cannot be parsed. `docs/testing.md` is the guide.
"""

from archlint.testing.analysis import ArchitectureError
from archlint.testing.clean import assert_clean
from archlint.testing.statements import Adapter, ImportKind, Modules, Packages, Project, Role, project

__all__ = [
    "Adapter",
    "ArchitectureError",
    "ImportKind",
    "Modules",
    "Packages",
    "Project",
    "Role",
    "assert_clean",
    "project",
]
