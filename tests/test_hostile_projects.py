"""Projects that want to be run, obeyed or followed out of their folder, or to keep archlint busy for ever."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from archlint.cli import archlint
from archlint.intake.contracts import read_contracts
from archlint.intake.git import _SECTION
from archlint.intake.gitignore import patterns
from archlint.intake.imports import imported_names
from archlint.intake.tomlfile import MOST_PROBLEMS
from archlint.outcome.fixes import unified_diff
from archlint.outcome.reporters import REPORTERS
from archlint.outcome.reporters.visible import visible, visible_line
from archlint.project.patterns import compile_capture_pattern, compile_module_pattern
from archlint.rulebook.pages import Page, PageError, load
from tests.hostile import BROKEN, COMMAND, run, write

MARK = "import os\nos.close(os.open({mark!r}, os.O_CREAT | os.O_WRONLY))\n"
SHADOWS = (
    *("archlint", "click", "rich", "libcst", "msgspec", "tomli", "pathspec", "grimp", "importlinter", "yaml"),
    *("json", "tempfile", "queue", "subprocess", "hashlib", "difflib", "typing", "dataclasses", "logging", "gc"),
    *("setup", "conftest", "sitecustomize", "usercustomize", "test", "noxfile", "tasks", "manage"),
)
CONFIGURED = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[tool.pytest.ini_options]
addopts = "-p plugin"
[tool.archlint]
select = ["ALL"]
[tool.importlinter]
root_package = "shop"
contract_types = ["mine: plugin.Contract"]
[[tool.importlinter.contracts]]
name = "x"
type = "mine"
"""


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """Make a checkout in which everything that runs leaves a mark beside it."""
    code = MARK.format(mark=str(tmp_path / "mark"))
    root = tmp_path / "project"
    names = (*SHADOWS, "backend", "plugin", "shop/__init__", "shop/orders", "archlint/worker", "archlint/__main__")
    write(root, {f"{name}.py": code for name in names})
    write(root, {"archlint/__init__.py": code, "evil.pth": code.replace("\n", ";"), "pyproject.toml": CONFIGURED})
    write(root, {"evil-1.dist-info/METADATA": "Name: evil\nVersion: 1\n"})
    write(root, {"evil-1.dist-info/entry_points.txt": "[archlint.checks]\nEVL001 = plugin:check\n"})
    return root


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize("arguments", [("check", "."), ("graph",), ("baseline",), ("check", ".", "--fix")])
def test_the_command_runs_nothing_of_the_checked_code(trap: Path, arguments: tuple[str, ...]) -> None:
    command = (Path(sys.executable).with_name("archlint").as_posix(),)
    run(trap, *arguments, "--jobs", "1", command=command)
    assert not (trap.parent / "mark").exists()
    run(trap, *arguments, "--jobs", "1", command=(sys.executable, "-P", "-m", "archlint"))
    assert not (trap.parent / "mark").exists()


def test_as_a_module_it_forgets_the_working_directory(trap: Path) -> None:
    for name in ("__init__", "__main__", "worker"):  # Python itself runs a folder of that name; `-P` keeps it from it
        (trap / f"archlint/{name}.py").unlink()
    (trap / "archlint").rmdir()
    (trap / "archlint.py").unlink()
    run(trap, "check", ".", "--jobs", "1", command=COMMAND)
    assert not (trap.parent / "mark").exists()


def test_git_runs_nothing_that_the_checkout_configures(tmp_path: Path) -> None:
    root = write(
        tmp_path / "project", {"a.py": BROKEN, "b.py": "x = 1\n", ".gitattributes": "*.py filter=bad diff=bad\n"}
    )
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    touch = f"touch {tmp_path / 'mark'}; cat"
    for name in (
        "filter.bad.clean",
        "filter.bad.process",
        "filter.bad.smudge",
        "diff.bad.textconv",
        "diff.bad.command",
    ):
        git(root, "config", name, touch)
    for name in ("core.fsmonitor", "diff.external", "core.sshCommand", "core.pager", "credential.helper"):
        git(root, "config", name, touch)
    git(root, "config", "filter.bad.required", "true")
    hook = write(root / ".git/hooks", {"post-index-change": f"#!/bin/sh\n{touch}\n"}) / "post-index-change"
    hook.chmod(0o755)
    write(root, {"b.py": BROKEN})

    result = run(
        root, "check", ".", "--changed-since", "main", "--jobs", "1", "--output-format", "concise", "--no-cache"
    )

    assert result.stdout.startswith("b.py:3:5: RDS001")
    assert not (tmp_path / "mark").exists()


