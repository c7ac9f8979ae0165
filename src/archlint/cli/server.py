"""`archlint server`: the language server, on standard input and output."""

import gc
import os
import sys
from typing import TYPE_CHECKING

import click

from archlint.cli.common import project_options, stop
from archlint.engine import Options

if TYPE_CHECKING:
    from archlint.server.app import Server

_MISSING = "the language server needs pygls 2, which is not installed; install it with `pip install 'archlint[lsp]'`"


@click.command("server", short_help="Serve an editor by the Language Server Protocol.")
@click.option("--stdio", is_flag=True, hidden=True, help="As always; some editors add it.")
@project_options
def command(*, stdio: bool, options: Options) -> None:
    """Serve an editor by the Language Server Protocol, on standard input and output; editors start this.

    docs/editors.md says how to set it up.
    """
    del stdio
    server = _make(options)
    from archlint.intake.workers import kept_workers  # noqa: PLC0415 -- as below

    gc.enable()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what installed plugins print must not get between the messages
    with kept_workers(most=1):
        server.start_io(sys.stdin.buffer, answers)
    raise click.exceptions.Exit(0 if server.is_shut_down else 1)


def _make(options: Options) -> "Server":
    try:
        from archlint.server.handlers import make_server  # noqa: PLC0415 -- an extra; 0.5 s that others need not pay
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        stop(_MISSING)
    return make_server(options)
