"""The small language of `match` and `unless`: one Python expression or one import line an entry."""

import ast
import builtins
import re

from archlint.rulebook.model import Pattern

_NAME = r"[A-Za-z_]\w*"
_DOTTED = rf"{_NAME}(?:\.{_NAME})*"
_IMPORT = re.compile(rf"import ({_DOTTED})|from ({_DOTTED}) import ({_NAME})")
_WITHOUT = re.compile(r"([A-Za-z_]\w*)(?::(\d+))?")


class PatternError(Exception):
    """A pattern that means nothing; the message says why."""


def parse_pattern(entry: object, without: list[object]) -> Pattern:
    """Read one entry: a string, or a table with `call`, `load` or `name` and perhaps `without-arguments`.

    `without` are the arguments that the page forbids for all its entries. Raises `PatternError`.
    """
    if isinstance(entry, str):
        return _from_text(entry, "name", without)
    if not isinstance(entry, dict):
        raise PatternError(f"{entry!r} is neither text nor a table")
    kinds = [kind for kind in ("call", "load", "name") if kind in entry]
    unknown = sorted(set(entry) - {"call", "load", "name", "without-arguments"})
    if len(kinds) != 1 or unknown or not isinstance(entry[kinds[0]], str):
        raise PatternError(f'{entry!r} must have one of "call", "load", "name" and perhaps "without-arguments"')
    own = entry.get("without-arguments", [])
    if not isinstance(own, list):
        raise PatternError('"without-arguments" must be a list of names')
    return _from_text(entry[kinds[0]], kinds[0], [*without, *own])


def _from_text(text: str, kind: str, without: list[object]) -> Pattern:
    words = text.split()
    if words[:1] in (["import"], ["from"]):
        return _imported(text)
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PatternError(f"`{text}` is no Python expression") from error
    if isinstance(node, ast.Call):
        arguments, others = _arguments(node, text)
        forbidden = tuple(_forbidden(each) for each in without)
        return Pattern(
            kind="call", name=_dotted(node.func, text), arguments=arguments, others=others, without=forbidden
        )
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
        return Pattern(kind="call", name=_dotted(node.value.func, text), then=node.attr)
    if kind == "call":
        raise PatternError(f"`{text}` is no call; write `{text}(...)`")
    return Pattern(kind=kind, name=_dotted(node, text))


def _imported(text: str) -> Pattern:
    written = _IMPORT.fullmatch(" ".join(text.split()))
    if written is None:
        raise PatternError(f"`{text}`: write one import an entry, `import a.b` or `from a import b`")
    return Pattern(kind="import", name=written[1] or f"{written[2]}.{written[3]}")


def _arguments(node: ast.Call, text: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    others = False
    arguments: list[tuple[str, str]] = []
    for position, argument in enumerate(node.args):
        if isinstance(argument, ast.Constant) and argument.value is Ellipsis:
            others = True
        elif others:
            raise PatternError(f"`{text}`: `...` must come behind the positional arguments")
        else:
            arguments.append((str(position), _literal(argument, text)))
    for keyword in node.keywords:
        if keyword.arg is None:
            raise PatternError(f"`{text}`: an argument must be a literal or `...`")
        arguments.append((keyword.arg, _literal(keyword.value, text)))
    return tuple(arguments), others


def _literal(node: ast.expr, text: str) -> str:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError) as error:
        raise PatternError(f"`{text}`: an argument must be a literal or `...`") from error
    if not isinstance(value, str | bytes | int | float | complex | None):
        raise PatternError(f"`{text}`: an argument must be a string, a number, True, False or None")
    return repr(value)


def _dotted(node: ast.expr, text: str) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise PatternError(f"`{text}` must name an API by its dotted name")
    parts.append(node.id)
    if len(parts) == 1:
        raise PatternError(f"`{text}` has no module; write `builtins.{parts[0]}` for a builtin")
    if hasattr(builtins, parts[-1]):
        raise PatternError(f"`{text}` has no module; write `builtins.{'.'.join(reversed(parts))}`")
    return ".".join(reversed(parts))


def _forbidden(entry: object) -> tuple[str, int]:
    match = _WITHOUT.fullmatch(entry) if isinstance(entry, str) else None
    if match is None:
        raise PatternError(f'"without-arguments": {entry!r} must be a name, or a name and its position like "tz:0"')
    return match[1], int(match[2]) if match[2] else -1
