"""`python -m benchmarks`: archlint beside the parser's floor and beside other tools, on real code, in one run."""

import argparse
import json
import math
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from benchmarks.corpora import CORPORA, copies, environment, fetch, peers
from benchmarks.measure import Sample, measure
from benchmarks.table import document

HERE = Path(__file__).resolve().parent
ARCHLINT = (sys.executable, "-m", "archlint", "check")
GROWTH = (1, 2, 4, 8)


class Bench:
    """One corpus, its commands, and the samples so far (kept in a file, so that a run that was broken off goes on)."""

    def __init__(self, name: str, work: Path) -> None:
        self._corpus = CORPORA[name]
        self._work = work
        self._folder = fetch(self._corpus, work)
        self._cache = work / "cache" / name
        self._file = work / f"{name}.json"
        self.samples: dict[str, list[Sample]] = {}
        if self._file.exists():
            read = json.loads(self._file.read_text())
            self.samples = {part: [Sample(*each) for each in samples] for part, samples in read.items()}
        self._environment = environment(work)
        self._watched = False

    def run(self, part: str, count: int) -> None:
        """Take samples of a part until there are as many as wanted; the first one is watched."""
        while len(self.samples.setdefault(part, [])) < count:
            self._watched = not self.samples[part]
            sample = PARTS[part](self)
            self.samples[part].append(sample)
            self._file.write_text(json.dumps(self.samples))
            print(
                f"{self._corpus.package} {part}: {sample.wall:.2f} s, exit {sample.exit_code}",
                file=sys.stderr,
                flush=True,
            )

    def floor(self, parser: str, processes: int = 1) -> Sample:
        """Parse everything and do nothing with it."""
        return self._measure(sys.executable, str(HERE / "floor.py"), parser, self._corpus.package, str(processes))

    def cold(self, jobs: int) -> Sample:
        """Check without a cache, and write one."""
        shutil.rmtree(self._cache, ignore_errors=True)
        return self._check(jobs)

    def warm(self) -> Sample:
        """Check again what has not changed."""
        self._check(2)
        return self._check(2)

    def edited(self, text: str) -> Sample:
        """Check after one file, of middling size, has got another line at its end."""
        self._check(2)
        files = sorted((self._folder / self._corpus.package).rglob("*.py"), key=lambda file: file.stat().st_size)
        file = files[len(files) // 2]
        before = file.read_bytes()
        try:
            file.write_bytes(before + text.replace("NUMBER", str(len(self.samples["warm"]) + os.getpid())).encode())
            return self._check(2)
        finally:
            file.write_bytes(before)

    def peer(self, *command: str) -> Sample:
        """Run another tool, as its manual says, with rules about the same things as far as it has any."""
        return self._measure(str(peers(self._work) / command[0]), *command[1:])

    def contract(self) -> Sample:
        """Run import-linter on one contract."""
        config = self._work / f"{self._corpus.package}.importlinter"
        command = (str(peers(self._work) / "lint-imports"), "--config", str(config), "--no-cache")
        return self._measure(*command, PYTHONPATH=str(self._folder))

    def version(self) -> Sample:
        """Start, and say which version it is."""
        return self._measure(sys.executable, "-m", "archlint", "--version")

    def growth(self, count: int) -> Sample:
        """Check that many copies of the package, without a cache."""
        folder = copies(self._corpus, self._work, count)
        return self._measure(*ARCHLINT, ".", "--isolated", "--no-cache", "--jobs", "1", cwd=folder)

    @property
    def package(self) -> str:
        """The folder that tools are pointed at."""
        return self._corpus.package

    def _check(self, jobs: int) -> Sample:
        options = ("--isolated", "--cache-dir", str(self._cache), "--jobs", str(jobs))
        return self._measure(*ARCHLINT, self._corpus.package, *options)

    def _measure(self, *command: str, cwd: Path | None = None, **variables: str) -> Sample:
        environment = {**self._environment, **variables}
        return measure(command, cwd or self._folder, environment, watched=self._watched)


PARTS: dict[str, Callable[[Bench], Sample]] = {
    "floor": lambda bench: bench.floor("libcst"),
    "floor, 2 processes": lambda bench: bench.floor("libcst", 2),
    "ast": lambda bench: bench.floor("ast"),
    "cold, 1 job": lambda bench: bench.cold(1),
    "cold, 2 jobs": lambda bench: bench.cold(2),
    "warm": Bench.warm,
    "warm, a comment added": lambda bench: bench.edited("\n# NUMBER\n"),
    "warm, a function added": lambda bench: bench.edited("\n\ndef added_NUMBER(value):\n    return print(value)\n"),
    "start": Bench.version,
    "ruff": lambda bench: bench.peer("ruff", "check", "--isolated", "--no-cache", "--select", "ASYNC,S", bench.package),
    "import-linter": Bench.contract,
    "bandit": lambda bench: bench.peer("bandit", "-q", "-r", bench.package),
    "flake8-async": lambda bench: bench.peer("flake8", "--isolated", "--jobs", "1", "--select", "ASYNC", bench.package),
    "fixit": lambda bench: bench.peer("fixit", "lint", bench.package),
    **{f"growth, {count} x": partial(Bench.growth, count=count) for count in GROWTH},
}
OURS = tuple(PARTS)[:9]
QUICK_PEERS = ("ruff", "import-linter", "bandit", "flake8-async")


def main() -> None:
    """Take all samples that are missing, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"), help="where everything is kept")
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=[*CORPORA])
    parser.add_argument("--rounds", type=int, default=3, help="beside the first one, which is watched and not timed")
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="only these, as often as --rounds says")
    parser.add_argument("--slow", action="store_true", help="Fixit on the large corpora too (many minutes)")
    parser.add_argument("--fresh", action="store_true", help="forget the samples of earlier runs")
    parser.add_argument("--write", action="store_true", help="write the tables into benchmarks/README.md")
    wanted = parser.parse_args()
    work: Path = wanted.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    for file in work.glob("*.json") if wanted.fresh else ():
        file.unlink()
    benches = {name: Bench(name, work) for name in wanted.corpora}
    for number in range(1, wanted.rounds + 2):
        for bench in benches.values():
            for part in wanted.parts or OURS:
                bench.run(part, number)
    if not wanted.parts:
        for name, bench in benches.items():
            _once(bench, (*QUICK_PEERS, *(("fixit",) if wanted.slow or name == "celery" else ())))
    if not wanted.parts and "celery" in benches:
        _once(benches["celery"], (f"growth, {count} x" for count in GROWTH))
    tables = {name: bench.samples for name, bench in benches.items()}
    text = document(tables, _exponent(benches["celery"].samples) if "celery" in benches else None)
    print(text)
    if wanted.write:
        readme = HERE / "README.md"
        head = readme.read_text().partition("<!-- results -->")[0]
        readme.write_text(f"{head}<!-- results -->\n\n{text}")


def _once(bench: Bench, parts: Iterable[str]) -> None:
    for part in parts:
        bench.run(part, 1)


def _exponent(samples: dict[str, list[Sample]]) -> float | None:
    """Return the power of the size with which the time grows: the slope between logarithms."""
    points = [
        (math.log(n), math.log(samples[f"growth, {n} x"][0].cpu)) for n in GROWTH if samples.get(f"growth, {n} x")
    ]
    return statistics.linear_regression(*zip(*points, strict=True)).slope if len(points) > 1 else None


if __name__ == "__main__":
    main()
