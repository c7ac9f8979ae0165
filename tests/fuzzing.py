"""Programs that nobody would write, and what has to hold for every one of them in the whole pipeline."""

import json
import random
import re
import shutil
import sysconfig
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from unittest import mock

import libcst as cst
from jsonschema import Draft202012Validator

from archlint.engine import Options, Outcome, check
from archlint.facts.module import ModuleFacts
from archlint.facts.parsing import normalised
from archlint.facts.text import decode
from archlint.fixing import fix
from archlint.intake import gathering
from archlint.intake.config import Config
from archlint.intake.rulefiles import built_in_pages
from archlint.intake.sources import find, read_all
from archlint.model import Report
from archlint.outcome.reporters import REPORTERS
from archlint.outcome.reporters.paint import plain
from archlint.rulebook.examples import examples
from tests.support import FIXTURES, ROOT

Project = dict[str, bytes]
"""The content of files by name."""

_SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8")))
_TOKEN = re.compile(r"[^\S\n]+|\n[ \t]*|\w+|\"\"\"|'''|[^\w\s]")
_LARGEST = 12_000
_SPICES = (
    "await ", "async ", "lambda: ", "not ", "*", "**", "(", ")", "[", "]", "{", "}", ":", ":=", ",", ";", "\\\n", "\n",
    "\r", "\r\n", "\f", "\t", "'", '"', '"""', "f'{", "}'", "t'{x}'", "# archlint: ignore[ALL]\n", "# archlint: ignore",
    "yield ", "del ", "global x\n", "nonlocal x\n", "import x\n", "from . import *\n", "x = x\n", "@x\n", "ﬁ", "é",
    "\U0001f600", "\0", "\ufeff", "self.", "super().", "None", "type X = ", "match x:\n case ", "__all__ = ['x']\n",
)  # fmt: skip


@cache
def example_projects() -> tuple[Project, ...]:
    """Return the examples of all rule pages and the fixtures: code about which the rules have something to say."""
    found: list[Project] = [
        {path: text.encode() for path, text in example.files.items()}
        for page in built_in_pages()
        for example in examples(page.text)
    ]
    for project in sorted(FIXTURES.glob("*/pyproject.toml")):
        files = sorted(project.parent.rglob("*.py"))
        found.append({file.relative_to(project.parent).as_posix(): file.read_bytes() for file in files[:12]})
    return tuple(found)


