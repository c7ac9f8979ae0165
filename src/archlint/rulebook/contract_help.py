"""The user's contracts and their reasons in the help of the rules that speak for them."""

from collections.abc import Iterable, Mapping

import msgspec

from archlint.project.contracts import CODES, Contract
from archlint.rulebook.model import Rule


def with_contracts(rules: Mapping[str, Rule], contracts: Iterable[Contract]) -> dict[str, Rule]:
    """Return the rules, with a section about the project's contracts at the end of the pages that they concern."""
    lines: dict[str, list[str]] = {}
    for contract in contracts:
        reason = f": {contract.because}" if contract.because else ""
        lines.setdefault(CODES[contract.type], []).append(f"- **{contract.name}** ({contract.type}){reason}")
    return {code: _extended(rule, lines[code]) if code in lines else rule for code, rule in rules.items()}


def _extended(rule: Rule, lines: Iterable[str]) -> Rule:
    section = "\n".join(("## Contracts of this project", "", *lines))
    return msgspec.structs.replace(rule, markdown=f"{rule.markdown.rstrip()}\n\n{section}\n")
