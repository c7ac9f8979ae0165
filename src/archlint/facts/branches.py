"""Which calls of a function cannot both run: those in different branches of an `if`, and those behind one that leaves.

The bits of a call's flags above those of `facts/model.py` tell where it stands: the number of the `if` with all its
`elif`, the number of the branch in it, and that of the nearest branch around it that ends the function. The numbers
begin anew after a thousand.
"""

from archlint.facts.model import LAST_FLAG

_CHAIN = LAST_FLAG.bit_length()
_NUMBERS = 1023
_ARM, _ARMS = _CHAIN + 10, 15
_LEAVING = _ARM + 4


def entered(flags: int, chain: int, arm: int, leaving: int) -> int:
    """Return flags for a branch; a `leaving` of 0 keeps that of the branch around it."""
    syntax = flags & (1 << _CHAIN) - 1
    ending = _numbered(leaving) if leaving else _number(flags, _LEAVING)
    return syntax | _numbered(chain) << _CHAIN | min(arm, _ARMS) << _ARM | ending << _LEAVING


def exclude(first: int, second: int) -> bool:
    """Tell by their flags whether of two calls of one function, in the order of the text, one run makes at most one."""
    if _number(first, _CHAIN) and _number(first, _CHAIN) == _number(second, _CHAIN):
        return first >> _ARM & _ARMS != second >> _ARM & _ARMS
    return bool(_number(first, _LEAVING)) and _number(first, _LEAVING) != _number(second, _LEAVING)


def _numbered(count: int) -> int:
    return count and count % _NUMBERS + 1


def _number(flags: int, shift: int) -> int:
    return flags >> shift & _NUMBERS
