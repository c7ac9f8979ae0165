"""The first configuration of a project, as text for people to go on with."""

import json
from collections.abc import Mapping, Sequence

import msgspec
import tomli

from archlint.project.proposal import Proposal

_ABOUT = {
    "domain": "what the program is about; imports nothing around it",
    "application": "what it does, through ports",
    "infrastructure": "adapters: databases, brokers, other services",
    "presentation": "how it is spoken to",
    "composition": "wires the others, and may import them all",
}
_WIDTH = 110


class Start(msgspec.Struct, frozen=True):
    """What a first configuration says: roots, files to leave out with the reason, roles or proposed layers."""

    source_roots: Sequence[str]
    exclude: Mapping[str, str]
    roles: Mapping[str, Sequence[str]]
    proposal: Proposal | None


def render(start: Start, prefix: str) -> str:
    """Write it as TOML; `prefix` is `tool.archlint` in a pyproject.toml, empty in an archlint.toml."""
    parts = [f"[{prefix}]\n" if prefix else "", "# Written by `archlint init`; change it as you like.\n"]
    parts.append('fail-on = "warning"             # "error" lets warnings pass, "note" lets nothing pass\n')
    if start.source_roots:
        parts.append(f"source-roots = {_list(start.source_roots)}\n")
    if start.exclude:
        lines = "".join(f"  {_string(path)},  # {reason}\n" for path, reason in start.exclude.items())
        parts.append(f"exclude = [\n{lines}]\n")
    table = f"{prefix}." if prefix else ""
    if start.roles:
        parts.append(f"\n# Who plays which role; `*` is one part of a name.\n[{table}layers]\n")
        for role, about in _ABOUT.items():
            if role in start.roles:
                parts.append(f"# {about}\n{role} = {_list(start.roles[role])}\n")
    elif start.proposal is not None:
        parts.append(_contract(start.proposal, table))
    return "".join(parts)


def extended(pyproject: bytes, addition: str) -> bytes | None:
    """Return a pyproject.toml with something added at its end and nothing else changed; None if that is no TOML."""
    newline = b"\r\n" if b"\r\n" in pyproject else b"\n"
    gap = b"" if not pyproject else newline if pyproject.endswith(b"\n") else newline * 2
    result = pyproject + gap + addition.encode().replace(b"\n", newline)
    try:
        tomli.loads(result.decode("utf-8-sig").replace("\r\n", "\n"))
    except (UnicodeDecodeError, tomli.TOMLDecodeError, RecursionError):
        return None
    return result


def _contract(proposal: Proposal, table: str) -> str:
    layers = "".join(f"  {_string(' : '.join(layer))},\n" for layer in proposal.layers)
    container = f"containers = {_list([proposal.container])}\n" if proposal.container else ""
    return (
        "\n# The order that most imports follow today, from high to low: a line may import those below it. Move the\n"
        "# lines to where you want them; imports against the order that are there today are in the baseline.\n"
        f"[[{table}contracts]]\n"
        'name = "Layers"\n'
        'type = "layers"\n'
        f"{container}layers = [\n{layers}]\n"
    )


def _list(items: Sequence[str]) -> str:
    line = f"[{', '.join(map(_string, items))}]"
    return line if len(line) < _WIDTH else "[\n" + "".join(f"  {_string(item)},\n" for item in items) + "]"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
