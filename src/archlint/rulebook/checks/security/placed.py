"""Where credentials may stand: in tests, and in what only shows how something is done."""

from pathlib import PurePosixPath

from archlint.facts.model import Candidate
from archlint.project.asides import is_test
from archlint.project.program import Module, Project

_SHOWN = frozenset(
    {"docs", "docs_src", "example", "examples", "sample", "samples", "snippets", "testing", "tutorial", "tutorials"}
)
_SAMPLES = frozenset({"placeholders", "samples"})


def is_in_use(project: Project, module: Module, candidate: Candidate) -> bool:
    """SEC001: tell whether a module is no test, example or documentation, and no list of samples."""
    path, root = PurePosixPath(module.path), project.architecture.root
    folders = (path.relative_to(root) if root and path.is_relative_to(root) else path).parts[:-1]
    names = {each.strip("_") for each in folders}
    return not is_test(module) and _SHOWN.isdisjoint(names) and path.stem not in _SAMPLES
