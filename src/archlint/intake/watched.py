"""Which files a run reads, so that a change of one of them asks for another run."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from archlint.intake.baseline import baseline_path
from archlint.intake.config import Config
from archlint.intake.extent import configured, resolve, unconfigured
from archlint.intake.scan import NEVER

_NAMES = frozenset({"pyproject.toml", "archlint.toml", "setup.cfg", ".importlinter", ".gitignore"})
"""Settings, contracts, and what says which files are sources."""


class Watched(NamedTuple):
    """The files of one project: `roots` are directories (or single files) to watch, and all that is named is absolute.

    `pages` are directories of rule pages, `single` files that are read whatever their name.
    """

    root: Path
    pages: tuple[Path, ...]
    single: frozenset[Path]

    @property
    def roots(self) -> tuple[Path, ...]:
        """What has to be watched."""
        others = {path for path in (*self.pages, *self.single) if not path.is_relative_to(self.root) and path.exists()}
        return (self.root, *sorted(others))

    def has(self, path: Path) -> bool:
        """Tell whether a run may read a file with this absolute path."""
        if path in self.single:
            return True
        if path.suffix == ".md":
            return any(path.is_relative_to(folder) for folder in self.pages)
        if not path.is_relative_to(self.root) or not NEVER.isdisjoint(path.relative_to(self.root).parts):
            return False
        return path.suffix == ".py" or path.name in _NAMES


def watched(
    paths: Sequence[Path], config: Config, *, settings: Path | None, baseline: Path | None, pages: Sequence[Path] = ()
) -> Watched:
    """Return what a run over `paths` reads with a configuration, the file of `settings` included.

    `baseline` and `pages` are those of the command line. Raises `SourceError`.
    """
    named = resolve(paths)
    extent = configured(config.root, named) if config.root else unconfigured(named)
    root = Path(extent.root)
    folders = (*(root / each for each in config.rule_pages), *pages)
    files = [config.file, settings, baseline_path(config, baseline), *(Path(each.path) for each in named)]
    return Watched(
        root,
        tuple(each.resolve() for each in folders),
        frozenset(each.resolve() for each in files if each is not None and not each.is_dir()),
    )
