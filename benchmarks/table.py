"""Turns samples into tables of Markdown."""

import datetime
import os
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import Sample

LIMITS = {
    "cold, 1 job": "1.3",
    "cold, 2 jobs": "0.75",
    "warm": "0.05",
    "warm, a comment added": "0.067",
    "warm, a function added": "0.067",
}
"""What a ratio may be at most."""
_USED = ("archlint", "libcst", "msgspec", "import-linter", "grimp")


def document(tables: Mapping[str, Mapping[str, Sequence[Sample]]], exponent: float | None) -> str:
    """Return when and where, a table a corpus, and how time grows with size."""
    parts = [_machine(), *("\n".join(_table(name, samples)) for name, samples in tables.items())]
    if exponent is not None:
        parts.append(
            f"Growth: time goes with the {exponent:.2f}th power of the size; 4 x the files cost {4**exponent:.2f} x."
        )
    return "\n\n".join(parts) + "\n"


def _machine() -> str:
    models = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.processor()
    memory = next((int(line.split()[1]) >> 20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    used = ", ".join(f"{name} {version(name)}" for name in _USED)
    day = datetime.datetime.now(datetime.UTC).date()
    return (
        f"{day}, {os.cpu_count()} x {model}, {memory} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {used}."
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _table(name: str, samples: Mapping[str, Sequence[Sample]]) -> Iterator[str]:
    floors = [each.wall for each in _timed(samples.get("floor", ()))]
    yield f"### {name}\n"
    yield "| run | seconds | processor seconds | of the floor (spread) | at most | memory | runs |"
    yield "|---|---|---|---|---|---|---|"
    for part, taken in samples.items():
        if not taken or part.startswith("growth"):
            continue
        timed = _timed(taken)
        wall, cpu = (statistics.median(getattr(each, kind) for each in timed) for kind in ("wall", "cpu"))
        ratio = _ratio([each.wall for each in timed], floors)
        memory = taken[0].memory / 1e6
        yield f"| {part} | {wall:.2f} | {cpu:.2f} | {ratio} | {LIMITS.get(part, '')} | {memory:.0f} MB | {len(timed)} |"


def _timed(taken: Sequence[Sample]) -> Sequence[Sample]:
    """Return the samples whose times count: to be watched costs time, so not the first one if there are more."""
    return taken[1:] or taken


def _ratio(seconds: Sequence[float], floors: Sequence[float]) -> str:
    """Return the median of the ratios to the floor of the same round, and the smallest and largest."""
    if not floors:
        return ""
    ratios = [each / floors[min(number, len(floors) - 1)] for number, each in enumerate(seconds)]
    spread = f" ({min(ratios):.3f} to {max(ratios):.3f})" if len(ratios) > 1 else ""
    return f"{statistics.median(ratios):.3f}{spread}"
