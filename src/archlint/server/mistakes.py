"""Makes diagnostics of what keeps a project from being checked at all, such as a broken configuration."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from lsprotocol.types import Diagnostic

from archlint.intake.settings import nearest_file
from archlint.server.diagnostics import mistake

_PLACED = re.compile(r"(?P<file>[^\n]+?):(?:(?P<line>\d+):)? (?P<what>.+)", re.DOTALL)


def mistakes(messages: Iterable[str], project: Path, unsaved: Mapping[str, bytes]) -> dict[str, list[Diagnostic]]:
    """Return a diagnostic for each sentence by path.

    Sentences begin with `file:line: ` or `file: ` as far as they know the place; the others are about the configuration
    of the project, if it has one. `unsaved` are the contents of open documents by absolute path.
    """
    found: dict[str, list[Diagnostic]] = {}
    for message in messages:
        match = _PLACED.match(message)
        path = Path(match["file"]).resolve() if match is not None else None
        if match is not None and path is not None and (path.as_posix() in unsaved or path.is_file()):
            found.setdefault(path.as_posix(), []).append(mistake(int(match["line"] or 0), match["what"]))
            continue
        configuration = nearest_file(project, unsaved)
        if configuration is not None:
            found.setdefault(configuration.as_posix(), []).append(mistake(0, message))
    return found
