"""Report to text, one pure function a format."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import cast

from archlint.model import Report
from archlint.outcome.reporters.paint import Paint
from archlint.rulebook.model import Rule

Reporter = Callable[[Report, Mapping[str, Rule], Paint], str]
"""Takes the report, the rules by code (each code that the report names) and what to paint words with.

What it returns ends with a line end, or is empty when there is nothing to say.
"""

_FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown")
"""Each is the `render` of the module of its name in this folder."""


class _Reporters(Mapping[str, Reporter]):
    """Loads a reporter when it is used."""

    def __getitem__(self, name: str) -> Reporter:
        if name not in _FORMATS:
            raise KeyError(name)
        return cast(Reporter, import_module(f"{__name__}.{name}").render)

    def __iter__(self) -> Iterator[str]:
        return iter(_FORMATS)

    def __len__(self) -> int:
        return len(_FORMATS)


REPORTERS: Mapping[str, Reporter] = _Reporters()
"""Output format to reporter."""

SHOW_FIXES = frozenset({"json", "sarif", "rdjson"})
"""The formats that carry fixes, which cost a second parse."""
