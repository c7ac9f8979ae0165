"""Writes the example of a rule page into a directory of its own, where it is checked like any project."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from archlint.rulebook.examples import Example


@contextmanager
def written(example: Example) -> Iterator[Path]:
    """Give a directory with the files of an example, which is gone afterwards; its folders are packages."""
    with TemporaryDirectory(prefix="archlint-") as name:
        root = Path(name).resolve()
        for path, text in example.files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            for folder in file.parents:
                if folder == root:
                    break
                (folder / "__init__.py").touch()
        yield root