@cache
def installed_files() -> tuple[Path, ...]:
    """Return the sources of installed packages and of the standard library that are not too large."""
    folders = (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"))
    files = {file for folder in folders for file in Path(folder).rglob("*.py")}
    return tuple(sorted(file for file in files if 200 < file.stat().st_size < _LARGEST))


def drawn_project(chance: random.Random) -> Project:
    """Draw a small project: an example, or some files of installed packages, nearly all of them mutated."""
    if chance.random() < 0.6:
        project = dict(chance.choice(example_projects()))
        if chance.random() < 0.5:
            project |= chance.choice(example_projects())
    else:
        files = chance.sample(installed_files(), chance.randint(1, 4))
        project = {f"pack/m{number}.py": file.read_bytes() for number, file in enumerate(files)} | {
            "pack/__init__.py": b"from .m0 import *\n"
        }
    names = [name for name in project if name.endswith(".py")]
    donor = project[chance.choice(names)].decode("utf-8", "replace") if names else ""
    return {
        name: mutated(data.decode("utf-8", "replace"), donor, chance).encode("utf-8", "replace")
        if name.endswith(".py") and chance.random() < 0.8
        else data
        for name, data in project.items()
    }


def mutated(text: str, donor: str, chance: random.Random) -> str:
    """Return a text with some tokens deleted, doubled, swapped or replaced, or some lines."""
    if chance.random() < 0.5:
        return _with_names_exchanged(text, donor, chance)
    tokens = _TOKEN.findall(text) if chance.random() < 0.6 else text.splitlines(keepends=True)
    others = _TOKEN.findall(donor) or [""]
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        if len(tokens) < 2:
            break
        here, there = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        match chance.randrange(6):
            case 0:
                del tokens[here]
            case 1:
                tokens.insert(here, tokens[here])
            case 2:
                tokens[here], tokens[there] = tokens[there], tokens[here]
            case 3:
                tokens[here] = chance.choice(others)
            case 4:
                tokens.insert(here, chance.choice(_SPICES))
            case _:
                tokens[here:here] = tokens[there : there + chance.randint(1, 12)]
    return "".join(tokens)


def _with_names_exchanged(text: str, donor: str, chance: random.Random) -> str:
    """Return a text that most likely still parses: other names, numbers and texts at some places, whole lines twice."""
    tokens = _TOKEN.findall(text)
    words = [word for word in _TOKEN.findall(donor) if word[0].isalpha()] or ["x"]
    places = [index for index, token in enumerate(tokens) if token[0].isalpha()]
    for index in chance.sample(places, min(len(places), chance.choice((1, 2, 4, 8)))):
        tokens[index] = chance.choice(words)
    lines = "".join(tokens).splitlines(keepends=True)
    if lines and chance.random() < 0.5:
        here = chance.randrange(len(lines))
        lines.insert(here, lines[here])
    ending = chance.choice(("\n", "\n", "\n", "\r\n", "\r"))
    return "".join(lines).replace("\n", ending)


def hold_invariants(project: Mapping[str, bytes], folder: Path, chance: random.Random) -> Report:
    """Run the pipeline over a project in all ways that must make no difference, and hold what must be true of it."""
    shutil.rmtree(folder, ignore_errors=True)
    home, cache_dir = folder / "project", folder / "cache"
    write(project, home)
    cold = _run(home)
    report = cold.report
    _hold_report(report)
    _hold_formats(cold)
    _hold_facts(home, chance)
    assert _said(_run(home, jobs=2)) == _said(cold), "two processes say something else"
    assert _said(_run(home, cache_dir=cache_dir)) == _said(cold), "with a cache something else is said"
    assert _said(_run(home, cache_dir=cache_dir)) == _said(cold), "from the cache something else is said"
    _hold_fixes(home)
    edited = chance.choice(sorted(project))
    other = mutated(project[edited].decode("utf-8", "replace"), "", chance).encode("utf-8", "replace")
    if edited.endswith(".py"):
        write({edited: other}, home)
        warm = _said(_run(home, cache_dir=cache_dir))
        assert warm == _said(_run(home)), f"after an edit of {edited} a warm run says something else than a cold one"
        write({edited: project[edited]}, home)
        assert _said(_run(home, cache_dir=cache_dir)) == _said(cold), f"{edited} is back, the report is not"
    return report


def write(project: Mapping[str, bytes], home: Path) -> None:
    """Write files into a folder; every folder that has Python in it is a package."""
    for name, data in project.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        for parent in file.relative_to(home).parents:
            if parent.parts and not (home / parent / "__init__.py").exists():
                (home / parent / "__init__.py").touch()


def _run(home: Path, jobs: int = 1, cache_dir: Path | None = None) -> Outcome:
    options = Options(select=("ALL",), jobs=jobs, cache=cache_dir is not None, cache_dir=cache_dir)
    with mock.patch.object(gathering, "BATCH_BYTES", 1000 if jobs > 1 else gathering.BATCH_BYTES):
        return check([home], options)


def _said(outcome: Outcome) -> tuple[object, ...]:
    report = outcome.report
    texts = {path: text.text for path, text in report.texts.items()}
    return (
        *(report.violations, report.identities, report.failures, report.notes),
        *(report.suppressed, report.files, texts, outcome.exit_code),
    )


def _hold_report(report: Report) -> None:
    for failure in report.failures:
        assert "please report" not in failure.message, failure
        assert failure.path, failure
        assert failure.line >= 1 or not failure.path.endswith(".py"), failure
    for violation in report.violations:
        for place in (violation.place, *(step.place for step in violation.trace if step.place is not None)):
            text = report.texts[place.path].text
            assert 0 <= place.start <= place.end <= len(text), (violation, place)
            assert place.end - place.start < 2000, (violation, text[place.start : place.end])
            location = report.location(place)
            assert 1 <= location.line <= location.end_line, violation
            assert location.column >= 1, violation


def _hold_formats(outcome: Outcome) -> None:
    written = {name: render(outcome.report, outcome.rules, plain) for name, render in REPORTERS.items()}
    _SCHEMA.validate(json.loads(written["json"]))
    for run in json.loads(written["sarif"])["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            for region in _regions(result):
                start = (region["startLine"], region.get("startColumn", 1))
                assert (1, 1) <= start <= (region["endLine"], region["endColumn"]), region


def _regions(value: object) -> Iterator[dict[str, int]]:
    if isinstance(value, dict):
        if "startLine" in value and "endColumn" in value:
            yield value
        for inner in value.values():
            yield from _regions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _regions(inner)


def _hold_facts(home: Path, chance: random.Random) -> None:
    """Hold that facts do not depend on the order of the files, and that they stand where the text says their names."""
    files = find([home], Config()).files
    data, _ = read_all(files)
    shuffled = list(files)
    chance.shuffle(shuffled)
    ordered, other = gathering.gather(files, data, 1, home), gathering.gather(shuffled, data, 1, home)
    assert ordered.facts == other.facts, "the order of files changes facts"
    for path, facts in ordered.facts.items():
        _hold_places(facts, decode(data[path]))


def _hold_places(facts: ModuleFacts, text: str) -> None:
    for function in facts.functions:
        if function.name != "<lambda>":
            _hold_name(text, function.start, function.end, function.name)
        for parameter in function.parameters:
            _hold_name(text, parameter.start, parameter.end, parameter.name)
    for each in facts.classes:
        _hold_name(text, each.start, each.end, each.name)
    for imported in facts.imports:
        assert 0 <= imported.statement <= imported.start <= imported.end <= len(text), imported
    used = [
        *((each.start, each.end) for each in facts.calls),
        *((each.start, each.end) for each in facts.loads),
        *((each.start, each.end) for each in facts.candidates),
    ]
    assert all(0 <= start <= end <= len(text) for start, end in used), facts.name


def _hold_name(text: str, start: int, end: int, name: str) -> None:
    assert normalised(text[start:end]) == name, (start, end, name, text[start:end])


def _hold_fixes(home: Path) -> None:
    """Hold that fixed files parse, and that there is nothing left to fix afterwards."""
    copy = home.with_name("fixed")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home, copy)
    options = Options(select=("ALL",), jobs=1)
    fixed = fix([copy], options, unsafe=True, write=True)
    for failure in fixed.outcome.report.failures:
        assert "a fix would" not in failure.message, failure
    for path, data in fixed.after.items():
        cst.parse_module(data)
        assert Path(path).read_bytes() == data
    if fixed.after:
        again = fix([copy], options, unsafe=True, write=False)
        assert not again.after, ("a second --fix changes something", again.diff())


def report_of_failure(project: Mapping[str, bytes], seed: object) -> str:
    """Return a project as something to paste into a test."""
    files = "\n".join(f"    {name!r}: {data!r}," for name, data in project.items())
    return f"seed {seed}\n{{\n{files}\n}}"
