"""The import graph as import-linter's contracts expect it: equal to what `grimp.build_graph` returns.

Semantics are grimp 3.19's (its `modulefinder.py`, `import_scanning.rs`, `import_parsing.rs`), fed through the
documented `add_module` and `add_import` in sorted order, so that nothing depends on the hash seed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from archlint.facts.model import Import
from archlint.facts.module import ModuleFacts
from archlint.model import SourceText
from archlint.project.imports import ImportGraph, Meant, parents, written

if TYPE_CHECKING:
    import grimp


class ContractGraph(msgspec.Struct, frozen=True):
    """A graph for contracts; `imports` has the aliases behind each (importer, imported), in source order."""

    graph: "grimp.ImportGraph"
    imports: Mapping[tuple[str, str], tuple[Import, ...]]


def contract_graph(
    project: ImportGraph,
    roots: Sequence[str],
    text_of: Callable[[str], SourceText],
    *,
    include_external: bool,
    exclude_type_checking: bool,
) -> ContractGraph:
    """Build the graph of the packages `roots`, which exist in the project.

    `text_of` gives the text of a module by name, for line numbers. The options are import-linter's
    `include_external_packages` and `exclude_type_checking_imports`.
    """
    import grimp  # noqa: PLC0415 -- costs 0.07 s, which only a run with contracts should pay

    members = members_of(project.modules, roots)
    graph = grimp.ImportGraph()
    for name in sorted(members):
        graph.add_module(name)
    imports: dict[tuple[str, str], list[Import]] = {}
    for importer in sorted(members & project.modules.keys()):
        text = text_of(importer)
        for import_, own in _imports(project.modules[importer], members, exclude_type_checking):
            imported = own or (_external(written(import_), roots) if include_external else None)
            if imported is None:
                continue
            if own is None:
                graph.add_module(imported, is_squashed=imported not in members)
            line = text.location(import_.statement, import_.statement).line
            graph.add_import(
                importer=importer,
                imported=imported,
                line_number=line,
                line_contents=text.line(line).strip(),
                is_lazy=import_.lazy,
            )
            imports.setdefault((importer, imported), []).append(import_)
    return ContractGraph(graph, {edge: tuple(found) for edge, found in imports.items()})


def members_of(modules: Mapping[str, ModuleFacts], roots: Sequence[str]) -> frozenset[str]:
    """Return the modules and namespace packages that grimp sees in the packages `roots`.

    It passes over folders whose name is no identifier and, inside a regular package, over folders without
    `__init__.py`.
    """
    members: set[str] = set()
    for name in modules:
        for root in roots:
            if name != root and not name.startswith(f"{root}."):
                continue
            packages = [parent for parent in parents(name) if parent == root or parent.startswith(f"{root}.")]
            if modules[name].is_package:
                packages.append(name)
            if _reachable(packages, modules):
                members.update(packages, [name])
    return frozenset(members)


def _reachable(packages: Sequence[str], modules: Mapping[str, ModuleFacts]) -> bool:
    regular = [package in modules and modules[package].is_package for package in packages]
    return regular == sorted(regular) and all(name.rpartition(".")[2].isidentifier() for name in packages[1:])


def _imports(
    facts: ModuleFacts, members: Collection[str], exclude_type_checking: bool
) -> Iterator[tuple[Import, str | None]]:
    skipped = {"dynamic", "type-checking"} if exclude_type_checking else {"dynamic"}
    meant = Meant(members)
    for import_ in sorted(facts.imports, key=lambda found: (found.start, found.end)):
        if import_.kind not in skipped:
            yield import_, meant[written(import_)]


def _external(name: str, roots: Sequence[str]) -> str | None:
    """Return the package that stands for an import from outside `roots`, `None` when it counts for nothing.

    That is the top package; with a root in the same namespace, the outermost package that is not part of the
    root's name.
    """
    top = name.partition(".")[0]
    if not top or any(root.startswith(f"{name}.") for root in roots):
        return None
    if any("." in root and name.startswith(f"{root}.") for root in roots):
        return None
    depth = max((_shared(root, name) for root in roots if root.startswith(f"{top}.")), default=0)
    return ".".join(name.split(".")[: depth + 1])


def _shared(one: str, other: str) -> int:
    """Return how many leading parts two dotted names share."""
    pairs = zip(one.split("."), other.split("."), strict=False)
    return next((count for count, (left, right) in enumerate(pairs) if left != right), len(one.split(".")))
