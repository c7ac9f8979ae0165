"""The import graph: what an alias means, and that contracts see what `grimp.build_graph` would show them."""

import functools
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import grimp
import pytest

from archlint.facts.extract import extract
from archlint.facts.module import ModuleFacts
from archlint.model import SourceText
from archlint.project.grimp_graph import contract_graph
from archlint.project.imports import Edge, import_graph, namespaces

SHOP = {"shop": True, "shop.domain": True, "shop.domain.order": False, "ns.pkg": True, "ns.pkg.mod": False}


def facts_of(text: str, importer: str = "shop.app") -> dict[str, ModuleFacts]:
    known = {name: extract("", name, is_package) for name, is_package in SHOP.items()}
    return known | {importer: extract(text, importer, importer in SHOP and SHOP[importer])}


def graph_edges(graph: Any) -> set[tuple[str, str, int, str, bool]]:
    return {
        (
            detail["importer"],
            detail["imported"],
            detail["line_number"],
            detail["line_contents"],
            detail["is_lazy"],
        )
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        for detail in graph.get_import_details(importer=importer, imported=imported)
    }


def load(package: str, folder: Path) -> tuple[dict[str, ModuleFacts], dict[str, SourceText]]:
    facts, texts = {}, {}
    for file in sorted(folder.rglob("*.py")):
        parts = [package, *file.relative_to(folder).with_suffix("").parts]
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        text = file.read_bytes().decode("utf-8")
        facts[name], texts[name] = extract(text, name, is_package), SourceText(text)
    return facts, texts


def assert_same_graph(
    roots: list[str],
    facts: dict[str, ModuleFacts],
    texts: dict[str, SourceText],
    *,
    external: bool,
    exclude: bool,
) -> None:
    ours = contract_graph(
        import_graph(facts),
        roots,
        texts.__getitem__,
        include_external=external,
        exclude_type_checking=exclude,
    )
    theirs = grimp.build_graph(
        *roots, include_external_packages=external, exclude_type_checking_imports=exclude, cache_dir=None
    )
    assert ours.graph.modules == theirs.modules
    assert graph_edges(ours.graph) == graph_edges(theirs)
    squashed = {name for name in theirs.modules if theirs.is_module_squashed(name)}
    assert {name for name in ours.graph.modules if ours.graph.is_module_squashed(name)} == squashed
    assert ours.graph.count_imports() == theirs.count_imports() == len(ours.imports)


@pytest.mark.parametrize(
    ("statement", "imported", "internal"),
    [
        ("import shop.domain", "shop.domain", True),
        ("import shop.domain.order as o", "shop.domain.order", True),
        ("from shop import domain", "shop.domain", True),
        ("from shop.domain import order", "shop.domain.order", True),
        ("from shop.domain import Order", "shop.domain", True),
        ("from shop.domain.order import Order", "shop.domain.order", True),
        ("from shop.domain import *", "shop.domain", True),
        ("from . import domain", "shop.domain", True),
        ("from .domain import order as o", "shop.domain.order", True),
        ("import shop.missing", "shop", True),
        ("import ns", "ns", True),
        ("from ns import pkg", "ns.pkg", True),
        ("import ns.other.mod", "ns.other.mod", False),
        ("from ns.other import mod", "ns.other", False),
        ("import redis.asyncio", "redis.asyncio", False),
        ("from redis.asyncio import Redis", "redis.asyncio", False),
    ],
)
def test_an_alias_means_the_written_module_or_its_parent(statement: str, imported: str, internal: bool) -> None:
    graph = import_graph(facts_of(statement))
    assert [(edge.imported, edge.internal) for edge in graph.edges] == [(imported, internal)]
    assert graph.unresolved == ()


@pytest.mark.parametrize(
    ("statement", "target"),
    [
        ("from shop.missing import x", "shop.missing"),
        ("import shop.missing.deep", "shop.missing.deep"),
        ("from shop.domain.order.inner import x", "shop.domain.order.inner"),
        ("from .missing import *", "shop.missing"),
    ],
)
def test_imports_of_own_modules_that_do_not_exist_are_kept_apart(statement: str, target: str) -> None:
    graph = import_graph(facts_of(statement))
    assert graph.edges == ()
    assert [(edge.importer, edge.imported, edge.internal) for edge in graph.unresolved] == [("shop.app", target, False)]


def test_edges_are_sorted_and_found_from_both_ends() -> None:
    facts = facts_of("from shop import (\n    domain,\n    other,\n)\nimport os, shop.domain\n")
    facts["a"] = extract("import os\ndef f():\n    import shop.domain\n", "a", False)
    graph = import_graph(dict(reversed(facts.items())))

    def order(edge: Edge) -> tuple[str, int]:
        return edge.importer, edge.import_.start

    assert [edge.imported for edge in graph.edges] == [
        "os",
        "shop.domain",
        "shop.domain",
        "shop",
        "os",
        "shop.domain",
    ]
    assert list(graph.edges) == sorted(graph.edges, key=order)
    assert sorted((edge for edges in graph.by_imported.values() for edge in edges), key=order) == list(graph.edges)
    assert [edge for edges in graph.by_importer.values() for edge in edges] == list(graph.edges)
    assert [edge.importer for edge in graph.by_imported["shop.domain"]] == ["a", "shop.app", "shop.app"]


