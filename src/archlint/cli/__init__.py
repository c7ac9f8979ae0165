"""The commands; the only part that prints or exits."""

import os
from importlib import import_module
from typing import cast

import click

from archlint import __version__

COMMANDS = ("check", "init", "baseline", "graph", "why", "rule", "test-rules", "ports", "port", "server")
"""Each is the `command` of the module of its name (with `_` for `-`) in this folder."""


class _Commands(click.Group):
    """Loads a command when it is used: `archlint --version` must not wait for all of them. An interrupt is exit 130."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            os.getcwd()  # noqa: PTH109 -- only the question counts
        except FileNotFoundError:
            click.echo("archlint: the working directory does not exist any more; change to another one", err=True)
            raise click.exceptions.Exit(2) from None
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            from difflib import get_close_matches  # noqa: PLC0415 -- few runs begin with a typing error

            for near in get_close_matches(args[0], COMMANDS, 1):
                ctx.fail(f"No such command '{args[0]}'. (Did you mean '{near}'?)")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return cast(click.Command, import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="archlint", message="%(prog)s %(version)s")
def archlint() -> None:
    """Enforce the architecture of Python programs."""
