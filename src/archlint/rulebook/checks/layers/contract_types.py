"""Contract types: import-linter's five, and the user's own when they come from an installed package."""

import importlib
import sysconfig
from collections.abc import Iterator, Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from archlint.rulebook.checks.layers.contract_file import ContractFile, suggestion

BUILT_IN = {
    "forbidden": "importlinter.contracts.forbidden.ForbiddenContract",
    "layers": "importlinter.contracts.layers.LayersContract",
    "independence": "importlinter.contracts.independence.IndependenceContract",
    "protected": "importlinter.contracts.protected.ProtectedContract",
    "acyclic_siblings": "importlinter.contracts.acyclic_siblings.AcyclicSiblingsContract",
}


class UnusableTypeError(Exception):
    """A contract type that does not exist or is no contract type; the text is the sentence for the user."""


class CheckedCodeError(Exception):
    """A contract type in the checked code, which is never executed; the text is the sentence for the user."""


def declared_types(contracts: ContractFile) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the dotted class of each contract type by name, and the declarations that cannot be read."""
    declared = contracts.session.get("contract_types", [])
    lines = [declared] if isinstance(declared, str) else declared
    pairs = {line: line.split(": ") for line in lines if line.strip()}
    wrong = tuple(line for line, pair in pairs.items() if len(pair) != 2)
    return BUILT_IN | {pair[0]: pair[1] for pair in pairs.values() if len(pair) == 2}, wrong


def contract_class(name: str, types: Mapping[str, str], root: str) -> type[Any]:
    """Import the class of a contract type.

    `root` is the absolute directory of the checked project: a class from there is not imported, one from a
    folder of installed packages is, even if that folder lies in `root` (`.venv`).

    Raises UnusableTypeError or CheckedCodeError.
    """
    if name not in types:
        raise UnusableTypeError(f"unknown contract type `{name}`{suggestion(name, types)}")
    module, _, attribute = types[name].rpartition(".")
    if types[name] not in BUILT_IN.values():
        _refuse_checked_code(types[name], Path(root).resolve())
    base = importlib.import_module("importlinter").Contract
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # a contract type is foreign code that may raise anything
        problem = f"`{types[name]}` cannot be imported: {type(error).__name__}: {error}"
        raise UnusableTypeError(problem) from error
    if not (isinstance(found, type) and issubclass(found, base)):
        raise UnusableTypeError(f"`{types[name]}` is not a subclass of `importlinter.Contract`")
    return found


def _refuse_checked_code(dotted: str, root: Path) -> None:
    """Find the top package without importing anything and raise unless it is an installed one."""
    top = dotted.partition(".")[0]
    spec = PathFinder.find_spec(top)
    if spec is None:
        raise UnusableTypeError(f"`{dotted}` is not installed; install `{top}` beside archlint")
    places = [
        *(spec.submodule_search_locations or ()),
        *([spec.origin] if spec.has_location and spec.origin else ()),
    ]
    installed = tuple(_package_folders())
    for place in (Path(found).resolve() for found in places):
        if place.is_relative_to(root) and not any(place.is_relative_to(folder) for folder in installed):
            raise CheckedCodeError(f"`{dotted}` lies in the checked code, which archlint never runs")


def _package_folders() -> Iterator[Path]:
    for scheme in ("purelib", "platlib"):
        yield Path(sysconfig.get_path(scheme)).resolve()
