"""Rules as SARIF describes them (`reportingDescriptor`), in the shape that GitHub code scanning asks for."""

import re

from archlint.model import Severity
from archlint.outcome.reporters.dump import Json
from archlint.rulebook.model import Rule

_DESCRIPTION_LIMIT = 1024
_PROBLEM_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_FENCE = re.compile(r"^(```+|~~~+).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r"\A# [^\n]*\n")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"`+|\*\*")

FAILURE: Json = {
    "id": "failure",
    "name": "NotChecked",
    "shortDescription": {"text": "Something that archlint could not check."},
    "fullDescription": {"text": "A file, a contract or a check that failed; it may hide violations."},
    "help": {"text": "The message names what failed and why; mend it, or exclude it from the check."},
    "defaultConfiguration": {"level": "error"},
}
"""What the notification of a failure is an instance of."""


def rule_descriptor(rule: Rule) -> Json:
    """Describe `rule`; its help is the whole page."""
    page = rule.markdown.strip() or rule.summary
    return {
        "id": rule.code,
        "name": _pascal_case(rule.name),
        "shortDescription": {"text": _cut(sentence(_plain(rule.summary)))},
        "fullDescription": {"text": _cut(sentence(_introduction(rule)))},
        "help": {"text": page, "markdown": page},
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"enabled": rule.default, "level": rule.severity.value},
        "properties": {
            "tags": ["architecture", rule.family],
            "precision": "very-high",
            "problem.severity": _PROBLEM_SEVERITY[rule.severity],
        },
    }


def _pascal_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _introduction(rule: Rule) -> str:
    """Return the page's prose before its first section, on one line; the summary when there is none."""
    prose = _FENCE.sub("", _TITLE.sub("", rule.markdown.lstrip())).split("\n#", 1)[0]
    return " ".join(_plain(prose).split()) or _plain(rule.summary)


def _plain(markdown: str) -> str:
    return _MARKS.sub("", _LINK.sub(r"\1", markdown)).strip()


def sentence(text: str) -> str:
    """Return `text` with a full stop, unless it ends as a sentence does."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _cut(text: str) -> str:
    return text if len(text) <= _DESCRIPTION_LIMIT else text[: _DESCRIPTION_LIMIT - 3].rsplit(" ", 1)[0] + "..."
