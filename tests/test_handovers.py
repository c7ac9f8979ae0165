"""Which argument of a call is handed over, and what the table says of it."""

import pytest

from archlint.project.library import Argument, Library, LibraryError
from tests.test_types import LIBRARY


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ([("", "a"), ("", "b")], "b"),
        ([("", "a"), ("target", "b")], "b"),
        ([("target", "b")], "b"),
        ([("", "a")], None),
        ([("*", "a"), ("", "b")], None),
        ([("", "a"), ("*", "b")], None),
        ([("other", "b")], None),
    ],
)
def test_the_argument_that_is_handed_over(arguments: list[tuple[str, str]], given: str | None) -> None:
    assert Argument(1, "target").of(arguments) == given


def test_an_argument_without_a_name_goes_by_position_alone() -> None:
    assert Argument(1).of([("", "a"), ("", "b")]) == "b"
    assert Argument(1).of([("", "a"), ("func", "b")]) is None


def test_takers_are_inherited() -> None:
    assert LIBRARY.offloader("concurrent.futures.ThreadPoolExecutor.submit") == Argument(0)
    assert LIBRARY.loop_callback("asyncio.Task.add_done_callback") == Argument(0, "fn")
    assert LIBRARY.offloader("asyncio.create_task") is None


def test_an_argument_without_a_position_is_a_mistake() -> None:
    with pytest.raises(LibraryError, match="position"):
        Library.parse({"a.toml": '[offloaders]\n"a.run" = { name = "func" }'})