NASTY = (
    *("::error::x", "##[command]x", "##vso[task.setvariable variable=x]y", "##teamcity[x]", "[red]x[/red]"),
    *(
        "]]>",
        "</script><script>x</script>",
        "<img src=x onerror=x>",
        "![x](https://a.example/x)",
        "[x](https://a.example)",
    ),
    *("\x1b[2J", "\x1b]8;;x\x07", "\u202ex", "\r", "@everyone", "|x|", "\ufffe", "&lt;"),
)
CONTROLS = ("\x1b", "\u202e", "\x07", "\r", "\ufffe")


def invoke(root: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.chdir(root)
    return CliRunner().invoke(archlint, [*arguments, "--jobs", "1", "--no-cache"])


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    """Make a project that says these things in names, in code and in its configuration."""
    files: dict[str, str] = {}
    for number, text in enumerate(NASTY):
        name = text.replace("/", "_").replace("\\", "_")
        files[f"{name}/m{number}.py"] = (
            f'import redis\ndef f(r: redis.Redis):\n    r.keys("{text}")  # {text}\n'.replace("\r", "")
        )
    because = json.dumps("\n".join(NASTY)).replace("\\ufffe", "").replace("\x7f", "")
    contract = f'[[contracts]]\nname = {because}\ntype = "technology"\npackages = ["redis"]\nforbidden-in = ["shop"]\n'
    files["archlint.toml"] = f"{contract}because = {because}\n"
    files["shop/__init__.py"] = "import redis\n"
    return write(tmp_path / "project", files)


@pytest.mark.parametrize("output_format", REPORTERS)
def test_what_checked_code_says_is_inert(nasty: Path, monkeypatch: pytest.MonkeyPatch, output_format: str) -> None:
    result = invoke(nasty, monkeypatch, "check", ".", "--output-format", output_format)
    said = result.stdout + result.stderr
    assert result.exit_code == 1, said
    assert len(NASTY) <= said.count("RDS001")
    assert not [control for control in CONTROLS if control in said]
    assert not [each for each in ("##[", "##vso[", "##teamcity[") if each in said]
    commands = [line for line in said.splitlines() if line.lstrip().startswith("::")]
    assert all(
        output_format == "github" and line.startswith(("::error ", "::warning ", "::notice ")) for line in commands
    )
    if output_format in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(result.stdout)
    if output_format == "junit":
        ElementTree.fromstring(result.stdout)
    if output_format == "markdown":
        outside_of_code = re.sub(r"`[^`]*`", "", result.stdout)
        assert not [each for each in ("<img", "<script", "![x](", "@everyone") if each in outside_of_code]


@pytest.mark.parametrize("suffix", ["html", "svg", "mmd", "dot"])
def test_pictures_are_inert(nasty: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    result = invoke(nasty, monkeypatch, "graph", "-o", f"../x.{suffix}")
    assert result.exit_code == 0, result.output
    text = (nasty.parent / f"x.{suffix}").read_text(encoding="utf-8")
    assert not [control for control in CONTROLS if control in text]
    assert "<img" not in text
    assert "<script>x" not in text


def test_mistakes_in_a_configuration_are_inert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"archlint.toml": '"\\u001b[2J\\u202e##vso[x]" = 1\nselect = ["\\u001b]8;;x"]\n', "a.py": ""})
    result = invoke(tmp_path, monkeypatch, "check", ".")
    assert result.exit_code == 2
    assert r"\x1b[2J\u202e#\x23vso[x]" in result.stderr
    assert "\x1b" not in result.stderr


def test_a_page_is_shown_and_never_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = CliRunner().invoke(archlint, ["rule", "RDS001"]).stdout.replace("RDS001 redis-keys", "OWN001 own")
    write(tmp_path, {"archlint.toml": 'rule-pages = ["lint"]\n', "lint/x.md": page + "\n\x1b[2J\n::error::x\n"})
    monkeypatch.chdir(tmp_path)
    for environment in ({}, {"FORCE_COLOR": "1"}):
        result = CliRunner().invoke(archlint, ["rule", "OWN001"], env=environment)
        assert "\x1b[2J" not in result.stdout
        assert "\n::error" not in result.stdout


