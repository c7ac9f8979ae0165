"""`python -m benchmarks.mutation`: how many mutants of facts, project and checks the tests see.

Every mutant is one process that is forked from this one, in which all is loaded: it exchanges the code of one function
and runs the tests that call it, the examples of the rule pages and the fixtures first, until one fails.
"""

import argparse
import contextlib
import functools
import gc
import importlib
import io
import json
import os
import pickle
import pkgutil
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType

import pytest

from archlint.engine import Options, check
from archlint.intake.rulefiles import built_in_pages
from archlint.rulebook.examples import Finding, examples, expected
from benchmarks import in_process
from benchmarks.mutants import Change, Mutant, change, code_of, described, functions_with, mutants
from tests.goldens import example_name, golden_examples, golden_fixture, options_of_example, page_code, told
from tests.support import ROOT, expected_in, fixture_projects, found

MUTATED = ("facts", "project", "rulebook/checks")
PACKAGE = ROOT / "src" / "archlint"
UNIT_TESTS = (
    *("bindings", "calls", "config_mistakes", "conformance", "contracts", "cuts", "effects", "elements", "engine"),
    *("forms", "handovers", "imports", "init", "layers", "library", "messages", "module_patterns", "patterns"),
    *("port_commands", "ports", "secret_texts", "suppressions", "text", "tokens", "twins", "types", "walk", "why"),
)
SLOW = "deep or ten_thousand or installed_packages or type_checkers"
SECONDS = 60
Key = tuple[str, str, int]
"""File, qualified name and first line of a function."""


class Case:
    """A test without pytest: an example of a rule page, or a fixture; true when it finds what it should."""

    def __init__(self, name: str, run: Callable[[], bool]) -> None:
        self.name = name
        self.run = run


def cases(work: Path) -> Iterator[Case]:
    """Yield the examples of all rule pages, written to `work`, and the fixtures."""
    for page in built_in_pages():
        code = page_code(page)
        golden = golden_examples(code)
        for example in examples(page.text):
            home = work / f"{code}-{example.line}"
            for path, text in example.files.items():
                file = home / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
                for folder in file.relative_to(home).parents:
                    if folder.parts:
                        (home / folder / "__init__.py").touch()
            markers = sum((expected(path, text) for path, text in example.files.items()), start=expected("x.py", ""))
            words = golden.get(example_name(example, page), "")
            yield Case(f"{code}:{example.line}", functools.partial(_example, home, code, markers, words))
    for project in fixture_projects():
        yield Case(project.name, functools.partial(_fixture, project))


def _example(home: Path, code: str, markers: Counter[Finding], words: str) -> bool:
    report = check([home], options_of_example(code)).report
    seen = {each: count for each, count in found(report, home).items() if each[2] == code}
    return not report.failures and seen == markers and told(report, home, code) == words


def _fixture(project: Path) -> bool:
    report = check([project], Options(jobs=1)).report
    is_expected = not report.failures and found(report, project) == expected_in(project)
    return is_expected and told(report, project) == golden_fixture(project)


class Recorder:
    """Notes which of archlint's functions run."""

    def __init__(self) -> None:
        self._seen: set[CodeType] = set()

    def __enter__(self) -> "Recorder":
        self._seen.clear()
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            self._seen.add(frame.f_code)

    def seen(self) -> set[Key]:
        """Return the functions of archlint that ran."""
        prefix = PACKAGE.as_posix()
        return {_key(code) for code in self._seen if code.co_filename.startswith(prefix)}


def _key(code: CodeType) -> Key:
    return code.co_filename, code.co_qualname, code.co_firstlineno


