"""How types are written in messages."""

import pytest

from archlint.facts.extract import extract
from archlint.intake.rulefiles import data_tables
from archlint.project.forms import ANY, NONE, UNKNOWN, Form, forms, union
from archlint.project.library import Library
from archlint.project.program import Architecture, Module, Project

LIBRARY = Library.parse(data_tables())
INT = Form("class", "builtins.int")


@pytest.mark.parametrize(
    ("spelled", "shown"),
    [
        ("int", "int"),
        ("Own", "Own"),
        ("list[int] | None", "list[int] | None"),
        ("Optional[Own]", "Own | None"),
        ("Literal['a', 1]", "Literal['a'] | Literal[1]"),
        ("Callable[..., None]", "Callable[..., None]"),
        ("Callable[[int, Own], str]", "Callable[[int, Own], str]"),
        ("tuple[int, ...]", "tuple[int, ...]"),
        ("Any", "Any"),
        ("NoReturn", "Never"),
        ("ClassVar[int]", "int"),
        ("typing.Sequence[int]", "Sequence[int]"),
        ("typing.List[int]", "list[int]"),
        ("datetime.datetime", "datetime"),
        ("Union", "..."),
        ("Nowhere", "..."),
    ],
)
def test_types_are_shown_as_people_write_them(spelled: str, shown: str) -> None:
    text = (
        "import datetime, typing\n"
        "from typing import Any, Callable, ClassVar, Literal, NoReturn, Optional, Union\n"
        f"class Own:\n    class Inner: ...\n"
        f"class Port:\n    def f(self, x: {spelled}): ...\n"
    )
    module = Module(extract(text, "m", is_package=False), "/m.py")
    table = Project((module,), LIBRARY, Architecture()).query(forms)
    _, parameter = module.facts.functions[0].parameters

    assert table.shown(table.of(parameter.spelled, {})) == shown


def test_a_union_is_flat_and_has_nothing_twice() -> None:
    assert union(INT, NONE, union(INT, ANY)) == Form("union", args=(INT, NONE, ANY))
    assert union(INT, INT) == INT


def parts(form: Form) -> int:
    return 1 + sum(map(parts, form.args))


def test_of_a_type_with_more_parts_than_anybody_writes_nothing_is_known() -> None:
    heirs = "\n".join(f"class G{level}(G{level - 1}[dict[T, T]], Generic[T]): ..." for level in range(1, 30))
    text = f"from typing import Generic, TypeVar\nT = TypeVar('T')\nclass G0(Generic[T]): ...\n{heirs}\n"
    module = Module(extract(text, "m", is_package=False), "/m.py")
    table = Project((module,), LIBRARY, Architecture()).query(forms)

    meant = table.variables("m@29", (INT,))

    assert meant["m@27"]["m.T"] == Form("class", "builtins.dict", (Form("class", "builtins.dict", (INT, INT)),) * 2)
    assert max(parts(form) for variables in meant.values() for form in variables.values()) <= 1001
    assert any(UNKNOWN in form.args for variables in meant.values() for form in variables.values())
