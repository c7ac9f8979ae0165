"""The configuration reference, made of the code: its keys, defaults and options, and what it says about mistakes."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from archlint.engine import Options, configure
from archlint.intake import contract_keys, keys
from archlint.intake.config import ROLES, Config
from archlint.intake.settings import ConfigError
from archlint.project.contracts import CODES, IMPORT_KINDS
from archlint.project.presets import PRESETS
from archlint.rulebook.model import Rule
from archlint.rulebook.pages import PAGE_KEYS, WITHIN

_SELECTORS = "codes (`RDS001`), names (`redis-keys`), families (`RDS`: its default rules) or `ALL`"
_PATTERNS = "`*` is one part of a dotted name, `**` several, and what lies below is meant, too"
KEYS: Mapping[str, tuple[str, str, str]] = {
    "select": (
        "list of strings",
        f"The rules that run, instead of the default ones: {_SELECTORS}.",
        'select = ["RSD"]',
    ),
    "ignore": ("list of strings", f"Rules that do not run: {_SELECTORS}. Stronger than `select`.", 'ignore = "TIM001"'),
    "extend-select": ("list of strings", "Rules that run beside the others.", 'extend-select = ["redis-key"]'),
    "per-file-ignores": (
        "table of lists",
        "Rules that are not reported in files of these patterns, which are those of .gitignore.",
        '[per-file-ignores]\n"/abs/**" = ["ASY001"]',
    ),
    "exclude": (
        "list of strings",
        "Files and folders that are not read at all, as in .gitignore, which is respected too.",
        'exclude = ["../other"]',
    ),
    "source-roots": (
        "list of strings",
        "Folders where module names begin. Found without it where there is a `src`, or packages at the top.",
        'source-roots = ["scr"]',
    ),
    "rule-pages": ("list of strings", "Folders with rule pages of your own.", 'rule-pages = ["lint"]'),
    "fail-on": ("string", "From which severity on the run ends with exit code 1.", 'fail-on = "fatal"'),
    "preset": (
        "string",
        f"An architecture to hold the project against: {', '.join(f'`{each}`' for each in PRESETS)}; see LAY001.",
        'preset = "hexagon"',
    ),
    "layers": (
        "table of lists",
        f"Which modules play which role; {_PATTERNS}. The roles: {', '.join(f'`{role}`' for role in ROLES)}.",
        '[layers]\ndomian = ["shop.domain"]',
    ),
    "contracts": (
        "array of tables",
        "What roles cannot say; see below.",
        '[[contracts]]\nname = "Web"\ntype = "layer"',
    ),
    "rule": (
        "table of tables",
        "For a code: `severity`, and the options of that rule; see below.",
        "[rule.LAY002]\nalow = []",
    ),
    "blocking": (
        "table of strings",
        "More APIs that block the event loop, by dotted name, and what to do instead.",
        "[blocking]\n'a b' = 'use c'",
    ),
    "baseline": ("string", "The file of accepted violations, if it is not `archlint-baseline.json`.", "baseline = 1"),
}
"""Of each key the type, what it means, and a mistake to show what is said about it."""
OPTIONS: Mapping[str, str] = {
    "name": "What messages call it; each contract has a name of its own.",
    "type": "One of the types on this page.",
    "severity": "That of its violations, whatever the rule has.",
    "because": "The reason, which stands in every message and in the help.",
    "import-kinds": f"Which imports count; without it all: {', '.join(f'`{kind}`' for kind in IMPORT_KINDS)}.",
    "layers": "From high to low. `a | b` are independent, `a : b` are not, `(a)` need not exist.",
    "containers": "Packages that have the layers each; without it the names are whole.",
    "closed": "Layers past which nothing above may import what is below.",
    "exhaustive": "A module in none of the layers is a violation (LAY008).",
    "modules": "Whom it is about: module patterns, or roles (`<domain>`).",
    "may-import": "What they may import: patterns, roles, packages, `<third-party>`; always themselves and `<stdlib>`.",
    "may-not-import": "What they may not import: patterns, roles, packages, `<third-party>`, `<stdlib>`.",
    "importers": "Who may import them: patterns or roles; always themselves and tests.",
    "contexts": "Packages, or a pattern in which `(*)` tells them apart: `shop.(*)`.",
    "interface": "What others may import of it, relative: `api`, `events.*`.",
    "internal": "The opposite: all but these is for others.",
    "shared": "Modules that are in no context, and free for all.",
    "packages": "Packages; for `technology` those from outside, by import or distribution name, or `<third-party>`.",
    "except": "Packages among these that are not meant.",
    "allowed-in": "The only modules that may use them.",
    "forbidden-in": "The only modules that may not.",
    "indirect": "Ways through other modules count, too. `forbidden`: true without it; `technology`: false.",
}
PAGE: Mapping[str, str] = {
    "severity": "`error`, `warning` or `note`.",
    "severity-in-tests": "That of violations in test code and in migrations, if it is another.",
    "default": "`false` for a rule that runs only when it is selected.",
    "match": "What is forbidden, as Python: `lib.f(...)`, `lib.Class.method(..., verify=False)`, `import lib`.",
    "unless": "What is fine all the same, in the same notation.",
    "within": f"Where it is forbidden: {', '.join(f'`{each}`' for each in sorted(filter(None, WITHIN)))}.",
    "without-arguments": "Calls with one of these arguments are fine: `timeout`, `timeout:2` for the third position.",
    "layers": "Only in modules of these roles.",
    "except-layers": "Not in modules of these roles.",
    "message": "One sentence: what is wrong and what to do.",
    "options": "A table of options that users may set under `[tool.archlint.rule.CODE]`, with their defaults.",
}


def page(rules: Mapping[str, Rule]) -> str:
    """Return the page; a key that the code has and nobody has described raises `KeyError`."""
    return "\n".join(
        (
            "# Configuration\n",
            "archlint reads the nearest `pyproject.toml` with a `[tool.archlint]` table, or `archlint.toml` with the"
            " same keys and no prefix, above the paths that it is given. Contracts of import-linter are read where it"
            " reads them. Every mistake is reported at once, with line, key and a proposal, and ends the run with exit"
            " code 2. This page is made of the code.\n",
            *_keys(),
            *_contracts(),
            *_rule_options(rules),
            *_page_keys(),
        )
    )


def _keys() -> Iterator[str]:
    fields = {field.name: field for field in msgspec.structs.fields(Config)}
    yield "## [tool.archlint]\n"
    for name in (*keys.READERS, "rule-pages"):
        field = fields[keys.READERS[name][0] if name in keys.READERS else "rule_pages"]
        type_, text, mistake = KEYS[name]
        yield f"### {name}\n\n{text}\n\n- Type: {type_}\n- Default: {_default(field)}\n- A mistake, and what is said:\n"
        yield f"```toml\n{mistake}\n```\n\n```text\n{_said(mistake)}\n```\n"


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default
    if value is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    return f"`{value}`" if value not in (None, "", (), {}) and value is not msgspec.NODEFAULT else "none"


def _said(mistake: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder).resolve() / "archlint.toml"
        file.write_text(mistake, encoding="utf-8")
        try:
            configure(file.parent, Options())
        except ConfigError as error:
            return "\n".join(error.messages).replace(f"{file.parent}/", "").replace(str(file.parent), "the project")
    raise ValueError(f"this is no mistake: {mistake}")


def _contracts() -> Iterator[str]:
    yield "## [[tool.archlint.contracts]]\n"
    yield "Every contract has a `name` and a `type`; what it means, with examples, is on the page of its rule.\n"
    yield _table(("key", "what"), ((f"`{name}`", OPTIONS[name]) for name in contract_keys.COMMON))
    for type_, options in contract_keys.OPTIONS.items():
        yield f"### {type_}\n\nViolations are {CODES[type_]}.\n"
        needed = contract_keys.REQUIRED[type_]
        rows = ((f"`{name}`", "needed" if name in needed else "", OPTIONS[name]) for name in options)
        yield _table(("key", "", "what"), rows)


def _rule_options(rules: Mapping[str, Rule]) -> Iterator[str]:
    yield "## [tool.archlint.rule.CODE]\n"
    yield "`severity` is `error`, `warning` or `note`. Some rules have more options, which their pages explain:\n"
    rows = (
        (code, f"`{name}`", f"`{list(value) if isinstance(value, tuple) else str(value).lower()}`")
        for code, rule in rules.items()
        for name, value in rule.options.items()
    )
    yield _table(("rule", "option", "default"), rows)


def _page_keys() -> Iterator[str]:
    yield "## Rule pages\n"
    yield "The `toml` block of a rule page; [Write a rule in five minutes](writing-rules.md) shows it at work.\n"
    yield _table(("key", "what"), ((f"`{name}`", PAGE[name]) for name in PAGE_KEYS))


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
