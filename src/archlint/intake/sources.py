"""Finds the project's Python files, names their modules, and says which of them the report is about."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from archlint.intake.config import Config
from archlint.intake.extent import NamedPath, SourceError, configured, git_root, resolve, unconfigured
from archlint.intake.gitignore import Patterns, ignore_files_above, patterns
from archlint.intake.naming import module_names
from archlint.intake.reading import SOURCE_BYTES, exists, is_file, read_regular
from archlint.intake.scan import Folder, is_text, no_text, scan
from archlint.model import Failure

_VENDORED = re.compile(r"/(?:_vendor|_?vendored|_?vendored_packages|_?third_party|_?thirdparty)/")
"""Folders of what others wrote: it is read, for what calls it, and not reported unless somebody names it."""


class SourceFile(msgspec.Struct, frozen=True):
    """One Python file: absolute path with forward slashes, dotted module name, if it is `__init__.py`."""

    path: str
    module: str
    is_package: bool


class Sources(msgspec.Struct, frozen=True):
    """All files of the project, sorted by path, and the paths of those that the command line `selected`.

    `root` is the project's directory, `base` the root of the git repository around it, else `root`; without a
    configuration, too, the working directory if that is around it, whichever of its folders are named. Of files that
    would have the same module name, imports mean the first. `failures` are what could not be looked into,
    `notes` sentences for the user. `settings` are absolute paths of all files that may have settings.
    """

    root: Path
    base: Path
    files: tuple[SourceFile, ...]
    selected: frozenset[str]
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]
    settings: tuple[str, ...] = ()

    def selects_below(self, folder: Path) -> bool:
        """Tell whether some selected files are in a folder below the project's."""
        inside = f"{folder.as_posix()}/"
        return folder != self.root and any(file.startswith(inside) for file in self.selected)

    def parts(self) -> list[Path]:
        """Return the folders below the project's that have settings and selected files, in order."""
        return sorted(filter(self.selects_below, {Path(file).parent for file in self.settings}))


def find(paths: Sequence[Path], config: Config, unsaved: Collection[str] = ()) -> Sources:
    """Find the whole project that `paths` belong to, and what of it they select.

    With a configuration the project is its `root`. Without one (`config.root` is None) it is for each path
    the outermost package around it, else the directory itself, else the single file. What is named is checked
    even if an ignore file or a default leaves it out; `exclude` always holds. Named files that are not Python
    select nothing. `unsaved` are absolute paths of files that an editor holds; one that is not on the disk yet
    belongs to the project as if it were. Raises SourceError when a path does not exist or lies outside the project,
    or when there is no Python file in the named directories.
    """
    named = resolve(paths, unsaved)
    extent = configured(config.root, named) if config.root else unconfigured(named)
    found = _Found(extent.root, patterns(extent.root, config.exclude), unsaved)
    for tree in extent.trees:
        found.walk(tree)
    meant = [one for one in named if not found.excludes(one)]
    for one in (*meant, *_new(unsaved, extent.root, found)):
        found.add(one)
    names = module_names(
        found.folders, extent.anchors, [(Path(extent.root) / path).as_posix() for path in config.source_roots]
    )
    selected = _selected(names, meant)
    folders = ", ".join(one.shown for one in meant if one.is_folder)
    if folders and not selected and not found.failures:
        raise SourceError(f"no Python file in {folders} that is not excluded or ignored; name another directory")
    return Sources(
        root=Path(extent.root),
        base=_base(Path(extent.root), config),
        files=tuple(_distinct(names)),
        selected=selected,
        failures=tuple(found.failures),
        notes=tuple(found.notes),
        settings=tuple(sorted(found.settings)),
    )


def _base(root: Path, config: Config) -> Path:
    repository = git_root(root.as_posix())
    if repository is not None:
        return Path(repository)
    here = Path.cwd()
    is_around = root.is_relative_to(here) and here != here.parent  # from `/`, as in a container, nobody means all of it
    return here if config.root is None and is_around else root


def _distinct(names: Mapping[str, str]) -> Iterator[SourceFile]:
    """Yield the files by path; a module name that is taken gets a number, since facts refer to modules by name.

    A package is numbered before the module beside it, which it hides.
    """
    taken: Counter[str] = Counter()
    numbers: dict[str, int] = {}
    for path in sorted(
        names, key=lambda each: (each.removesuffix(".py").removesuffix("/__init__"), not _is_package(each))
    ):
        taken[names[path]] += 1
        numbers[path] = taken[names[path]]
    for path in sorted(names):
        name, number = names[path], numbers[path]
        yield SourceFile(path, name if number == 1 else f"{name}:{number}", _is_package(path))


