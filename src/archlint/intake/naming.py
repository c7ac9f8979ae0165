"""Gives every file its dotted module name; nothing is imported, nothing need be installed.

A folder with `__init__.py` is a package and its name begins with its parent's. What a folder without one is,
only its users know: part of a namespace package (PEP 420), or a place on `sys.path`, where names begin. So
the imports of the project's own files decide, those of the files below the folder first.
"""

import sys
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from itertools import islice, takewhile
from keyword import iskeyword
from pathlib import Path
from typing import NamedTuple

from archlint.intake.imports import climbed, imported_names
from archlint.intake.reading import is_file
from archlint.intake.scan import Folder

_FEW = 40
"""As many files tell how a folder is called, for the most part."""
_MANY = 5
"""How many times as many files do what is meant as what is a mistake, at least."""


def module_names(
    folders: Collection[Folder], anchors: Mapping[str, tuple[str, ...]], source_roots: Collection[str]
) -> dict[str, str]:
    """Return the module name of each file of `folders` by its absolute path.

    `anchors` are the outermost folders, beyond which no name reaches, each with the names that it may have
    itself (none: names begin there). `source_roots` are the folders that the user says names begin in. A file
    whose folder has no name that can be imported is called by its stem alone.
    """
    tree = _Tree(folders, anchors, frozenset(source_roots))
    return {
        f"{folder.path}/{file}": _joined(tree.prefix(folder.path), _stem(file)) or "__init__"
        for folder in folders
        for file in folder.files
    }


def is_importable(name: str) -> bool:
    """Say whether a file or folder of this name can be imported by an import statement."""
    return name.isidentifier() and not iskeyword(name)


class _Content(NamedTuple):
    """What can be imported from a folder: its modules, its packages and its other folders with code."""

    modules: set[str]
    packages: set[str]
    others: set[str]

    @property
    def names(self) -> set[str]:
        return self.modules | self.packages | self.others