@pytest.mark.parametrize(
    ("text", "shown"),
    [("::x", r"\x3a:x"), ("  ::x", r"  \x3a:x"), ("a::x", "a::x"), ("##[x]", r"#\x23[x]"), ("## [x]", "## [x]")],
)
def test_commands_of_services_are_defused(text: str, shown: str) -> None:
    assert visible_line(text) == shown


@given(st.text(st.sampled_from("#[]vsoteamcity:x")))
def test_no_text_holds_a_command(text: str) -> None:
    assert not [each for each in ("##[", "##vso[", "##teamcity[") if each in visible(text)]


def test_a_patch_names_odd_files_as_git_does() -> None:
    patch = unified_diff('a\n"é', "x\n", "y\n")
    assert patch.startswith('--- "a\\012\\"\\303\\251"\n+++ "a\\012\\"\\303\\251"\n')


OUTSIDE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "baseline": (
        ("baseline",),
        "archlint-baseline.json: is a link out of the project; name the baseline with --baseline",
    ),
    "check": (
        ("check", "."),
        "archlint-baseline.json: is a link out of the project; name the baseline with --baseline",
    ),
    "init": (("init",), "archlint.toml: is a link, and init writes into the project alone; put a file there"),
}


@pytest.mark.parametrize("command", OUTSIDE)
def test_links_do_not_lead_writing_out_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    arguments, said = OUTSIDE[command]
    root = write(tmp_path / "project", {"a.py": BROKEN})
    name = "archlint.toml" if command == "init" else "archlint-baseline.json"
    (root / name).symlink_to(tmp_path / "secret")
    if command != "init":
        write(tmp_path, {"secret": "old"})
    result = invoke(root, monkeypatch, *arguments)
    assert (result.exit_code, result.stderr) == (2, f"archlint: {said}\n")
    assert command == "init" or (tmp_path / "secret").read_text() == "old"
    assert command != "init" or not (tmp_path / "secret").exists()


@pytest.mark.parametrize("key", ["rule-pages", "source-roots"])
def test_links_do_not_lead_reading_out_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    root = write(tmp_path / "project", {"a.py": BROKEN, "archlint.toml": f'{key} = ["lint"]\n'})
    write(tmp_path, {"secret/x.md": "secret\n"})
    (root / "lint").symlink_to(tmp_path / "secret")
    result = invoke(root, monkeypatch, "check", ".")
    assert (
        result.stderr
        == f'archlint: archlint.toml:1: {key}: "lint" is a link out of the project; name a directory in it\n'
    )
    (root / "lint").unlink()
    (root / "lint").mkdir()
    (root / "lint/x.md").symlink_to(tmp_path / "secret/x.md")
    result = invoke(root, monkeypatch, "check", ".")
    assert ("lint/x.md: is a link out of " in result.stderr) == (key == "rule-pages")
    assert "secret" not in result.stderr


def test_new_pages_stay_in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path / "project", {"a.py": ""})
    (tmp_path / "outside").mkdir()
    (root / "lint").symlink_to(tmp_path / "outside")
    monkeypatch.chdir(root)
    result = CliRunner().invoke(archlint, ["rule", "--new", "ACM001", "a-name"])
    assert result.exit_code == 2
    assert "is behind a link out of the project" in result.stderr
    assert not [*(tmp_path / "outside").iterdir()]


STARS = "*a" * 15 + "*b"
DEPTHS = "/".join(["**/a"] * 18)


@pytest.mark.parametrize("pattern", [STARS, f"x/{STARS}", f"{DEPTHS}/**/b", f"/q/**/{STARS}", "a" + "?*" * 40 + "b"])
@pytest.mark.parametrize("path", ["a" * 200, "/".join("a" * 200), f"x/{'a' * 200}"])
def test_ignore_patterns_do_not_run_away(pattern: str, path: str) -> None:
    found = patterns("/r", [pattern])
    assert not found.leave_out(f"/r/{path}", is_folder=False)


PARTS = st.lists(
    st.sampled_from(["a", "b", "*", "?", "**", "a*", "*b", "a*b*a", "*a*b*", "[ab]*a", "**a"]), min_size=1, max_size=6
)
PATHS = st.lists(st.text(st.sampled_from("ab"), min_size=1, max_size=5), min_size=1, max_size=6).map("/".join)


