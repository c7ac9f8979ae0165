"""What runs on a loop on which nothing else does yet, as far as names say: a program that starts, or a command."""

import re

from archlint.facts.model import Function
from archlint.project.library import Blocking
from archlint.project.program import Module

_COMMANDS = frozenset({"__main__", "cli", "script", "scripts"})
"""Parts of the names of modules that people run by hand."""
_STARTING = re.compile(
    r"_*(?:(?:async_)?main|bootstrap|lifespan|on_startup|startup|run|serve|worker_serve|start"
    r"|_?start_\w*(?:app|listeners?|server|servers|site|web))"
)
_OF_PARTS = frozenset({"run", "start"})
"""Methods by which parts of a program begin, perhaps while others work already."""
_AT_START = frozenset({"file", "import", "metadata"})
"""Kinds of what a program reads before it works: certificates, settings, templates."""
_OF_COMMANDS = _AT_START | {"cpu", "subprocess", "terminal"}


def runs_alone(module: Module, function: Function, found: Blocking) -> bool:
    """Tell whether what blocks in an async function most likely keeps nobody waiting."""
    if found.kind in _OF_COMMANDS and not _COMMANDS.isdisjoint(module.words):
        return True
    return found.kind in _AT_START and _starts_program(function)


def is_done_once(function: Function, found: Blocking) -> bool:
    """Tell whether what should be made once, when the program starts, is made there."""
    return found.once and _starts_program(function)


def _starts_program(function: Function) -> bool:
    if function.owner >= 0 and function.name.strip("_") in _OF_PARTS:
        return False
    return _STARTING.fullmatch(function.name) is not None
