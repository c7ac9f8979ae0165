"""Why contracts could not be judged: root packages, options and module names that mean nothing."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from archlint.model import Failure
from archlint.project.grimp_graph import members_of
from archlint.project.imports import ImportGraph, namespaces, parents
from archlint.rulebook.checks.layers.contract_file import ContractFile, suggestion
from archlint.wording import counted

if TYPE_CHECKING:
    import grimp

_MODULE_OPTIONS = (
    "allowed_importers",
    "ancestors",
    "containers",
    "forbidden_modules",
    "modules",
    "protected_modules",
    "skip_descendants",
    "source_modules",
)


def wrong_roots(contracts: ContractFile, project: ImportGraph) -> Iterator[Failure]:
    """Yield a failure for each root package that is none, or no top package, of the checked code."""
    folders = namespaces(project.modules)
    packages = folders | {name for name, facts in project.modules.items() if facts.is_package}
    tops = sorted({name.partition(".")[0] for name in packages})
    for root in contracts.roots:
        outer = next((parent for parent in parents(root) if parent in packages - folders), None)
        if outer:
            yield contracts.failure(f"root package `{root}` lies inside the package `{outer}`; name `{outer}` instead")
        elif root in packages:
            continue
        elif root in project.modules:
            yield contracts.failure(f"root package `{root}` is a module, not a package; name a package")
        else:
            meant = suggestion(root, packages) or _only(tops)
            yield contracts.failure(f"root package `{root}` is not in the checked code{meant}")


def unseen_folders(contracts: ContractFile, project: ImportGraph) -> Iterator[Failure]:
    """Yield a failure for each folder that import-linter passes over although its modules and the others import.

    It does so inside of packages where `__init__.py` is missing: its contracts hold for nothing there.
    """
    seen = members_of(project.modules, contracts.roots)
    inside = tuple(f"{root}." for root in contracts.roots)
    unseen: dict[str, int] = {}
    for name in sorted(project.modules):
        if name in seen or not name.startswith(inside):
            continue
        outward = any(edge.imported in seen for edge in project.by_importer.get(name, ()))
        if outward or any(edge.importer in seen for edge in project.by_imported.get(name, ())):
            folder = next((parent for parent in parents(name) if parent not in seen), name)
            unseen[folder] = unseen.get(folder, 0) + 1
    for folder, count in unseen.items():
        yield contracts.failure(
            f"import-linter does not see {counted(count, 'module')} of `{folder}` that import others or are imported:"
            " the folder has no `__init__.py`; add one"
        )


def explanations(
    contracts: ContractFile, options: dict[str, Any], error: Exception, graph: "grimp.ImportGraph"
) -> Iterator[Failure]:
    """Yield failures that say why a contract raised `error`.

    They are all the modules that do not exist if the error names one of them (import-linter names the first
    one it comes across in a set, which varies between runs), else the lines of the error.
    """
    missing = [name for name in _named(contracts, options, graph) if name not in graph.modules]
    if any(name in str(error) for name in missing):
        for name in missing:
            yield contracts.failure(f"module `{name}` does not exist{suggestion(name, graph.modules)}", options)
        return
    inner = [name for name in _forbidden_externals(contracts, options) if "." in name]
    if any(name in str(error) for name in inner):
        for name in inner:
            problem = f"`{name}` lies inside an external package; name `{name.partition('.')[0]}`"
            yield contracts.failure(problem, options)
        return
    lines = sorted(line.strip().rstrip(".") for line in str(error).splitlines() if line.strip())
    for line in lines or [type(error).__name__]:
        yield contracts.failure(line, options)


def listed(value: object) -> list[str]:
    """Return the non-blank lines of an option that is one string or a list of them."""
    lines = value if isinstance(value, list | tuple) else [value]
    return [line.strip() for line in lines if isinstance(line, str) and line.strip()]


def _named(contracts: ContractFile, options: Mapping[str, Any], graph: "grimp.ImportGraph") -> list[str]:
    external = set(_forbidden_externals(contracts, options))
    plain = {name for option in _MODULE_OPTIONS for name in listed(options.get(option)) if "*" not in name}
    return sorted((plain - external) | set(_layers(options, graph)))


def _forbidden_externals(contracts: ContractFile, options: Mapping[str, Any]) -> list[str]:
    own = tuple(f"{root}." for root in contracts.roots)
    names = listed(options.get("forbidden_modules"))
    return sorted(name for name in names if "*" not in name and not f"{name}.".startswith(own))


def _layers(options: Mapping[str, Any], graph: "grimp.ImportGraph") -> Iterator[str]:
    containers: set[str] = set()
    for expression in listed(options.get("containers")):
        containers |= graph.find_matching_modules(expression) if "*" in expression else {expression}
    for layer in listed(options.get("layers")):
        for name in layer.replace("|", ":").split(":"):
            if not name.strip().startswith("("):
                yield from (f"{container}.{name.strip()}" for container in containers or ())
                if not containers:
                    yield name.strip()


def _only(tops: list[str]) -> str:
    names = ", ".join(f"`{name}`" for name in tops)
    return f"; did you mean {names}?" if len(tops) == 1 else f"; its top packages are {names}" if tops else ""
