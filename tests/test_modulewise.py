"""Answers about single modules: they note what they read of others, and what is kept of them is what they are."""

import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.msgpack import encode as encoded

from archlint.engine import Options, take_in
from archlint.facts.module import ModuleFacts
from archlint.judging import load_checks
from archlint.project.blocking import BLOCKING_CALLS
from archlint.project.classes import ClassTable
from archlint.project.inferences import inferences
from archlint.project.library import Library
from archlint.project.modulewise import Answers, ModuleWise
from archlint.project.namespaces import kept_attributes
from archlint.project.outside import DIRECT
from archlint.project.program import Architecture, Module, Project
from archlint.project.reading import Reading
from archlint.project.stored import decode, encode
from archlint.rulebook.patterns import _Index
from tests.support import FIXTURES, fixture_projects

load_checks()
QUESTIONS: tuple[ModuleWise[Any], ...] = tuple(
    {
        id(value): value
        for name, module in sorted(sys.modules.items())
        if name.startswith("archlint.")
        for value in vars(module).values()
        if isinstance(value, ModuleWise)
    }.values()
)
"""All that there are."""
BODY = frozenset({"calls", "loads", "assignments", "suppressions", "candidates", "handed"})
"""The facts that are no part of what a module shows to those who infer."""


class Watched:
    """A module that tells `seen` of what others look at: its name, and the field of its facts."""

    def __init__(self, module: Module, seen: set[tuple[str, str]]) -> None:
        self.path, self.name = module.path, module.name
        self.imported_as, self.words = module.imported_as, module.words
        self.place, self.scope = module.place, module.scope
        self.facts = WatchedFacts(module.facts, seen)


class WatchedFacts:
    """The facts of a watched module."""

    def __init__(self, facts: ModuleFacts, seen: set[tuple[str, str]]) -> None:
        self._facts = facts
        self._seen = seen

    def __getattr__(self, field: str) -> object:
        if field not in ("name", "is_package"):
            self._seen.add((self._facts.name, field))
        return getattr(self._facts, field)


RULES = tuple(rule for rule in take_in([FIXTURES / "shop"], Options(jobs=1)).inputs.rules.values() if rule.match)
"""Those that are a pattern."""


def named_by_patterns(project: Project) -> ModuleWise[Any]:
    """Return the question that the patterns of all rules ask."""
    return _Index(project, RULES).named


@pytest.fixture(params=fixture_projects(), ids=lambda path: path.name)
def modules(request: pytest.FixtureRequest) -> tuple[tuple[Module, ...], Library]:
    """Give the modules of every fixture project, and what is known of third parties."""
    folder: Path = request.param
    taken = take_in([folder], Options(jobs=1))
    facts = taken.gathered.facts
    return tuple(Module(facts[path], path) for path in sorted(facts)), Library.parse(taken.inputs.tables)


def test_questions_have_different_names() -> None:
    names = [question.name for question in QUESTIONS]
    assert {"uses", "ports", "effects", "unawaited coroutines"} <= set(names)
    assert len(set(names)) == len(names)


def test_what_is_read_is_noted(modules: tuple[tuple[Module, ...], Library]) -> None:
    whole, library = modules
    for known in (*QUESTIONS, None):
        seen: set[tuple[str, str]] = set()
        watched: Any = tuple(Watched(module, seen) for module in whole)
        project = Project(watched, library, Architecture())
        question = named_by_patterns(project) if known is None else known
        question.needs(project)
        project.query(kept_attributes)
        project.query(ClassTable).defining(
            "run"
        )  # it looks through all; asked about are classes whose modules are noted
        if question is DIRECT:
            project.query(BLOCKING_CALLS)
        for module in project.modules:
            seen.clear()
            _, reads = question.ask(project, module)
            for name, field in seen:
                if name != module.name and name in project.by_name:
                    body = project.reading.bodies_of([name])
                    wanted = body if field in BODY else body | project.reading.set_of([name])
                    assert reads & wanted, f"{question.name} of {module.name} reads {field} of {name}"


def test_what_is_kept_is_what_was_answered(modules: tuple[tuple[Module, ...], Library]) -> None:
    whole, library = modules
    project = Project(whole, library, Architecture())
    answers = {question.name: project.query(question) for question in QUESTIONS}
    kept = decode([encode(inferences(project))])
    assert kept is not None
    assert answers.keys() <= kept.answered.keys()
    again = Project(whole, library, Architecture())
    again.query(Answers).resume(kept.answered, frozenset(), 0)
    for question in QUESTIONS:
        known = kept.answered[question.name]
        held = again.query(Answers).holding(question, known.needs)
        assert {path: answer for path, (answer, _) in held.items()}.items() <= answers[question.name].items()
        assert question(again) == answers[question.name]


NOTHING_KEPT: tuple[object, ...] = (
    *({"a": [1, 0]}, {"a": [2, 0]}, {"a": [-1, 0]}, {"a": [0, 1]}, {"a": [0]}),
    *({"a": "b"}, {1: [0, 0]}, 9, b"", None),
)
"""Buckets of references in which "a" has no answer: there are two values, the second of which is none, and one set."""


@pytest.mark.parametrize("bucket", NOTHING_KEPT)
def test_what_cannot_be_found_was_not_kept(bucket: object) -> None:
    odd = decode([encoded([[["a", "/a.py", 0]], [], [b""], [encoded([[], [7]])], 1, [encoded(bucket)], {}])])
    assert odd is not None
    settled = odd.settled(0)
    assert (settled.get("a"), [*settled], len(settled)) == (None, [], 0)


def test_what_can_be_found_is_kept() -> None:
    a, b = (encoded({name: [0, 0]}) for name in "ab")
    both = [encoded([[], [], [read], [encoded([[]])], 1, [each], {}]) for read, each in ((b"", a), (b"\1", b))]
    kept = decode(both)
    assert kept is not None
    settled = kept.settled(0)
    assert ({**settled}, len(settled), kept.references) == ({"a": ((), 0), "b": ((), 1)}, 2, 2)
    assert {**kept.settled(1)} == {"a": ((), 0)}
    assert settled.get("c") is None


def test_nonsense_is_nothing_that_was_kept() -> None:
    question = {"question": [b"", [0], []]}
    assert decode([b""]) is None
    assert decode([encoded([[["a", "/a.py", 0]], [], [], [], 0, [], question])]) is None
    none = decode([encoded([[], [], [], [], 0, [], {}])])
    assert none is not None
    assert none.settled(0).get("a") is None


def test_a_new_module_has_a_bit_of_its_own_while_one_is_spare() -> None:
    reading = Reading(["a", "b", "d"])
    reading.renumber({"a": 0, "d": 1, "gone": 2})
    assert [reading.number(name) for name in ("a", "b", "d")] == [0, 3, 1]
    assert reading.set_of(["gone"]) == 1 << 2
    full = {f"m{number:04}": number for number in range(1024)}
    crowded = Reading(sorted([*full, "m0007_new"]))
    crowded.renumber(full)
    assert crowded.number("m0007_new") == crowded.number("m0007") == 7
    crowded.spread()
    assert crowded.number("m1023") == 1023
