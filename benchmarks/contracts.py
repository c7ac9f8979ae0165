"""Verdicts and offending imports beside import-linter's: `python -m benchmarks.contracts FOLDER_OF_A_PACKAGE ...`."""

import sys
import time
from pathlib import Path

from tests.differential import contracts_for, graph_of, holds_without, judged


def main(folders: list[str]) -> int:
    """Print a line for each package; return 1 when archlint and import-linter differ anywhere."""
    wrong = 0
    _say("package | contracts | kept | same verdict | named by import-linter | by archlint | few to remove | s")
    for folder in map(Path, folders):
        graph = graph_of(folder.name, folder)
        start = time.process_time()
        cases = [judged(folder.name, graph, options) for options in contracts_for(folder.name, graph)]
        searched = [case for case in cases if case.options["type"] in ("layers", "forbidden", "independence")]
        same = [case for case in searched if case.kept == (not case.found) and case.named <= case.found]
        mended = [case for case in searched if holds_without(folder.name, graph, case, frozenset(case.cut))]
        wrong += len(searched) - len(same) + len(searched) - len(mended)
        named, found, cut = (sum(len(getattr(case, part)) for case in searched) for part in ("named", "found", "cut"))
        verdicts = f"{len(cases)} | {sum(case.kept for case in cases)} | {len(same)}/{len(searched)}"
        seconds = time.process_time() - start
        _say(f"{folder.name} | {verdicts} | {named} | {found} | {cut} | {seconds:.1f}")
    return int(wrong > 0)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