def _is_package(path: str) -> bool:
    return path.endswith("/__init__.py")


def read(file: SourceFile) -> bytes | Failure:
    """Return the bytes of a file, or the failure when it cannot be read, is gone or is no regular file."""
    try:
        return read_regular(file.path, SOURCE_BYTES)
    except FileNotFoundError:
        return Failure(file.path, 0, "the file is gone since it was found; run archlint again")
    except OSError as error:
        return Failure(file.path, 0, f"cannot read the file: {error.strerror}; make it readable or exclude it")


def read_all(
    files: Iterable[SourceFile], unsaved: Mapping[str, bytes] | None = None
) -> tuple[dict[str, bytes], tuple[Failure, ...]]:
    """Return the bytes of all files by path, and the failures of those that cannot be read.

    `unsaved` are contents by absolute path, held by an editor, that stand for those on the disk.
    """
    data: dict[str, bytes] = {}
    failures: list[Failure] = []
    for file in files:
        content = unsaved[file.path] if unsaved and file.path in unsaved else read(file)
        if isinstance(content, Failure):
            failures.append(content)
        else:
            data[file.path] = content
    return data, tuple(failures)


class _Found:
    """The folders that were looked into so far, and what came up on the way."""

    def __init__(self, root: str, excluded: Patterns, unsaved: Collection[str]) -> None:
        self.folders: list[Folder] = []
        self.failures: list[Failure] = []
        self.notes: list[str] = []
        self.settings: set[str] = set()
        self._root = root
        self._excluded = excluded
        self._unsaved = unsaved
        self._looked_into: set[str] = set()
        self._seen: set[str] = set()

    def excludes(self, one: NamedPath) -> bool:
        """Say whether the configuration leaves a path out, or a folder that it is in."""
        return self._excluded.leave_out(one.path, is_folder=one.is_folder)

    def add(self, one: NamedPath) -> None:
        """Add what a path names, as far as it is Python and was not found yet."""
        if one.is_folder:
            self.walk(one.path)
        elif one.path not in self._seen and _is_python(one.path):
            if not is_text(one.path):
                self.failures.append(no_text(one.path))
                return
            if not is_file(Path(one.path)) and one.path not in self._unsaved:
                self.failures.append(_not_regular(one.path))
                return
            folder, _, name = one.path.rpartition("/")
            self._enter(Folder(folder, (name,), is_file(Path(folder) / "__init__.py")))

    def walk(self, tree: str) -> None:
        """Look into a tree, unless that has been done."""
        if tree in self._looked_into:
            return
        found = scan(tree, self._root, self._excluded, ignore_files_above(tree, git_root(tree) or tree))
        for folder in found.folders:
            if folder.path not in self._seen:
                self._seen.add(folder.path)
                self._enter(folder)
        self._looked_into |= found.looked_into
        self.settings.update(found.settings)
        self.failures.extend(found.failures)
        if found.links:
            first = f"the first is {found.links[0]}"
            self.notes.append(f"links to files outside the project were not followed: {len(found.links)}, {first}")

    def _enter(self, folder: Folder) -> None:
        self.folders.append(folder)
        self._seen.update(f"{folder.path}/{file}" for file in folder.files)


def _new(unsaved: Iterable[str], root: str, found: _Found) -> Iterator[NamedPath]:
    """Yield the files of the project that are not on the disk yet, unless the configuration leaves them out."""
    for path in sorted(unsaved):
        one = NamedPath(path, path, is_folder=False)
        if Path(path).is_relative_to(root) and not exists(Path(path)) and not found.excludes(one):
            yield one


def _selected(files: Iterable[str], named: Sequence[NamedPath]) -> frozenset[str]:
    exact = {one.path for one in named}
    below = tuple(one.path.rstrip("/") + "/" for one in named if one.is_folder)
    return frozenset(file for file in files if file in exact or (file.startswith(below) and _is_own(file, below)))


def _is_own(file: str, below: Sequence[str]) -> bool:
    """Tell whether a file in named folders is the project's own: from one of them on it lies in no vendored package."""
    if _VENDORED.search(file) is None:
        return True
    return any(file.startswith(folder) and not _VENDORED.search(f"/{file[len(folder) :]}") for folder in below)


def _is_python(path: str) -> bool:
    """Say whether a named file is Python: by its suffix, or without one by its `#!` line."""
    suffix = Path(path).suffix
    if suffix or not is_file(Path(path)):
        return suffix == ".py"
    try:
        with Path(path).open("rb") as script:
            start = script.readline(256)
    except OSError:
        return False
    return start.startswith(b"#!") and b"python" in start


def _not_regular(path: str) -> Failure:
    return Failure(path, 0, "is not a regular file; leave it out with `exclude`")