class _Tree:
    """The folders of the project; it is asked for the prefix that the names of their modules have."""

    def __init__(
        self, folders: Collection[Folder], anchors: Mapping[str, tuple[str, ...]], roots: frozenset[str]
    ) -> None:
        self._anchors = anchors
        self._roots = roots
        self._packages = {folder.path: folder.is_package for folder in folders}
        self._files = sorted(f"{folder.path}/{file}" for folder in folders for file in folder.files)
        self._contents: dict[str, _Content] = {}
        for folder in folders:
            if folder.files:
                self._content(folder.path).modules.update({_stem(file) for file in folder.files} - {""})
                self._enter(folder.path)
        self._prefixes: dict[str, str] = {}
        self._imports: dict[str, frozenset[str]] = {}
        self._unseen = iter(self._files)
        self._seen: set[str] = set()

    def prefix(self, path: str) -> str:
        """Return the dotted name that names of the folder's modules begin with; empty where names begin."""
        unknown: list[str] = []
        folder = path
        while folder not in self._prefixes:  # from the outermost inwards, since one may be hundreds of folders deep
            unknown.append(folder)
            if folder in self._roots or folder in self._anchors:
                break
            folder = folder.rpartition("/")[0]
        for folder in reversed(unknown):
            self._prefixes[folder] = self._find_prefix(folder)
        return self._prefixes[path]

    def _find_prefix(self, path: str) -> str:
        if path in self._roots:
            return ""
        if path in self._anchors:
            return self._beginning_unless_imported(path, self._anchors[path])
        parent, _, name = path.rpartition("/")
        inherited = _joined(self.prefix(parent), name.replace(".", "_"))
        if self._is_in_package(path):
            may_be_root = not self._is_package(path) or not self._is_in_package(parent)
            return "" if may_be_root and self._is_root_all_the_same(path, inherited) else inherited
        if not is_importable(name):
            return ""
        if name == "src" or self._content(path).packages:
            return self._beginning_unless_imported(path, (inherited,))
        return self._inherited_unless_imported(path, inherited)

    def _is_root_all_the_same(self, path: str, name: str) -> bool:
        """Tell whether names begin in a folder although it has an `__init__.py`: its files import its packages bare.

        Two of them at least, or two things of one, for one may be called like a third-party package; and nearly nobody
        calls any by its full name. Where somebody does, a few files tell whether it may be so at all.
        """
        claim, elsewhere = self._claim(path, name), self._found_first(path) | sys.stdlib_module_names
        bare = self._content(path).packages - elsewhere
        folders = self._content(path).others - elsewhere | bare
        namesake = self._inside_namesake(path)
        if not folders and not namesake:
            return False
        below = list(self._below(path))
        if not self._is_imported(claim):
            imported = frozenset().union(*map(self._imports_of, below))
            contents = (namesake, *(self._claim(f"{path}/{each}", each) for each in folders))
            return len(bare & imported) > 1 or any(len(content & imported) > 1 for content in contents)
        inside = [self._claim(f"{path}/{package}", package) for package in sorted(bare)]
        return self._is_mostly(below[:_FEW], inside, claim, 1) and self._is_mostly(self._files, inside, claim, _MANY)

    def _inside_namesake(self, path: str) -> frozenset[str]:
        """Return what is in the package that is called like the folder around it, `canvas/canvas`, and not in that."""
        name = path.rpartition("/")[2]
        if name not in self._content(path).packages:
            return frozenset()
        return self._claim(f"{path}/{name}", name) - self._claim(path, name)

    def _is_mostly(self, files: Sequence[str], inside: Sequence[Set[str]], claim: Set[str], times: int) -> bool:
        """Tell whether files import what is in two packages bare, so many times as often as by its full name."""
        bare = [count for each in inside if (count := self._importing(files, each))]
        return len(bare) > 1 and sum(bare) > times * self._importing(files, claim)

    def _importing(self, files: Sequence[str], names: Set[str]) -> int:
        return sum(not names.isdisjoint(self._imports_of(file)) for file in files)

    def _beginning_unless_imported(self, path: str, names: tuple[str, ...]) -> str:
        """Decide on a folder where names should begin: by the first file below it that says so."""
        claims = [(name, self._claim(path, name)) for name in names]
        if not claims:
            return ""
        below = self._first_below(path, [*claims, ("", self._top_level(path))])
        if below == "" and self._is_in_namespace(path, claims):
            return names[0]
        if below is not None:
            return below
        imported = next((name for name, claim in claims if self._is_imported(claim)), "")
        return imported or (names[0] if self._is_climbed_to(path) else "")

    def _is_in_namespace(self, path: str, claims: Sequence[tuple[str, frozenset[str]]]) -> bool:
        """Tell whether a folder of one package, called like a third-party one, is known by its full name alone.

        `vendor/plugins/redis` imports `redis`, and means the other; what it has itself nobody imports bare.
        """
        content = self._content(path)
        if content.modules or len(content.packages) != 1:
            return False
        (package,) = content.packages
        inside = self._claim(f"{path}/{package}", package)
        return bool(inside) and not self._is_imported(inside) and self._is_imported(claims[0][1])

    def _is_climbed_to(self, path: str) -> bool:
        """Tell whether a file below a folder imports relatively from there: then it is a package, called somehow."""
        depth = path.count("/") + 1
        return any(climbed(file) > file.count("/") - depth for file in self._below(path))

    def _below(self, path: str) -> Iterator[str]:
        """Yield the files in a folder and below it, in order."""
        start = f"{path}/"
        return takewhile(
            lambda file: file.startswith(start), islice(self._files, bisect_left(self._files, start), None)
        )

    def _inherited_unless_imported(self, path: str, inherited: str) -> str:
        """Decide on a folder of modules: scripts there may import each other as if names began in it."""
        if self._is_imported(self._claim(path, inherited)):
            return inherited
        below = self._first_below(path, [("", self._top_level(path))])
        return inherited if below is None else below

    def _first_below(self, path: str, claims: Sequence[tuple[str, frozenset[str]]]) -> str | None:
        """Return the name whose claim the first file below a folder proves that proves any."""
        for file in self._below(path):
            imports = self._imports_of(file) - {_stem(file.rpartition("/")[2])}  # `redis.py` means another `redis`
            for name, claim in claims:
                if not imports.isdisjoint(claim):
                    return name
        return None

    def _claim(self, path: str, name: str) -> frozenset[str]:
        """Return the names whose import shows that the folder is called `name`."""
        return frozenset(f"{name}.{child}" for child in self._content(path).names)

    def _top_level(self, path: str) -> frozenset[str]:
        """Return the names whose import shows that names begin in the folder.

        A folder without `__init__.py` may be called like some third-party package (`examples/flask/app.py`),
        so its name proves nothing without that of something in it; nor does a name that is found elsewhere
        first.
        """
        content = self._content(path)
        elsewhere = self._found_first(path) | sys.stdlib_module_names
        names = (content.modules | content.packages) - elsewhere
        for other in content.others - elsewhere:
            names.update(f"{other}.{child}" for child in self._content(f"{path}/{other}").names)
        return self._inside_namesake(path).union(names)

    def _found_first(self, path: str) -> set[str]:
        """Return the names that folders around this one and the configured source roots provide."""
        names = set().union(*(self._content(root).names for root in self._roots))
        own = path
        while path not in self._anchors:
            path = path.rpartition("/")[0]
            names |= self._content(f"{path}/src").names if f"{path}/src" != own else set()
            if not self.prefix(path):
                names |= self._content(path).names
        return names

    def _content(self, path: str) -> _Content:
        return self._contents.setdefault(path, _Content(set(), set(), set()))

    def _enter(self, path: str) -> None:
        """Make a folder with code known to the folders around it."""
        while path not in self._anchors:
            around, _, name = path.rpartition("/")
            content = self._content(around)
            siblings = content.packages if self._is_package(path) else content.others
            if name in siblings:
                return
            siblings.add(name)
            path = around

    def _is_package(self, path: str) -> bool:
        if path not in self._packages:  # around the folders that were looked into
            self._packages[path] = is_file(Path(path) / "__init__.py")
        return self._packages[path]

    def _is_in_package(self, path: str) -> bool:
        """Say whether a folder is part of a package, by its own `__init__.py` or one around it."""
        while not self._is_package(path) and path not in self._anchors and path not in self._roots:
            path, _, name = path.rpartition("/")
            if not is_importable(name):
                return False
        return self._is_package(path)

    def _is_imported(self, claim: frozenset[str]) -> bool:
        """Tell whether any file imports one of these names; files are read until one does."""
        if not self._seen.isdisjoint(claim):
            return True
        for file in self._unseen:
            imports = self._imports_of(file)
            self._seen |= imports
            if not imports.isdisjoint(claim):
                return True
        return False

    def _imports_of(self, file: str) -> frozenset[str]:
        if file not in self._imports:
            self._imports[file] = imported_names(file)
        return self._imports[file]


def _joined(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix and name else prefix or name


def _stem(file: str) -> str:
    # No import statement can name `a.b.py`; with its dot it would only look like a module `b` of `a`.
    return "" if file == "__init__.py" else file.removesuffix(".py").replace(".", "_")
