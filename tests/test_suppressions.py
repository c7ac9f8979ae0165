"""Which violations `# archlint: ignore[...]` comments accept, and which comments accept nothing."""

import pytest

from archlint.facts.suppressions import suppressions
from archlint.intake.rulefiles import built_in_pages
from archlint.model import SourceText, Violation
from archlint.outcome.suppressions import apply
from archlint.rulebook.judge import judge
from archlint.rulebook.pages import load
from archlint.rulebook.selection import active
from tests.test_types import project

HEAD = "import redis\nfrom datetime import datetime\ndef f(r: redis.Redis):\n"
RULES = load(built_in_pages())


def judged(text: str, select: tuple[str, ...]) -> list[Violation]:
    """Return the violations of a module that are left."""
    whole = project({"m": text})
    rules = active(RULES, select, (), ())
    violations = [each for each in judge(whole, rules) if isinstance(each, Violation)]
    left, accepted = apply(violations, whole, lambda _: SourceText(text), RULES, rules)
    assert len(left) >= len(violations) - len(accepted)
    return sorted(left, key=lambda each: each.place)


def found(body: str, select: tuple[str, ...] = ("RDS001", "TIM001", "ARC001")) -> list[str]:
    """Return `code:line` of every violation in the body of a function."""
    text = HEAD + "".join(f"    {line}\n" for line in body.split("\n"))
    source = SourceText(text)
    first = HEAD.count("\n")
    return [
        f"{each.code}:{source.location(each.place.start, each.place.end).line - first}" for each in judged(text, select)
    ]


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("r.keys()", ["RDS001:1"]),
        ("r.keys()  # archlint: ignore[RDS001]", []),
        ("r.keys()  # archlint: ignore[RDS001] a reason", []),
        ("r.keys()  # a note # archlint: ignore[RDS001]", []),
        ("r.keys()  #archlint:ignore[ RDS001 ]", []),
        ("r.keys()  # archlint: ignore[redis-keys]", []),
        ("r.keys()  # archlint: ignore[RDS]", []),
        ("r.keys()  # archlint: ignore[ALL]", []),
        ("# archlint: ignore[RDS001]\nr.keys()", []),
        ("# archlint: ignore[RDS001]\n\n# more\nr.keys()", []),
        ("# archlint: ignore[RDS001]\nr.keys()\nr.keys()", ["RDS001:3"]),
        ("x = [\n    1,\n    r.keys(),\n]  # archlint: ignore[RDS001]", []),
        ("x = [  # archlint: ignore[RDS001]\n    1,\n    r.keys(),\n]", []),
        ("x = [\n    1,\n    # archlint: ignore[RDS001]\n    r.keys(),\n]", []),
        ("# archlint: ignore[RDS001]\nx = [\n    1,\n    r.keys(),\n]", []),
        ("x = 1 + \\\n    r.keys()  # archlint: ignore[RDS001]", []),
        ("x = '''\n''' + r.keys()  # archlint: ignore[RDS001]", []),
        ("# archlint: ignore[RDS001]\n@d(r.keys())\n@e\ndef g(): pass", []),
        ("# archlint: ignore[RDS001]\n@d\n# note\ndef g(x=r.keys()): pass", []),
        ("@d\n# archlint: ignore[RDS001]\ndef g(x=r.keys()): pass", []),
        ("# archlint: ignore[RDS001]\ndef g(x):\n    r.keys()", ["ARC001:1", "RDS001:3"]),
        ("r.keys(); datetime.now()  # archlint: ignore[RDS001, TIM001]", []),
        ("r.keys(); datetime.now()  # archlint: ignore[RDS001]  # archlint: ignore[TIM001] why", []),
        ("r.keys(); datetime.now()  # archlint: ignore[RDS001]", ["TIM001:1"]),
        ("# archlint: ignore[TIM001]\nr.keys(); datetime.now()  # archlint: ignore[RDS001]", []),
        ("r.keys()\n# archlint: ignore-file[RDS001] legacy", []),
        ("r.keys(); r.keys()\n# archlint: ignore-file[RDS001, TIM001]", ["ARC001:2"]),
        # Comments that accept nothing.
        ("x = 1  # archlint: ignore[RDS001]", ["ARC001:1"]),
        ("r.keys()  # archlint: ignore[RDS001, TIM001]", ["ARC001:1"]),
        ("r.keys()  # archlint: ignore[RDS999]", ["RDS001:1", "ARC001:1"]),
        ("r.keys()  # archlint: ignore", ["RDS001:1", "ARC001:1"]),
        ("r.keys()  # archlint: ignore[]", ["RDS001:1", "ARC001:1"]),
        ("# archlint: ignore-file\nr.keys()", ["ARC001:1", "RDS001:2"]),
        ("r.keys()\n# archlint: ignore[RDS001]", ["RDS001:1", "ARC001:2"]),
        ("x = 1  # archlint: ignore[RDS001, ARC001]", []),
        # What is no such comment.
        ("r.keys(), '# archlint: ignore[RDS001]'", ["RDS001:1"]),
        ("x = '''\n# archlint: ignore[RDS001]\n''' + r.keys()", ["RDS001:3"]),
        ("r.keys()  # archlint: ignored[RDS001]", ["RDS001:1"]),
        ("r.keys()  # noqa: RDS001", ["RDS001:1"]),
    ],
)
def test_suppression(body: str, left: list[str]) -> None:
    assert found(body) == left


def test_a_rule_that_did_not_run_is_not_called_unused() -> None:
    body = "x = 1  # archlint: ignore[RDS001]\ny = 1  # archlint: ignore[SEC]"
    assert found(body, ("ARC001", "TIM001")) == []
    assert found(body, ("ARC001", "SEC002")) == ["ARC001:2"]


def test_unused_ones_are_reported_only_when_their_rule_runs() -> None:
    assert found("x = 1  # archlint: ignore[RDS001]", ("RDS001",)) == []


def test_what_is_said_of_comments_that_accept_nothing() -> None:
    text = (
        "x = 1  # archlint: ignore[RDS001]\ny = 1  # archlint: ignore[rds001]\nz = 1  # archlint: ignore\n"
        "a = 1  # archlint: ignore[XYZ123, ABC]\n"
    )
    left = judged(text, ("RDS001", "ARC001"))
    assert [each.message for each in left] == [
        "nothing here breaks RDS001; delete the comment",
        "there is no rule rds001, so that this comment accepts nothing; did you mean RDS001?",
        "this comment names no rule and accepts nothing; write `ignore[CODE]` or delete it",
        "there is no rule XYZ123, ABC, so that this comment accepts nothing; correct or delete it",
    ]
    assert [text[each.place.start : each.place.end] for each in left] == [
        "# archlint: ignore[RDS001]",
        "# archlint: ignore[rds001]",
        "# archlint: ignore",
        "# archlint: ignore[XYZ123, ABC]",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_every_kind(end: str) -> None:
    text = end.join(["x = 1", "", "# archlint: ignore[RDS001] because # more", "y = (", "1)", ""])
    (found,) = suppressions(text)
    assert (found.first, found.last, found.reason, found.rules) == (4, 5, "because", ("RDS001",))
    assert SourceText(text).location(found.start, found.end).line == 3
    assert text[found.start : found.end] == "# archlint: ignore[RDS001] because"
