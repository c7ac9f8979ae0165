"""What module patterns match."""

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.project.patterns import compile_module_pattern, module_pattern_error

names = st.sampled_from(["a", "b", "ab", "a_b", "é"])
modules = st.lists(names, min_size=1, max_size=6).map(".".join)
patterns = st.lists(names | st.sampled_from(["*", "**"]), min_size=1, max_size=5).map(".".join)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("shop.domain", ["shop.domain", "shop.domain.order"], ["shop", "shop.domains", "my.shop.domain", ""]),
        ("shop.*.domain", ["shop.a.domain", "shop.a.domain.x"], ["shop.domain", "shop.a.b.domain"]),
        ("shop.**.domain", ["shop.a.domain", "shop.a.b.domain.x"], ["shop.domain", "shop.a.domains"]),
        ("shop.*", ["shop.a", "shop.a.b"], ["shop"]),
        ("*.**.x", ["a.b.x", "a.b.c.x.d"], ["a.x"]),
    ],
)
def test_matches(pattern: str, yes: list[str], no: list[str]) -> None:
    match = compile_module_pattern(pattern)
    assert [module for module in yes + no if match(module)] == yes


def matches(pattern: list[str], module: list[str]) -> bool:
    """Say the same by trying out every length of `**`."""
    if not pattern:
        return True
    if not module:
        return False
    if pattern[0] == "**":
        return any(matches(pattern[1:], module[taken:]) for taken in range(1, len(module) + 1))
    return fnmatchcase(module[0], pattern[0]) and matches(pattern[1:], module[1:])


@given(patterns, modules)
def test_agrees_with_the_definition(pattern: str, module: str) -> None:
    if module_pattern_error(pattern):
        assert "after `**`" in (module_pattern_error(pattern) or "")
    else:
        assert compile_module_pattern(pattern)(module) == matches(pattern.split("."), module.split("."))


@given(patterns, modules, names)
def test_below_a_match_everything_matches(pattern: str, module: str, name: str) -> None:
    if not module_pattern_error(pattern) and compile_module_pattern(pattern)(module):
        assert compile_module_pattern(pattern)(f"{module}.{name}")


@given(st.text())
def test_any_text_is_either_compiled_or_explained(text: str) -> None:
    if module_pattern_error(text) is None:
        assert compile_module_pattern(text)(text.replace("*", "x"))
    else:
        with pytest.raises(ValueError, match=re.escape(repr(text))):
            compile_module_pattern(text)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("shop..domain", "empty part"),
        ("", "empty part"),
        (".shop", "empty part"),
        ("src/shop/domain", "is a path, but module names are dotted: shop.domain"),
        ("./shop.py", "is a path, but module names are dotted: shop"),
        ("src/", "is a path, but module names are dotted"),
        ("shop.dom*", 'mixes a wildcard with text in "dom*"'),
        ("shop.***", "mixes a wildcard"),
        ("**.*", "wildcard after `**`"),
        ("shop.my-app", '"my-app" is no Python name'),
        ("shop.class", '"class" is no Python name'),
    ],
)
def test_says_what_is_wrong(pattern: str, message: str) -> None:
    assert message in (module_pattern_error(pattern) or "")
