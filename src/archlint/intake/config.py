"""The configuration as the rest of archlint sees it: one frozen value, valid, with defaults filled in."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from archlint.model import Severity
from archlint.project.contracts import Contract

ROLES = ("domain", "application", "infrastructure", "presentation", "composition", "tests")
"""The layer roles, innermost first."""


class Known(msgspec.Struct, frozen=True):
    """The rules that a configuration may speak of: names by code, and by code the options with their types.

    The type of an option is `bool`, `int`, `str` or `list` (of strings).
    """

    codes: Mapping[str, str]
    options: Mapping[str, Mapping[str, type]]


class RuleSettings(msgspec.Struct, frozen=True):
    """The user's wishes for one rule; without a `severity` it keeps its own."""

    severity: Severity | None = None
    options: Mapping[str, bool | int | str | tuple[str, ...]] = {}


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a user can configure.

    `root` is the project directory and `file` the configuration file, both absolute, None without one. Paths
    are relative to `root` with forward slashes; `exclude` and the first parts of `per_file_ignores` are
    gitignore patterns below `root`. Selectors are codes, names, family prefixes or `ALL`. `layers` maps roles
    to module patterns, `rules` codes to settings, `blocking` dotted names of APIs to what to do instead. `preset` is
    one of `archlint.project.presets.PRESETS`, empty for none. `baseline` is the path of a file, empty for the default.
    `lines` says where patterns of layers stand in the file, and the preset.
    """

    root: Path | None = None
    file: Path | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    source_roots: tuple[str, ...] = ()
    rule_pages: tuple[str, ...] = ()
    fail_on: Severity = Severity.WARNING
    preset: str = ""
    layers: Mapping[str, tuple[str, ...]] = {}
    contracts: tuple[Contract, ...] = ()
    rules: Mapping[str, RuleSettings] = {}
    blocking: Mapping[str, str] = {}
    baseline: str = ""
    lines: Mapping[str, int] = {}
