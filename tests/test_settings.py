"""What a configuration says, where it is found, and how its mistakes are told."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from archlint.inputs import Options, read_inputs
from archlint.intake.config import Config, Known, RuleSettings
from archlint.intake.settings import ConfigError, load
from archlint.model import Severity

KNOWN = Known(
    codes={"RDS001": "redis-keys", "RDS003": "redis-no-ttl", "LAY001": "layer-violation"},
    options={"RDS003": {"allow": list, "minimum": int, "strict": bool, "prefix": str}},
)


def known(_pages: tuple[Path, ...]) -> Known:
    return KNOWN


def configure(root: Path, text: str, name: str = "archlint.toml") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    return root / name


def loaded(root: Path, text: str, name: str = "archlint.toml") -> Config:
    configure(root, text, name)
    return load(root, None, isolated=False, known=known)


def mistakes(root: Path, text: str, name: str = "archlint.toml") -> list[str]:
    """Return the messages without the directory of the file."""
    with pytest.raises(ConfigError) as caught:
        loaded(root, text, name)
    return [message.removeprefix(f"{root}/") for message in caught.value.messages]


EVERYTHING = """
select = ["RDS", "layer-violation"]
ignore = ["RDS003"]
extend-select = ["ALL"]
exclude = ["gen/", "!gen/keep.py"]
source-roots = ["./src/", "."]
rule-pages = ["lint/rules"]
fail-on = "error"

[per-file-ignores]
"tests/**" = ["RDS"]

[layers]
domain = ["shop.domain", "shop.*.domain"]
tests = ["tests.**.fakes"]

[rule.RDS003]
severity = "note"
allow = ["cache"]
minimum = 3
strict = true
prefix = "x"

[rule.LAY001]

