"""The floor: parse every Python file below a folder, one after the other, and keep nothing."""

import ast
import sys
from pathlib import Path

import libcst


def main(parser: str, folder: str) -> None:
    """Parse with `libcst` or `ast`; what cannot be parsed is passed over."""
    sys.setrecursionlimit(100_000)
    for file in sorted(Path(folder).rglob("*.py")):
        data = file.read_bytes()
        try:
            libcst.parse_module(data) if parser == "libcst" else ast.parse(data)
        except (libcst.ParserSyntaxError, SyntaxError, ValueError):
            continue


if __name__ == "__main__":
    main(*sys.argv[1:])
