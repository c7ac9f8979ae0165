"""What a call passes for the parameters of the function that it calls."""

from collections.abc import Iterator
from itertools import takewhile

from archlint.facts.model import Call, Function


def called_arguments(function: Function, call: Call) -> Iterator[str]:
    """Yield the arguments of a call of a function that it calls itself."""
    for parameter in function.parameters:
        argument = argument_for(function, parameter.name, call) if parameter.name in function.called else None
        if argument and not argument.startswith("="):
            yield argument


def argument_for(function: Function, parameter: str, call: Call) -> str | None:
    """Return what a call of a function passes for one of its parameters, `None` for nothing that can be seen."""
    place, kind = next((place, each.kind) for place, each in enumerate(function.parameters) if each.name == parameter)
    index = place - function.is_bound
    positional = list(takewhile(lambda each: each[0] != "*", (each for each in call.arguments if each[0] in ("", "*"))))
    if kind in ("normal", "positional-only") and 0 <= index < len(positional):
        return positional[index][1]
    return dict(call.arguments).get(parameter)
