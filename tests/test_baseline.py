"""Baselines: what they accept, what is stale in them, how they are written, and what is said about broken ones."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from archlint.cli import archlint
from archlint.intake.baseline import BaselineError, read_baseline
from archlint.model import Baseline, BaselineEntry, Place, Severity, Violation
from archlint.outcome.baseline import compare, looked_at, render, renewed, stale_entries

KEYS = """import redis


class Cache:
    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def names(self) -> list[bytes]:
        found = self.client.keys("a")
        return found
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with one violation in each of two modules, and stand in it."""
    (tmp_path / "archlint.toml").write_text("")
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "cache.py").write_text(KEYS)
    (package / "clock.py").write_text("import datetime\n\nNOW = datetime.datetime.now()\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(archlint, [arguments[0], "--jobs", "1", *arguments[1:]])


def concise(*arguments: str) -> list[str]:
    """Return `path:line CODE` of what `check` reports."""
    result = run("check", "--output-format", "concise", *arguments)
    assert result.exit_code in (0, 1), result.stderr
    return [f"{line.rsplit(':', 2)[0]} {line.split()[1]}" for line in result.stdout.splitlines()]


def entries(project: Path) -> list[dict[str, object]]:
    return list(json.loads((project / "archlint-baseline.json").read_text())["violations"])


def test_what_is_there_is_accepted_and_what_is_new_is_reported(project: Path) -> None:
    written = run("baseline")
    assert (written.exit_code, written.stdout) == (0, "")
    assert written.stderr == "archlint-baseline.json accepts 2 violations.\n"
    assert (project / "archlint-baseline.json").read_text() == (
        '{\n  "version": 1,\n  "violations": [\n'
        '    {"code": "RDS001", "module": "shop.cache", "scope": "Cache.names", "subject": "redis.Redis.keys",'
        ' "count": 1},\n'
        '    {"code": "TIM001", "module": "shop.clock", "subject": "datetime.datetime.now", "count": 1}\n'
        "  ]\n}\n"
    )
    checked = run("check", ".")
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert checked.stderr == "No violations in 3 files; 2 in the baseline.\n"
    (project / "shop/new.py").write_text(KEYS)
    assert concise(".") == ["shop/new.py:9 RDS001"]
    assert len(concise(".", "--baseline-mode", "off")) == 3


def test_code_that_moves_stays_accepted(project: Path) -> None:
    changes = (
        "# a comment\n" * 50 + KEYS,
        KEYS.replace("found", "renamed"),
        KEYS.replace("        found = ", "        if True:\n            pass\n        found = "),
        KEYS.replace("class Cache:", "class Other:\n    pass\n\n\nclass Cache:"),
        KEYS.replace('"a"', 'f"{self}:*"'),
    )
    files = [project / "shop" / f"cache{number}.py" for number in range(len(changes))]
    for file in files:
        file.write_text(KEYS)
    run("baseline")
    for file, changed in zip(files, changes, strict=True):
        file.write_text(changed)
    assert concise(".", "--baseline-mode", "strict") == []


def test_a_second_one_in_the_same_place_counts(project: Path) -> None:
    run("baseline")
    (project / "shop/cache.py").write_text(KEYS.replace("return found", 'return found + self.client.keys("b")'))
    (found,) = json.loads(run("check", ".", "--output-format", "json").stdout)["violations"]
    assert (found["line"], found["identity"][-2:]) == (10, "|2")
    assert "(2 before)" in run("baseline").stderr
    assert [entry["count"] for entry in entries(project)] == [2, 1]


def test_stale_entries_are_reported_and_fail_in_strict_mode_alone(project: Path) -> None:
    run("baseline")
    (project / "shop/cache.py").write_text("")
    lenient = run("check", ".")
    assert lenient.exit_code == 0
    assert lenient.stdout.startswith(
        "archlint-baseline.json:4:5: warning: ARC002 [stale-baseline-entry] `shop.cache.Cache.names` no longer breaks"
        " RDS001 [redis-keys] for `redis.Redis.keys`; `archlint baseline --prune` takes out what is stale\n"
    )
    (project / "archlint.toml").write_text('fail-on = "error"\n')
    strict = run("check", ".", "--baseline-mode", "strict")
    assert (strict.exit_code, "error: ARC002" in strict.stdout) == (1, True)


@pytest.mark.parametrize(
    ("settings", "mode", "exit_code"),
    [
        ('[rule.ARC002]\nseverity = "error"\n', "lenient", 1),
        ('[rule.ARC002]\nseverity = "note"\n', "strict", 0),
        ('ignore = ["ARC002"]\n', "strict", 0),
    ],
)
def test_the_users_settings_stand_above(project: Path, settings: str, mode: str, exit_code: int) -> None:
    (project / "shop/clock.py").unlink()
    (project / "shop/cache.py").unlink()
    (project / "archlint.toml").write_text(settings)
    (project / "archlint-baseline.json").write_text(render([entry("RDS001", "shop.gone")]))
    assert run("check", ".", "--baseline-mode", mode).exit_code == exit_code


def test_prune_takes_out_what_is_stale_and_adds_nothing(project: Path) -> None:
    (project / "shop/cache.py").write_text(KEYS.replace("return found", 'return found + self.client.keys("b")'))
    run("baseline")
    (project / "shop/cache.py").write_text(KEYS)
    (project / "shop/clock.py").write_text("")
    (project / "shop/new.py").write_text(KEYS)
    assert run("baseline", "--prune").stderr == "archlint-baseline.json accepts 1 violation (3 before).\n"
    assert [(entry["module"], entry["count"]) for entry in entries(project)] == [("shop.cache", 1)]
    assert concise(".", "--baseline-mode", "strict") == ["shop/new.py:9 RDS001"]


def test_prune_needs_a_baseline(project: Path) -> None:
    result = run("baseline", "--prune")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "archlint: archlint-baseline.json: there is no such baseline; write it with `archlint baseline`\n"
    )


def test_what_was_not_looked_at_is_not_stale(project: Path) -> None:
    (project / "shop/cache.py").write_text("")
    (project / "shop/clock.py").write_text("")
    (project / "archlint-baseline.json").write_text(
        render([entry("RDS001", "shop.cache"), entry("RDS001", "shop.gone"), entry("TIM001", "shop.clock")])
    )
    assert concise("shop/cache.py") == ["archlint-baseline.json:4 ARC002"]
    assert concise(".", "--select", "ARC002,TIM001") == ["archlint-baseline.json:6 ARC002"]
    assert len(concise("shop")) == 3
    (project / "shop/broken.py").write_text("(")
    assert "ARC002" not in run("check", ".").stdout


def test_what_was_not_looked_at_stays_in_the_file(project: Path) -> None:
    (project / "shop/cache.py").write_text("")
    (project / "shop/clock.py").write_text("")
    kept = [entry("RDS001", "shop.cache"), entry("TIM001", "shop.clock")]
    (project / "archlint-baseline.json").write_text(render(kept))
    run("baseline", "--prune", "shop/cache.py")
    assert [entry["module"] for entry in entries(project)] == ["shop.clock"]
    run("baseline", "--select", "RDS")
    assert [entry["module"] for entry in entries(project)] == ["shop.clock"]


def test_a_reason_is_kept(project: Path) -> None:
    run("baseline")
    file = project / "archlint-baseline.json"
    file.write_text(file.read_text().replace('"count": 1}', '"count": 1, "reason": "naïve"}', 1))
    before = file.read_text()
    run("baseline")
    assert file.read_text() == before


def test_nothing_is_written_when_something_could_not_be_checked(project: Path) -> None:
    (project / "shop/broken.py").write_text("(")
    result = run("baseline")
    assert result.exit_code == 2
    assert result.stderr.startswith("shop/broken.py:1")
    assert "archlint-baseline.json is not written" in result.stderr
    assert not (project / "archlint-baseline.json").exists()


def test_comments_come_first(project: Path) -> None:
    text = KEYS.replace('keys("a")', 'keys("a")  # archlint: ignore[RDS001] a few')
    (project / "shop/cache.py").write_text(text + "x = 1  # archlint: ignore[RDS001] nothing\n")
    (project / "archlint.toml").write_text('[rule.TIM001]\nseverity = "note"\n')
    run("baseline")
    assert [entry["code"] for entry in entries(project)] == ["ARC001", "TIM001"]
    (project / "archlint-baseline.json").write_text(
        render(
            [
                BaselineEntry(
                    code="RDS001", module="shop.cache", scope="Cache.names", subject="redis.Redis.keys", count=1
                )
            ]
        )
    )
    assert "archlint-baseline.json:4 ARC002" in concise(".")


def test_fix_leaves_alone_what_is_accepted(project: Path) -> None:
    file = project / "shop/wait.py"
    file.write_text("import time\n\n\nasync def old():\n    time.sleep(1)\n")
    run("baseline")
    old = file.read_text()
    file.write_text(old + "\n\nasync def new():\n    time.sleep(2)\n")
    assert run("check", ".", "--fix").exit_code == 0
    assert file.read_text().count("time.sleep") == 1
    assert "await asyncio.sleep(2)" in file.read_text()
    assert "    time.sleep(1)\n" in file.read_text()


def test_sarif_says_that_it_is_new(project: Path) -> None:
    def states() -> list[object]:
        document = json.loads(run("check", ".", "--output-format", "sarif").stdout)
        return [result.get("baselineState") for result in document["runs"][0]["results"]]

    assert states() == [None, None]
    (project / "archlint-baseline.json").write_text(render([entry("RDS001", "shop.gone")]))
    assert states() == ["new", "new", "new"]


def test_where_the_file_is(project: Path) -> None:
    (project / "archlint.toml").write_text('baseline = "lint/accepted.json"\n')
    missing = run("check", ".")
    assert (missing.exit_code, missing.stderr) == (
        2,
        "archlint: lint/accepted.json: there is no such baseline; write it with `archlint baseline`\n",
    )
    assert run("baseline", "--select", "RDS").stderr == "lint/accepted.json accepts 1 violation.\n"
    (project / "lint/accepted.json").rename(project / "other.json")
    assert concise(".", "--baseline", "other.json") == ["shop/clock.py:3 TIM001"]
    assert len(concise(".", "--isolated")) == 2
    assert run("check", ".", "--baseline", "none.json").exit_code == 2
    (project / "archlint.toml").write_text('baseline = "../accepted.json"\n')
    assert "leads out with `..`" in run("check", ".").stderr


def test_a_link_to_a_baseline_stays_one(project: Path) -> None:
    (project / "real.json").write_text('{"version": 1, "violations": []}')
    (project / "archlint-baseline.json").symlink_to(project / "real.json")
    run("baseline")
    assert (project / "archlint-baseline.json").is_symlink()
    assert len(entries(project)) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "baseline.json: is no JSON: input data was truncated; restore or delete it"),
        (b"\xff", "baseline.json: is not UTF-8; restore or delete it"),
        (b"[]", "baseline.json: is no baseline: expected `object`, got `array`; restore or delete it"),
        (b"[" * 200_000, "baseline.json: is no baseline: expected `object`, got `array`; restore or delete it"),
        (
            b'{"x": ' + b"[" * 200_000,
            "baseline.json: is nested too deeply to be a baseline; restore or delete it",
        ),
        (
            b'{\n  "version": 1,\n<<<<<<< HEAD\n',
            "baseline.json:3: is no JSON: object keys must be strings; restore or delete it",
        ),
        (
            b'{"version": 2, "violations": []}',
            "baseline.json: is of version 2, and this archlint reads version 1",
        ),
        (
            b'{"version": 1, "violations": [{"code": "A", "module": "m", "subject": "s", "count": 0}]}',
            "baseline.json: is no baseline: expected `int` >= 1 - at `$.violations[0].count`; restore or delete it",
        ),
    ],
)
def test_a_broken_file_is_one_sentence(project: Path, content: bytes, said: str) -> None:
    (project / "archlint-baseline.json").write_bytes(content)
    result = run("check", ".")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"archlint: archlint-{said}\n"
    if not content:
        assert run("baseline").stderr == result.stderr


def test_a_file_that_is_none_or_huge(project: Path) -> None:
    file = project / "archlint-baseline.json"
    file.mkdir()
    assert "is no regular file" in run("check", ".").stderr
    file.rmdir()
    with file.open("wb") as stream:
        stream.truncate(65 << 20)
    result = run("check", ".")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "is larger than 64 MiB" in result.stderr


def entry(code: str, module: str, count: int = 1, subject: str = "s") -> BaselineEntry:
    return BaselineEntry(code=code, module=module, subject=subject, count=count)


def violation(code: str, module: str, subject: str = "s") -> Violation:
    return Violation(
        code=code,
        severity=Severity.ERROR,
        message="m",
        place=Place("/p", 0, 0),
        module=module,
        scope="",
        subject=subject,
    )


@pytest.mark.parametrize(
    ("module", "selected", "others", "answer"),
    [
        ("a.b", {"a.b"}, {"a.c"}, True),
        ("a.c", {"a.b"}, {"a.c"}, False),
        ("a.gone", {"a", "a.b"}, {"x"}, True),
        ("a.gone", {"a", "a.b"}, {"a.c"}, False),
        ("a.sub.gone", {"a.sub", "a.sub.x"}, {"a.c"}, True),
        ("a.gone.too", {"a.b"}, set(), True),
        ("gone", {"a"}, set(), True),
        ("gone", {"a"}, {"b"}, False),
        ("gone.x", {"a"}, {"b"}, False),
    ],
)
def test_which_modules_were_looked_at(module: str, selected: set[str], others: set[str], answer: bool) -> None:
    assert looked_at(selected, others, {"A"})(entry("A", module)) is answer
    assert not looked_at(selected, others, {"B"})(entry("A", module))


TEXT = st.text(alphabet='ab|"\\\n\ud800é ', max_size=4)
VIOLATIONS = st.lists(st.builds(violation, st.sampled_from(["A", "B"]), TEXT, TEXT), max_size=12)


@given(old=VIOLATIONS, new=VIOLATIONS)
def test_what_is_written_accepts_just_what_was_there(
    tmp_path_factory: pytest.TempPathFactory, old: list[Violation], new: list[Violation]
) -> None:
    file = tmp_path_factory.getbasetemp() / "hypothesis-baseline.json"
    file.write_text(render(renewed(old, (), lambda _: True, {"A", "B"}, grow=True)), encoding="utf-8")
    baseline = read_baseline(file)

    assert all(baseline.text[place.start : place.end].startswith("{") for place in baseline.places)
    assert compare(old, baseline, ()).entries == []
    assert list(stale_entries(old, baseline, lambda _: True, {}, Severity.ERROR)) == []
    rest = compare(new, baseline, ())
    assert len(rest.accepted) + len(rest.entries) == len(new)
    pruned = renewed(new, baseline.entries, lambda _: True, {"A", "B"}, grow=False)
    assert sum(each.count for each in pruned) == len(rest.accepted)
    grown = renewed(new, baseline.entries, lambda _: True, {"A", "B"}, grow=True)
    assert grown == renewed(new, (), lambda _: True, {"A", "B"}, grow=True)


def test_entries_of_a_careless_merge_add_up() -> None:
    merged = renewed([violation("A", "m")] * 3, [entry("A", "m"), entry("A", "m")], lambda _: True, {"A"}, grow=False)
    assert merged == [entry("A", "m", 2)]
    baseline = Baseline("/b", "", (entry("A", "m"), entry("A", "m", 2)), (Place("/b", 0, 0), Place("/b", 1, 2)))
    (stale,) = stale_entries([violation("A", "m")], baseline, lambda _: True, {}, Severity.NOTE)
    assert stale.place.start == 1


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,1version violats', max_size=60).map(str.encode))
def test_anything_is_read_or_explained(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "hypothesis-anything.json"
    file.write_bytes(data)
    said = ""
    try:
        read_baseline(file)
    except BaselineError as error:
        said = str(error)
    assert "\n" not in said
