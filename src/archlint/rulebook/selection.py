"""Which rules run: selectors are codes, names, family prefixes or `ALL`."""

from collections.abc import Iterable, Mapping

from archlint.rulebook.model import Rule


def meant_by(selector: str, rules: Mapping[str, Rule]) -> frozenset[str]:
    """Return the codes that a selector names; empty when it names none."""
    if selector == "ALL":
        return frozenset(rules)
    if selector in rules:
        return frozenset({selector})
    return frozenset(
        code for code, rule in rules.items() if rule.name == selector or (selector.isalpha() and code.startswith(selector))
    )


def active(
    rules: Mapping[str, Rule], select: Iterable[str] | None, extend: Iterable[str], ignore: Iterable[str]
) -> dict[str, Rule]:
    """Return the rules that run.

    Without `select` those are the default rules. A family stands for its default rules; a code, a name or `ALL`
    for opt-in rules too. `ignore` wins.
    """
    chosen = {code for code, rule in rules.items() if rule.default} if select is None else _chosen(rules, select)
    chosen |= _chosen(rules, extend)
    for selector in ignore:
        chosen -= meant_by(selector, rules)
    return {code: rule for code, rule in rules.items() if code in chosen}


def _chosen(rules: Mapping[str, Rule], selectors: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for selector in selectors:
        exact = selector == "ALL" or selector in rules or not selector.isalpha() or not selector.isupper()
        found.update(code for code in meant_by(selector, rules) if exact or rules[code].default)
    return found