class Units:
    """A plugin for pytest: which functions each test runs, by its id."""

    def __init__(self) -> None:
        self.tests: dict[Key, list[str]] = defaultdict(list)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Record what one test runs."""
        with Recorder() as recorder:
            yield
        for key in recorder.seen():
            self.tests[key].append(item.nodeid)


def _pytest(arguments: Iterable[str], *plugins: object) -> int:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main(["-q", "-x", "-n", "0", "-k", f"not ({SLOW})", *arguments], list(plugins)))


def survives(mutant: Mutant, changed: Change, told: list[Case], units: list[str]) -> str:
    """Run the tests in this process with a mutant in it; return which test failed, or nothing."""
    _exchange(mutant, changed)
    for case in told:
        try:
            if not case.run():
                return case.name
        except BaseException as error:  # noqa: BLE001 -- whatever a mutant does, it is seen
            return f"{case.name} ({type(error).__name__})"
    return "unit tests" if units and _pytest(units) else ""


def _exchange(mutant: Mutant, changed: Change) -> None:
    original = code_of(Path(mutant.path).read_text(encoding="utf-8"), mutant.path, mutant.function)
    code = code_of(changed.source, mutant.path, mutant.function)
    for function in functions_with(original):
        function.__code__ = code
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper) and each.__module__.startswith("archlint"):
            each.cache_clear()
    in_process.forget()


def in_a_child(run: Callable[[], bytes | str], seconds: int) -> bytes:
    """Return what a function gives in a forked process; time and memory that it runs out of are an answer too.

    This process never runs a test itself: threads that native code starts would not be in the children.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
            signal.alarm(20 * seconds)
            said = run()
            answer = said if isinstance(said, bytes) else said.encode()
        except BaseException as error:  # noqa: BLE001 -- whatever a mutant does, it is seen
            answer = repr(error).encode()
        with os.fdopen(writer, "wb") as stream:
            stream.write(b"." + answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return told[1:] if told else b"time or memory"


def main() -> None:
    """Sample mutants, run the tests on each, and say how many were seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of the paths of the modules")
    parser.add_argument("--again", type=Path, help="try once more what an earlier run wrote as not seen, draw nothing")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "mutation.jsonl")
    wanted = parser.parse_args()
    in_process.install()
    work = Path(tempfile.mkdtemp())
    try:
        _run(wanted, work)
    finally:
        shutil.rmtree(work)


def _run(wanted: argparse.Namespace, work: Path) -> None:
    for each in pkgutil.walk_packages([PACKAGE.as_posix()], "archlint."):
        if each.name.startswith(("archlint.facts", "archlint.project", "archlint.rulebook")):
            importlib.import_module(each.name)
    all_cases = list(cases(work))
    found = in_a_child(lambda: pickle.dumps(_covering(all_cases)), 3600)
    if found[:1] != pickle.dumps(0)[:1]:
        sys.exit(f"without a mutant: {found.decode(errors='replace')}")
    covering, units = pickle.loads(found)
    drawn = list(_left(wanted.again)) if wanted.again else _drawn(wanted, covering.keys() | units.keys())
    wanted.output.parent.mkdir(parents=True, exist_ok=True)
    tally: Counter[tuple[str, bool]] = Counter()
    with wanted.output.open("w", encoding="utf-8") as output:
        for number, (mutant, key) in enumerate(drawn, 1):
            changed = change(mutant)
            told = [all_cases[index] for _, index in sorted(covering.get(key, ()))]
            run = functools.partial(survives, mutant, changed, told, units.get(key, []))
            killer = in_a_child(run, SECONDS).decode()
            path = Path(mutant.path).relative_to(PACKAGE).as_posix()
            tally[next(part for part in MUTATED if path.startswith(part)), bool(killer)] += 1
            place = {"path": path, "index": mutant.function, "number": mutant.number, "line": key[2]}
            said = {"function": changed.name, "before": changed.before, "after": changed.after, "killer": killer}
            json.dump({**place, **said}, output)
            output.write("\n")
            output.flush()
            if number % 50 == 0:
                print(number, dict(tally), flush=True)
    for part in MUTATED:
        killed, left = tally[part, True], tally[part, False]
        print(f"{part}: {killed} of {killed + left} mutants seen")
    killed = sum(count for (_, seen), count in tally.items() if seen)
    print(f"all: {killed} of {tally.total()} mutants seen, {killed / max(tally.total(), 1):.1%}")


def _covering(all_cases: list[Case]) -> tuple[dict[Key, list[tuple[float, int]]], dict[Key, list[str]]]:
    """Return for each function the seconds and numbers of the cases, and the ids of the unit tests, that run it."""
    covering: dict[Key, list[tuple[float, int]]] = defaultdict(list)
    for index, case in enumerate(all_cases):
        start = time.process_time()
        assert case.run(), case.name
        seconds = time.process_time() - start
        in_process.forget()
        with Recorder() as recorder:
            case.run()
        for key in recorder.seen():
            covering[key].append((seconds, index))
    units = Units()
    files = [file for name in UNIT_TESTS if (file := ROOT / "tests" / f"test_{name}.py").exists()]
    code = _pytest(map(str, files), units)
    assert code == 0, f"the unit tests fail without a mutant: {code}"
    return dict(covering), dict(units.tests)


def _drawn(wanted: argparse.Namespace, run: Iterable[Key]) -> list[tuple[Mutant, Key]]:
    """Return as many mutants as wanted, drawn from all in functions that any test runs, beyond imports."""
    known = set(run)
    possible: list[tuple[Mutant, Key]] = []
    unrun = 0
    for part in MUTATED:
        for path in sorted((PACKAGE / part).rglob("*.py")):
            if wanted.only not in path.as_posix():
                continue
            source = path.read_text(encoding="utf-8")
            keys: dict[int, Key] = {}
            for mutant in mutants(path):
                if mutant.function not in keys:
                    keys[mutant.function] = _key(code_of(source, mutant.path, mutant.function))
                key = keys[mutant.function]
                if key in known:
                    possible.append((mutant, key))
                else:
                    unrun += 1
    print(f"{len(possible)} mutants in functions that tests run, {unrun} in others", flush=True)
    return random.Random(wanted.seed).sample(possible, min(wanted.count, len(possible)))


def _left(earlier: Path) -> Iterator[tuple[Mutant, Key]]:
    """Yield the mutants that no test of an earlier run saw, where they are now; those whose code has gone are gone."""
    rows = [json.loads(line) for line in earlier.read_text(encoding="utf-8").splitlines()]
    left = [row for row in rows if not row["killer"]]
    known = {path: list(described(PACKAGE / path)) for path in {row["path"] for row in left}}
    gone = 0
    for row in left:
        what = (row["function"], row["before"], row["after"])
        same = [each for each, words in known[row["path"]] if words == what]
        if not same:
            gone += 1
            continue
        mutant = min(same, key=lambda each: (abs(each.function - row["index"]), abs(each.number - row["number"])))
        yield mutant, _key(code_of(Path(mutant.path).read_text(encoding="utf-8"), mutant.path, mutant.function))
    print(
        f"{len(rows)} mutants earlier, {len(left)} of them not seen, {gone} of these gone with their code", flush=True
    )


if __name__ == "__main__":
    main()
