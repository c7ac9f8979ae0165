"""A table of wrong configurations, each with the exact words that archlint has for it."""

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from archlint.cli import archlint
from tests.support import RULES

PROJECT = {
    "shop/__init__.py": "",
    "shop/domain/__init__.py": "",
    "shop/domain/order.py": "import shop.infra.db\n",
    "shop/infra/__init__.py": "",
    "shop/infra/db.py": "import redis\n",
}
OWN, SHARED, INI = "archlint.toml", "pyproject.toml", ".importlinter"
ROOTED = "[importlinter]\nroot_package = shop\n\n[importlinter:contract:1]\nname = x\n"
SUMMARISED = "# ACM001 a-name\n\nSummary.\n\n"
EXAMPLES = "\n## Bad\n\n```python\nx = 1  # expect: ACM001\n```\n\n## Good\n\n```python\nx = 2\n```\n"


def settings(text: str | bytes) -> dict[str, str | bytes]:
    return {OWN: text}


def contract(*lines: str, kind: str = "leaf") -> dict[str, str | bytes]:
    return settings("\n".join(("[[contracts]]", 'name = "x"', f'type = "{kind}"', *lines, "")))


def page(metadata: str, start: str = SUMMARISED, end: str = EXAMPLES) -> dict[str, str | bytes]:
    return {OWN: 'rule-pages = ["lint"]\n', "lint/x.md": f"{start}```toml\n{metadata}\n```\n{end}"}


def raw_page(text: str | bytes) -> dict[str, str | bytes]:
    return {OWN: 'rule-pages = ["lint"]\n', "lint/x.md": text}


def import_linter(rest: str) -> dict[str, str | bytes]:
    return {INI: ROOTED + rest}


def baseline(text: str | bytes) -> dict[str, str | bytes]:
    return {"archlint-baseline.json": text}


