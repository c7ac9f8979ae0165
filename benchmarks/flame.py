"""`python -m benchmarks.flame`: draws where the time of a run on Django goes, one flame graph for each kind of run."""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.corpora import CORPORA, environment, fetch, sampler

HERE = Path(__file__).resolve().parent
ADDED = "\n\ndef added(value):\n    return print(value)\n"
_PROCESS = re.compile(r"process \d+:&quot;([^&<]*)(?:&quot;)?")
_TITLE = re.compile(r"py-spy record[^<]*|[^<>]*/py-spy record[^<]*")


def main() -> None:
    """Draw a cold run with one job, and one after a function was added to a file of middling size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flame", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"), help="where everything is kept")
    work: Path = parser.parse_args().work.resolve()
    corpus = CORPORA["django"]
    folder = fetch(corpus, work)
    cache = work / "cache" / "flame"
    shutil.rmtree(cache, ignore_errors=True)
    command = [sys.executable, "-m", "archlint", "check", corpus.package, "--isolated", "--cache-dir", str(cache), "-q"]
    _draw(HERE / "flame-cold.svg", work, folder, 100, [*command, "--jobs", "1"])
    files = sorted((folder / corpus.package).rglob("*.py"), key=lambda file: file.stat().st_size)
    file = files[len(files) // 2]
    before = file.read_bytes()
    try:
        file.write_bytes(before + ADDED.replace("added", "other").encode())
        subprocess.run(command, cwd=folder, env=environment(work), capture_output=True, check=False)
        file.write_bytes(before + ADDED.encode())
        _draw(HERE / "flame-function.svg", work, folder, 200, [*command, "--jobs", "1"])
    finally:
        file.write_bytes(before)


def _draw(target: Path, work: Path, folder: Path, rate: int, command: list[str]) -> None:
    """Run a command below a sampler, so many samples a second; the drawing has none of this machine's paths."""
    options = ["--subprocesses", "--function", "--rate", str(rate), "--format", "flamegraph", "--output", str(target)]
    sampled = [str(sampler(work)), "record", *options, "--", *command]
    subprocess.run(sampled, cwd=folder, env=environment(work), capture_output=True, check=True)
    text = _TITLE.sub(target.stem, target.read_text())
    target.write_text(_PROCESS.sub(lambda found: "parsing" if "worker" in found[1] else "archlint check", text))


if __name__ == "__main__":
    main()
