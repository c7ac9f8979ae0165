"""Writes what README and guide have from elsewhere: `python -m tests.readme` brings it up to date."""

import subprocess
import sys
from pathlib import Path

from archlint.engine import Options, configure
from tests.shown import GUIDE, transcribed
from tests.support import ROOT

README = ROOT / "README.md"
SHOWN = ("ASY001", "LAY001", "PRT003", "RDS001")
"""Rules of which the README shows one violation each: the longest block of each."""


def rules_table() -> str:
    """Return the table of all rules."""
    _, rules = configure(ROOT, Options(isolated=True))
    rows = ["| code | name | severity | what |", "|---|---|---|---|"]
    for rule in rules.values():
        severity = str(rule.severity) if rule.default else f"{rule.severity}, off"
        page = f"rules/{rule.family}/{rule.code}-{rule.name}.md"
        rows.append(f"| [{rule.code}]({page}) | {rule.name} | {severity} | {rule.summary} |")
    return "\n".join(rows) + "\n"


def real_output() -> str:
    """Run the README's example and return some of what it prints, word for word, with the summary at the end."""
    command = [sys.executable, "-m", "archlint", "check", "fixtures/shop"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    blocks = done.stdout.strip("\n").split("\n\n")
    shown = [max((block for block in blocks if f" {code} " in block.partition("\n")[0]), key=len) for code in SHOWN]
    return "```text\n" + "\n\n".join(shown) + "\n\n...\n\n" + done.stderr.splitlines()[-1] + "\n```\n"


def why_output() -> str:
    """Run the README's example of `archlint why` and return what it prints."""
    command = [sys.executable, "-m", "archlint", "why", "shop.domain", "redis", "fixtures/shop", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return "```text\n" + done.stdout + done.stderr + "```\n"


def updated(text: str) -> str:
    """Return the README with its generated parts made anew."""
    for begin, end, part in (
        ("<!-- rules -->\n", "<!-- end of rules -->", rules_table()),
        ("<!-- output of: archlint check fixtures/shop -->\n", "<!-- end of output -->", real_output()),
        ("<!-- output of: archlint why shop.domain redis fixtures/shop -->\n", "<!-- end of output -->", why_output()),
    ):
        before, _, rest = text.partition(begin)
        text = before + begin + part + end + rest.partition(end)[2]
    return text


def _write(file: Path, text: str) -> None:
    if file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _write(README, updated(README.read_text(encoding="utf-8")))
    for page in GUIDE:
        _write(page, transcribed(page.read_text(encoding="utf-8")))
