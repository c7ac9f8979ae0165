"""Which files belong to a project, what their modules are called, and what paths select of them."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from archlint.intake.config import Config
from archlint.intake.extent import SourceError
from archlint.intake.sources import SourceFile, Sources, find, read
from archlint.model import Failure


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def modules(sources: Sources) -> dict[str, str]:
    root = sources.root.as_posix() + "/"
    return {file.path.removeprefix(root): file.module for file in sources.files}


def selected(sources: Sources) -> set[str]:
    root = sources.root.as_posix() + "/"
    return {path.removeprefix(root) for path in sources.selected}


LAYOUTS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "src layout": (
        {"setup.py": "", "src/shop/__init__.py": "", "src/shop/cart.py": "", "src/shop/__main__.py": ""},
        {
            "setup.py": "setup",
            "src/shop/__init__.py": "shop",
            "src/shop/cart.py": "shop.cart",
            "src/shop/__main__.py": "shop.__main__",
        },
    ),
    "src that is imported as a package": (
        {"src/main.py": "from src.shop import cart\n", "src/shop/cart.py": ""},
        {"src/main.py": "src.main", "src/shop/cart.py": "src.shop.cart"},
    ),
    "src that is a package": (
        {"src/__init__.py": "", "src/shop/__init__.py": ""},
        {"src/__init__.py": "src", "src/shop/__init__.py": "src.shop"},
    ),
    "a folder of packages without an __init__.py that its files climb to": (
        {
            "web/shop/main.py": "",
            "web/shop/api/__init__.py": "",
            "web/shop/api/orders.py": "import os\nfrom ..storage.orders import save\n",
            "web/shop/storage/__init__.py": "",
            "web/desk/main.py": "",
            "web/desk/api/__init__.py": "from .orders import router\n",
            "web/desk/api/orders.py": "",
        },
        {
            "web/shop/main.py": "web.shop.main",
            "web/shop/api/__init__.py": "web.shop.api",
            "web/shop/api/orders.py": "web.shop.api.orders",
            "web/shop/storage/__init__.py": "web.shop.storage",
            "web/desk/main.py": "main",
            "web/desk/api/__init__.py": "api",
            "web/desk/api/orders.py": "api.orders",
        },
    ),
    "a folder src whose packages import each other, once relatively": (
        {
            "src/api/__init__.py": "",
            "src/api/carts.py": "from ..storage import carts\n",
            "src/api/orders.py": "from storage import orders\n",
            "src/storage/__init__.py": "",
            "src/storage/orders.py": "",
        },
        {
            "src/api/__init__.py": "api",
            "src/api/carts.py": "api.carts",
            "src/api/orders.py": "api.orders",
            "src/storage/__init__.py": "storage",
            "src/storage/orders.py": "storage.orders",
        },
    ),
    "a folder src with an __init__.py that few mean": (
        {
            "src/__init__.py": "",
            "src/main.py": "from src.api import orders\n",
            "src/api/__init__.py": "",
            "src/api/orders.py": "from storage import orders\n",
            "src/api/carts.py": "from storage import carts\n",
            "src/api/users.py": "from storage import users\n",
            "src/storage/__init__.py": "",
            "src/storage/orders.py": "from api import carts\n",
            "src/storage/carts.py": "from api import carts\n",
            "src/storage/users.py": "from api import carts\n",
        },
        {
            "src/__init__.py": "__init__",
            "src/main.py": "main",
            "src/api/__init__.py": "api",
            "src/api/orders.py": "api.orders",
            "src/api/carts.py": "api.carts",
            "src/api/users.py": "api.users",
            "src/storage/__init__.py": "storage",
            "src/storage/orders.py": "storage.orders",
            "src/storage/carts.py": "storage.carts",
            "src/storage/users.py": "storage.users",
        },
    ),
    "a folder of packages with an __init__.py that nobody means": (
        {
            "shop/__init__.py": "",
            "shop/api/__init__.py": "",
            "shop/api/orders.py": "from storage.orders import save\nfrom api import models\n",
            "shop/storage/__init__.py": "",
        },
        {
            "shop/__init__.py": "__init__",
            "shop/api/__init__.py": "api",
            "shop/api/orders.py": "api.orders",
            "shop/storage/__init__.py": "storage",
        },
    ),
    "a folder with an __init__.py whose one folder its files import bare": (
        {
            "shop/__init__.py": "",
            "shop/main.py": "from api import orders\n",
            "shop/api/orders.py": "from api.models import Order\n",
            "shop/api/models.py": "",
        },
        {
            "shop/__init__.py": "__init__",
            "shop/main.py": "main",
            "shop/api/orders.py": "api.orders",
            "shop/api/models.py": "api.models",
        },
    ),
    "a folder in a package whose packages its files import bare": (
        {
            "libs/__init__.py": "",
            "libs/sales/src/shop/__init__.py": "",
            "libs/sales/src/shop/orders.py": "from shop.models import Order\n",
            "libs/sales/src/shop/models.py": "from shop import errors\nimport shop.orders\n",
        },
        {
            "libs/__init__.py": "libs",
            "libs/sales/src/shop/__init__.py": "shop",
            "libs/sales/src/shop/orders.py": "shop.orders",
            "libs/sales/src/shop/models.py": "shop.models",
        },
    ),
    "a package with a package called like a library": (
        {
            "shop/__init__.py": "",
            "shop/redis/__init__.py": "import redis\nfrom redis.lock import Lock\n",
            "shop/redis/lock.py": "from redis import asyncio\n",
            "shop/cart/__init__.py": "",
        },
        {
            "shop/__init__.py": "shop",
            "shop/redis/__init__.py": "shop.redis",
            "shop/redis/lock.py": "shop.redis.lock",
            "shop/cart/__init__.py": "shop.cart",
        },
    ),
    "flat layout": (
        {"shop/__init__.py": "", "shop/a/__init__.py": "", "shop/a/b.py": "", "tool.py": ""},
        {
            "shop/__init__.py": "shop",
            "shop/a/__init__.py": "shop.a",
            "shop/a/b.py": "shop.a.b",
            "tool.py": "tool",
        },
    ),
    "several packages with source roots of their own": (
        {"libs/a/src/alpha/__init__.py": "import beta\n", "libs/b/src/beta/__init__.py": ""},
        {"libs/a/src/alpha/__init__.py": "alpha", "libs/b/src/beta/__init__.py": "beta"},
    ),
    "namespace package": (
        {"google/cloud/storage/__init__.py": "", "app.py": "from google.cloud.storage import x\n"},
        {"google/cloud/storage/__init__.py": "google.cloud.storage", "app.py": "app"},
    ),
    "namespace package in src": (
        {"src/corp/pay/__init__.py": "", "src/corp/ship/__init__.py": "import corp.pay\n"},
        {"src/corp/pay/__init__.py": "corp.pay", "src/corp/ship/__init__.py": "corp.ship"},
    ),
    "package in a folder that nobody imports": (
        {"backend/shop/__init__.py": "from shop import cart\n", "backend/shop/cart.py": ""},
        {"backend/shop/__init__.py": "shop", "backend/shop/cart.py": "shop.cart"},
    ),
    "application without any __init__.py": (
        {
            "backend/app/main.py": "from app.api import routes\n",
            "backend/app/api/routes.py": "",
            "backend/app/workers/mail.py": "",
            "backend/tests/app/test_routes.py": "from app.api import routes\n",
        },
        {
            "backend/app/main.py": "app.main",
            "backend/app/api/routes.py": "app.api.routes",
            "backend/app/workers/mail.py": "app.workers.mail",
            "backend/tests/app/test_routes.py": "tests.app.test_routes",
        },
    ),
    "folder without __init__.py in a package": (
        {
            "shop/__init__.py": "",
            "shop/dbs/redis.py": "import redis\n",
            "shop/dbs/other.py": "import redis\n",
            "shop/my-data/x.py": "",
        },
        {
            "shop/__init__.py": "shop",
            "shop/dbs/redis.py": "shop.dbs.redis",
            "shop/dbs/other.py": "shop.dbs.other",
            "shop/my-data/x.py": "x",
        },
    ),
    "scripts": (
        {
            "scripts/run.py": "",
            "ops/deploy.py": "import helper\n",
            "ops/helper.py": "",
            ".ci/my-jobs/job.py": "",
        },
        {
            "scripts/run.py": "scripts.run",
            "ops/deploy.py": "deploy",
            "ops/helper.py": "helper",
            ".ci/my-jobs/job.py": "job",
        },
    ),
    "examples called like what they show": (
        {"examples/flask/app.py": "import flask\n", "lambda/handler.py": ""},
        {"examples/flask/app.py": "examples.flask.app", "lambda/handler.py": "handler"},
    ),
    "a namespace package with a plugin called like what it is for": (
        {
            "http/acme/plugins/aiohttp/__init__.py": "from .ports import Port\n",
            "http/acme/plugins/aiohttp/ports.py": "from aiohttp import web\n",
            "http/tests/test_ports.py": "from acme.plugins.aiohttp import Port\n",
        },
        {
            "http/acme/plugins/aiohttp/__init__.py": "acme.plugins.aiohttp",
            "http/acme/plugins/aiohttp/ports.py": "acme.plugins.aiohttp.ports",
            "http/tests/test_ports.py": "tests.test_ports",
        },
    ),
    "projects called like their packages": (
        {
            "jobs/__init__.py": "",
            "jobs/canvas/canvas/__init__.py": "",
            "jobs/canvas/canvas/lib.py": "",
            "jobs/canvas/canvas/tools.py": "",
            "jobs/canvas/canvas/definitions.py": "from canvas.lib import load\nfrom canvas.tools import save\n",
            "jobs/books/books/__init__.py": "",
            "jobs/books/books/lib.py": "",
            "jobs/books/books/definitions.py": "from books.lib import load\nfrom books.definitions import jobs\n",
            "jobs/mail/__init__.py": "",
            "jobs/mail/mail.py": "",
        },
        {
            "jobs/__init__.py": "jobs",
            "jobs/canvas/canvas/__init__.py": "canvas",
            "jobs/canvas/canvas/lib.py": "canvas.lib",
            "jobs/canvas/canvas/tools.py": "canvas.tools",
            "jobs/canvas/canvas/definitions.py": "canvas.definitions",
            "jobs/books/books/__init__.py": "books",
            "jobs/books/books/lib.py": "books.lib",
            "jobs/books/books/definitions.py": "books.definitions",
            "jobs/mail/__init__.py": "jobs.mail",
            "jobs/mail/mail.py": "jobs.mail.mail",
        },
    ),
    "names that cannot be imported": (
        {"shop/__init__.py": "", "shop/has-dash.py": "", "shop/a.b.py": ""},
        {"shop/__init__.py": "shop", "shop/has-dash.py": "shop.has-dash", "shop/a.b.py": "shop.a_b"},
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_module_names_of_a_layout(tmp_path: Path, layout: str) -> None:
    files, expected = LAYOUTS[layout]
    write(tmp_path, files)
    assert modules(find([tmp_path], Config(root=tmp_path))) == expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_module_names_do_not_need_a_configuration(tmp_path: Path, layout: str) -> None:
    files, expected = LAYOUTS[layout]
    write(tmp_path, files)
    assert modules(find([tmp_path], Config())) == expected


def test_configured_source_roots_decide(tmp_path: Path) -> None:
    write(tmp_path, {"lib/tests/__init__.py": "", "lib/tests/shop/cart.py": "import lib.tests.shop.cart\n"})
    config = Config(root=tmp_path, source_roots=("lib/tests",))
    assert modules(find([tmp_path], config)) == {
        "lib/tests/__init__.py": "__init__",
        "lib/tests/shop/cart.py": "shop.cart",
    }


def test_project_directory_inside_a_package(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/cart.py": ""})
    sources = find([tmp_path / "shop/cart.py"], Config(root=tmp_path / "shop"))
    assert modules(sources) == {"__init__.py": "shop", "cart.py": "shop.cart"}


def test_unconfigured_file_in_a_package_brings_the_whole_package(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/a/__init__.py": "", "shop/a/b.py": "", "other/c.py": ""})
    sources = find([tmp_path / "shop/a/b.py"], Config())
    assert sources.root == tmp_path
    assert modules(sources) == {
        "shop/__init__.py": "shop",
        "shop/a/__init__.py": "shop.a",
        "shop/a/b.py": "shop.a.b",
    }
    assert selected(sources) == {"shop/a/b.py"}


def test_unconfigured_single_file(tmp_path: Path) -> None:
    write(tmp_path, {"one.py": "import two\n", "two.py": ""})
    sources = find([tmp_path / "one.py"], Config())
    assert modules(sources) == {"one.py": "one"}
    assert selected(sources) == {"one.py"}


def test_unconfigured_directory_that_its_files_import_by_name(tmp_path: Path) -> None:
    write(tmp_path, {"app/main.py": "from app.api import routes\n", "app/api/routes.py": ""})
    assert modules(find([tmp_path / "app"], Config())) == {
        "main.py": "app.main",
        "api/routes.py": "app.api.routes",
    }


def test_unconfigured_paths_share_a_project(tmp_path: Path) -> None:
    write(tmp_path, {"src/shop/__init__.py": "", "src/shop/a.py": "", "tests/test_a.py": "", "docs/conf.py": ""})
    sources = find([tmp_path / "src", tmp_path / "tests", tmp_path / "src/shop/a.py"], Config())
    assert sources.root == tmp_path
    assert modules(sources) == {
        "src/shop/__init__.py": "shop",
        "src/shop/a.py": "shop.a",
        "tests/test_a.py": "test_a",
    }


def test_two_files_with_one_name_are_both_kept(tmp_path: Path) -> None:
    write(tmp_path, {"a/src/app/__init__.py": "", "b/src/app/__init__.py": ""})
    assert set(modules(find([tmp_path], Config(root=tmp_path))).values()) == {"app", "app:2"}
    assert len(find([tmp_path], Config(root=tmp_path)).files) == 2


def test_paths_only_select(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "sub/b.py": "", "subway/c.py": ""})
    sources = find([tmp_path / "sub"], Config(root=tmp_path))
    assert set(modules(sources)) == {"a.py", "sub/b.py", "subway/c.py"}
    assert selected(sources) == {"sub/b.py"}


def test_order_is_by_path(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(["z.py", "a/b.py", "a.py", "B.py", "a-b/c.py"], ""))
    paths = [file.path for file in find([tmp_path], Config(root=tmp_path)).files]
    assert paths == sorted(paths)
    assert len(paths) == 5


FOREIGN = [
    ".venv/x.py",
    "node_modules/x.py",
    "shop/__pycache__/x.py",
    "build/x.py",
    "dist/sub/x.py",
    "venv/x.py",
    "shop.egg-info/x.py",
    "{{cookiecutter.name}}/x.py",
    "{% if web %}app{% endif %}/x.py",
    "lib/site-packages/x.py",
]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_what_is_not_the_projects_own_is_left_out(tmp_path: Path, foreign: str) -> None:
    write(tmp_path, {"shop.py": "", foreign: ""})
    assert set(modules(find([tmp_path], Config(root=tmp_path)))) == {"shop.py"}


@pytest.mark.parametrize("foreign", ["_vendor", "_vendored", "vendored", "third_party", "thirdparty"])
def test_vendored_packages_belong_to_the_project_and_are_not_selected(tmp_path: Path, foreign: str) -> None:
    inside = f"shop/{foreign}/http/client.py"
    write(tmp_path, {"pyproject.toml": "[tool.archlint]\n", "shop/cart.py": "", inside: "", "shop/vendor/model.py": ""})
    config = Config(root=tmp_path)
    found = find([tmp_path], config)
    assert inside in modules(found)
    assert selected(found) == {"shop/cart.py", "shop/vendor/model.py"}
    assert selected(find([tmp_path / "shop" / foreign], config)) == {inside}
    assert selected(find([tmp_path / inside], config)) == {inside}


def test_an_environment_is_known_by_its_marker(tmp_path: Path) -> None:
    write(tmp_path, {"shop.py": "", "env/pyvenv.cfg": "", "env/lib/x.py": "", "environment/y.py": ""})
    assert set(modules(find([tmp_path], Config(root=tmp_path)))) == {"shop.py", "environment/y.py"}


def test_a_package_may_be_called_build(tmp_path: Path) -> None:
    write(tmp_path, {"build/__init__.py": "", "build/x.py": ""})
    assert set(modules(find([tmp_path], Config(root=tmp_path))).values()) == {"build", "build.x"}


def test_a_folder_inside_a_package_may_be_called_build(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/build/x.py": "", "build/lib/shop/x.py": ""})
    assert set(modules(find([tmp_path], Config(root=tmp_path))).values()) == {"shop", "shop.build.x"}


def test_ignore_files_hold_from_the_git_root_down(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(
        tmp_path,
        {
            ".gitignore": "gen/\n*_pb2.py\n/project/top.py\nkept/**\n!kept/this.py\n[z-a]\n",
            "project/.gitignore": "!wanted_pb2.py\nlocal.py\n",
            **dict.fromkeys(
                [
                    "project/gen/a.py",
                    "project/x_pb2.py",
                    "project/wanted_pb2.py",
                    "project/top.py",
                    "project/sub/top.py",
                    "project/sub/local.py",
                    "project/main.py",
                    "kept/this.py",
                    "kept/that.py",
                ],
                "",
            ),
        },
    )
    project = find([tmp_path / "project"], Config(root=tmp_path / "project"))
    assert set(modules(project)) == {"wanted_pb2.py", "sub/top.py", "main.py"}
    assert project.base == tmp_path
    assert set(modules(find([tmp_path / "kept"], Config()))) == {"this.py"}


def test_taking_a_folder_back_takes_nothing_back_that_is_in_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".gitignore": "gen/\nlib/\n!shop/lib/\n",
            "shop/lib/a.py": "",
            "shop/lib/gen/b.py": "",
            "lib/c.py": "",
        },
    )
    assert set(modules(find([tmp_path], Config(root=tmp_path)))) == {"shop/lib/a.py"}


def test_exclude_holds_for_what_is_named_and_ignore_files_do_not(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "gen\n", "gen/a.py": "", "old/b.py": "", "main.py": ""})
    config = Config(root=tmp_path, exclude=("old/**",))
    sources = find([tmp_path / "gen/a.py", tmp_path / "old/b.py"], config)
    assert set(modules(sources)) == {"gen/a.py", "main.py"}
    assert selected(sources) == {"gen/a.py"}
    assert selected(find([tmp_path / "gen"], config)) == {"gen/a.py"}


def test_an_excluded_directory_that_is_named_selects_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"old/b.py": "", "main.py": ""})
    assert not find([tmp_path / "old"], Config(root=tmp_path, exclude=("old",))).selected


def test_named_files_that_are_not_python_select_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "main.py": "", "Makefile": "all:\n"})
    named = [tmp_path / "pyproject.toml", tmp_path / "Makefile"]
    assert not find(named, Config(root=tmp_path)).selected
    assert not find(named, Config()).files


def test_a_script_without_suffix_is_checked_when_it_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"tool": "#!/usr/bin/env python3\n", "main.py": ""})
    assert set(modules(find([tmp_path], Config(root=tmp_path)))) == {"main.py"}
    sources = find([tmp_path / "tool"], Config(root=tmp_path))
    assert modules(sources) == {"main.py": "main", "tool": "tool"}
    assert selected(sources) == {"tool"}


def test_links_neither_loop_nor_lead_outside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(tmp_path, {"root/main.py": "", "outside.py": ""})
    (root / "loop").symlink_to(root)
    (root / "inside.py").symlink_to(root / "main.py")
    (root / "out.py").symlink_to(tmp_path / "outside.py")
    (root / "broken.py").symlink_to(root / "nowhere.py")
    (root / "circle.py").symlink_to(root / "circle.py")
    sources = find([root], Config(root=root))
    assert set(modules(sources)) == {"main.py", "inside.py"}
    assert len(sources.notes) == 1
    assert "out.py" in sources.notes[0]


def test_a_directory_that_cannot_be_listed_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"main.py": "", "secret/x.py": ""})
    genuine = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("/secret"):
            raise PermissionError(13, "Permission denied", path)
        return genuine(path)

    monkeypatch.setattr(os, "scandir", refuse)
    sources = find([tmp_path], Config(root=tmp_path))
    assert set(modules(sources)) == {"main.py"}
    assert [(failure.path, failure.line) for failure in sources.failures] == [(f"{tmp_path}/secret", 0)]
    assert "Permission denied" in sources.failures[0].message


def test_a_name_that_is_no_text_is_a_failure(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.py")).write_text("")
    sources = find([tmp_path], Config(root=tmp_path))
    assert not sources.files
    assert sources.failures[0].path.endswith("caf\\udce9.py")


def test_nothing_to_check_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"docs/readme.md": "", "src/main.py": ""})
    config = Config(root=tmp_path)
    with pytest.raises(SourceError, match="no path is given"):
        find([], config)
    with pytest.raises(SourceError, match=r"no such file or directory: .*nowhere"):
        find([tmp_path / "nowhere", tmp_path / "src"], config)
    with pytest.raises(SourceError, match=r"no Python file in .*docs"):
        find([tmp_path / "docs"], config)
    with pytest.raises(SourceError, match="outside the project"):
        find([tmp_path / "src"], Config(root=tmp_path / "docs"))


def source(path: Path) -> SourceFile:
    return SourceFile(path.as_posix(), "m", is_package=False)


def test_read(tmp_path: Path) -> None:
    write(tmp_path, {"m.py": "a = 1\n"})
    assert read(source(tmp_path / "m.py")) == b"a = 1\n"


def test_read_says_why_not(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "dir.py").mkdir()
    for name, reason in (
        ("pipe.py", "no regular file"),
        ("dir.py", "Is a directory"),
        ("gone.py", "gone"),
    ):
        failure = read(source(tmp_path / name))
        assert isinstance(failure, Failure)
        assert failure.path == f"{tmp_path}/{name}"
        assert reason in failure.message


def test_a_named_pipe_is_a_failure(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    sources = find([tmp_path / "pipe.py"], Config())
    assert not sources.files
    assert "not a regular file" in sources.failures[0].message


def test_no_folder_is_looked_into_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"src/shop/cart.py": "", "src/shop/orders/order.py": ""})
    looked: Counter[str] = Counter()

    def counting(path: str) -> "os._ScandirIterator[str]":
        looked[Path(path).name] += 1
        return listed(path)

    listed = os.scandir
    monkeypatch.setattr(os, "scandir", counting)
    find([tmp_path, tmp_path / "src"], Config())
    assert looked == {tmp_path.name: 1, "src": 1, "shop": 1, "orders": 1}
