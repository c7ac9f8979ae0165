"""Report to text, one pure function a format."""

from collections.abc import Callable, Mapping

from archlint.model import Report
from archlint.outcome.reporters import concise, github, gitlab, json, junit, markdown, rdjson, sarif, text
from archlint.outcome.reporters.paint import Paint
from archlint.rulebook.model import Rule

Reporter = Callable[[Report, Mapping[str, Rule], Paint], str]
"""Takes the report, the rules by code (each code that the report names) and what to paint words with.

What it returns ends with a line end, or is empty when there is nothing to say.
"""

REPORTERS: Mapping[str, Reporter] = {
    "text": text.render,
    "concise": concise.render,
    "json": json.render,
    "sarif": sarif.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "junit": junit.render,
    "rdjson": rdjson.render,
    "markdown": markdown.render,
}
"""Output format to reporter."""

SHOW_FIXES = frozenset({"json", "sarif", "rdjson"})
"""The formats that carry fixes, which cost a second parse."""
