"""Applies `# archlint: ignore[...]` comments, and finds those that accept nothing or say nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from archlint.facts.model import Suppression
from archlint.model import SourceText, Violation
from archlint.project.program import Module, Project
from archlint.rulebook.model import Rule
from archlint.rulebook.selection import did_you_mean, meant_by

UNUSED = "ARC001"
UNEXPLAINED = "ARC003"


Excused = tuple[Violation, str]
"""A violation that a comment accepts, and the reason that it gives, if any."""
Comment = tuple[Module, Suppression, list[str]]
"""A suppression, the module it is in, and what it names without accepting anything of it."""


def apply(
    violations: Iterable[Violation],
    project: Project,
    text_of: Callable[[str], SourceText],
    rules: Mapping[str, Rule],
    active: Mapping[str, Rule],
) -> tuple[list[Violation], list[Excused]]:
    """Return the violations that no comment accepts, those about comments among them, and those that were accepted.

    `text_of` gives the text of a path. `rules` are all there are, `active` those that ran: about the others
    nobody knows whether a comment would accept something.
    """
    commented = {module.path: module for module in project.modules if module.facts.suppressions}
    used: set[tuple[str, int, str]] = set()
    kept: list[Violation] = []
    accepted: list[Excused] = []

    def decide(each: Violation) -> None:
        reason = _reason(each, commented, text_of, rules, used)
        if reason is None:
            kept.append(each)
        else:
            accepted.append((each, reason))

    for each in violations:
        decide(each)
    idle = [
        (module, suppression, _idle(module, suppression, rules, active, used))
        for module in commented.values()
        for suppression in module.facts.suppressions
    ]
    about = [*_unused(idle, rules), *_unexplained(idle, rules)]
    for each in (each for each in about if each.code in active):
        decide(each)
    return kept, accepted


def _reason(
    violation: Violation,
    commented: Mapping[str, Module],
    text_of: Callable[[str], SourceText],
    rules: Mapping[str, Rule],
    used: set[tuple[str, int, str]],
) -> str | None:
    """Return the reason why a comment accepts a violation, empty if it gives none; `None` if no comment does."""
    module = commented.get(violation.place.path)
    if module is None:
        return None
    line = text_of(violation.place.path).location(violation.place.start, violation.place.end).line
    reason: str | None = None
    for suppression in module.facts.suppressions:
        if suppression.first and not suppression.first <= line <= suppression.last:
            continue
        for selector in suppression.rules:
            if violation.code in meant_by(selector, rules):
                used.add((module.path, suppression.start, selector))
                reason = reason or suppression.reason
    return reason


def _idle(
    module: Module,
    suppression: Suppression,
    rules: Mapping[str, Rule],
    active: Mapping[str, Rule],
    used: set[tuple[str, int, str]],
) -> list[str]:
    """Return what a comment names without accepting anything of it, as far as it was judged."""
    return [
        selector
        for selector in suppression.rules
        if (module.path, suppression.start, selector) not in used and _was_judged(selector, rules, active)
    ]


def _unused(comments: Iterable[Comment], rules: Mapping[str, Rule]) -> Iterator[Violation]:
    for module, suppression, idle in comments:
        if idle or not suppression.rules:
            yield rules[UNUSED].violation(
                module,
                (suppression.start, suppression.end),
                message=_message(suppression, idle, rules),
                subject=",".join(idle) or "ignore",
            )


def _unexplained(comments: Iterable[Comment], rules: Mapping[str, Rule]) -> Iterator[Violation]:
    """Yield the comments without a reason, but for those that had better be deleted."""
    for module, suppression, idle in comments:
        if not suppression.reason and len(idle) < len(suppression.rules):
            accepted = ", ".join(each for each in suppression.rules if each not in idle)
            yield rules[UNEXPLAINED].violation(
                module,
                (suppression.start, suppression.end),
                message=f"this comment accepts {accepted} and does not say why; write the reason behind the bracket",
                subject=",".join(suppression.rules),
            )


def _was_judged(selector: str, rules: Mapping[str, Rule], active: Mapping[str, Rule]) -> bool:
    meant = meant_by(selector, rules)
    return not meant or any(code in active for code in meant)


def _message(suppression: Suppression, idle: list[str], rules: Mapping[str, Rule]) -> str:
    if not suppression.rules:
        return "this comment names no rule and accepts nothing; write `ignore[CODE]` or delete it"
    unknown = [selector for selector in idle if not meant_by(selector, rules)]
    if unknown:
        hint = did_you_mean(unknown[0], rules) if len(unknown) == 1 else "correct or delete it"
        return f"there is no rule {', '.join(unknown)}, so that this comment accepts nothing; {hint}"
    return f"nothing here breaks {', '.join(idle)}; delete the comment"