def test_folders_without_init_are_namespaces() -> None:
    assert namespaces(["a.b.c", "a.b.d", "x"]) == {"a", "a.b"}


def test_dynamic_imports_are_edges_of_the_project_but_not_of_contracts() -> None:
    text = 'import importlib\nimportlib.import_module("shop.domain")\n'
    facts = facts_of(text)
    project = import_graph(facts)
    assert [(edge.imported, edge.import_.kind) for edge in project.by_importer["shop.app"]][-1] == (
        "shop.domain",
        "dynamic",
    )
    built = contract_graph(
        project, ["shop"], lambda _: SourceText(text), include_external=False, exclude_type_checking=False
    )
    assert built.imports == {}


@functools.cache
def installed(package: str) -> tuple[dict[str, ModuleFacts], dict[str, SourceText]]:
    spec = PathFinder.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return load(package, Path(spec.submodule_search_locations[0]))


@pytest.mark.parametrize("exclude", [False, True])
@pytest.mark.parametrize("external", [False, True])
@pytest.mark.parametrize("package", ["_pytest", "click", "grimp", "hypothesis", "importlinter", "msgspec", "pathspec"])
def test_same_graph_as_grimp_on_installed_packages(package: str, external: bool, exclude: bool) -> None:
    assert_same_graph([package], *installed(package), external=external, exclude=exclude)


ODDITIES = {
    "oddpkg/__init__.py": "",
    "oddpkg/sub/__init__.py": "",
    "oddpkg/sub/m.py": "",
    "oddpkg/has-dash.py": "import oddpkg.sub",
    "oddpkg/not-a-name/__init__.py": "import oddpkg.sub.m",
    "oddpkg/orphans/x.py": "import oddpkg.sub.m",
    "oddpkg/orphans/deep/__init__.py": "import oddpkg.sub.m",
    "oddpkg/user.py": """\
import typing
from typing import TYPE_CHECKING
import oddpkg.missing
import oddpkg.missing.deep
from oddpkg.missing import x
from oddpkg.missing.deep import x
from oddpkg import nothing
from oddpkg.sub import *
from oddpkg import *
import oddpkg.sub.m.attribute
import oddpkg.orphans.x, oddpkg.orphans
from oddpkg.orphans import x
if TYPE_CHECKING:
    import os
    if typing.TYPE_CHECKING:
        import re
    import json
    from oddpkg.sub import m
else:
    import abc
if not TYPE_CHECKING:
    import ast
elif TYPE_CHECKING:
    import cmd
if TYPE_CHECKING or 1:
    import csv
def f():
    if TYPE_CHECKING:
        import dis
    import enum
try:
    import oddpkg.user; import oddpkg.sub, oddpkg.sub.m as mm, oddpkg.sub
except ImportError: import fnmatch
match 1:
    case 1:
        import glob
class C:
    import heapq
from . import sub
from .sub import (
   m,
   m as q,
)
""",
    "oddns/blue/pkg/__init__.py": "",
    "oddns/blue/pkg/mod.py": """\
import oddns.green.x, oddns.blue, oddns, oddns.red.alpha
import oddns.blue.pkg
import oddns.blue.pkg.missing.deep
import oddns.blue.pkgs.deep
from oddns.green import x
from oddns import green
import os.path
""",
    "oddns/green/x.py": "",
}


@pytest.mark.parametrize("exclude", [False, True])
@pytest.mark.parametrize("external", [False, True])
@pytest.mark.parametrize(
    "roots",
    [["oddpkg"], ["oddns"], ["oddns.blue.pkg"], ["oddns.blue.pkg", "oddns.green"], ["oddpkg", "oddns.blue"]],
)
def test_same_graph_as_grimp_in_odd_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roots: list[str], external: bool, exclude: bool
) -> None:
    for name, text in ODDITIES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    facts: dict[str, ModuleFacts] = {}
    texts: dict[str, SourceText] = {}
    for package in ("oddpkg", "oddns"):
        more_facts, more_texts = load(package, tmp_path / package)
        facts |= more_facts
        texts |= more_texts
    assert_same_graph(roots, facts, texts, external=external, exclude=exclude)


@pytest.mark.parametrize(
    "text",
    [
        "import typing as t\nif t.TYPE_CHECKING:\n    import re\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    class C:\n        import re\n",
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import re\n",
        "from compat import TYPE_CHECKING\nif TYPE_CHECKING:\n    import re\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    def f():\n        import re\n",
    ],
)
def test_type_checking_is_what_grimp_takes_for_it(text: str) -> None:
    project = import_graph({"oddtype": extract(text, "oddtype", True)})
    built = contract_graph(
        project, ["oddtype"], lambda _: SourceText(text), include_external=True, exclude_type_checking=True
    )
    assert "re" not in built.graph.modules
