"""`archlint rule`: the pages of the rules."""

from pathlib import Path

import click

from archlint.cli.common import able, stop, wants_colour
from archlint.engine import Options, configure
from archlint.rulebook.selection import did_you_mean

MARKDOWN_WIDTH = 100


@click.command("rule")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Show the page of the rule CODE (a code or a name), or list all rules."""
    with able():
        _, rules = configure(Path.cwd(), Options())
    if code is None:
        for each in rules.values():
            default = "" if each.default else "  (off by default)"
            click.echo(f"{each.code}  {each.severity:<7}  {each.name}{default}")
        return
    found = [each for each in rules.values() if code in (each.code, each.name)]
    if not found:
        stop(f"there is no rule {code}; {did_you_mean(code, rules)}")
    _show(found[0].markdown)


def _show(markdown: str) -> None:
    if not wants_colour():
        click.echo(markdown.rstrip())
        return
    from rich.console import Console  # noqa: PLC0415 -- 0.1 s that only a terminal should pay
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console(force_terminal=True)
    console.print(Markdown(markdown), width=min(console.width, MARKDOWN_WIDTH))
