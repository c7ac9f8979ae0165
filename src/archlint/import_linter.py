"""Judges the contracts of import-linter that the project, or a part of it, has written down."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from archlint.inputs import Inputs
from archlint.intake.contracts import contracts_below, find_contracts
from archlint.intake.texts import Texts
from archlint.model import Failure, Violation
from archlint.project.program import Project
from archlint.project.traffic import graph
from archlint.wording import from_here


def judged_contracts(project: Project, inputs: Inputs, texts: Texts) -> Iterator[Violation | Failure | str]:
    """Yield LAY007 for each broken contract, what is wrong with a configuration, and a note on each left out."""
    if "LAY007" not in inputs.chosen:
        return
    sources = inputs.sources
    contracts, failures = find_contracts(sources.root, inputs.home)
    yield from failures
    found = [contracts] if contracts is not None else []
    paths = {name: module.path for name, module in project.by_name.items()}
    for folder, each in contracts_below(sources.parts()):
        if _is_about(folder, each.roots, paths):
            found.append(each)
        else:
            yield f"the contracts of import-linter in {from_here(folder)} are checked in a run of that folder alone"
    if not found:
        return
    from archlint.rulebook.checks.layers.contracts import broken_contracts  # noqa: PLC0415 -- loads grimp and import-linter

    for each in found:
        texts.add(each.path, each.text)
        yield from broken_contracts(
            each, project.query(graph), paths, lambda name: texts.of(paths[name]), sources.root.as_posix()
        )


def _is_about(folder: Path, packages: Sequence[str], paths: Mapping[str, str]) -> bool:
    """Tell whether packages are all below a folder, and the only ones of their names."""
    inside = f"{folder.as_posix()}/"
    found = ([path for name, path in paths.items() if _is_in(name, package)] for package in packages)
    return all(each and all(path.startswith(inside) for path in each) for each in found)


def _is_in(name: str, package: str) -> bool:
    return name.startswith(f"{package}.") or name.partition(":")[0] == package
