"""How archlint writes numbers and paths in its sentences."""

from pathlib import Path


def counted(number: int, noun: str) -> str:
    """Return number and noun, as `1 module` or `2 modules`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def from_here(path: Path) -> str:
    """Write a path relative to the working directory if it is below it, as it is otherwise."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
