"""The user's import-linter configuration as a value, and where in its file a contract stands."""

import difflib
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from archlint.model import Failure, Place, SourceText


class ContractFile(msgspec.Struct, frozen=True):
    """What import-linter read from one configuration file.

    `path` is absolute with forward slashes, `text` the whole file. `session` and `contracts` are as
    `importlinter.api.read_configuration` returns them (`session_options`, `contracts_options`): options are
    strings or lists of strings, booleans are the strings "True" and "False".
    """

    path: str
    text: str
    session: dict[str, Any]
    contracts: tuple[dict[str, Any], ...]

    @property
    def roots(self) -> tuple[str, ...]:
        """The root packages."""
        return tuple(self.session["root_packages"])

    def is_set(self, option: str) -> bool:
        """Return whether a boolean session option is on, by import-linter's own reading."""
        return self.session.get(option) in ("True", "true")

    def place(self, contract: dict[str, Any]) -> Place:
        """Return where the contract's name stands, or the start of the file when it is not found."""
        name = re.escape(str(contract.get("name", "")))
        found = re.search(
            rf"""^[^#;\n]*\bname["']?\s*=\s*["']*({name})["']*\s*(?:[,#;}}].*)?$""", self.text, re.MULTILINE
        )
        start, end = found.span(1) if found else (0, 0)
        return Place(self.path, start, end)

    def failure(self, sentence: str, contract: dict[str, Any] | None = None) -> Failure:
        """Return a failure about the file, or about one of its contracts, which it then names first."""
        if contract is None:
            return Failure(self.path, 0, sentence)
        place = self.place(contract)
        line = SourceText(self.text).location(place.start, place.end).line if place.end else 0
        return Failure(self.path, line, f'contract "{contract.get("name", "")}": {sentence}')


def suggestion(wrong: str, right: Iterable[str]) -> str:
    """Return "; did you mean `x`?" for the nearest of the right names, or nothing when none is near."""
    near = difflib.get_close_matches(wrong, sorted(right), n=1, cutoff=0.75)
    return f"; did you mean `{near[0]}`?" if near else ""
