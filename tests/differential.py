"""Contracts over real packages, judged by import-linter and searched by archlint, for tests and benchmarks."""

import copy
from collections.abc import Iterator, Mapping
from importlib.machinery import PathFinder
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import grimp
import importlinter.api

from archlint.facts.extract import extract
from archlint.model import SourceText
from archlint.project.grimp_graph import contract_graph
from archlint.project.imports import import_graph
from archlint.project.paths import Link, Paths
from archlint.rulebook.checks.layers.contract_bans import bans, links
from archlint.rulebook.checks.layers.contract_metadata import findings
from archlint.rulebook.checks.layers.contract_types import BUILT_IN, contract_class

assert importlinter.api  # configures import-linter


class Case(NamedTuple):
    """One contract on one graph: what import-linter says of it, and what archlint finds."""

    options: Mapping[str, Any]
    kept: bool
    named: frozenset[Link]
    paths: Mapping[Link, tuple[str, ...]]
    cut: tuple[Link, ...]

    @property
    def found(self) -> frozenset[Link]:
        """The imports that archlint says start an illegal path."""
        return frozenset(self.paths)


def folder_of(package: str, place: Path | None = None) -> Path:
    """Return the folder of a package, installed or in `place`."""
    spec = PathFinder.find_spec(package, [str(place)] if place else None)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def graph_of(package: str, folder: Path) -> grimp.ImportGraph:
    """Return archlint's own graph of a package, with external packages."""
    facts, texts = {}, {}
    for file in sorted(folder.rglob("*.py")):
        parts = [package, *file.relative_to(folder).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = file.read_text(encoding="utf-8", errors="replace")
        facts[name], texts[name] = extract(text, name, parts[-1] == "__init__"), SourceText(text)
    built = contract_graph(
        import_graph(facts), [package], texts.__getitem__, include_external=True, exclude_type_checking=False
    )
    return built.graph


def contracts_for(package: str, graph: grimp.ImportGraph) -> Iterator[dict[str, Any]]:
    """Yield contracts of every type over the largest children of a package, half of which are broken as a rule."""
    sizes = {child: len(graph.find_descendants(child)) for child in graph.find_children(package)}
    names = sorted(sizes, key=lambda name: (-sizes[name], name))[:6]
    used = sorted(name for name in graph.modules if graph.is_module_squashed(name))
    yield {"type": "layers", "layers": names}
    yield {"type": "layers", "layers": [*names[::-1][:3], f"{names[0]} | ({package}.nowhere)"]}
    yield {
        "type": "layers",
        "containers": [package],
        "layers": [name.rpartition(".")[2] for name in names[:3]],
    }
    if len(names) > 4:
        yield {"type": "layers", "layers": [f"{names[0]} : {names[1]}", f"{names[2]} | {names[3]}", names[4]]}
    yield {"type": "independence", "modules": names[:4]}
    yield {"type": "independence", "modules": names[-2:]}
    for first, second in (*pairwise(names), *((other, one) for one, other in pairwise(names))):
        yield {"type": "forbidden", "source_modules": [first], "forbidden_modules": [second]}
    yield {"type": "forbidden", "source_modules": names[:2], "forbidden_modules": [*names[3:], *used[:3]]}
    yield {
        "type": "forbidden",
        "source_modules": names[2:4],
        "forbidden_modules": names[:2],
        "allow_indirect_imports": "True",
    }
    yield {
        "type": "forbidden",
        "source_modules": names[:2],
        "forbidden_modules": names[4:],
        "as_packages": "False",
    }
    yield {"type": "protected", "protected_modules": [names[0]], "allowed_importers": [names[1]]}
    yield {"type": "acyclic_siblings", "ancestors": [package]}


def judged(package: str, graph: grimp.ImportGraph, options: Mapping[str, Any]) -> Case:
    """Let import-linter judge a contract, and search for what breaks it."""
    checked = copy.deepcopy(graph)
    check = _contract(package, options).check(checked, verbose=False)
    forbidden = bans(options["type"], options, checked)
    paths = Paths(links(checked))
    named = frozenset(offence.chain[0] for offence in findings(check.metadata).offences) if not check.kept else ()
    found = {(path[0], path[1]): path for ban in forbidden for path in paths.illegal(ban)}
    return Case(options, check.kept, frozenset(named), found, tuple(paths.fewest(forbidden)))


def holds_without(package: str, graph: grimp.ImportGraph, case: Case, removed: frozenset[Link]) -> bool:
    """Tell whether import-linter keeps a contract once some imports are gone."""
    rest = copy.deepcopy(graph)
    for importer, imported in removed:
        rest.remove_import(importer=importer, imported=imported)
    return bool(_contract(package, case.options).check(rest, verbose=False).kept)


def _contract(package: str, options: Mapping[str, Any]) -> Any:
    session = {"root_packages": [package], "include_external_packages": "True"}
    return contract_class(options["type"], BUILT_IN, "/nowhere")("differential", session, dict(options))
