"""Reads `[[contracts]]`: which options each type of contract has, and what they may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from archlint.intake.config import ROLES
from archlint.intake.tomlfile import Key, TomlFile, did_you_mean
from archlint.model import Severity
from archlint.project.contracts import CODES, IMPORT_KINDS, Contract, Line
from archlint.project.patterns import capture_pattern_error, module_pattern_error

_Reader = Callable[[TomlFile, Key, object], Any]


def read_contracts(file: TomlFile, key: Key, value: object) -> tuple[Contract, ...]:
    """Return the contracts of an array of tables; what is wrong with one is complained about and leaves it out."""
    contracts: list[Contract] = []
    for path, table in file.tables(key, value):
        before = len(file.problems)
        contract = _contract(file, path, table)
        if len(file.problems) == before and contract is not None:
            if contract.name in {other.name for other in contracts}:
                file.complain((*path, "name"), f'"{contract.name}" is the name of another contract; choose another')
            contracts.append(contract)
    return tuple(contracts)


def _contract(file: TomlFile, key: Key, table: Mapping[str, object]) -> Contract | None:
    type_ = _choice(file, (*key, "type"), table["type"], tuple(CODES)) if "type" in table else ""
    for required in ("name", "type", *REQUIRED.get(type_, ())):
        if required not in table:
            file.complain((*key, required), "is missing; a contract needs it")
    if not type_:
        return None
    options = {**COMMON, **OPTIONS[type_]}
    fields: dict[str, Any] = {}
    for name, value in table.items():
        if name in options:
            field, read = options[name]
            fields[field] = read(file, (*key, name), value)
        else:
            hint = did_you_mean(name, options) or f"; a {type_} contract has {', '.join(options)}"
            file.complain((*key, name), f"unknown option{hint}")
    if type_ == "technology" and (given := len({"allowed-in", "forbidden-in"} & table.keys())) != 1:
        file.complain(key, "has allowed-in and forbidden-in; keep one" if given else "needs allowed-in or forbidden-in")
    if type_ == "contexts" and {"interface", "internal"} <= table.keys():
        file.complain(key, "has interface and internal; keep one, everything else is the other")
    contract = Contract(line=file.line(key), **{"name": "", **_DEFAULTS.get(type_, {}), **fields})
    _check_closed(file, (*key, "closed"), contract)
    return contract


def _check_closed(file: TomlFile, key: Key, contract: Contract) -> None:
    labels = [line.label for line in contract.layers]
    for label in contract.closed:
        if label not in labels:
            file.complain(key, f'"{label}" is none of the layers{did_you_mean(label, labels)}', label)


def _choice(file: TomlFile, key: Key, value: object, choices: tuple[str, ...]) -> str:
    text = file.string(key, value)
    if text is None or text in choices:
        return text or ""
    hint = did_you_mean(text, choices) or f"; choose one of {', '.join(choices)}"
    file.complain(key, f'"{text}" is unknown{hint}', text)
    return ""


def _text(file: TomlFile, key: Key, value: object) -> str:
    text = file.string(key, value)
    if text is not None and not text.strip():
        file.complain(key, "is empty")
    return text or ""


def _severity(file: TomlFile, key: Key, value: object) -> Severity | None:
    text = _choice(file, key, value, tuple(Severity))
    return Severity(text) if text else None


def _kinds(file: TomlFile, key: Key, value: object) -> frozenset[str]:
    listed = file.strings(key, value)
    if isinstance(value, list) and not listed:
        file.complain(key, f"is empty; list some of {', '.join(IMPORT_KINDS)}")
    return frozenset(_choice(file, key, kind, IMPORT_KINDS) for kind in listed)


def _listed(error_of: Callable[[str], str | None]) -> _Reader:
    """Return a reader of a list of strings, each of which `error_of` may find fault with."""

    def read(file: TomlFile, key: Key, value: object) -> tuple[str, ...]:
        items = file.strings(key, value)
        for item in items:
            if error := error_of(item):
                file.complain(key, f'"{item}" {error}', item)
        return items

    return read


def _modules_error(pattern: str) -> str | None:
    if pattern.startswith("<") and pattern.endswith(">"):
        role = pattern[1:-1]
        return None if role in ROLES else f"is no layer role{did_you_mean(pattern, [f'<{each}>' for each in ROLES])}"
    return module_pattern_error(pattern)


def _package_error(name: str) -> str | None:
    if name.startswith("<"):
        groups = ("<third-party>", "<stdlib>")
        return None if name in groups else f"is no group of packages{did_you_mean(name, groups)}"
    if all(part.replace("-", "_").isidentifier() for part in name.split(".")):
        return None
    return "is no package, distribution or dotted name of a submodule"


def _importable_error(name: str) -> str | None:
    group = name in ("<third-party>", "<stdlib>")
    return None if group or _package_error(name) is None else _modules_error(name)


def _layer_lines(file: TomlFile, key: Key, value: object) -> tuple[Line, ...]:
    lines: list[Line] = []
    seen: set[str] = set()
    for text in file.strings(key, value):
        line = Line.parse(text)
        for pattern in (sibling.pattern for sibling in line.siblings):
            error = _modules_error(pattern)
            if pattern in seen:
                error = "is named twice; a module has one layer"
            seen.add(pattern)
            if error:
                file.complain(key, f'"{pattern}" {error}', text)
        lines.append(line)
    if isinstance(value, list) and len(value) == 1 and len(lines[0].siblings) == 1:
        file.complain(key, "has one layer, which forbids nothing; name those above and below it")
    return tuple(lines)


def _whole_error(pattern: str) -> str | None:
    return "has `**`; name packages part by part" if "**" in pattern else module_pattern_error(pattern)


_MODULES = _listed(_modules_error)
COMMON: Mapping[str, tuple[str, _Reader]] = {
    "name": ("name", _text),
    "type": ("type", lambda _file, _key, value: value),
    "severity": ("severity", _severity),
    "because": ("because", _text),
    "import-kinds": ("kinds", _kinds),
}
OPTIONS: Mapping[str, Mapping[str, tuple[str, _Reader]]] = {
    "layers": {
        "layers": ("layers", _layer_lines),
        "containers": ("containers", _listed(_whole_error)),
        "closed": ("closed", TomlFile.strings),
        "exhaustive": ("exhaustive", TomlFile.boolean),
    },
    "only": {"modules": ("modules", _MODULES), "may-import": ("may_import", _listed(_importable_error))},
    "leaf": {"modules": ("modules", _MODULES)},
    "forbidden": {
        "modules": ("modules", _MODULES),
        "may-not-import": ("may_not_import", _listed(_importable_error)),
        "indirect": ("indirect", TomlFile.boolean),
    },
    "protected": {"modules": ("modules", _MODULES), "importers": ("importers", _MODULES)},
    "contexts": {
        "contexts": ("modules", _listed(capture_pattern_error)),
        "interface": ("interface", _listed(module_pattern_error)),
        "internal": ("internal", _listed(module_pattern_error)),
        "shared": ("shared", _MODULES),
    },
    "interface": {
        "packages": ("modules", _listed(_whole_error)),
        "interface": ("interface", _listed(module_pattern_error)),
    },
    "technology": {
        "packages": ("packages", _listed(_package_error)),
        "except": ("exceptions", _listed(_package_error)),
        "allowed-in": ("allowed_in", _MODULES),
        "forbidden-in": ("forbidden_in", _MODULES),
        "indirect": ("indirect", TomlFile.boolean),
    },
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "layers": ("layers",),
    "only": ("modules", "may-import"),
    "leaf": ("modules",),
    "forbidden": ("modules", "may-not-import"),
    "protected": ("modules", "importers"),
    "contexts": ("contexts",),
    "interface": ("packages",),
    "technology": ("packages",),
}
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {"forbidden": {"indirect": True}}
"""What holds for a type of contract where it is not that of the other types."""
