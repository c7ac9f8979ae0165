"""A document of plain values to JSON text."""

import json
import re

import msgspec

from archlint.outcome.reporters.visible import COMMAND, OBEYED

Json = dict[str, object]
"""An object of JSON, its values plain."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def dump(document: Json | list[Json]) -> str:
    r"""Write `document`, keys in their order; half a character (`\ud800`) becomes its visible escape.

    What a terminal obeys (bidi controls and the like) is written as JSON escapes, which are read back as it is.
    """
    compact = json.dumps(document, ensure_ascii=False)
    valid = _SURROGATE.sub(lambda match: rf"\\u{ord(match[0]):04x}", compact)
    return msgspec.json.format(COMMAND.sub(r"\\u0023", OBEYED.sub(_escaped, valid)), indent=2) + "\n"


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]
