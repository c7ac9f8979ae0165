"""The next baseline: what is there now, or what is left of the one before."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from archlint.engine import Options, assess, take_in
from archlint.intake.baseline import baseline_path, read_baseline
from archlint.model import BaselineEntry, Report
from archlint.outcome.baseline import renewed


class Renewed(msgspec.Struct, frozen=True):
    """A baseline before and after, the path of its file, and what was reported without it."""

    path: Path
    before: tuple[BaselineEntry, ...]
    after: tuple[BaselineEntry, ...]
    report: Report


def renew(paths: Sequence[Path], options: Options, *, prune: bool) -> Renewed:
    """Work out the next baseline, as far as `paths` and `options` select it: the rest stays as it is.

    To `prune` takes out what is stale and adds nothing. Nothing is written. Raises as `engine.check` does.
    """
    taken = take_in(paths, msgspec.structs.replace(options, baseline_mode="off"))
    inputs = taken.inputs
    path = baseline_path(inputs.config, options.baseline)
    before = read_baseline(path).entries if prune or path.exists() else ()
    report = assess(taken).report
    after = renewed(report.violations, before, inputs.seen, inputs.rules, grow=not prune)
    return Renewed(path, before, tuple(after), report)
