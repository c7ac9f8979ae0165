"""What each key of the configuration may hold: one reader a key, which complains instead of raising."""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

from archlint.intake.config import ROLES, Known, RuleSettings
from archlint.intake.contract_keys import read_contracts
from archlint.intake.gitignore import pattern_error
from archlint.intake.reading import leads_inside
from archlint.intake.tomlfile import Key, TomlFile, did_you_mean, kind
from archlint.model import Severity
from archlint.project.patterns import module_pattern_error
from archlint.project.presets import PRESETS

_OPTION_TYPES = {bool: "true or false", int: "a whole number", str: "a string"}


class _Scope(NamedTuple):
    """What a reader needs besides the value: the file to complain about, the project directory, the rules."""

    file: TomlFile
    root: Path
    known: Known


def read_keys(
    file: TomlFile,
    prefix: Key,
    table: Mapping[str, object],
    root: Path,
    known: Callable[[tuple[Path, ...]], Known],
) -> dict[str, Any]:
    """Return the fields of `Config` that a table of settings gives; `file.problems` has what is wrong.

    `known` says which rules there are, given the directories of the user's own rule pages (absolute).
    """
    pages = _directories(_Scope(file, root, Known({}, {})), (*prefix, "rule-pages"), table.get("rule-pages", []))
    scope = _Scope(file, root, known(tuple(root / page for page in pages)))
    fields: dict[str, Any] = {"rule_pages": pages}
    for name, value in table.items():
        if name in READERS:
            field, read = READERS[name]
            fields[field] = read(scope, (*prefix, name), value)
        elif name != "rule-pages":
            file.complain((*prefix, name), f"unknown key{_key_hint(name)}")
    fields["lines"] = _lines(file, prefix, fields)
    return fields


def _key_hint(name: str) -> str:
    if name == "tool":
        return "; in an archlint.toml the keys have no prefix: [layers], not [tool.archlint.layers]"
    if name in ROLES:
        return f"; a role belongs into the table of layers: layers.{name}"
    return did_you_mean(name, _KEYS) or f"; the keys are {', '.join(_KEYS)}"


def _lines(file: TomlFile, prefix: Key, fields: Mapping[str, Any]) -> dict[str, int]:
    """Return where the patterns of layers stand, and the preset, for what turns out later to mean nothing."""
    listed = fields.get("layers", {}).items()
    lines = {each: file.line((*prefix, "layers", role), each) for role, patterns in listed for each in patterns}
    return {**lines, "preset": file.line((*prefix, "preset"))} if fields.get("preset") else lines


def selector_error(selector: str, known: Known) -> str | None:
    """Say why a selector selects nothing; None if it is a code, a rule's name, a family prefix or `ALL`."""
    families = {code.rstrip("0123456789") for code in known.codes}
    selectors = {*known.codes, *known.codes.values(), *families, "ALL"}
    hint = did_you_mean(selector, selectors) or "; `archlint rule` lists them all"
    return None if selector in selectors else f'unknown rule "{selector}"{hint}'


def _selectors(scope: _Scope, key: Key, value: object) -> tuple[str, ...]:
    selectors = scope.file.strings(key, value)
    for selector in selectors:
        if error := selector_error(selector, scope.known):
            scope.file.complain(key, error, selector)
    return selectors


