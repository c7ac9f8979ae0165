"""Judges the whole program by the active rules: patterns, what module checks saw, and project checks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from archlint.model import Failure, Severity, Violation
from archlint.project.program import Project
from archlint.project.types import types
from archlint.rulebook.checks.project_checks import CANDIDATE_JUDGES, CANDIDATE_TESTS, PROJECT_CHECKS, ProjectCheck
from archlint.rulebook.model import Rule
from archlint.rulebook.patterns import pattern_violations

_ABOUT_CALLS = ("ASY", "SQL", "EVT", "TSK007", "IMP", "DOM")
"""The families (and a rule of another one) that ask who calls what, those that take longest first."""
_ABOUT_MODULES = ("PRT", "LAY")
"""The families that ask for layers and ports, those that take longest last."""


def judge(project: Project, rules: Mapping[str, Rule]) -> Iterator[Violation | Failure]:
    """Yield everything that breaks one of `rules` (by code); a check that raises is a failure and stops no other."""
    for check in chain(*checks(project, rules)):
        yield from check()


Check = Callable[[], Iterator[Violation | Failure]]


class Checks(NamedTuple):
    """All checks of a program: those that ask who calls what, and the others, at the end those about layers."""

    about_calls: Sequence[Check]
    others: Sequence[Check]


def checks(project: Project, rules: Mapping[str, Rule]) -> Checks:
    """Return what `judge` does, in parts, so that neighbours ask the same about the program."""
    patterned = [rule for rule in rules.values() if rule.match]
    codes = PROJECT_CHECKS.keys() & rules.keys()
    families: dict[str, list[Rule]] = {}
    for code in sorted(codes):
        families.setdefault(code if code in _ABOUT_CALLS else code[:3], []).append(rules[code])
    rest = families.keys() - {*_ABOUT_CALLS, *_ABOUT_MODULES}
    first, second, last = (
        [partial(_family, project, families[each]) for each in order if each in families]
        for order in (_ABOUT_CALLS, sorted(rest), _ABOUT_MODULES)
    )
    others = [
        *second,
        partial(_guarded, "the module checks", partial(_candidates, project, rules)),
        partial(_guarded, "the patterns", partial(pattern_violations, project, patterned)),
        *last,
    ]
    return Checks(first, others)


def _family(project: Project, rules: Iterable[Rule]) -> Iterator[Violation | Failure]:
    for rule in rules:
        yield from _guarded(rule.code, partial(PROJECT_CHECKS[rule.code], project, rule))


def judge_foreign(project: Project, rule: Rule, check: ProjectCheck, whose: str) -> Iterator[Violation | Failure]:
    """Yield what a check of an installed package sees; whatever else it does is one failure that names the package."""
    try:
        for each in check(project, rule):
            if not isinstance(each, Violation):
                raise TypeError(f"it gives a {type(each).__name__} instead of a violation")
            yield each
    except Exception as error:  # noqa: BLE001 -- foreign code may raise anything
        yield Failure("", 0, f"the check of {rule.code} in {whose} raised {type(error).__name__}: {error}")


def _guarded(what: str, run: Callable[..., Iterable[Violation]]) -> Iterator[Violation | Failure]:
    try:
        yield from run()
    except Exception as error:  # noqa: BLE001 -- one broken check must not hide what the others say
        yield Failure("", 0, f"the check of {what} raised {type(error).__name__}: {error}; please report this")


def _candidates(project: Project, rules: Mapping[str, Rule]) -> Iterator[Violation]:
    resolver = project.query(types)
    for module in project.modules:
        for candidate in module.facts.candidates:
            rule = rules.get(candidate.code)
            if rule is None:
                continue
            if candidate.names and not set(candidate.names).intersection(resolver.names(candidate.reference)):
                continue
            if candidate.code in CANDIDATE_JUDGES:
                yield from CANDIDATE_JUDGES[candidate.code](project, rule, module, candidate)
                continue
            test = CANDIDATE_TESTS.get(candidate.code)
            if test is not None and not test(project, module, candidate):
                continue
            yield rule.violation(
                module,
                (candidate.start, candidate.end),
                message=candidate.message,
                subject=candidate.subject,
                scope=module.scope(candidate.function, candidate.owner),
                severity=Severity(candidate.severity) if candidate.severity else None,
            )