@given(PARTS, st.sampled_from(["", "/"]), st.sampled_from(["", "/"]), PATHS)
def test_tame_patterns_match_what_they_did(parts: list[str], start: str, end: str, path: str) -> None:
    pattern = f"{start}{'/'.join(parts)}{end}"
    try:
        (rule,) = GitIgnoreSpec.from_lines([pattern]).patterns
    except ValueError:
        return
    for folder in (False, True):
        relative = path + ("/" if folder else "")
        match = rule.regex.match(relative) if rule.regex else None
        expected = True if match and match.end() == len(relative) else None
        if not pattern.endswith("/**") and not pattern.endswith("/**/"):
            assert patterns("/r", [pattern]).verdict(f"/r/{path}", is_folder=folder) is expected


def test_module_patterns_do_not_run_away() -> None:
    pattern, name = ".".join(["**.a"] * 18) + ".**.b", ".".join("a" * 200)
    assert not compile_module_pattern(pattern)(name)
    assert not compile_capture_pattern(f"{pattern}.(*)")(name)


@given(
    st.lists(st.sampled_from(["a", "b", "*"]), min_size=1, max_size=3),
    st.lists(st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2), min_size=1, max_size=3),
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=9),
)
def test_tame_module_patterns_match_what_they_did(first: list[str], others: list[list[str]], name: list[str]) -> None:
    pattern = ".".join([*first, *(".".join(["**", *block]) for block in others)]).replace("*.**", "a.**")

    def matches(segments: list[str], parts: list[str]) -> bool:
        if not segments:
            return True
        if segments[0] == "**":
            return any(matches(segments[1:], parts[count:]) for count in range(1, len(parts) + 1))
        return bool(parts) and segments[0] in ("*", parts[0]) and matches(segments[1:], parts[1:])

    assert compile_module_pattern(pattern)(".".join(name)) == matches(pattern.split("."), name)


def test_texts_that_are_searched_do_not_run_away(tmp_path: Path) -> None:
    assert _SECTION.match("[a" + " " * 200_000) is None
    source = write(tmp_path, {"a.py": "from a import (\n" * 60_000}) / "a.py"
    assert imported_names(source.as_posix()) == {"a"}
    write(tmp_path, {"b.py": "from a import (  # (x)\n    b,\n)\n"})
    assert imported_names((tmp_path / "b.py").as_posix()) == {"a", "a.b"}


@pytest.mark.parametrize(
    "text",
    [
        "# ACM001 a-name\n\nSum.\n\n" + "```toml\n" * 60_000,
        "# ACM001 a-name\n\nSum.\n\n```toml\n" + " " * 150_000 + "x\n```\n",
        "# " + " " * 200_000 + "\n",
        "# ACM001 " + "a-" * 100_000 + "\n",
        "# ACM001 a-name\n\nSum.\n\n```toml\nx = " + "[" * 9_000 + "\n```\n",
    ],
    ids=["fences", "blanks", "heading", "name", "depth"],
)
def test_absurd_pages_end_in_a_clear_error(text: str) -> None:
    with pytest.raises(PageError) as caught:
        load([Page("x.md", "own", text)])
    assert all(message.startswith("x.md: ") for message in caught.value.messages)


def test_a_file_of_nothing_but_mistakes_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"archlint.toml": "".join(f"k{number} = 1\n" for number in range(5_000)), "a.py": ""})
    result = invoke(tmp_path, monkeypatch, "check", ".")
    assert (result.exit_code, result.stderr.count("\n")) == (2, MOST_PROBLEMS)


def test_values_that_grow_without_end_are_not_read(tmp_path: Path) -> None:
    lines = [f"v{number} = {f'%(v{number + 1})s' * 30}" for number in range(9)]
    write(
        tmp_path, {".importlinter": "\n".join(("[importlinter]", "root_package = a", *lines, f"v9 = {'x' * 999}", ""))}
    )
    assert "grow without end" in read_contracts(tmp_path)[1][0].message
    write(tmp_path, {".importlinter": "[importlinter]\nroot_package = %(name)s\nname = a\n"})
    contracts, failures = read_contracts(tmp_path)
    assert contracts is not None
    assert contracts.roots == ("a",)
    assert [failure.message for failure in failures] == ["import-linter knows no option `name`"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_links_in_the_cache_are_not_followed(tmp_path: Path) -> None:
    root = write(tmp_path / "project", {"a.py": BROKEN})
    run(root, "check", ".", "--jobs", "1")
    secret = write(tmp_path, {"secret": "old"}) / "secret"
    os.utime(secret, (1, 1))
    for file in [*(root / ".archlint_cache").glob("*-*")]:
        file.unlink()
        file.symlink_to(secret)
    run(root, "check", ".", "--jobs", "1")
    assert (secret.read_text(), secret.stat().st_mtime) == ("old", 1)
