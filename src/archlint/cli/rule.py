"""`archlint rule`: the pages of the rules."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from archlint.cli import completing
from archlint.cli.common import able, paint, stop, wants_colour, write
from archlint.inputs import Options, configure
from archlint.intake.reading import leads_inside
from archlint.outcome.reporters.visible import visible, visible_line
from archlint.rulebook.model import Rule
from archlint.rulebook.newpage import new_page, new_page_mistakes
from archlint.rulebook.selection import did_you_mean, meant_by
from archlint.wording import from_here

MARKDOWN_WIDTH = 100
_CODE_THEME = "ansi_dark"
"""The terminal's own colours on its own background, which may be light: the brighter ones are seen on both."""
_STYLES = {"markdown.code": "bold", "markdown.code_block": "none"}
_NEW_PAGES = "lint/rules"


@click.command("rule", short_help="Show the page of a rule, or list all rules.")
@click.argument("code", required=False, shell_complete=completing.rules)
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--new", nargs=2, metavar="CODE NAME", help="Write a page to start a rule of your own from.")
@click.option(
    "--directory", type=click.Path(path_type=Path, file_okay=False), help="With --new: where to write the page."
)
def command(code: str | None, output_format: str, new: tuple[str, str] | None, directory: Path | None) -> None:
    """Show the page of the rule CODE (a code or a name), or list all rules (or those of a family: RDS)."""
    if (code and new) or (directory and not new):
        stop("--new writes a page and --directory says where; leave out what does not belong to it")
    with able():
        config, rules = configure(Path.cwd(), Options())
    if new:
        root = config.root or Path.cwd()
        wanted = root / (config.rule_pages[0] if config.rule_pages else _NEW_PAGES)
        configured = directory is None and bool(config.rule_pages)
        _write_new(*new, directory or wanted, rules, configured=configured, inside=None if directory else root)
        return
    chosen = {each: rules[each] for each in sorted(meant_by(code, rules))} if code else rules
    if not chosen:
        stop(f"there is no rule {code}; {did_you_mean(str(code), rules)}")
    if output_format == "json":
        click.echo(json.dumps([_described(each) for each in chosen.values()], indent=2, ensure_ascii=False))
    elif len(chosen) == 1 and code:
        _show(next(iter(chosen.values())).markdown)
    else:
        _list(chosen)


def _list(rules: Mapping[str, Rule]) -> None:
    """Print a line a rule: code, severity, whether it runs by default, name, and what it is about."""
    width = max(len(each.name) for each in rules.values())
    terminal = paint()
    for each in rules.values():
        state = "" if each.default else "off"
        head = f"{each.code}  {each.severity:<7}  {state:<3}  {each.name:<{width}}  "
        indent = len(head) if 2 * len(head) < terminal.width else 4
        click.echo(head + terminal.fold(visible(each.summary), len(head), indent))


def _described(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "severity": str(rule.severity),
        "default": rule.default,
        "summary": rule.summary,
        "options": {name: list(value) if isinstance(value, tuple) else value for name, value in rule.options.items()},
        "page": rule.page,
        "url": rule.url or None,
    }


def _write_new(
    code: str, name: str, directory: Path, rules: Mapping[str, Rule], *, configured: bool, inside: Path | None
) -> None:
    mistakes = new_page_mistakes(code, name, rules)
    if mistakes:
        stop(*mistakes)
    path = directory / f"{code}-{name}.md"
    if inside is not None and not leads_inside(path, inside):
        stop(f"{path} is behind a link out of the project; say with --directory where to write")
    if path.exists():
        stop(f"{path} is there already; nothing was written")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(f"cannot make {directory}: {error.strerror}")
    write(new_page(code, name), path)
    written = from_here(path.parent)
    click.echo(f"wrote {from_here(path)}; try it with: archlint test-rules {written}")
    if not configured:
        click.echo(f'to use it: rule-pages = ["{written}"] in the configuration', err=True)


def _shown(markdown: str) -> str:
    """Return a page, which anybody may have written, with what a terminal would obey made visible."""
    return "\n".join(visible_line(line) for line in markdown.split("\n"))


def _show(markdown: str) -> None:
    if not wants_colour():
        click.echo(_shown(markdown).rstrip())
        return
    from rich.console import Console  # noqa: PLC0415 -- 0.1 s that only a terminal should pay
    from rich.markdown import Markdown  # noqa: PLC0415
    from rich.theme import Theme  # noqa: PLC0415

    console = Console(force_terminal=True, theme=Theme(_STYLES))
    console.print(Markdown(_shown(markdown), code_theme=_CODE_THEME), width=min(console.width, MARKDOWN_WIDTH))