[blocking]
"legacy.fetch" = "use `legacy.afetch`"
"""


def test_everything_that_can_be_configured(tmp_path: Path) -> None:
    for folder in ("src", "lint/rules"):
        (tmp_path / folder).mkdir(parents=True)
    seen: list[tuple[Path, ...]] = []

    def with_pages(pages: tuple[Path, ...]) -> Known:
        seen.append(pages)
        return KNOWN

    file = configure(tmp_path, EVERYTHING)
    assert load(tmp_path, None, isolated=False, known=with_pages) == Config(
        root=tmp_path,
        file=file,
        select=("RDS", "layer-violation"),
        ignore=("RDS003",),
        extend_select=("ALL",),
        per_file_ignores=(("tests/**", ("RDS",)),),
        exclude=("gen/", "!gen/keep.py"),
        source_roots=("src", "."),
        rule_pages=("lint/rules",),
        fail_on=Severity.ERROR,
        layers={"domain": ("shop.domain", "shop.*.domain"), "tests": ("tests.**.fakes",)},
        rules={
            "RDS003": RuleSettings(Severity.NOTE, {"allow": ("cache",), "minimum": 3, "strict": True, "prefix": "x"}),
            "LAY001": RuleSettings(),
        },
        blocking={"legacy.fetch": "use `legacy.afetch`"},
        lines={"shop.domain": 14, "shop.*.domain": 14, "tests.**.fakes": 15},
    )
    assert seen == [(tmp_path / "lint/rules",)]


def test_the_nearest_file_with_settings_counts(tmp_path: Path) -> None:
    configure(tmp_path, "[tool.archlint]\nignore = ['RDS']\n", "pyproject.toml")
    configure(tmp_path / "a", "[project]\nname = 'archlint-user'\n", "pyproject.toml")
    configure(tmp_path / "a/b", "[broken", "pyproject.toml")
    (tmp_path / "a/b/c.py").write_text("")
    config = load(tmp_path / "a/b/c.py", None, isolated=False, known=known)
    assert (config.root, config.file) == (tmp_path, tmp_path / "pyproject.toml")
    assert config.ignore == ("RDS",)
    configure(tmp_path / "a", "")
    assert load(tmp_path / "a/b", None, isolated=False, known=known).root == tmp_path / "a"


def test_without_a_file_there_is_no_root(tmp_path: Path) -> None:
    assert load(tmp_path, None, isolated=False, known=known) == Config()


def test_isolated_reads_nothing(tmp_path: Path) -> None:
    file = configure(tmp_path, "nonsense")
    assert load(tmp_path, file, isolated=True, known=known) == Config()


def test_settings_further_down_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        configure(tmp_path / name, "[project]\n" if name == "c" else "[tool.archlint]\n", "pyproject.toml")
        (tmp_path / name / "m.py").write_text("x = 1\n")

    def notes(*paths: str, isolated: bool = False) -> tuple[str, ...]:
        return read_inputs([Path(path) for path in paths], Options(isolated=isolated, cache=False)).sources.notes

    two = "2 folders have settings of their own, which this run does not use; check each in another run"
    assert notes(".") == (f"{two}, the first with `archlint check a`",)
    configure(tmp_path, "")
    assert notes("c", "b") == ("b has settings of its own, which this run does not use; check it in another run",)
    assert notes("c") == notes("a") == notes(".", isolated=True) == ()


def test_two_files_with_settings_are_a_mistake(tmp_path: Path) -> None:
    configure(tmp_path, "[tool.archlint]\n", "pyproject.toml")
    (message,) = mistakes(tmp_path, "")
    assert message.startswith("archlint.toml: ")
    assert "pyproject.toml has settings too" in message
    configure(tmp_path, "[project]\n", "pyproject.toml")
    assert loaded(tmp_path, "").file == tmp_path / "archlint.toml"


def test_an_explicit_file_may_be_of_either_kind_and_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = configure(tmp_path / "ci", "ignore = ['RDS']\n", "strict.toml")
    shared = configure(tmp_path / "ci", "[tool.archlint]\nignore = ['RDS']\n", "pyproject.toml")
    project = tmp_path / "project"
    project.mkdir()
    for file in (own, shared):
        config = load(project, file, isolated=False, known=known)
        assert (config.root, config.file, config.ignore) == (project, file, ("RDS",))
    monkeypatch.chdir(tmp_path)
    assert load(project, Path("ci/strict.toml"), isolated=False, known=known).root == tmp_path
    assert load(tmp_path / "ci", own, isolated=False, known=known).root == tmp_path / "ci"


@pytest.mark.parametrize(
    ("name", "message"),
    [("nowhere.toml", "there is no such file"), ("ci", "is a directory"), ("pyproject.toml", "has no")],
)
def test_a_wrong_explicit_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ci").mkdir()
    configure(tmp_path, "[project]\n", "pyproject.toml")
    with pytest.raises(ConfigError, match=f"^{name}: {message}"):
        load(tmp_path, Path(name), isolated=False, known=known)


MISTAKES: Mapping[str, tuple[str, list[str]]] = {
    "unknown key": (
        'selct = ["RDS"]\n',
        ['archlint.toml:1: selct: unknown key; did you mean "select"?'],
    ),
    "snake case": (
        "extend_select = []",
        ['archlint.toml:1: extend_select: unknown key; did you mean "extend-select"?'],
    ),
    "unlike any key": (
        "zzz = 1",
        [
            "archlint.toml:1: zzz: unknown key; the keys are select, ignore, extend-select, per-file-ignores,"
            " exclude, source-roots, fail-on, preset, layers, contracts, rule, blocking, baseline, rule-pages"
        ],
    ),
    "wrong types": (
        "select = 3\nignore = ['RDS', 1.5]\nfail-on = true\nlayers = []\nexclude = 1979-05-27\n",
        [
            "archlint.toml:1: select: must be a list of strings, not a number",
            "archlint.toml:2: ignore: must be a list of strings, but item 2 is a number",
            "archlint.toml:3: fail-on: must be a string, not a boolean",
            "archlint.toml:4: layers: must be a table, not a list",
            "archlint.toml:5: exclude: must be a list of strings, not a date or time",
        ],
    ),
    "unknown rules": (
        'select = [\n  "LAY001",\n  "RDS01",\n  "redis-key",\n]\nignore = ["rds001", "QQQ"]\n',
        [
            'archlint.toml:3: select: unknown rule "RDS01"; did you mean "RDS001"?',
            'archlint.toml:4: select: unknown rule "redis-key"; did you mean "redis-keys"?',
            'archlint.toml:6: ignore: unknown rule "rds001"; did you mean "RDS001"?',
            'archlint.toml:6: ignore: unknown rule "QQQ"; `archlint rule` lists them all',
        ],
    ),
    "per-file-ignores": (
        '[per-file-ignores]\n"/abs/*.py" = ["RDS"]\n"tests/*" = ["RDX"]\n"x/[z-a]" = "RDS"\n',
        [
            'archlint.toml:2: per-file-ignores."/abs/*.py": "/abs/*.py" is absolute; write it relative to the'
            " project directory",
            'archlint.toml:3: per-file-ignores."tests/*": unknown rule "RDX"; did you mean "RDS"?',
            'archlint.toml:4: per-file-ignores."x/[z-a]": "x/[z-a]" is no gitignore pattern;'
            " look at its brackets and backslashes",
            'archlint.toml:4: per-file-ignores."x/[z-a]": must be a list of strings, not a string; write ["RDS"]',
        ],
    ),
    "paths": (
        'exclude = ["C:\\\\x", "../gen", "!/gen", "", "[z-a]", "#x"]\nsource-roots = ["lib",'
        ' "/", "a/../.."]\n'
        'rule-pages = ["lint"]\n',
        [
            'archlint.toml:1: exclude: "C:\\x" is absolute; write it relative to the project directory',
            'archlint.toml:1: exclude: "../gen" leads out with `..`; write it relative to the project directory',
            'archlint.toml:1: exclude: "!/gen" is absolute; write it relative to the project directory',
            'archlint.toml:1: exclude: "" names nothing',
            'archlint.toml:1: exclude: "[z-a]" is no gitignore pattern; look at its brackets and backslashes',
            'archlint.toml:1: exclude: "#x" names nothing',
            'archlint.toml:2: source-roots: "lib" is no directory in ROOT',
            'archlint.toml:2: source-roots: "/" is absolute; write it relative to the project directory',
            'archlint.toml:2: source-roots: "a/../.." leads out with `..`; write it relative to the project directory',
            'archlint.toml:3: rule-pages: "lint" is no directory in ROOT',
        ],
    ),
    "severities": (
        'fail-on = "fatal"\n[rule.RDS001]\nseverity = "warn"\n',
        [
            'archlint.toml:1: fail-on: must be "error" or "warning" or "note", not "fatal"',
            'archlint.toml:3: rule.RDS001.severity: must be "error" or "warning" or "note", not "warn";'
            ' did you mean "warning"?',
        ],
    ),
    "layers": (
        '[layers]\ndomian = []\nxyz = []\ndomain = ["shop..a", "src/shop", "shop.a"]\n'
        'tests = ["shop.a", "s*p", "t", "t"]\n',
        [
            'archlint.toml:2: layers.domian: unknown layer role; did you mean "domain"?',
            "archlint.toml:3: layers.xyz: unknown layer role; the roles are domain, application,"
            ' infrastructure, presentation, composition, tests, and layers of other names a contract of type "layers"',
            'archlint.toml:4: layers.domain: "shop..a" has an empty part; write names with one dot between them',
            'archlint.toml:4: layers.domain: "src/shop" is a path, but module names are dotted: shop',
            'archlint.toml:5: layers.tests: "shop.a" already has the role domain; a module has one',
            'archlint.toml:5: layers.tests: "s*p" mixes a wildcard with text in "s*p"; `*` and'
            " `**` stand for whole"
            " parts",
            'archlint.toml:5: layers.tests: "t" already has the role tests; a module has one',
        ],
    ),
    "rules": (
        '[rule]\nRDS01 = {}\nredis-keys = {}\nRDS001 = 3\n[rule.RDS003]\nallow = "x"\nminimum'
        " = true\nstrict = 1\n"
        "prefix = []\nalow = 1\n[rule.LAY001]\nqqq = 1\n",
        [
            'archlint.toml:2: rule.RDS01: unknown rule "RDS01"; did you mean "RDS001"?',
            'archlint.toml:3: rule.redis-keys: unknown rule "redis-keys"; write its code, "RDS001"',
            "archlint.toml:4: rule.RDS001: must be a table, not a number",
            'archlint.toml:6: rule.RDS003.allow: must be a list of strings, not a string; write ["x"]',
            "archlint.toml:7: rule.RDS003.minimum: must be a whole number, not a boolean",
            "archlint.toml:8: rule.RDS003.strict: must be true or false, not a number",
            "archlint.toml:9: rule.RDS003.prefix: must be a string, not a list",
            'archlint.toml:10: rule.RDS003.alow: unknown option; did you mean "allow"?',
            "archlint.toml:12: rule.LAY001.qqq: unknown option; the rule has severity",
        ],
    ),
    "blocking": (
        '[blocking]\nrequests.get = "httpx"\n"a b" = "c"\n"a.b" = 3\n',
        [
            "archlint.toml:2: blocking.requests: must be a string; write the dotted name of an API in quotes",
            'archlint.toml:3: blocking."a b": is no dotted name of an API',
            'archlint.toml:4: blocking."a.b": must be a string, not a number',
        ],
    ),
    "no TOML": ("a = 1\nb = \n", ["archlint.toml:2: is not TOML: Invalid value (column 5)"]),
    "too deep": (
        "a = " + "[" * 9999,
        ["archlint.toml: is not TOML that could be read: it is nested too deeply"],
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_told_with_file_line_and_key(tmp_path: Path, case: str) -> None:
    text, expected = MISTAKES[case]
    assert mistakes(tmp_path, text) == [message.replace("ROOT", str(tmp_path)) for message in expected]


def test_all_mistakes_are_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = (
        "[tool.archlint]\r\nselct = []\r\n\r\n[tool.archlint.layers]\r\ndomain ="
        ' ["a..b"]\r\n[tool.archlint.rule.X1]\r\n'
    )
    assert mistakes(tmp_path, text, "pyproject.toml") == [
        'pyproject.toml:2: tool.archlint.selct: unknown key; did you mean "select"?',
        'pyproject.toml:5: tool.archlint.layers.domain: "a..b" has an empty part; write names'
        " with one dot between them",
        'pyproject.toml:6: tool.archlint.rule.X1: unknown rule "X1"',
    ]


def test_a_key_in_an_inline_table_is_told_with_the_line_of_the_table(tmp_path: Path) -> None:
    text = "[tool]\narchlint.layers = { domian = [] }\n"
    assert mistakes(tmp_path, text, "pyproject.toml") == [
        'pyproject.toml:2: tool.archlint.layers.domian: unknown layer role; did you mean "domain"?'
    ]


def test_settings_that_are_no_table(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "[tool]\narchlint = 3\n", "pyproject.toml") == [
        "pyproject.toml:2: tool.archlint: must be a table, not a number"
    ]


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "archlint.toml").write_bytes(b"# fine\n# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"archlint\.toml:2: is not UTF-8"):
        load(tmp_path, None, isolated=False, known=known)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "archlint.toml").write_bytes(b'\xef\xbb\xbfignore = ["RDS"]\r\n')
    assert load(tmp_path, None, isolated=False, known=known).ignore == ("RDS",)


def test_the_file_is_named_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path / "sub", "x = 1")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"^sub/archlint\.toml:1: x: "):
        load(Path("sub"), None, isolated=False, known=known)


def test_line_search_is_not_misled(tmp_path: Path) -> None:
    text = 'ignore = [\n  "RDS", # select = 1\n]\n[blocking]\n"a.b" = """\nselect = []\n"""\n\n[rule.RDS001]\nx = 1\n'
    assert mistakes(tmp_path, text) == ["archlint.toml:10: rule.RDS001.x: unknown option; the rule has severity"]
