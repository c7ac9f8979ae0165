"""Rule pages: from Markdown to rules, every mistake at once.

The format is described in the documentation of the rules themselves: `# CODE name`, one summary sentence, a
`toml` block of metadata, prose, and the sections Bad and Good, whose code blocks are the rule's tests; a section Fix
shows in pairs of blocks what its fix does. A table `options` in the metadata names what users can set under
`[tool.archlint.rule.<CODE>]`, each with its default, whose type is what they may write.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
import tomli

from archlint.model import Severity, UnableError
from archlint.project.layer_names import ROLES
from archlint.rulebook.model import Pattern, Rule
from archlint.rulebook.pattern_language import PatternError, parse_pattern

WITHIN = frozenset(
    {
        *("", "async function", "function", "module body", "class body", "loop", "comprehension", "condition"),
        *("with", "try", "raise", "decorator", "default"),
    }
)
_HEADING = re.compile(r"\A#\s+(?P<code>[A-Z]{3}\d{3})\s+(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)\s*$", re.MULTILINE)
_FENCE = re.compile(r"^```(?:toml)?$", re.MULTILINE)
_SECTION = "\n## "
_MARKER = re.compile(r"# expect:(?: [A-Z]{3}\d{3},?)+")
PAGE_KEYS: Mapping[str, type] = {
    "severity": str,
    "severity-in-tests": str,
    "default": bool,
    "match": list,
    "unless": list,
    "within": str,
    "without-arguments": list,
    "layers": list,
    "except-layers": list,
    "message": str,
    "options": dict,
}
_SEVERITIES: Mapping[str, Severity] = {each.value: each for each in Severity}
_WORDS = {str: "a string", bool: "true or false", list: "a list", dict: "a table"}
_OPTION = re.compile(r"[a-z]+(?:-[a-z]+)*")


class PageError(UnableError):
    """Rule pages that cannot be used: `messages` has one sentence for every mistake, with the page's path."""


class Page(msgspec.Struct, frozen=True):
    """One page as it was read: the path to name in messages, its family (folder), its text, where it is published."""

    path: str
    family: str
    text: str
    url: str = ""


def load(pages: Iterable[Page]) -> dict[str, Rule]:
    """Return the rules by code, in order of their code. Raises `PageError` for all mistakes together."""
    rules: dict[str, Rule] = {}
    names: dict[str, str] = {}
    mistakes: list[str] = []
    for page in pages:
        rule, wrong = _parse(page)
        mistakes.extend(f"{page.path}: {message}" for message in wrong)
        if rule is None:
            continue
        for kind, key, taken in (("code", rule.code, rules), ("name", rule.name, names)):
            if key in taken:
                other = rules[key].page if kind == "code" else names[key]
                mistakes.append(f"{page.path}: the {kind} {key} is taken by {other}; choose another")
        rules.setdefault(rule.code, rule)
        names.setdefault(rule.name, page.path)
    if mistakes:
        raise PageError(tuple(mistakes))
    return dict(sorted(rules.items()))


@lru_cache(maxsize=512)
def _parse(page: Page) -> tuple[Rule | None, list[str]]:
    text = page.text.replace("\r\n", "\n")
    heading = _HEADING.match(text)
    if heading is None:
        return None, ['the first line must be a heading like "# ABC123 name-of-the-bad-thing"']
    metadata, wrong = _metadata(text)
    wrong.extend(_missing_sections(text))
    summary = _summary(text, heading.end())
    if not summary:
        wrong.append("a summary paragraph must follow the heading")
    match, bad_match = _patterns(metadata.get("match", []), metadata.get("without-arguments", []), "match")
    unless, bad_unless = _patterns(metadata.get("unless", []), [], "unless")
    options, bad_options = _options(metadata.get("options"))
    wrong += bad_match + bad_unless + bad_options + _ineffective(metadata, match, unless)
    if match and not metadata.get("message"):
        wrong.append('"match" needs a "message" that says what is wrong and what to do')
    code = heading["code"]
    rule = Rule(
        code=code,
        name=heading["name"],
        family=page.family,
        severity=_severity(metadata) or Severity.WARNING,
        severity_in_tests=_severity(metadata, "severity-in-tests"),
        default=metadata.get("default", True) is True,
        summary=summary,
        markdown=_without_markers(text),
        url=page.url,
        match=match,
        unless=unless,
        within=str(metadata.get("within", "")),
        layers=_strings(metadata, "layers"),
        except_layers=_strings(metadata, "except-layers"),
        message=str(metadata.get("message", "")),
        options=options,
        page=page.path,
    )
    return rule, wrong


def _without_markers(text: str) -> str:
    *parts, rest = _MARKER.split(text)
    return "".join([*(part.rstrip(" \t") for part in parts), rest])


