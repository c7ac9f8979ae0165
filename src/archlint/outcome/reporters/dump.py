"""A document of plain values to JSON text."""

import json
import re

import msgspec

Json = dict[str, object]
"""An object of JSON, its values plain."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def dump(document: Json) -> str:
    r"""Write `document`, keys in their order; half a character (`\ud800`) becomes its visible escape."""
    compact = json.dumps(document, ensure_ascii=False)
    valid = _SURROGATE.sub(lambda match: rf"\\u{ord(match[0]):04x}", compact)
    return msgspec.json.format(valid, indent=2) + "\n"
