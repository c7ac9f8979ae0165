"""One project that is checked again and again: what one run took in serves the next."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from archlint.engine import Inputs, Options, Outcome, Taken, assess
from archlint.facts.module import ModuleFacts
from archlint.inputs import read_inputs
from archlint.intake.cache import Answers
from archlint.intake.gathering import Gathered, Told, gather, wished_fixes
from archlint.intake.sources import SourceFile
from archlint.intake.version import parser_version
from archlint.memories import LivingMemory
from archlint.model import Failure, Fix, Violation
from archlint.project.library import Library
from archlint.rulebook.fixable import Wish, may_be_fixed, wish


class Superseded(Exception):  # noqa: N818 -- it is no error
    """Nobody waits for this run any more."""


class Checked(msgspec.Struct, frozen=True):
    """What a run came to, what it took in, and the paths of the files that do not parse.

    For those the facts of their last text that did stand in, so that one half-written statement changes nothing in the
    rest of the project; what is said about these files themselves is about that older text.
    """

    outcome: Outcome
    taken: Taken
    outdated: frozenset[str]

    def text_is(self, path: str, data: bytes) -> bool:
        """Tell whether this is the content of a file that the run saw."""
        return self.taken.inputs.data.get(path) == data


class Session:
    """The project that `path` belongs to; `options` are those of every run.

    Only one thread at a time may use it.
    """

    def __init__(self, path: Path, options: Options) -> None:
        self._path = path
        self._options = options
        self._known = _Known()
        self._memory = LivingMemory()
        self._last: Checked | None = None
        self._fixes: dict[tuple[str, Wish], Fix | None] = {}

    def check(self, unsaved: Mapping[str, bytes], is_wanted: Callable[[], bool], heard: Told | None = None) -> Checked:
        """Check the project with `unsaved` contents by absolute path in the place of those of the files.

        Raises `Superseded` when it `is_wanted` no more, and else as `engine.check` does; `heard` hears how parsing
        goes on.
        """
        inputs = read_inputs([self._path], msgspec.structs.replace(self._options, unsaved=unsaved))
        if self._last is not None and _same(inputs, self._last.taken.inputs):
            return self._last

        gathered, outdated = self._known.gather(inputs, heard)
        if not is_wanted():
            raise Superseded
        taken = Taken(inputs, gathered, Library.parse(inputs.tables))
        self._last = Checked(assess(taken, memory=self._memory), taken, outdated)
        self._fixes = {}
        return self._last

    def fixes(self, checked: Checked, violations: Iterable[Violation]) -> list[tuple[Violation, Fix]]:
        """Return those of the violations of a run for which there is a fix, with it."""
        asked = [(each, (each.place.path, wish(each))) for each in violations if may_be_fixed(each)]
        wishes: dict[str, tuple[Wish, ...]] = {}
        for _, (path, wanted) in asked:
            if (path, wanted) not in self._fixes:
                wishes[path] = (*wishes.get(path, ()), wanted)
        files = {file: wishes[file.path] for file in checked.taken.inputs.sources.files if file.path in wishes}
        made, _ = wished_fixes(files, checked.taken.gathered.data, jobs=1)
        self._fixes |= {(file.path, each): made.get((file.path, each)) for file in files for each in files[file]}
        found = [(each, self._fixes.get(key)) for each, key in asked]
        return [(each, fix) for each, fix in found if fix is not None]


class _Parsed(msgspec.Struct, frozen=True):
    """What the parsing process made of a file with these bytes: facts, or why there are none."""

    file: SourceFile
    data: bytes
    facts: ModuleFacts | None
    failure: Failure | None


class _Known:
    """What is known of the files: by path their last content, and their last one that was parsed.

    The cache on the disk is read and written in the first run alone.
    """

    def __init__(self) -> None:
        self._last: dict[str, _Parsed] = {}
        self._sound: dict[str, _Parsed] = {}
        self._is_first = True

    def gather(self, inputs: Inputs, told: Told | None) -> tuple[Gathered, frozenset[str]]:
        """Return the facts of all files, parsing those that are new, and the paths of the files that do not parse."""
        there = [file for file in inputs.sources.files if file.path in inputs.data]
        new = [file for file in there if not self._is_known(file, inputs.data[file.path])]
        if new:
            self._parse(new, inputs, told)
        paths = {file.path for file in there}
        self._last = {path: parsed for path, parsed in self._last.items() if path in paths}
        self._sound = {path: parsed for path, parsed in self._sound.items() if path in paths}
        return self._gathered(there, inputs.data)

    def _is_known(self, file: SourceFile, data: bytes) -> bool:
        known = self._last.get(file.path)
        return known is not None and known.file == file and known.data == data

    def _parse(self, files: list[SourceFile], inputs: Inputs, told: Told | None) -> None:
        answers = None
        if self._is_first and inputs.options.cache:
            answers = Answers(inputs.store(), parser_version(), inputs.sources.root.as_posix())
        made = gather(files, inputs.data, inputs.jobs, inputs.home, answers, told)
        self._is_first = False
        failures = {failure.path: failure for failure in made.failures}
        for file in files:
            parsed = _Parsed(file, inputs.data[file.path], made.facts.get(file.path), failures.get(file.path))
            self._last[file.path] = parsed
            if parsed.facts is not None:
                self._sound[file.path] = parsed

    def _gathered(self, files: list[SourceFile], data: Mapping[str, bytes]) -> tuple[Gathered, frozenset[str]]:
        sound = {file.path: self._sound[file.path] for file in files if self._stands_in(file)}
        unsound = [parsed for parsed in self._last.values() if parsed.failure is not None]
        gathered = Gathered(
            facts={path: parsed.facts for path, parsed in sound.items() if parsed.facts is not None},
            failures=sorted(
                (parsed.failure for parsed in unsound if parsed.failure is not None),
                key=lambda failure: (failure.path, failure.line, failure.message),
            ),
            data={**data, **{path: parsed.data for path, parsed in sound.items()}},
        )
        return gathered, frozenset(parsed.file.path for parsed in unsound)

    def _stands_in(self, file: SourceFile) -> bool:
        """Tell whether facts of a file are known under the module name that it has now."""
        known = self._sound.get(file.path)
        return known is not None and known.file == file


def _same(one: Inputs, other: Inputs) -> bool:
    """Tell whether two runs read the same, whichever of it came from buffers."""
    return one == msgspec.structs.replace(other, options=one.options)
