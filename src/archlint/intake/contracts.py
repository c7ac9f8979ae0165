"""Finds the user's import-linter configuration and has it read by import-linter's own reader."""

import configparser
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from archlint.intake.reading import SETTINGS_BYTES, is_file, read_regular
from archlint.model import Failure
from archlint.rulebook.checks.layers.contract_file import ContractFile, suggestion

_INI = re.compile(r"^\s*\[importlinter\]", re.MULTILINE)
_TOML = re.compile(r"\btool\b[\s\S]*\bimportlinter\b")
FILES = {"setup.cfg": _INI, ".importlinter": _INI, "pyproject.toml": _TOML}
"""Where import-linter looks, in its order, and what a file must contain to be worth parsing."""

_REFERENCE = re.compile(r"%\(([^)]+)\)s")
_QUOTES, _NEWLINE = "'\"", r"\n"  # configparser gives the `repr` of a line
_MOST_LENGTH = 4 * SETTINGS_BYTES
_MOST_LAYERS = 500

_SESSION_OPTIONS = (
    "contract_types",
    "exclude_type_checking_imports",
    "include_external_packages",
    "root_package",
    "root_packages",
    "show_timings",
)


def find_contracts(folder: Path, top: Path) -> tuple[ContractFile | None, tuple[Failure, ...]]:
    """Read the import-linter configuration in `folder` or the nearest above it up to `top`; see `read_contracts`."""
    while True:
        contracts, failures = read_contracts(folder)
        if contracts is not None or failures or folder in (top, folder.parent):
            return contracts, failures
        folder = folder.parent


def contracts_below(parts: Iterable[Path]) -> Iterator[tuple[Path, ContractFile]]:
    """Yield the import-linter configurations of parts of a project, as `backend` has one; not what is wrong there."""
    for folder in parts:
        contracts, _ = read_contracts(folder)
        if contracts is not None:
            yield folder, contracts


def contract_inputs(folder: Path, top: Path, settings: Iterable[str]) -> dict[str, bytes]:
    """Return the content of every file, by path, in which a configuration of import-linter is looked for."""
    found = {file: _bytes(Path(file)) for file in settings if Path(file).name in FILES}
    while True:
        for path in (folder / name for name in FILES):
            if is_file(path):
                found[path.as_posix()] = _bytes(path)
        if folder in (top, folder.parent):
            return found
        folder = folder.parent


def read_contracts(folder: Path) -> tuple[ContractFile | None, tuple[Failure, ...]]:
    """Read the import-linter configuration in `folder`, the project's root.

    Returns the first one that import-linter would use (`None` without one, or when it is unusable), and what
    is wrong with it. Import-linter is imported only when a file looks as if it had a section of its own.
    """
    for name, looks_right in FILES.items():
        path = folder / name
        if not is_file(path):
            continue
        try:
            text = read_regular(path, SETTINGS_BYTES).decode("utf-8", "replace")
        except OSError as error:
            return None, (Failure(path.as_posix(), 0, f"cannot be read: {error.strerror}"),)
        if not looks_right.search(text):
            continue
        if looks_right is _INI and _grows(text):
            return None, (
                Failure(path.as_posix(), 0, "its values refer to each other and grow without end; write them out"),
            )
        try:
            options = _read(path)
        except FileNotFoundError:  # import-linter's word for a file without a section for it
            continue
        except (configparser.Error, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            return None, (_unreadable(path, error),)
        contracts = ContractFile(path.as_posix(), text, options["session_options"], tuple(options["contracts_options"]))
        failures = (*_session_failures(contracts), *_too_many_layers(contracts))
        if any(_too_many_layers(contracts)):
            return None, failures
        usable = isinstance(contracts.session["root_packages"], list)
        return contracts if usable else None, failures
    return None, ()


def _bytes(path: Path) -> bytes:
    try:
        return read_regular(path, SETTINGS_BYTES)
    except OSError:  # `read_contracts` says so
        return b""


def _read(path: Path) -> dict[str, Any]:
    from importlinter import api  # noqa: PLC0415 -- 0.13 s that only a project with contracts should pay

    options: dict[str, Any] = api.read_configuration(str(path))
    return options


def _grows(text: str) -> bool:
    """Tell whether the interpolation of a configparser file would make its values absurdly long."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return False
    for section in parser.sections():
        lengths = {name: len(value) for name, value in parser.items(section)}
        references = {name: _REFERENCE.findall(value) for name, value in parser.items(section)}
        for _ in range(configparser.MAX_INTERPOLATION_DEPTH):
            lengths = {
                name: lengths[name] + sum(lengths.get(each.lower(), 0) for each in references[name]) for name in lengths
            }
            if any(length > _MOST_LENGTH for length in lengths.values()):
                return any(references.values())
    return False


def _too_many_layers(contracts: ContractFile) -> Iterator[Failure]:
    for contract in contracts.contracts:
        layers = contract.get("layers", ())
        if len(layers) > _MOST_LAYERS:  # import-linter compares each with each
            yield contracts.failure(f"has {len(layers):,} layers; the most are {_MOST_LAYERS}", contract)


def _unreadable(path: Path, error: Exception) -> Failure:
    """Name the mistake in a file that import-linter's reader gave up on."""
    if isinstance(error, KeyError) and error.args == ("root_package",):
        return Failure(path.as_posix(), 0, "import-linter has no `root_package` here; name the package to check")
    line = getattr(error, "lineno", None) or 0
    problem = " ".join(str(error).split())
    if isinstance(error, configparser.ParsingError) and error.errors:
        line, text = error.errors[0]
        problem = f"`{text.strip(_QUOTES).removesuffix(_NEWLINE)}` is neither a [section] nor an `option = value`"
    elif line:
        problem = problem.partition("]: ")[2] or problem
    return Failure(path.as_posix(), line, f"import-linter's configuration cannot be read: {problem}")


def _session_failures(contracts: ContractFile) -> Iterator[Failure]:
    for option in sorted(contracts.session.keys() - set(_SESSION_OPTIONS)):
        meant = suggestion(option, _SESSION_OPTIONS)
        yield contracts.failure(f"import-linter knows no option `{option}`{meant}")
    for option in ("contract_types", "root_packages"):
        value = contracts.session.get(option, [])
        if not isinstance(value, list):
            yield contracts.failure(f"import-linter's `{option}` must be a list, each item on a line of its own")
