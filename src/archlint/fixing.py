"""The rounds of `--fix`: check, edit, check again, and write what came of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from archlint.engine import Options, Outcome, Taken, assess, take_in
from archlint.facts.text import decode, encode
from archlint.intake.gathering import Gathered, gather
from archlint.intake.sources import SourceFile, read
from archlint.intake.workers import kept_workers
from archlint.model import Failure, Fix, Report
from archlint.outcome.files import rewrite
from archlint.outcome.fixes import applied, unified_diff
from archlint.outcome.reporters.paths import relative

ROUNDS = 10


class Fixed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the fixes: what is left to report, how many were made, the bytes of changed files by path."""

    outcome: Outcome
    count: int
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]

    @property
    def unsafe(self) -> int:
        """How many violations are left for which there is a fix that is not safe."""
        return sum(each.fix is not None and not each.fix.safe for each in self.outcome.report.violations)

    def diff(self) -> str:
        """Return what changes as a unified diff, with paths relative to the working directory."""
        cwd = self.outcome.report.cwd
        return "".join(
            unified_diff(relative(path, cwd), decode(self.before[path]), decode(data))
            for path, data in sorted(self.after.items())
        )


@kept_workers()
def fix(paths: Sequence[Path], options: Options, *, unsafe: bool, write: bool) -> Fixed:
    """Fix what can be fixed in what `paths` select, in memory, and then `write` the files that changed.

    A fix may make another one possible, and of two that overlap one has to wait: hence the rounds. A file that would
    no longer parse, or that cannot be written, stays as it is and is a failure. Raises as `engine.check` does.
    """
    taken = take_in(paths, options)
    original = taken.gathered.data
    outcome = assess(taken)
    counts: Counter[str] = Counter()
    failures: dict[str, Failure] = {}
    for _ in range(ROUNDS):
        edited, made = _edited(outcome.report, taken.gathered.data, failures, unsafe=unsafe)
        taken, broken = _with(taken, edited)
        counts.update({path: number for path, number in made.items() if path not in broken})
        failures.update(broken)
        if edited.keys() <= broken.keys():
            break
        outcome = assess(taken)
    after = {path: taken.gathered.data[path] for path in counts}
    if write:
        unwritten = _write(taken.inputs.sources.files, original, after)
        failures.update(unwritten)
        if unwritten:
            after = {path: data for path, data in after.items() if path not in unwritten}
            taken, _ = _with(taken, {path: original[path] for path in unwritten})
            outcome = assess(taken)
    report = msgspec.structs.replace(
        outcome.report, failures=(*outcome.report.failures, *(failures[path] for path in sorted(failures)))
    )
    return Fixed(
        outcome=msgspec.structs.replace(outcome, report=report),
        count=sum(counts[path] for path in after),
        before=original,
        after=after,
    )


def _edited(
    report: Report, data: Mapping[str, bytes], failures: dict[str, Failure], *, unsafe: bool
) -> tuple[dict[str, bytes], dict[str, int]]:
    """Return the new bytes of the files that fixes change, and how many fixes; none for files with `failures`."""
    fixes: dict[str, list[Fix]] = {}
    for each in report.violations:
        if each.fix is not None and (each.fix.safe or unsafe) and each.place.path not in failures:
            fixes.setdefault(each.place.path, []).append(each.fix)
    edited: dict[str, bytes] = {}
    made: dict[str, int] = {}
    for path, wanted in fixes.items():
        text, fitting = applied(decode(data[path]), wanted)
        try:
            edited[path] = encode(text, data[path])
        except ValueError as error:
            failures[path] = Failure(path, 0, f"the fixed file cannot be encoded ({error}); save it as UTF-8")
        else:
            made[path] = len(fitting)
    return edited, made


def _with(taken: Taken, edited: Mapping[str, bytes]) -> tuple[Taken, dict[str, Failure]]:
    """Return what was taken in with other bytes for some files, but for those that would not parse: their failures."""
    files = [file for file in taken.inputs.sources.files if file.path in edited]
    jobs = taken.inputs.jobs
    again = gather(files, edited, jobs, taken.inputs.home)
    old = taken.gathered
    gathered = Gathered(
        facts={**old.facts, **again.facts},
        failures=old.failures,
        data={**old.data, **{path: edited[path] for path in again.facts}},
    )
    broken = {
        each.path: Failure(each.path, 0, f"a fix would break it, {each.message.partition(';')[0]}; please report this")
        for each in again.failures
    }
    return msgspec.structs.replace(taken, gathered=gathered), broken


def _write(files: Iterable[SourceFile], before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, Failure]:
    """Write the files that changed, and return a failure by path for each that could not be written."""
    failures: dict[str, Failure] = {}
    for file in files:
        target = Path(file.path).resolve().as_posix()
        if file.path not in after or (target != file.path and target in after):  # a link is written as what it leads to
            continue
        now = read(file)
        if isinstance(now, Failure):
            failures[file.path] = now
        elif now != before[file.path]:
            failures[file.path] = Failure(file.path, 0, "the file changed since it was read; run archlint again")
        else:
            try:
                rewrite(Path(file.path), after[file.path])
            except OSError as error:
                message = f"cannot write the file: {error.strerror}; make it writable or leave out --fix"
                failures[file.path] = Failure(file.path, 0, message)
    return failures
