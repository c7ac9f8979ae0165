"""Which modules are no part of the program: tests of it, what shows how to use it, and migrations of its database."""

import re
from functools import lru_cache

from archlint.facts.model import Import
from archlint.project.program import Module

_TEST_HELPERS = re.compile(r"(?:^|_)(?:unit)?test(?:ing)?_?(?:data|fixtures?|utils?|utilities|helpers?|support)$")
_TESTS = frozenset({"tests", "functionaltests", "integrationtests", "systemtests", "unittests"})
_TEST_FOLDERS = frozenset({"test", "testing"})
_TESTING = frozenset({"hypothesis", "pytest", "unittest"})
"""What modules in such folders, or called `orders_tests.py`, import if they are tests, and not something on offer."""
_SUBJECTS = frozenset(
    {"ab_tests", "blood_tests", "hypothesis_tests", "lab_tests", "load_tests", "medical_tests", "speed_tests"}
)
"""Tests that a program is about, which are no tests of it."""
_SHOWS = re.compile(r"(?:^|/)(?:docs_src|examples|tutorials)/|^(?:docs?|example|samples?|snippets|tutorial)/")


def is_test(module: Module) -> bool:
    """Tell whether a module is test code: `tests/`, `ui_tests/`, `test_*.py`, `*_test.py`, `conftest.py`, ..."""
    return is_named_as_test(module.name, module.facts.is_package, module.path) or (
        _is_about_testing(module.name) and any(map(_is_for_testing, module.facts.imports))
    )


def _is_for_testing(import_: Import) -> bool:
    return import_.target.partition(".")[0] in _TESTING or import_.target.startswith("django.test")


@lru_cache(maxsize=65536)
def _is_about_testing(module: str) -> bool:
    *folders, name = module.partition(":")[0].split(".")
    return not _TEST_FOLDERS.isdisjoint(folders) or (name.endswith("_tests") and name not in _SUBJECTS)


@lru_cache(maxsize=65536)
def is_named_as_test(module: str, is_package: bool, path: str) -> bool:
    """Tell whether a module (or a package) of this name, in a file at this path, is test code."""
    *folders, name = module.partition(":")[0].split(".")
    if not _TESTS.isdisjoint(folders) or any(each.endswith("_tests") and each not in _SUBJECTS for each in folders):
        return True
    if name in ("conftest", "tests") or (name == "test" and not is_package):
        return True
    if name.startswith(("test_", "tests_")) or name.endswith("_test") or "/tests/" in path.rpartition("/src/")[2]:
        return True
    if "/.semgrep/" in f"/{path}":  # what the rules of that tool are tried on
        return True
    if folders and (folders[0] == "test" or (folders[0].endswith("_test") and f"{folders[0]}s" not in _SUBJECTS)):
        return True
    return any(map(_TEST_HELPERS.search, (*folders, name)))


@lru_cache(maxsize=65536)
def shows(path: str, root: str) -> bool:
    """Tell whether a file shows the users of a library what to write: `docs/`, `docs_src/`, `examples/`, ..."""
    return _SHOWS.search(path.removeprefix(f"{root}/")) is not None


def is_migration(module: Module) -> bool:
    """Tell whether a module changes a database once, by Django or Alembic."""
    return not {"migrations", "alembic"}.isdisjoint(module.words)
