"""Judges the whole program by the active rules: patterns, what module checks saw, and project checks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, groupby
from typing import NamedTuple

from archlint.facts.model import Candidate
from archlint.model import Failure, Severity, Violation
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.rulebook.checks.api.dependencies import called_default_dependency
from archlint.rulebook.checks.api.requests import endpoint_bypasses_application, exposed_entity, is_changed_by_endpoint
from archlint.rulebook.checks.asynchrony.blocking import blocking_call, blocking_call_chain
from archlint.rulebook.checks.asynchrony.coroutine_context import consumed_in_place, outside_tests
from archlint.rulebook.checks.asynchrony.coroutines import cached_coroutine, tested_coroutine, unawaited_coroutine
from archlint.rulebook.checks.asynchrony.event_loop import nested_event_loop
from archlint.rulebook.checks.asynchrony.relocking import relocked
from archlint.rulebook.checks.asynchrony.tasks import dropped_task
from archlint.rulebook.checks.asynchrony.threads import called_offload, lazy_offload, unsafe_thread_call
from archlint.rulebook.checks.asynchrony.waiting import is_flag, is_unbounded, may_raise
from archlint.rulebook.checks.consistency import CONSISTENCY_JUDGES, CONSISTENCY_TESTS
from archlint.rulebook.checks.decorators.decorating import decorates
from archlint.rulebook.checks.decorators.wrapped_coroutines import sync_wrapper_over_async
from archlint.rulebook.checks.domain.domain_io import domain_io
from archlint.rulebook.checks.domain.framework_exceptions import framework_exception
from archlint.rulebook.checks.domain.modelling import is_value_object, service_locator, untyped_event_payload
from archlint.rulebook.checks.importing.import_time import import_time_io
from archlint.rulebook.checks.importing.wiring import init_side_effect, is_scattered, scattered_environment
from archlint.rulebook.checks.layers.contexts import context_coupling
from archlint.rulebook.checks.layers.cycles import import_cycle
from archlint.rulebook.checks.layers.imports import forbidden_import
from archlint.rulebook.checks.layers.placement import misplaced_wiring, unplaced_module
from archlint.rulebook.checks.layers.privacy import private_import
from archlint.rulebook.checks.layers.technology import impure_domain, technology_leak
from archlint.rulebook.checks.observability.printing import print_in_service
from archlint.rulebook.checks.ports.adapters import (
    missing_port_method,
    port_async_mismatch,
    port_signature_mismatch,
)
from archlint.rulebook.checks.ports.concrete import concrete_construction, concrete_dependency, unported_adapter
from archlint.rulebook.checks.ports.declarations import (
    leaky_port,
    misplaced_port,
    port_with_behaviour,
    unused_port,
)
from archlint.rulebook.checks.ports.isinstance import is_unchecked_protocol
from archlint.rulebook.checks.security.jwt_errors import unknown_jwt_error
from archlint.rulebook.checks.security.placed import is_in_use
from archlint.rulebook.checks.service_calls import SERVICE_CANDIDATE_TESTS, SERVICE_CHECKS
from archlint.rulebook.model import Rule
from archlint.rulebook.patterns import pattern_violations

ProjectCheck = Callable[[Project, Rule], Iterable[Violation]]

PROJECT_CHECKS: Mapping[str, ProjectCheck] = {
    **CONSISTENCY_JUDGES,
    **SERVICE_CHECKS,
    "API001": called_default_dependency,
    "API003": endpoint_bypasses_application,
    "API005": exposed_entity,
    "OBS001": print_in_service,
    "SEC003": unknown_jwt_error,
    "ASY001": blocking_call,
    "ASY002": blocking_call_chain,
    "ASY011": unsafe_thread_call,
    "ASY013": called_offload,
    "ASY014": lazy_offload,
    "ASY003": unawaited_coroutine,
    "ASY004": dropped_task,
    "ASY005": nested_event_loop,
    "ASY006": relocked,
    "ASY012": cached_coroutine,
    "DOM003": untyped_event_payload,
    "DOM004": framework_exception,
    "DOM005": domain_io,
    "DOM006": service_locator,
    "IMP001": import_time_io,
    "IMP002": scattered_environment,
    "IMP004": init_side_effect,
    "LAY001": forbidden_import,
    "LAY002": impure_domain,
    "LAY003": import_cycle,
    "LAY004": context_coupling,
    "LAY005": private_import,
    "LAY006": technology_leak,
    "LAY008": unplaced_module,
    "LAY009": misplaced_wiring,
    "PRT001": concrete_dependency,
    "PRT002": concrete_construction,
    "PRT003": missing_port_method,
    "PRT004": port_async_mismatch,
    "PRT005": port_signature_mismatch,
    "PRT006": misplaced_port,
    "PRT007": leaky_port,
    "PRT008": unported_adapter,
    "PRT009": unused_port,
    "PRT010": port_with_behaviour,
}
"""Code -> the check that judges it on the whole program."""

_ABOUT_CALLS = ("ASY", "SQL", "EVT", "IMP", "DOM")
"""The families that ask who calls what, those that take longest first."""
_PARTLY_ABOUT_CALLS = ("TSK",)
"""The families that ask so now and then."""
_ABOUT_MODULES = ("PRT", "LAY")
"""The families that ask for layers and ports, those that take longest last."""

CANDIDATE_TESTS: Mapping[str, Callable[[Project, Module, Candidate], bool]] = {
    **CONSISTENCY_TESTS,
    **SERVICE_CANDIDATE_TESTS,
    "API002": is_changed_by_endpoint,
    "ASY008": may_raise,
    "ASY009": is_unbounded,
    "ASY010": is_flag,
    "ASY007": outside_tests,
    "ASY016": consumed_in_place,
    "API004": outside_tests,
    "DEC001": decorates,
    "PRT011": is_unchecked_protocol,
    "OBS002": outside_tests,
    "OBS004": outside_tests,
    "SEC001": is_in_use,
    "SEC002": outside_tests,
    "SEC005": outside_tests,
    "DOM002": is_value_object,
    "IMP002": is_scattered,
    "SEC004": outside_tests,
}
"""Code -> what else must hold in the whole program for something that a module check saw."""

CandidateJudge = Callable[[Project, Rule, Module, Candidate], Iterable[Violation]]

CANDIDATE_JUDGES: Mapping[str, CandidateJudge] = {
    "ASY003": tested_coroutine,
    "DEC002": sync_wrapper_over_async,
}
"""Code -> what makes violations of something that a module check saw, if the whole program has more to say of it."""


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
    families = {family: [*own] for family, own in groupby(sorted(codes), key=lambda code: code[:3])}
    rest = families.keys() - {*_ABOUT_CALLS, *_PARTLY_ABOUT_CALLS, *_ABOUT_MODULES}
    first, second, third, last = (
        [partial(_family, project, [rules[code] for code in families[each]]) for each in order if each in families]
        for order in (_ABOUT_CALLS, _PARTLY_ABOUT_CALLS, sorted(rest), _ABOUT_MODULES)
    )
    others = [
        *second,
        *third,
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