def _per_file_ignores(scope: _Scope, key: Key, value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    table = scope.file.table(key, value)
    for pattern in table:
        _check_path_pattern(scope, (*key, pattern), pattern)
    return tuple((pattern, _selectors(scope, (*key, pattern), chosen)) for pattern, chosen in table.items())


def _exclude(scope: _Scope, key: Key, value: object) -> tuple[str, ...]:
    patterns = scope.file.strings(key, value)
    for pattern in patterns:
        _check_path_pattern(scope, key, pattern)
    return patterns


def _check_path_pattern(scope: _Scope, key: Key, pattern: str) -> None:
    error = _path_error(pattern.removeprefix("!")) or pattern_error(pattern)
    if error:
        scope.file.complain(key, f'"{pattern}" {error}', pattern)


def _directories(scope: _Scope, key: Key, value: object) -> tuple[str, ...]:
    """Read paths of directories that exist below the project directory."""
    paths: list[str] = []
    for path in scope.file.strings(key, value):
        error = _path_error(path)
        if not error and not (scope.root / path).is_dir():
            error = f"is no directory in {scope.root}"
        if not error and not leads_inside(scope.root / path, scope.root):
            error = "is a link out of the project; name a directory in it"
        if error:
            scope.file.complain(key, f'"{path}" {error}', path)
        else:
            paths.append(PurePosixPath(path).as_posix())
    return tuple(paths)


def _path_error(path: str) -> str | None:
    if not path.strip() or path.startswith("#"):
        return "names nothing"
    if PureWindowsPath(path).anchor:
        return "is absolute; write it relative to the project directory"
    if ".." in PureWindowsPath(path).parts:
        return "leads out with `..`; write it relative to the project directory"
    return None


def _fail_on(scope: _Scope, key: Key, value: object) -> Severity:
    return _severity(scope, key, value) or Severity.WARNING


def _severity(scope: _Scope, key: Key, value: object) -> Severity | None:
    text = scope.file.string(key, value)
    if text is None:
        return None
    if text in list(Severity):
        return Severity(text)
    choices = " or ".join(f'"{severity}"' for severity in Severity)
    scope.file.complain(key, f'must be {choices}, not "{text}"{did_you_mean(text, Severity)}', text)
    return None


def _preset(scope: _Scope, key: Key, value: object) -> str:
    text = scope.file.string(key, value)
    if text is None:
        return ""
    if text not in PRESETS:
        hint = did_you_mean(text, PRESETS) or f"; the presets are {', '.join(PRESETS)}"
        scope.file.complain(key, f'"{text}" is unknown{hint}')
    return text


def _layers(scope: _Scope, key: Key, value: object) -> dict[str, tuple[str, ...]]:
    layers: dict[str, tuple[str, ...]] = {}
    roles: dict[str, str] = {}
    for role, listed in scope.file.table(key, value).items():
        path = (*key, role)
        if role not in ROLES:
            named = f"the roles are {', '.join(ROLES)}"
            hint = did_you_mean(role, ROLES) or f'; {named}, and layers of other names a contract of type "layers"'
            scope.file.complain(path, f"unknown layer role{hint}")
            continue
        layers[role] = scope.file.strings(path, listed)
        for pattern in layers[role]:
            error = module_pattern_error(pattern)
            if pattern in roles:
                error = f"already has the role {roles[pattern]}; a module has one"
            roles[pattern] = role
            if error:
                scope.file.complain(path, f'"{pattern}" {error}', pattern)
    return layers


def _rules(scope: _Scope, key: Key, value: object) -> dict[str, RuleSettings]:
    rules: dict[str, RuleSettings] = {}
    for code, settings in scope.file.table(key, value).items():
        path = (*key, code)
        if code in scope.known.codes:
            rules[code] = _rule(scope, path, scope.known.options.get(code, {}), scope.file.table(path, settings))
            continue
        by_name = {name: known for known, name in scope.known.codes.items()}
        hint = f'; write its code, "{by_name[code]}"' if code in by_name else did_you_mean(code, scope.known.codes)
        scope.file.complain(path, f'unknown rule "{code}"{hint}')
    return rules


def _rule(scope: _Scope, key: Key, types: Mapping[str, type], settings: Mapping[str, object]) -> RuleSettings:
    severity = _severity(scope, (*key, "severity"), settings["severity"]) if "severity" in settings else None
    options: dict[str, bool | int | str | tuple[str, ...]] = {}
    for name, value in settings.items():
        if name in types:
            if (read := _option(scope, (*key, name), types[name], value)) is not None:
                options[name] = read
        elif name != "severity":
            known = ("severity", *types)
            hint = did_you_mean(name, known) or f"; the rule has {', '.join(known)}"
            scope.file.complain((*key, name), f"unknown option{hint}")
    return RuleSettings(severity, options)


def _option(scope: _Scope, key: Key, wanted: type, value: object) -> bool | int | str | tuple[str, ...] | None:
    if wanted is list:
        return scope.file.strings(key, value)
    if type(value) is wanted and isinstance(value, bool | int | str):
        return value
    scope.file.complain(key, f"must be {_OPTION_TYPES[wanted]}, not {kind(value)}")
    return None


def _baseline(scope: _Scope, key: Key, value: object) -> str:
    path = scope.file.string(key, value)
    if path is None:
        return ""
    if error := _path_error(path):
        scope.file.complain(key, f'"{path}" {error}', path)
    return PurePosixPath(path).as_posix()


def _blocking(scope: _Scope, key: Key, value: object) -> dict[str, str]:
    advice: dict[str, str] = {}
    for name, text in scope.file.table(key, value).items():
        path = (*key, name)
        if isinstance(text, dict):
            scope.file.complain(path, "must be a string; write the dotted name of an API in quotes")
        elif not all(part.isidentifier() for part in name.split(".")):
            scope.file.complain(path, "is no dotted name of an API")
        else:
            advice[name] = scope.file.string(path, text) or ""
    return advice


READERS: dict[str, tuple[str, Callable[[_Scope, Key, object], Any]]] = {
    "select": ("select", _selectors),
    "ignore": ("ignore", _selectors),
    "extend-select": ("extend_select", _selectors),
    "per-file-ignores": ("per_file_ignores", _per_file_ignores),
    "exclude": ("exclude", _exclude),
    "source-roots": ("source_roots", _directories),
    "fail-on": ("fail_on", _fail_on),
    "preset": ("preset", _preset),
    "layers": ("layers", _layers),
    "contracts": ("contracts", lambda scope, key, value: read_contracts(scope.file, key, value)),
    "rule": ("rules", _rules),
    "blocking": ("blocking", _blocking),
    "baseline": ("baseline", _baseline),
}
_KEYS = (*READERS, "rule-pages")
