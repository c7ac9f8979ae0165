"""What a shell is told when it completes the name of a rule."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from archlint.inputs import Options, configure
from archlint.model import UnableError


def rules(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the codes that the last word of a comma-separated list may become, or else the names."""
    done, comma, word = begun.rpartition(",")
    try:
        _, known = configure(Path.cwd(), Options())
    except UnableError:  # this is no time to complain
        _, known = configure(Path.cwd(), Options(isolated=True))
    found = {code: rule.name for code, rule in known.items() if code.startswith(word.upper())}
    found = found or {rule.name: code for code, rule in known.items() if rule.name.startswith(word)}
    return [CompletionItem(f"{done}{comma}{each}", help=other) for each, other in found.items()]
