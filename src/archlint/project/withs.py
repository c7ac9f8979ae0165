"""The `with` blocks of a module, and where a reader looks for what enters and leaves them."""

from collections.abc import Mapping
from typing import NamedTuple

from archlint.facts.model import Call, Load
from archlint.facts.references import alternatives
from archlint.project.program import Module

ENTERS = (".__enter__", ".__aenter__")
_EXITS = (".__exit__", ".__aexit__")


class Block(NamedTuple):
    """The body of one `with` item: what it enters (a reference), from where to where it reaches (offsets), its ends."""

    entered: str
    start: int
    end: int
    entering: Call
    leaving: Call


def with_blocks(module: Module) -> Mapping[int, list[Block]]:
    """Return the blocks of each function by its index, outer ones before inner ones."""
    found: dict[int, list[Block]] = {}
    open_: dict[int, list[Call]] = {}
    for call in module.facts.calls:
        if call.callee.endswith(ENTERS):
            open_.setdefault(call.function, []).append(call)
        elif call.callee.endswith(_EXITS):
            entered = _receiver(call)
            waiting = open_.get(call.function, [])
            if waiting and _receiver(waiting[-1]) == entered:
                entering = waiting.pop()
                found.setdefault(call.function, []).append(Block(entered, entering.end, call.end, entering, call))
    return {function: sorted(blocks, key=lambda block: (block.start, -block.end)) for function, blocks in found.items()}


def _receiver(call: Call) -> str:
    """Return what a method is called on, which may be one of several things."""
    return "|".join(each.rpartition(".")[0] for each in alternatives(call.callee))


def spot(module: Module, use: Call | Load) -> tuple[int, int]:
    """Return where a use is shown: what runs at the end of a `with`, where that begins."""
    if isinstance(use, Call) and use.callee.endswith(_EXITS):
        blocks = with_blocks(module).get(use.function, ())
        use = next((block.entering for block in blocks if block.leaving == use), use)
    return use.start, use.end
