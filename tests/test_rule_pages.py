"""What is said about mistakes in rule pages, and a user's own page from configuration to report."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.engine import Options, check, configure
from archlint.intake.rulefiles import user_pages
from archlint.intake.settings import ConfigError
from archlint.model import Severity
from archlint.rulebook.examples import examples
from archlint.rulebook.pages import Page, PageError, load

GOOD = """# ABC001 bad-thing

It is bad, and this
says why.

```toml
severity = "error"
match = ["lib.thing(...)"]
message = "do not"
```

## Bad

```python
lib.thing()  # expect: ABC001
```

## Good

```python
pass
```
"""


def mistakes(*texts: str) -> tuple[str, ...]:
    with pytest.raises(PageError) as caught:
        load([Page(f"p{number}.md", "own", text) for number, text in enumerate(texts, 1)])
    return caught.value.messages


def test_a_good_page() -> None:
    rules = load([Page("p.md", "own", GOOD)])

    rule = rules["ABC001"]
    assert (rule.name, rule.family, rule.severity, rule.default) == ("bad-thing", "own", Severity.ERROR, True)
    assert rule.summary == "It is bad, and this says why."
    assert rule.match[0].name == "lib.thing"
    assert "expect:" not in rule.markdown
    assert load([Page("p.md", "own", GOOD.replace("\n", "\r\n"))])["ABC001"].markdown == rule.markdown


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "# ABC001 bad-thing",
            "# bad thing",
            'the first line must be a heading like "# ABC123 name-of-the-bad-thing"',
        ),
        ("# ABC001", "# AB1", 'the first line must be a heading like "# ABC123 name-of-the-bad-thing"'),
        ("severity", "sevrity", 'unknown key "sevrity"; did you mean "severity"?'),
        (
            "message",
            "zzz",
            (
                'unknown key "zzz"; known keys are default, except-layers, layers, match, message, options, severity, '
                "severity-in-tests, unless, within, without-arguments"
            ),
        ),
        ("message", 'severity-in-tests = "off"\nmessage', '"severity-in-tests" must be "error", "warning" or "note"'),
        ('"error"', '"fatal"', '"severity" must be "error", "warning" or "note"'),
        ('severity = "error"', "", '"severity" must be "error", "warning" or "note"'),
        ('"error"', '["error"]', '"severity" must be a string'),
        (
            "message",
            'within = "loops"\nmessage',
            (
                '"within" must be one of async function, class body, comprehension, condition, decorator, default, '
                "function, loop, module body, raise, try, with"
            ),
        ),
        ("message", 'within = ["loop"]\nmessage', '"within" must be a string'),
        ("message", 'default = "no"\nmessage', '"default" must be true or false'),
        ('["lib.thing(...)"]', '"lib.thing(...)"', '"match" must be a list'),
        ('message = "do not"\n', "", '"match" needs a "message" that says what is wrong and what to do'),
        ("lib.thing(...)", "lib.thing(", '"match": `lib.thing(` is no Python expression'),
        ("lib.thing(...)", "\\u0000", '"match": `\x00` is no Python expression'),
        (
            "lib.thing(...)",
            "thing(...)",
            '"match": `thing(...)` has no module; write `builtins.thing` for a builtin',
        ),
        ("lib.thing(...)", "lib[0](...)", '"match": `lib[0](...)` must name an API by its dotted name'),
        ("lib.thing(...)", "lib.thing(x)", '"match": `lib.thing(x)`: an argument must be a literal or `...`'),
        (
            "lib.thing(...)",
            "lib.thing(*[1])",
            '"match": `lib.thing(*[1])`: an argument must be a literal or `...`',
        ),
        (
            "lib.thing(...)",
            "lib.thing(**{})",
            '"match": `lib.thing(**{})`: an argument must be a literal or `...`',
        ),
        (
            "lib.thing(...)",
            "lib.thing(a=[1])",
            '"match": `lib.thing(a=[1])`: an argument must be a string, a number, True, False or None',
        ),
        (
            "lib.thing(...)",
            "lib.thing(a={[]: 1})",
            '"match": `lib.thing(a={[]: 1})`: an argument must be a literal or `...`',
        ),
        (
            "lib.thing(...)",
            "lib.thing(..., 1)",
            '"match": `lib.thing(..., 1)`: `...` must come behind the positional arguments',
        ),
        ("lib.thing(...)", "1 + 1", '"match": `1 + 1` must name an API by its dotted name'),
        ('["lib.thing(...)"]', "[1]", '"match": 1 is neither text nor a table'),
        ('["lib.thing(...)"]', '[{ call = "lib.x" }]', '"match": `lib.x` is no call; write `lib.x(...)`'),
        (
            '["lib.thing(...)"]',
            '[{ load = "lib.x", no = 1 }]',
            (
                '"match": {\'load\': \'lib.x\', \'no\': 1} must have one of "call", "load", "name" '
                'and perhaps "without-arguments"'
            ),
        ),
        (
            "message",
            'without-arguments = ["a b"]\nmessage',
            '"match": "without-arguments": \'a b\' must be a name, or a name and its position like "tz:0"',
        ),
        (
            "message",
            'unless = ["x"]\nmessage',
            '"unless": `x` has no module; write `builtins.x` for a builtin',
        ),
        (
            "message",
            'layers = ["domane"]\nmessage',
            (
                '"layers": there is no layer role "domane"; the roles are '
                "domain, application, infrastructure, presentation, composition, tests"
            ),
        ),
        ("message", 'except-layers = "tests"\nmessage', '"except-layers" must be a list'),
        (
            "message",
            'unless = ["lib.other(...)"]\nmessage',
            '"unless": `lib.other` is in no entry of "match", so there is nothing to exempt',
        ),
        ('match = ["lib.thing(...)"]', 'within = "loop"', '"within" does nothing without "match"'),
        (
            '["lib.thing(...)"]',
            '["import lib"]\nwithout-arguments = ["x"]',
            '"without-arguments" is about calls, but "match" has none',
        ),
        ("lib.thing(...)", "dict.keys(...)", '"match": `dict.keys(...)` has no module; write `builtins.dict.keys`'),
        (
            "lib.thing(...)",
            "import a, b",
            '"match": `import a, b`: write one import an entry, `import a.b` or `from a import b`',
        ),
        (
            "lib.thing(...)",
            "from a import *",
            '"match": `from a import *`: write one import an entry, `import a.b` or `from a import b`',
        ),
        ("match", "options = 3\nmatch", '"options" must be a table'),
        (
            "match",
            "options = { severity = true }\nmatch",
            '"options": "severity" is no name for an option; use lower-case words with hyphens',
        ),
        (
            "match",
            "options = { allow = [1] }\nmatch",
            '"options": the default of "allow" must be true or false, a number, a string or strings',
        ),
        ("## Bad", "## Worse", 'the section "## Bad" with at least one ```python block is missing'),
        ("## Good", "## Fine", 'the section "## Good" with at least one ```python block is missing'),
        (
            "```python\npass\n```",
            "nothing",
            'the section "## Good" with at least one ```python block is missing',
        ),
        ("It is bad, and this\nsays why.\n\n", "", "a summary paragraph must follow the heading"),
    ],
)
def test_one_mistake_is_one_sentence(old: str, new: str, message: str) -> None:
    assert f"p1.md: {message}" in mistakes(GOOD.replace(old, new, 1))


def test_bad_toml() -> None:
    (message, *_) = mistakes(GOOD.replace('"error"', "error"))
    assert message.startswith("p1.md: the metadata is no TOML: ")


def test_metadata_is_not_taken_from_an_example() -> None:
    page = GOOD.replace("```toml", "```text", 1).replace("## Bad\n", "## Bad\n\n```toml\nseverity = 'note'\n```\n")
    assert mistakes(page)[0] == (
        'p1.md: a ```toml block with the metadata is missing; the least is: severity = "warning"'
    )


def test_all_mistakes_of_all_pages_come_at_once() -> None:
    other = GOOD.replace("ABC001", "ABC002").replace('"error"', '"bad"').replace("## Good", "## X")
    assert mistakes(GOOD, GOOD, other) == (
        "p2.md: the code ABC001 is taken by p1.md; choose another",
        "p2.md: the name bad-thing is taken by p1.md; choose another",
        'p3.md: "severity" must be "error", "warning" or "note"',
        'p3.md: the section "## Good" with at least one ```python block is missing',
        "p3.md: the name bad-thing is taken by p1.md; choose another",
    )


@given(st.text(alphabet="#`toml AB1-\n=[]\"'()\\{}x\0", max_size=80))
def test_any_metadata_is_read_or_explained(toml: str) -> None:
    page = Page("p.md", "own", GOOD.replace('match = ["lib.thing(...)"]', toml))
    try:
        messages: tuple[str, ...] = tuple(f"p.md: {code}" for code in load([page]))
    except PageError as error:
        messages = error.messages
    assert messages
    assert all(message.startswith("p.md: ") for message in messages)


def test_examples() -> None:
    text = GOOD.replace(
        "```python\nlib.thing()  # expect: ABC001\n```",
        "`a/b.py`:\n\n```python\nx\n```\n\n`archlint.toml`:\n\n```toml\ny = 1\n```\n\n```python\nz\n```",
    )
    found = list(examples(text))
    assert [(each.section, dict(each.files)) for each in found] == [
        ("Bad", {"a/b.py": "x\n", "archlint.toml": "y = 1\n"}),
        ("Bad", {"example.py": "z\n"}),
        ("Good", {"example.py": "pass\n"}),
    ]
    assert text.split("\n")[found[0].line - 1] == "`a/b.py`:"


def _own_rules(root: Path, page: str | bytes) -> None:
    folder = root / "lint" / "own"
    folder.mkdir(parents=True)
    (folder / "ABC001-bad-thing.md").write_bytes(page if isinstance(page, bytes) else page.encode())
    (root / "archlint.toml").write_text('rule-pages = ["lint"]\n[rule.ABC001]\nseverity = "note"\n')
    (root / "m.py").write_text("import lib as other\n\nother.thing(1)  # archlint: ignore[bad-thing]\nother.thing()\n")


def test_a_page_of_the_user_works_from_configuration_to_report(tmp_path: Path) -> None:
    _own_rules(tmp_path, GOOD)

    outcome = check([tmp_path], Options(jobs=1))

    (violation,) = outcome.report.violations
    assert (violation.code, violation.severity, violation.message) == ("ABC001", Severity.NOTE, "do not")
    assert outcome.report.location(violation.place).line == 4
    assert outcome.report.suppressed == 1
    assert outcome.exit_code == 0


OPTIONS = GOOD.replace('"do not"\n', '"do not"\noptions = { allow = ["x"], strict = false, least = 3 }\n')


def test_options_of_a_rule_are_the_defaults_or_what_the_user_sets(tmp_path: Path) -> None:
    _own_rules(tmp_path, OPTIONS)
    _, rules = configure(tmp_path, Options())
    assert rules["ABC001"].options == {"allow": ("x",), "strict": False, "least": 3}
    with (tmp_path / "archlint.toml").open("a") as file:
        file.write('allow = ["y", "z"]\nstrict = true\n')
    _, rules = configure(tmp_path, Options())
    assert rules["ABC001"].options == {"allow": ("y", "z"), "strict": True, "least": 3}
    assert rules["ABC001"].strings("allow") == ("y", "z")
    assert rules["ABC001"].flag("strict")


def test_mistakes_in_options_are_told(tmp_path: Path) -> None:
    _own_rules(tmp_path, OPTIONS)
    with (tmp_path / "archlint.toml").open("a") as file:
        file.write('alow = ["y"]\nstrict = "yes"\nleast = true\n')
    with pytest.raises(ConfigError) as caught:
        configure(tmp_path, Options())
    assert [message.rpartition("archlint.toml:")[2] for message in caught.value.messages] == [
        '4: rule.ABC001.alow: unknown option; did you mean "allow"?',
        "5: rule.ABC001.strict: must be true or false, not a string",
        "6: rule.ABC001.least: must be a whole number, not a boolean",
    ]


def test_a_page_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    _own_rules(tmp_path, b"\xff")
    with pytest.raises(PageError, match=r"ABC001-bad-thing\.md: is not UTF-8; save it as UTF-8"):
        list(user_pages([tmp_path / "lint"]))
    with pytest.raises(PageError):
        check([tmp_path], Options(jobs=1))


def test_a_page_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    _own_rules(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())
    assert load(user_pages([tmp_path / "lint"])).keys() == {"ABC001"}


def test_a_page_may_weigh_less_in_test_code(tmp_path: Path) -> None:
    _own_rules(tmp_path, GOOD.replace("message", 'severity-in-tests = "note"\nmessage', 1))
    (tmp_path / "archlint.toml").write_text('rule-pages = ["lint"]\n')
    (tmp_path / "test_m.py").write_text("import lib\n\nlib.thing()\n")

    violations = check([tmp_path], Options(jobs=1)).report.violations

    assert [(each.module, each.severity) for each in violations] == [("m", Severity.ERROR), ("test_m", Severity.NOTE)]
