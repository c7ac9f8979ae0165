"""Builds the site into `build/docs/html`: `pip install . --group docs && python docs/build.py`. Warnings are errors."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import reference

from archlint.engine import Options, configure
from archlint.rulebook.model import Rule

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
SOURCE = "https://github.com/archlint/archlint/blob/main/"
PAGES = (
    "start",
    "legacy",
    "configuration",
    "rules",
    "writing-rules",
    "ci",
    "editors",
    "testing",
    "speed",
    "comparison",
)
"""The pages of the site in order; those that do not exist are left out, with what links to them."""
_CODE = re.compile(r"(?<![\w/#[(`.-])([A-Z]{3}\d{3})(?![\w-])")
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`+[^`\n]*`+|\[[^\]\n]*\]\([^)\n]*\)|^#.*$", re.MULTILINE)
_LINK = re.compile(r"\]\((?P<path>[\w./-]+)(?P<anchor>#[\w-]+)?\)")


def stage(folder: Path) -> None:
    """Write the sources of the site: the guide, the reference and a page for each rule."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(DOCS / "conf.py", folder)
    shutil.copytree(DOCS / "_static", folder / "_static")
    _, rules = configure(ROOT, Options(isolated=True))
    texts = {file.name: file.read_text(encoding="utf-8") for file in DOCS.glob("*.md")}
    texts["configuration.md"] = reference.page(rules)
    texts["rules.md"] = _rules_page(rules)
    for rule in rules.values():
        page = (ROOT / "rules" / _file(rule)).read_text(encoding="utf-8")
        texts[f"rules/{_file(rule)}"] = f"({rule.code.lower()})=\n{page}"
    known = {name.removesuffix(".md") for name in texts}
    texts["index.md"] = _without_missing(texts["index.md"], known) + _contents(name for name in PAGES if name in known)
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(_linked(_without_missing(text, known), name, rules), encoding="utf-8")


def _file(rule: Rule) -> str:
    return f"{rule.family}/{rule.code}-{rule.name}.md"


def _rules_page(rules: Mapping[str, Rule]) -> str:
    lines = [
        "# Rules\n",
        "Rules that are off run when they are selected. A rule's page is documentation, definition and tests.\n",
    ]
    for family in sorted({rule.family for rule in rules.values()}):
        lines.append(f"## {family}\n\n| code | name | severity | what |\n|---|---|---|---|")
        for rule in (each for each in rules.values() if each.family == family):
            severity = str(rule.severity) if rule.default else f"{rule.severity}, off"
            lines.append(f"| [{rule.code}](rules/{_file(rule)}) | {rule.name} | {severity} | {rule.summary} |")
        lines.append("")
    pages = "\n".join(f"rules/{_file(rule).removesuffix('.md')}" for rule in rules.values())
    return "\n".join((*lines, f"```{{toctree}}\n:hidden:\n{pages}\n```\n"))


def _contents(pages: Iterator[str]) -> str:
    return "\n```{toctree}\n:hidden:\n" + "\n".join(pages) + "\n```\n"


def _without_missing(text: str, known: set[str]) -> str:
    """Leave out links to pages of the guide that do not exist, and entries of lists that are nothing else."""
    missing = [name for name in PAGES if name not in known]
    for name in missing:
        text = re.sub(rf"^- \[[^\]]*\]\({name}\.md\)\n", "", text, flags=re.MULTILINE)
        text = re.sub(rf"\[([^\]]*)\]\({name}\.md\)", r"\1", text)
    return text


def _linked(text: str, name: str, rules: Mapping[str, Rule]) -> str:
    """Link codes of rules in the prose to their pages, and files of the repository to where they are published."""
    own = name.rpartition("/")[2].partition("-")[0]
    up = "../" * name.count("/")

    def prose(part: str) -> str:
        return _outside(part, _SPAN, lambda plain: _CODE.sub(code, plain))

    def code(match: re.Match[str]) -> str:
        rule = rules.get(match[1])
        return match[1] if rule is None or rule.code == own else f"[{rule.code}]({up}rules/{_file(rule)})"

    def link(match: re.Match[str]) -> str:
        inside = (DOCS / match["path"]).resolve()
        outside = inside.is_file() and (not inside.is_relative_to(DOCS) or inside.suffix != ".md")
        return f"]({SOURCE}{inside.relative_to(ROOT).as_posix()})" if outside and not up else match[0]

    return _outside(_outside(text, _FENCE, prose), _FENCE, lambda part: _LINK.sub(link, part))


def _outside(text: str, inside: re.Pattern[str], change: Callable[[str], str]) -> str:
    pieces, end = [], 0
    for match in inside.finditer(text):
        pieces += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join((*pieces, change(text[end:])))


def main() -> int:
    """Stage the sources and have Sphinx build the site; return its exit code."""
    source, site = ROOT / "build" / "docs" / "source", ROOT / "build" / "docs" / "html"
    stage(source)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-b", "html", str(source), str(site)]
    done = subprocess.run(command, check=False)
    if not done.returncode:
        sys.stdout.write(f"built {site.relative_to(ROOT)}/index.html\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
