"""The floor: parse every Python file below a folder, one after the other, and keep nothing."""

import ast
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import libcst


def main(parser: str, folder: str, processes: str = "1") -> None:
    """Parse with `libcst` or `ast`; more than one process share the files, as even as two piles can be made."""
    sys.setrecursionlimit(100_000)
    files = sorted(sorted(Path(folder).rglob("*.py")), key=lambda file: file.stat().st_size, reverse=True)
    count = int(processes)
    number = next((number for number in range(1, count) if not os.fork()), 0)
    parse(parser, sorted(files[number::count]))
    if number == 0:
        for _ in range(1, count):
            os.wait()


def parse(parser: str, files: Iterable[Path]) -> None:
    """Parse files; what cannot be parsed is passed over."""
    for file in files:
        data = file.read_bytes()
        try:
            libcst.parse_module(data) if parser == "libcst" else ast.parse(data)
        except (libcst.ParserSyntaxError, SyntaxError, ValueError):
            continue


if __name__ == "__main__":
    main(*sys.argv[1:])
