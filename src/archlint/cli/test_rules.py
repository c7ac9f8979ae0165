"""`archlint test-rules`: the examples of rule pages, run as tests."""

from collections.abc import Iterable
from pathlib import Path

import click

from archlint.cli.common import able, stop, wants_colour
from archlint.outcome.reporters.visible import visible
from archlint.ruletests import Tried, configured_directories, try_pages
from archlint.wording import counted, from_here

_NONE = 'no directory is given or configured; give one, or write in the configuration: rule-pages = ["lint/rules"]'


@click.command("test-rules", short_help="Run the examples of rule pages.")
@click.argument(
    "directories", nargs=-1, metavar="[DIR]...", type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option("-q", "--quiet", is_flag=True, help="Print only what fails.")
@click.pass_context
def command(context: click.Context, *, directories: tuple[Path, ...], quiet: bool) -> None:
    """Run the examples of the rule pages in DIR, or in the directories that `rule-pages` names.

    Every block under Bad and Good is a test: the rule has to find what `# expect: CODE` marks, and nothing else. Exit
    code 0: all pass, 1: some fail, 2: a page cannot be read.
    """
    with able():
        chosen = directories or configured_directories(Path.cwd())
        if not chosen:
            stop(_NONE)
        tried = list(_told(try_pages(chosen), quiet=quiet))
    if not tried:
        stop(f"there is no rule page in {', '.join(map(str, chosen))}; `archlint rule --new ABC001 a-name` writes one")
    failed = sum(bool(each.problems) for each in tried)
    pages = counted(len({each.page for each in tried}), "page")
    passed = f"{len(tried) - failed} passed"
    click.echo(f"{f'{failed} failed, ' if failed else ''}{passed} ({pages})", err=True)
    context.exit(int(bool(failed)))


def _told(results: Iterable[Tried], *, quiet: bool) -> Iterable[Tried]:
    for each in results:
        if each.problems or not quiet:
            outcome = click.style("FAIL", fg="red") if each.problems else click.style("pass", fg="green")
            click.echo(
                f"{outcome}  {visible(from_here(Path(each.page)))}:{each.line}  {each.section}", color=wants_colour()
            )
            for problem in each.problems:
                click.echo(f"      {visible(problem)}")
        yield each
