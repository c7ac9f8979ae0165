"""Conformance of adapters, held against mypy and pyright: where these agree, archlint says the same.

mypy runs here; pyright's answers are recorded (`python -m tests.type_checkers` renews them). Where mypy and pyright
differ archlint sides with one of them, for the reason given in `SIDES`.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.goldens import COMMAND, golden_pairs
from tests.port_cases import CASES
from tests.port_verdicts import told_of_pairs, verdict
from tests.type_checkers import ANSWERS, refused_by_mypy

SIDES = {
    "renamed": (
        "accepts",
        "mypy lets methods of a Protocol name parameters as they like. archlint reports the name as a warning that "
        "does not make the adapter a bad one: only a call by keyword notices.",
    ),
    "positional-only for normal": ("accepts", "As for names: only a call by keyword notices, and archlint warns."),
    "positional variadic for normal": ("accepts", "As for names: only a call by keyword notices, and archlint warns."),
    "callable attribute for a method": (
        "accepts",
        "A `Callable` has no parameter names, which pyright minds and mypy does not; calls by position work.",
    ),
    "coroutine for async": (
        "accepts",
        "pyright takes `async def` for `CoroutineType`, mypy for `Coroutine`; to await either is the same.",
    ),
    "settable property for an attribute": (
        "accepts",
        "pyright refuses every property for an attribute; one that can be set is read and written like it.",
    ),
    "cached property": ("accepts", "pyright's `cached_property` is no property; it is read like one."),
    "getattr": ("accepts", "pyright ignores `__getattr__` here; at run time the member may be there."),
    "unknown decorator": (
        "accepts",
        "pyright takes a decorator that it cannot resolve for one that changes nothing; archlint does not know.",
    ),
    "unannotated port": (
        "accepts",
        "pyright infers that a stub without annotation returns None; nobody promised anything.",
    ),
    "unannotated adapter of another result": (
        "accepts",
        "pyright infers what a method without annotation returns; archlint compares what is written, as mypy does.",
    ),
    "unannotated and plain for async": (
        "refuses",
        "mypy takes a method without annotations for `Any`. It returns something that cannot be awaited, and archlint "
        "says so (PRT004) as pyright does.",
    ),
}
"""By title of a case on which mypy and pyright differ: what archlint says, and why."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """Return the titles of the cases that mypy and pyright refuse."""
    recorded = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return refused_by_mypy(tmp_path_factory.mktemp("cases")), set(recorded["refused"])


def test_archlint_agrees_where_type_checkers_agree(answers: tuple[set[str], set[str]]) -> None:
    mypy, pyright = answers
    agreed = {title: title in mypy for title in CASES if (title in mypy) == (title in pyright)}

    said = {title: verdict(CASES[title].text).conformance == "no" for title in agreed}

    assert said == agreed
    assert sum(agreed.values()) >= 30
    assert sum(not each for each in agreed.values()) >= 30


def test_differences_between_type_checkers_are_explained(answers: tuple[set[str], set[str]]) -> None:
    mypy, pyright = answers
    said = {
        title: "refuses" if verdict(CASES[title].text).conformance == "no" else "accepts"
        for title in CASES
        if (title in mypy) != (title in pyright)
    }

    assert said == {title: side for title, (side, _) in SIDES.items()}


def test_the_cases_are_many_and_of_many_kinds() -> None:
    kinds = Counter(case.kind for case in CASES.values())

    assert len(CASES) >= 60
    assert max(kinds.values()) <= 5


def test_answers_of_pyright_are_about_these_cases() -> None:
    recorded = json.loads(ANSWERS.read_text(encoding="utf-8"))

    assert set(recorded["refused"]) <= set(CASES)
    assert recorded["version"]
    assert Path(ANSWERS).name == "pyright_answers.json"


@pytest.mark.parametrize("title", [title for title, case in CASES.items() if case.kind == "unknown"])
def test_what_nobody_can_know_is_no_violation(title: str) -> None:
    assert verdict(CASES[title].text).mismatches == ()


def test_a_partly_known_adapter_says_why() -> None:
    found = verdict(CASES["getattr"].text)

    assert found.conformance == "unknown"
    assert found.unknown == ("`__getattr__`",)


def test_all_that_is_said_of_pairs() -> None:
    assert told_of_pairs() == golden_pairs(), f"read the difference; then run: {COMMAND}"
