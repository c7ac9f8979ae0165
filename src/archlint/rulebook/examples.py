"""The examples of a rule page, which are its tests: small projects, and what their markers expect."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import msgspec

Finding: TypeAlias = tuple[str, int, str]
"""Path relative to the example (forward slashes), line (1-based), rule code."""

_CODE = r"[A-Z]{3}\d{3}"
_MARKER = re.compile(rf"# expect: ({_CODE}(?:, {_CODE})*)(?:\"}},?)?$")


class Example(msgspec.Struct, frozen=True):
    """One example of a page: its section, the page's line (1-based) of its first block, files by path."""

    section: str
    line: int
    files: Mapping[str, str]


_BLOCK = re.compile(
    r"^(?:`(?P<path>[^`\n]+)`:\s*\n\s*)?```(?P<language>python|toml|ini|json)\n(?P<code>.*?)^```$"
    r"|^(?P<heading>#{2,3} [^\n]*|---)$",
    re.MULTILINE | re.DOTALL,
)


def examples(text: str) -> Iterator[Example]:
    """Yield the examples of a page: named blocks that follow each other are one project, others one file."""
    section, line = "", 0
    files: dict[str, str] = {}
    for block in _BLOCK.finditer(text):
        heading, path = block["heading"], block["path"]
        if (heading or path is None) and files:
            yield Example(section, line, files)
            files = {}
        if heading:
            section = heading[3:] if heading.startswith("## ") else section
        elif section in ("Bad", "Good"):
            here = text.count("\n", 0, block.start()) + 1
            if path is None and block["language"] == "python":
                yield Example(section, here, {"example.py": block["code"]})
            elif path is not None:
                line = line if files else here
                files[path] = block["code"]
    if files:
        yield Example(section, line, files)


def expected(path: str, text: str) -> Counter[Finding]:
    """Collect the `# expect: CODE, CODE` markers that end lines of a text; a malformed one raises `ValueError`.

    JSON has no comments: there a marker ends the last string of an object.
    """
    findings: Counter[Finding] = Counter()
    for number, line in enumerate(text.split("\n"), start=1):
        if "expect:" not in line:
            continue
        marker = _MARKER.search(line)
        if marker is None:
            raise ValueError(f"{path}:{number}: malformed marker; end the line with `# expect: ABC123, ABC123`")
        findings.update((path, number, code) for code in marker[1].split(", "))
    return findings
