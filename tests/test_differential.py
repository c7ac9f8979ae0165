"""archlint names every import that breaks a contract, and few whose removal mends it: import-linter is the judge."""

import functools
from itertools import pairwise

import grimp
import pytest

from tests.differential import Case, contracts_for, folder_of, graph_of, holds_without, judged

SEARCHED = ("layers", "forbidden", "independence")


@functools.cache
def cases(package: str) -> tuple[grimp.ImportGraph, tuple[Case, ...]]:
    graph = graph_of(package, folder_of(package))
    return graph, tuple(judged(package, graph, options) for options in contracts_for(package, graph))


@pytest.mark.parametrize("package", ["_pytest", "click", "importlinter"])
def test_offending_imports_are_all_there_are_and_no_others(package: str) -> None:
    graph, judgements = cases(package)
    searched = [case for case in judgements if case.options["type"] in SEARCHED]
    assert {case.kept for case in searched} == {True, False}
    for case in searched:
        assert case.kept == (not case.found), case.options
        assert case.named <= case.found, case.options
        if case.found:
            assert holds_without(package, graph, case, case.found), case.options
        for link in sorted(case.found)[:5]:
            rest = case.found - set(pairwise(case.paths[link]))
            assert not holds_without(package, graph, case, rest), (case.options, link)


@pytest.mark.parametrize("package", ["_pytest", "click", "importlinter"])
def test_without_the_few_imports_the_contract_holds(package: str) -> None:
    graph, judgements = cases(package)
    broken = [case for case in judgements if case.cut]
    assert broken
    assert any(len(case.cut) < len(case.found) for case in broken)
    for case in broken:
        assert len(case.cut) <= len(case.found)
        assert holds_without(package, graph, case, frozenset(case.cut)), case.options
        for link in case.cut:
            assert not holds_without(package, graph, case, frozenset(case.cut) - {link}), (case.options, link)