def _metadata(text: str) -> tuple[dict[str, Any], list[str]]:
    block = _block(text.partition(_SECTION)[0])
    if block is None:
        return {}, ['a ```toml block with the metadata is missing; the least is: severity = "warning"']
    try:
        values = tomli.loads(block)
    except tomli.TOMLDecodeError as error:
        line = text.count("\n", 0, text.index(block)) + error.lineno if block else 0
        return {}, [f"the metadata is no TOML: {error.msg} (line {line} of the page)"]
    except RecursionError:
        return {}, ["the metadata is nested too deeply"]
    wrong = []
    for key, value in values.items():
        if key not in PAGE_KEYS:
            near = difflib.get_close_matches(key, PAGE_KEYS, 1)
            hint = f'; did you mean "{near[0]}"?' if near else f"; known keys are {', '.join(sorted(PAGE_KEYS))}"
            wrong.append(f'unknown key "{key}"{hint}')
        elif not isinstance(value, PAGE_KEYS[key]):
            wrong.append(f'"{key}" must be {_WORDS[PAGE_KEYS[key]]}')
    weights = ["severity", *({"severity-in-tests"} & values.keys())]
    wrong += [f'"{key}" must be "error", "warning" or "note"' for key in weights if _severity(values, key) is None]
    if str(values.get("within", "")) not in WITHIN:
        wrong.append(f'"within" must be one of {", ".join(sorted(filter(None, WITHIN)))}')
    for key in ("layers", "except-layers"):
        unknown = [role for role in _strings(values, key) if role not in ROLES]
        wrong += [f'"{key}": there is no layer role "{each}"; the roles are {", ".join(ROLES)}' for each in unknown]
    return values, wrong


def _block(text: str) -> str | None:
    """Return the content of the first block of TOML, `None` when there is none or it does not end."""
    start = end = -1
    for fence in _FENCE.finditer(text):
        if start < 0 and fence[0] == "```toml":
            start = fence.end() + 1
        elif start >= 0 and fence[0] == "```":
            end = fence.start()
            break
    return text[start:end] if end >= 0 else None


def _strings(metadata: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = metadata.get(key, [])
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _severity(metadata: Mapping[str, Any], key: str = "severity") -> Severity | None:
    value = metadata.get(key)
    return _SEVERITIES.get(value) if isinstance(value, str) else None


def _missing_sections(text: str) -> list[str]:
    sections = (section.partition("\n") for section in text.split(_SECTION)[1:])
    blocks = {title.rstrip(" \t"): "```python\n" in body for title, _, body in sections}
    return [
        f'the section "## {title}" with at least one ```python block is missing'
        for title in ("Bad", "Good")
        if not blocks.get(title)
    ]


def _summary(text: str, start: int) -> str:
    paragraph = text[start:].strip().partition("\n\n")[0]
    if paragraph.startswith(("#", "```")):
        return ""
    return " ".join(paragraph.split())


def _patterns(entries: object, without: object, key: str) -> tuple[tuple[Pattern, ...], list[str]]:
    parsed: list[Pattern] = []
    wrong: list[str] = []
    for entry in entries if isinstance(entries, list) else ():
        try:
            parsed.append(parse_pattern(entry, without if isinstance(without, list) else []))
        except PatternError as error:
            wrong.append(f'"{key}": {error}')
    return tuple(parsed), wrong


def _ineffective(metadata: Mapping[str, Any], match: Iterable[Pattern], unless: Iterable[Pattern]) -> list[str]:
    """Say what part of a pattern can have no effect, if all entries could be read."""
    kinds = {pattern.kind for pattern in match}
    wrong = [
        f'"{key}" does nothing without "match"'
        for key in ("unless", "within", "without-arguments", "layers", "except-layers")
        if not kinds and key in metadata and "match" not in metadata
    ]
    if kinds and "without-arguments" in metadata and kinds <= {"load", "import"}:
        wrong.append('"without-arguments" is about calls, but "match" has none')
    names = {pattern.name for pattern in match}
    if len(names) == len(metadata.get("match", [])):
        wrong += [
            f'"unless": `{each.name}` is in no entry of "match", so there is nothing to exempt'
            for each in unless
            if each.kind != "import" and each.name not in names
        ]
    return wrong


def _options(table: object) -> tuple[dict[str, bool | int | str | tuple[str, ...]], list[str]]:
    """Read the options of a rule: names with their default values, whose types are what users may write."""
    options: dict[str, bool | int | str | tuple[str, ...]] = {}
    wrong: list[str] = []
    for name, value in table.items() if isinstance(table, dict) else ():
        if not _OPTION.fullmatch(name) or name == "severity":
            wrong.append(f'"options": "{name}" is no name for an option; use lower-case words with hyphens')
        elif isinstance(value, bool | int | str):
            options[name] = value
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            options[name] = tuple(value)
        else:
            wrong.append(f'"options": the default of "{name}" must be true or false, a number, a string or strings')
    return options, wrong