WRONG: dict[str, tuple[dict[str, str | bytes], tuple[str, ...]]] = {
    "no value": (
        settings("a = 1\nb = \n"),
        ("archlint.toml:2: is not TOML: Invalid value (column 5)",),
    ),
    "no closing quote": (
        settings('select = ["RDS\n'),
        ("archlint.toml:1: is not TOML: Illegal character '\\n' (column 15)",),
    ),
    "the same key twice": (
        settings("select = []\nselect = []\n"),
        ("archlint.toml:2: is not TOML: Cannot overwrite a value (column 12)",),
    ),
    "the same table twice": (
        settings("[layers]\n[rule]\n[layers]\n"),
        ("archlint.toml:3: is not TOML: Cannot declare ('layers',) twice (column 8)",),
    ),
    "deep": (
        settings("a = " + "[" * 9999),
        ("archlint.toml: is not TOML that could be read: it is nested too deeply",),
    ),
    "not UTF-8": (
        settings(b"# fine\n# caf\xe9\n"),
        ("archlint.toml:2: is not UTF-8, which TOML must be; save it as UTF-8",),
    ),
    "too large": (
        settings("#" * (1 << 20) + "\n"),
        ("archlint.toml: cannot be read: it is larger than 1 MiB",),
    ),
    "two files": (
        {OWN: "", SHARED: "[tool.archlint]\n"},
        ("archlint.toml: pyproject.toml has settings too, in [tool.archlint]; keep one file",),
    ),
    "no table": (
        {SHARED: "[tool]\narchlint = 3\n"},
        ("pyproject.toml:2: tool.archlint: must be a table, not a number",),
    ),
    "broken pyproject": (
        {SHARED: "[tool.archlint\n"},
        ("pyproject.toml:1: is not TOML: Expected ']' at the end of a table declaration (column 15)",),
    ),
    "unknown key": (
        settings('selct = ["RDS"]\n'),
        ('archlint.toml:1: selct: unknown key; did you mean "select"?',),
    ),
    "snake case": (
        settings("\nextend_select = []\n"),
        ('archlint.toml:2: extend_select: unknown key; did you mean "extend-select"?',),
    ),
    "unlike any key": (
        settings("zzz = 1\n"),
        (
            "archlint.toml:1: zzz: unknown key; the keys are select, ignore, extend-select, per-file-ignores,"
            " exclude, source-roots, fail-on, preset, layers, contracts, rule, blocking, baseline, rule-pages",
        ),
    ),
    "prefix in archlint.toml": (
        settings('[tool.archlint]\nselect = ["RDS"]\n'),
        (
            "archlint.toml:1: tool: unknown key; in an archlint.toml the keys have no prefix: [layers], not"
            " [tool.archlint.layers]",
        ),
    ),
    "key of a role at the top": (
        settings('domain = ["shop.domain"]\n'),
        ("archlint.toml:1: domain: unknown key; a role belongs into the table of layers: layers.domain",),
    ),
    "select number": (
        settings("select = 3\n"),
        ("archlint.toml:1: select: must be a list of strings, not a number",),
    ),
    "select string": (
        settings('select = "RDS001"\n'),
        ('archlint.toml:1: select: must be a list of strings, not a string; write ["RDS001"]',),
    ),
    "select item": (
        settings('select = [\n  "RDS",\n  1.5,\n]\n'),
        ("archlint.toml:1: select: must be a list of strings, but item 2 is a number",),
    ),
    "ignore table": (
        settings("ignore = { RDS = true }\n"),
        ("archlint.toml:1: ignore: must be a list of strings, not a table",),
    ),
    "unknown code": (
        settings('select = ["RDS01"]\n'),
        ('archlint.toml:1: select: unknown rule "RDS01"; did you mean "RDS001"?',),
    ),
    "unknown name": (
        settings('ignore = ["redis-key"]\n'),
        ('archlint.toml:1: ignore: unknown rule "redis-key"; did you mean "redis-keys"?',),
    ),
    "lower case": (
        settings('extend-select = ["rds001"]\n'),
        ('archlint.toml:1: extend-select: unknown rule "rds001"; did you mean "RDS001"?',),
    ),
    "unknown family": (
        settings('select = ["LYR"]\n'),
        ('archlint.toml:1: select: unknown rule "LYR"; did you mean "LAY"?',),
    ),
    "unlike any rule": (
        settings('select = ["Q"]\n'),
        ('archlint.toml:1: select: unknown rule "Q"; `archlint rule` lists them all',),
    ),
    "empty selector": (
        settings('select = [""]\n'),
        ('archlint.toml:1: select: unknown rule ""; `archlint rule` lists them all',),
    ),
    "fail-on boolean": (
        settings("fail-on = true\n"),
        ("archlint.toml:1: fail-on: must be a string, not a boolean",),
    ),
    "fail-on unknown": (
        settings('fail-on = "fatal"\n'),
        ('archlint.toml:1: fail-on: must be "error" or "warning" or "note", not "fatal"',),
    ),
    "fail-on near": (
        settings('fail-on = "warn"\n'),
        ('archlint.toml:1: fail-on: must be "error" or "warning" or "note", not "warn"; did you mean "warning"?',),
    ),
    "exclude absolute": (
        settings('exclude = ["/gen"]\n'),
        ('archlint.toml:1: exclude: "/gen" is absolute; write it relative to the project directory',),
    ),
    "exclude out": (
        settings('exclude = ["../gen"]\n'),
        ('archlint.toml:1: exclude: "../gen" leads out with `..`; write it relative to the project directory',),
    ),
    "exclude empty": (
        settings('exclude = [" "]\n'),
        ('archlint.toml:1: exclude: " " names nothing',),
    ),
    "exclude glob": (
        settings('exclude = ["[z-a]"]\n'),
        ('archlint.toml:1: exclude: "[z-a]" is no gitignore pattern; look at its brackets and backslashes',),
    ),
    "exclude date": (
        settings("exclude = 1979-05-27\n"),
        ("archlint.toml:1: exclude: must be a list of strings, not a date or time",),
    ),
    "exclude windows": (
        settings('exclude = ["C:\\\\gen"]\n'),
        ('archlint.toml:1: exclude: "C:\\gen" is absolute; write it relative to the project directory',),
    ),
    "source-roots missing": (
        settings('source-roots = ["lib"]\n'),
        ('archlint.toml:1: source-roots: "lib" is no directory in ROOT',),
    ),
    "source-roots file": (
        settings('source-roots = ["shop/domain/order.py"]\n'),
        ('archlint.toml:1: source-roots: "shop/domain/order.py" is no directory in ROOT',),
    ),
    "rule-pages missing": (
        settings('rule-pages = ["lint/rules"]\n'),
        ('archlint.toml:1: rule-pages: "lint/rules" is no directory in ROOT',),
    ),
    "rule-pages string": (
        settings('rule-pages = "lint"\n'),
        ('archlint.toml:1: rule-pages: must be a list of strings, not a string; write ["lint"]',),
    ),
    "baseline out": (
        settings('baseline = "../b.json"\n'),
        ('archlint.toml:1: baseline: "../b.json" leads out with `..`; write it relative to the project directory',),
    ),
    "baseline list": (
        settings("baseline = []\n"),
        ("archlint.toml:1: baseline: must be a string, not a list",),
    ),
    "baseline missing": (
        settings('baseline = "b.json"\n'),
        ("b.json: there is no such baseline; write it with `archlint baseline`",),
    ),
    "baseline empty": (
        settings('baseline = ""\n'),
        ('archlint.toml:1: baseline: "" names nothing',),
    ),
    "per-file-ignores list": (
        settings('per-file-ignores = ["a.py"]\n'),
        ("archlint.toml:1: per-file-ignores: must be a table, not a list",),
    ),
    "per-file-ignores string": (
        settings('[per-file-ignores]\n"tests/*" = "RDS"\n'),
        ('archlint.toml:2: per-file-ignores."tests/*": must be a list of strings, not a string; write ["RDS"]',),
    ),
    "per-file-ignores rule": (
        settings('[per-file-ignores]\n"tests/*" = ["RDX"]\n'),
        ('archlint.toml:2: per-file-ignores."tests/*": unknown rule "RDX"; did you mean "RDS"?',),
    ),
    "per-file-ignores absolute": (
        settings('[per-file-ignores]\n"/abs/*.py" = ["RDS"]\n'),
        (
            'archlint.toml:2: per-file-ignores."/abs/*.py": "/abs/*.py" is absolute; write it relative to the'
            " project directory",
        ),
    ),
    "per-file-ignores glob": (
        settings('[per-file-ignores]\n"x/[z-a]" = ["RDS"]\n'),
        (
            'archlint.toml:2: per-file-ignores."x/[z-a]": "x/[z-a]" is no gitignore pattern; look at its'
            " brackets and backslashes",
        ),
    ),
    "rule unknown": (
        settings("[rule.RDS01]\n"),
        ('archlint.toml:1: rule.RDS01: unknown rule "RDS01"; did you mean "RDS001"?',),
    ),
    "rule by name": (
        settings("[rule.redis-keys]\n"),
        ('archlint.toml:1: rule.redis-keys: unknown rule "redis-keys"; write its code, "RDS001"',),
    ),
    "rule number": (
        settings("[rule]\nRDS001 = 3\n"),
        ("archlint.toml:2: rule.RDS001: must be a table, not a number",),
    ),
    "rule severity": (
        settings('[rule.RDS001]\nseverity = "off"\n'),
        ('archlint.toml:2: rule.RDS001.severity: must be "error" or "warning" or "note", not "off"',),
    ),
    "rule severity type": (
        settings("[rule.RDS002]\nseverity = 1\n"),
        ("archlint.toml:2: rule.RDS002.severity: must be a string, not a number",),
    ),
    "rule option": (
        settings("[rule.LAY002]\nalow = []\n"),
        ('archlint.toml:2: rule.LAY002.alow: unknown option; did you mean "allow"?',),
    ),
    "rule option type": (
        settings('[rule.LAY002]\nallow = "x"\n'),
        ('archlint.toml:2: rule.LAY002.allow: must be a list of strings, not a string; write ["x"]',),
    ),
    "rule option item": (
        settings("[rule.LAY002]\nallow = [1]\n"),
        ("archlint.toml:2: rule.LAY002.allow: must be a list of strings, but item 1 is a number",),
    ),
    "rule without options": (
        settings("[rule.RDS001]\nenabled = false\n"),
        ("archlint.toml:2: rule.RDS001.enabled: unknown option; the rule has severity",),
    ),
    "rules list": (
        settings("rule = []\n"),
        ("archlint.toml:1: rule: must be a table, not a list",),
    ),
    "layers list": (
        settings('layers = ["domain"]\n'),
        ("archlint.toml:1: layers: must be a table, not a list",),
    ),
    "layer unknown": (
        settings('[layers]\ndomian = ["shop.domain"]\n'),
        ('archlint.toml:2: layers.domian: unknown layer role; did you mean "domain"?',),
    ),
    "layer unlike": (
        settings('[layers]\nxyz = ["shop.domain"]\n'),
        (
            "archlint.toml:2: layers.xyz: unknown layer role; the roles are domain, application, infrastructure,"
            ' presentation, composition, tests, and layers of other names a contract of type "layers"',
        ),
    ),
    "layer string": (
        settings('[layers]\ndomain = "shop.domain"\n'),
        ('archlint.toml:2: layers.domain: must be a list of strings, not a string; write ["shop.domain"]',),
    ),
    "layer path": (
        settings('[layers]\ndomain = ["src/shop/domain"]\n'),
        ('archlint.toml:2: layers.domain: "src/shop/domain" is a path, but module names are dotted: shop.domain',),
    ),
    "layer dots": (
        settings('[layers]\ndomain = ["shop..domain"]\n'),
        ('archlint.toml:2: layers.domain: "shop..domain" has an empty part; write names with one dot between them',),
    ),
    "layer star": (
        settings('[layers]\ndomain = ["shop.dom*"]\n'),
        (
            'archlint.toml:2: layers.domain: "shop.dom*" mixes a wildcard with text in "dom*"; `*` and `**`'
            " stand for whole parts",
        ),
    ),
    "layer twice": (
        settings('[layers]\ndomain = ["shop.domain"]\ninfrastructure = ["shop.domain"]\n'),
        ('archlint.toml:3: layers.infrastructure: "shop.domain" already has the role domain; a module has one',),
    ),
    "layer keyword": (
        settings('[layers]\ndomain = ["shop.class"]\n'),
        ('archlint.toml:2: layers.domain: "shop.class" is no module name: "class" is no Python name',),
    ),
    "layer wildcards": (
        settings('[layers]\ndomain = ["**.*"]\n'),
        (
            'archlint.toml:2: layers.domain: "**.*" has a wildcard after `**`, which already stands for one or'
            " more parts",
        ),
    ),
    "layer vacuous": (
        settings('[layers]\ndomain = ["shop.domian"]\n'),
        ('archlint.toml:2:1: failure the domain layer "shop.domian" matches no module; did you mean "shop.domain"?',),
    ),
    "layer vacuous unlike": (
        settings('[layers]\n\npresentation = ["qqq"]\n'),
        ('archlint.toml:3:1: failure the presentation layer "qqq" matches no module; name modules of the project',),
    ),
    "preset unknown": (
        settings('preset = "hexagon"\n'),
        ('archlint.toml:1: preset: "hexagon" is unknown; did you mean "hexagonal"?',),
    ),
    "preset unlike": (
        settings('preset = "zzz"\n'),
        ('archlint.toml:1: preset: "zzz" is unknown; the presets are hexagonal, layered, contexts, django-apps',),
    ),
    "preset number": (
        settings("preset = 1\n"),
        ("archlint.toml:1: preset: must be a string, not a number",),
    ),
    "preset vacuous": (
        settings('preset = "django-apps"\n'),
        (
            'archlint.toml:1:1: failure preset "django-apps" finds no Django app; an app has an `AppConfig` in'
            " its `apps.py`",
        ),
    ),
    "preset contexts vacuous": (
        settings('preset = "contexts"\n'),
        (
            'archlint.toml:1:1: failure preset "contexts" finds no two packages side by side with a domain or'
            " application layer each; write a contract of type contexts",
        ),
    ),
    "blocking table": (
        settings('[blocking]\nrequests.get = "httpx"\n'),
        ("archlint.toml:2: blocking.requests: must be a string; write the dotted name of an API in quotes",),
    ),
    "blocking name": (
        settings('[blocking]\n"a b" = "c"\n'),
        ('archlint.toml:2: blocking."a b": is no dotted name of an API',),
    ),
    "blocking number": (
        settings('[blocking]\n"a.b" = 3\n'),
        ('archlint.toml:2: blocking."a.b": must be a string, not a number',),
    ),
    "contracts table": (
        settings('[contracts]\nname = "x"\n'),
        ("archlint.toml:1: contracts: must be an array of tables, `[[contracts]]`, not a table",),
    ),
    "contract no name": (
        settings('[[contracts]]\ntype = "leaf"\nmodules = ["shop.domain"]\n'),
        ("archlint.toml:1: contracts[1].name: is missing; a contract needs it",),
    ),
    "contract no type": (
        settings('[[contracts]]\nname = "x"\n'),
        ("archlint.toml:1: contracts[1].type: is missing; a contract needs it",),
    ),
    "contract type": (
        settings('[[contracts]]\nname = "x"\ntype = "layer"\n'),
        ('archlint.toml:3: contracts[1].type: "layer" is unknown; did you mean "layers"?',),
    ),
    "contract type unlike": (
        settings('[[contracts]]\nname = "x"\ntype = "zzz"\n'),
        (
            'archlint.toml:3: contracts[1].type: "zzz" is unknown; choose one of layers,'
            " only, leaf, forbidden, protected, contexts, interface, technology",
        ),
    ),
    "contract type number": (
        settings('[[contracts]]\nname = "x"\ntype = 1\n'),
        ("archlint.toml:3: contracts[1].type: must be a string, not a number",),
    ),
    "contract empty name": (
        settings('[[contracts]]\nname = " "\ntype = "leaf"\nmodules = ["shop.domain"]\n'),
        ("archlint.toml:2: contracts[1].name: is empty",),
    ),
    "contract twice": (
        settings(
            '[[contracts]]\nname = "x"\ntype = "leaf"\nmodules = ["shop.domain"]\n[[contracts]]\n'
            'name = "x"\ntype = "leaf"\nmodules = ["shop.infra"]\n'
        ),
        ('archlint.toml:6: contracts[2].name: "x" is the name of another contract; choose another',),
    ),
    "contract option": (
        contract('modules = ["shop.domain"]', "module = []"),
        ('archlint.toml:5: contracts[1].module: unknown option; did you mean "modules"?',),
    ),
    "contract option unlike": (
        contract('modules = ["shop.domain"]', "zzz = []"),
        (
            "archlint.toml:5: contracts[1].zzz: unknown option; a leaf contract has name, type, severity,"
            " because, import-kinds, modules",
        ),
    ),
    "contract severity": (
        contract('modules = ["shop.domain"]', 'severity = "high"'),
        ('archlint.toml:5: contracts[1].severity: "high" is unknown; choose one of error, warning, note',),
    ),
    "contract kinds": (
        contract('modules = ["shop.domain"]', 'import-kinds = ["runtim"]'),
        ('archlint.toml:5: contracts[1].import-kinds: "runtim" is unknown; did you mean "runtime"?',),
    ),
    "contract kinds empty": (
        contract('modules = ["shop.domain"]', "import-kinds = []"),
        (
            "archlint.toml:5: contracts[1].import-kinds: is empty; list some of runtime, type-checking,"
            " function-local, lazy, dynamic",
        ),
    ),
    "leaf without modules": (
        contract(),
        ("archlint.toml:1: contracts[1].modules: is missing; a contract needs it",),
    ),
    "leaf vacuous": (
        contract('modules = ["shop.infa"]'),
        ('archlint.toml:1:1: failure contract "x": "shop.infa" matches no module; did you mean "shop.infra"?',),
    ),
    "leaf role": (
        contract('modules = ["<domian>"]'),
        ('archlint.toml:4: contracts[1].modules: "<domian>" is no layer role; did you mean "<domain>"?',),
    ),
    "layers one": (
        contract('layers = ["shop.domain"]', kind="layers"),
        ("archlint.toml:4: contracts[1].layers: has one layer, which forbids nothing; name those above and below it",),
    ),
    "layers twice": (
        contract('layers = ["shop.domain","shop.domain"]', kind="layers"),
        ('archlint.toml:4: contracts[1].layers: "shop.domain" is named twice; a module has one layer',),
    ),
    "layers vacuous": (
        contract('layers = ["shop.domain","shop.inra"]', kind="layers"),
        (
            'archlint.toml:1:1: failure contract "x": the layer "shop.inra" matches no module; did you mean'
            ' "shop.infra"?',
        ),
    ),
    "layers container": (
        contract('layers = ["domain","infra"]', 'containers = ["shpo"]', kind="layers"),
        ('archlint.toml:1:1: failure contract "x": the container "shpo" is no package; did you mean "shop"?',),
    ),
    "layers container stars": (
        contract('layers = ["domain","infra"]', 'containers = ["**"]', kind="layers"),
        ('archlint.toml:5: contracts[1].containers: "**" has `**`; name packages part by part',),
    ),
    "layers closed": (
        contract('layers = ["shop.domain","shop.infra"]', 'closed = ["shop.infr"]', kind="layers"),
        ('archlint.toml:5: contracts[1].closed: "shop.infr" is none of the layers; did you mean "shop.infra"?',),
    ),
    "layers exhaustive": (
        contract('layers = ["shop.domain","shop.infra"]', 'exhaustive = "yes"', kind="layers"),
        ("archlint.toml:5: contracts[1].exhaustive: must be true or false, not a string",),
    ),
    "only without": (
        contract('modules = ["shop.domain"]', kind="only"),
        ("archlint.toml:1: contracts[1].may-import: is missing; a contract needs it",),
    ),
    "only vacuous": (
        contract('modules = ["shop.domain"]', 'may-import = ["reddis"]', kind="only"),
        (
            'archlint.toml:1:1: failure contract "x": may-import "reddis" is neither a module of the project nor'
            ' a package it imports; did you mean "redis"?',
        ),
    ),
    "contexts capture": (
        contract('contexts = ["shop.*"]', kind="contexts"),
        (
            'archlint.toml:4: contracts[1].contexts: "shop.*" must have one `(*)`, which stands for the part of'
            " the name that tells contexts apart",
        ),
    ),
    "contexts both": (
        contract('contexts = ["shop.(*)"]', 'interface = ["api"]', 'internal = ["db"]', kind="contexts"),
        ("archlint.toml:1: contracts[1]: has interface and internal; keep one, everything else is the other",),
    ),
    "contexts one": (
        contract('contexts = ["shop.domain.(*)"]', kind="contexts"),
        (
            'archlint.toml:1:1: failure contract "x": "shop.domain.(*)" tells no two packages apart; did you'
            ' mean "shop.domain"?',
        ),
    ),
    "contexts interface": (
        contract('contexts = ["shop.(*)"]', 'interface = ["apo"]', kind="contexts"),
        (
            'archlint.toml:1:1: failure contract "x": interface "apo" is in none of the contexts; name modules'
            " of the project",
        ),
    ),
    "interface vacuous": (
        contract('packages = ["shop.infra"]', 'interface = ["dbb"]', kind="interface"),
        ('archlint.toml:1:1: failure contract "x": interface "dbb" is in none of the packages; did you mean "db"?',),
    ),
    "technology neither": (
        contract('packages = ["redis"]', kind="technology"),
        ("archlint.toml:1: contracts[1]: needs allowed-in or forbidden-in",),
    ),
    "technology both": (
        contract(
            'packages = ["redis"]', 'allowed-in = ["shop.infra"]', 'forbidden-in = ["shop.domain"]', kind="technology"
        ),
        ("archlint.toml:1: contracts[1]: has allowed-in and forbidden-in; keep one",),
    ),
    "technology near": (
        contract('packages = ["reddis"]', 'allowed-in = ["shop.infra"]', kind="technology"),
        ('archlint.toml:1:1: failure contract "x": nothing imports "reddis"; did you mean "redis"?',),
    ),
    "technology name": (
        contract('packages = ["redis>=5"]', 'allowed-in = ["shop.infra"]', kind="technology"),
        (
            'archlint.toml:4: contracts[1].packages: "redis>=5" is no package, distribution or dotted name of a'
            " submodule",
        ),
    ),
    "technology group": (
        contract('packages = ["<third party>"]', 'allowed-in = ["shop.infra"]', kind="technology"),
        (
            'archlint.toml:4: contracts[1].packages: "<third party>" is no group of packages; did you mean'
            ' "<third-party>"?',
        ),
    ),
    "page heading": (
        raw_page("hello\n"),
        ('ROOT/lint/x.md: the first line must be a heading like "# ABC123 name-of-the-bad-thing"',),
    ),
    "page no metadata": (
        raw_page("# ACM001 a-name\n\nSummary.\n"),
        (
            'ROOT/lint/x.md: a ```toml block with the metadata is missing; the least is: severity = "warning"',
            'ROOT/lint/x.md: the section "## Bad" with at least one ```python block is missing',
            'ROOT/lint/x.md: the section "## Good" with at least one ```python block is missing',
        ),
    ),
    "page toml": (
        page("severity = "),
        ("ROOT/lint/x.md: the metadata is no TOML: Invalid value (line 6 of the page)",),
    ),
    "page deep": (
        page("x = " + "[" * 9999),
        ("ROOT/lint/x.md: the metadata is nested too deeply",),
    ),
    "page severity": (
        page('severity = "bad"'),
        ('ROOT/lint/x.md: "severity" must be "error", "warning" or "note"',),
    ),
    "page key": (
        page('severity = "warning"\nmatch = ["shop.infra.db.x"]\nmessage = "no"\nmach = []'),
        ('ROOT/lint/x.md: unknown key "mach"; did you mean "match"?',),
    ),
    "page type": (
        page('severity = "warning"\ndefault = "yes"'),
        ('ROOT/lint/x.md: "default" must be true or false',),
    ),
    "page message": (
        page('severity = "warning"\nmatch = ["shop.infra.db.x"]'),
        ('ROOT/lint/x.md: "match" needs a "message" that says what is wrong and what to do',),
    ),
    "page pattern": (
        page('severity = "warning"\nmatch = ["shop.("]\nmessage = "no"'),
        ('ROOT/lint/x.md: "match": `shop.(` is no Python expression',),
    ),
    "page within": (
        page('severity = "warning"\nmatch = ["shop.infra.db.x"]\nmessage = "no"\nwithin = "while"'),
        (
            'ROOT/lint/x.md: "within" must be one of async function, class body, comprehension, condition,'
            " decorator, default, function, loop, module body, raise, try, with",
        ),
    ),
    "page role": (
        page('severity = "warning"\nmatch = ["shop.infra.db.x"]\nmessage = "no"\nlayers = ["domian"]'),
        (
            'ROOT/lint/x.md: "layers": there is no layer role "domian"; the roles are domain, application,'
            " infrastructure, presentation, composition, tests",
        ),
    ),
    "page summary": (
        page(
            'severity = "warning"\nmatch = ["shop.infra.db.x"]\nmessage = "no"',
            start="# ACM001 a-name\n\n```\nx\n```\n\n",
        ),
        ("ROOT/lint/x.md: a summary paragraph must follow the heading",),
    ),
    "page option": (
        page('severity = "warning"\noptions = { Allow = 1 }'),
        ('ROOT/lint/x.md: "options": "Allow" is no name for an option; use lower-case words with hyphens',),
    ),
    "page code taken": (
        page(
            'severity = "warning"\nmatch = ["shop.infra.db.x"]\nmessage = "x"', start="# RDS001 b-name\n\nSummary.\n\n"
        ),
        ("ROOT/lint/x.md: the code RDS001 is taken by RULES/redis/RDS001-redis-keys.md; choose another",),
    ),
    "page not UTF-8": (
        raw_page(b"# ACM001 caf\xe9\n"),
        ("ROOT/lint/x.md: is not UTF-8; save it as UTF-8",),
    ),
    "page too large": (
        raw_page("#" * (1 << 20) + "\n"),
        ("ROOT/lint/x.md: cannot be read: it is larger than 1 MiB",),
    ),
    "il no root": (
        {INI: "[importlinter]\nx = 1\n"},
        (".importlinter:1:1: failure import-linter has no `root_package` here; name the package to check",),
    ),
    "il syntax": (
        {INI: "[importlinter]\nroot_package = shop\nnonsense\n"},
        (
            ".importlinter:3:1: failure import-linter's configuration cannot be read: `nonsense` is neither a"
            " [section] nor an `option = value`",
        ),
    ),
    "il section twice": (
        {INI: "[importlinter]\nroot_package = shop\n[importlinter]\n"},
        (
            ".importlinter:3:1: failure import-linter's configuration cannot be read: section 'importlinter'"
            " already exists",
        ),
    ),
    "il unknown session": (
        {
            INI: "[importlinter]\nroot_package = shop\nroot_pakages = shop\n\n[importlinter:contract:1]\n"
            "name = x\ntype = forbidden\nsource_modules = shop.domain\nforbidden_modules = shop.infra\n"
        },
        (".importlinter:1:1: failure import-linter knows no option `root_pakages`; did you mean `root_packages`?",),
    ),
    "il type": (
        import_linter("type = forbiden\n"),
        ('.importlinter:5:1: failure contract "x": unknown contract type `forbiden`; did you mean `forbidden`?',),
    ),
    "il no type": (
        import_linter(""),
        ('.importlinter:5:1: failure contract "x": a contract has no type',),
    ),
    "il missing": (
        import_linter("type = forbidden\nsource_modules = shop.domain\n"),
        ('.importlinter:5:1: failure contract "x": option `forbidden_modules`: This is a required field',),
    ),
    "il module": (
        import_linter("type = forbidden\nsource_modules = shop.domian\nforbidden_modules = shop.infra\n"),
        ('.importlinter:5:1: failure contract "x": module `shop.domian` does not exist; did you mean `shop.domain`?',),
    ),
    "il setup.cfg": (
        {
            "setup.cfg": "[importlinter]\nroot_package = shop\n\n[importlinter:contract:1]\nname = y\n"
            "type = layers\nlayers =\n    shop.infra\n    shop.domein\n"
        },
        ('setup.cfg:5:1: failure contract "y": module `shop.domein` does not exist; did you mean `shop.domain`?',),
    ),
    "il toml": (
        {
            SHARED: "[tool.importlinter]\nroot_package = 'shop'\n[[tool.importlinter.contracts]]\nname='x'\n"
            "type='layers'\n"
        },
        ('pyproject.toml:4:1: failure contract "x": option `layers`: This is a required field',),
    ),
    "il root unknown": (
        {
            INI: "[importlinter]\nroot_package = shpo\n\n[importlinter:contract:1]\nname = x\n"
            "type = forbidden\nsource_modules = shop.domain\nforbidden_modules = shop.infra\n"
        },
        (".importlinter:1:1: failure root package `shpo` is not in the checked code; did you mean `shop`?",),
    ),
    "il interpolation": (
        {INI: f"[importlinter]\nroot_package = shop\nv0 = {'%(v1)s' * 99}\nv1 = {'%(v2)s' * 99}\nv2 = {'x' * 999}\n"},
        (".importlinter:1:1: failure its values refer to each other and grow without end; write them out",),
    ),
    "il layers": (
        import_linter("type = layers\nlayers =\n" + "".join(f"    l{number}\n" for number in range(501))),
        ('.importlinter:5:1: failure contract "x": has 501 layers; the most are 500',),
    ),
    "bl json": (
        baseline("{\n"),
        ("archlint-baseline.json: is no JSON: input data was truncated; restore or delete it",),
    ),
    "bl version": (
        baseline('{"version": 7, "violations": []}'),
        ("archlint-baseline.json: is of version 7, and this archlint reads version 1",),
    ),
    "bl shape": (
        baseline("[]"),
        ("archlint-baseline.json: is no baseline: expected `object`, got `array`; restore or delete it",),
    ),
    "bl count": (
        baseline(
            '{"version": 1, "violations": [{"code": "RDS001", "contract": "", "module": "a", '
            '"scope": "f", "subject": "x", "count": 0}]}'
        ),
        (
            "archlint-baseline.json: is no baseline: expected `int` >= 1 - at `$.violations[0].count`; restore"
            " or delete it",
        ),
    ),
    "bl bytes": (
        baseline(b"\xff"),
        ("archlint-baseline.json: is not UTF-8; restore or delete it",),
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    files, expected = WRONG[case]
    for name, text in {**PROJECT, **files}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.chdir(tmp_path)
    options = ("--jobs", "1", "--no-cache", "--output-format", "concise", "-q")
    selected = () if "lint/x.md" in files else ("--select", "RDS001,LAY004,LAY005,LAY006,LAY007")

    result = CliRunner().invoke(archlint, ["check", ".", *options, *selected])

    said = [
        line for line in (result.stdout + result.stderr).splitlines() if " failure " in line or "archlint: " in line
    ]
    places = ((tmp_path.as_posix(), "ROOT"), (RULES.as_posix(), "RULES"))
    for place, shown in places:
        said = [line.removeprefix("archlint: ").replace(place, shown) for line in said]
    assert result.exit_code == 2
    assert tuple(said) == expected


def test_each_mistake_has_words_of_its_own() -> None:
    counts = Counter(message for _, messages in WRONG.values() for message in messages)
    assert len(WRONG) >= 80
    assert {message: count for message, count in counts.items() if count > 1} == {}
