"""Programs of one project whose modules have the same names."""

from pathlib import Path

import pytest

from archlint.engine import check
from archlint.inputs import Options

MAIN = """
from fastapi import FastAPI

from app.clients import client

app = FastAPI()


@app.get("/keys")
def keys() -> list[str]:
    return client.keys()
"""
REDIS = "import redis\n\nclient = redis.Redis()\n"
PLAIN = "client = {}\n"


def reported(root: Path, files: dict[str, str], code: str = "RDS001") -> list[str]:
    """Return where a rule is broken in a project of these files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    report = check([root], Options(select=(code,), jobs=1, cache=False)).report
    assert report.failures == ()
    return [Path(each.place.path).relative_to(root.resolve()).as_posix() for each in report.violations]


@pytest.mark.parametrize("package", [True, False])
@pytest.mark.parametrize(("first", "second", "expected"), [(PLAIN, REDIS, "b"), (REDIS, PLAIN, "a")])
def test_each_imports_its_own(tmp_path: Path, package: bool, first: str, second: str, expected: str) -> None:
    files = {
        f"services/{service}/app/{name}": text
        for service, clients in (("a", first), ("b", second))
        for name, text in (("clients.py", clients), ("main.py", MAIN))
    }
    if package:
        files |= {f"services/{service}/app/__init__.py": "" for service in "ab"}
    assert reported(tmp_path, files) == [f"services/{expected}/app/main.py"]


def test_modules_with_names_of_their_own_import_numbered_ones(tmp_path: Path) -> None:
    files = {
        "a/src/__init__.py": "",
        "a/src/clients.py": PLAIN,
        "b/src/__init__.py": "",
        "b/src/clients.py": REDIS,
        "b/src/jobs/__init__.py": "from .cleaning import clean\n",
        "b/src/jobs/cleaning.py": "from src.clients import client\n\n\ndef clean():\n    client.keys()\n",
    }
    assert reported(tmp_path, files) == ["b/src/jobs/cleaning.py"]


def test_relative_imports_of_a_numbered_package(tmp_path: Path) -> None:
    own = "from .clients import client\n\n\ndef names():\n    return client.keys()\n"
    files = {
        f"{service}/app/{name}": text
        for service, clients in (("a", PLAIN), ("b", REDIS))
        for name, text in (("__init__.py", own), ("clients.py", clients))
    }
    assert reported(tmp_path, files) == ["b/app/__init__.py"]


def test_what_constructors_of_numbered_modules_are_given(tmp_path: Path) -> None:
    cache = "class Cache:\n    def __init__(self, client):\n        self._client = client\n\n    def names(self):\n"
    made = "import redis\n\nfrom app.cache import Cache\n\ncache = Cache(redis.Redis())\n"
    files = {
        f"{service}/app/{name}": text
        for service in "ab"
        for name, text in (("cache.py", f"{cache}        return self._client.keys()\n"), ("main.py", made))
    }
    assert reported(tmp_path, files) == ["a/app/cache.py", "b/app/cache.py"]


@pytest.mark.parametrize("services", ["", "ab"])
def test_a_package_hides_the_module_beside_it(tmp_path: Path, services: str) -> None:
    client = "import redis\n\n\nclass Cache:\n    client = redis.Redis()\n"
    files = {
        "app/__init__.py": "",
        "app/cache.py": client + "\n    def keys(self):\n        return self.client.keys()\n",
        "app/cache/__init__.py": client,
        "app/main.py": "from app.cache import Cache\n\n\ndef run():\n    Cache().client.keys()\n",
    }
    folders = [f"{service}/" for service in services] or [""]
    whole = {f"{folder}{path}": text for folder in folders for path, text in files.items()}
    assert reported(tmp_path, whole) == [f"{each}app/{name}" for each in folders for name in ("cache.py", "main.py")]


def test_ways_to_block_in_numbered_modules(tmp_path: Path) -> None:
    blocks = (
        "import time\n\n\ndef rest(wait=False):\n    if wait:\n        time.sleep(1)\n\n\n"
        "def work():\n    rest(wait=True)\n\n\nasync def main():\n    work()\n"
    )
    files = {
        f"services/{service}/app/{name}": text
        for service in "ab"
        for name, text in (("__init__.py", ""), ("main.py", blocks))
    }
    assert reported(tmp_path, files, "ASY002") == ["services/a/app/main.py", "services/b/app/main.py"]


def test_a_cycle_through_a_module_without_a_package(tmp_path: Path) -> None:
    files = {
        "a/src/config.py": "NAME = 1\n",
        "a/src/main.py": "from config import NAME\n",
        "b/src/config.py": "from registry import KINDS\n\nNAME = 2\n",
        "b/src/registry.py": "from config import NAME\n\nKINDS = (NAME,)\n",
    }
    assert reported(tmp_path, files, "LAY003") == ["b/src/registry.py"]


def test_tests_make_no_program_of_two(tmp_path: Path) -> None:
    files = {
        "a/src/orders/__init__.py": "",
        "a/src/orders/place.py": "from customers.model import Customer\n",
        "a/src/customers/__init__.py": "",
        "a/src/customers/model.py": "class Customer: ...\n",
        "a/tests/test_place.py": "from orders import place\n",
        "b/src/orders/__init__.py": "",
        "b/src/orders/total.py": "def total(): ...\n",
        "b/src/customers/__init__.py": "",
        "b/src/customers/count.py": "from orders.total import total\n",
        "b/tests/test_count.py": "from customers import count\n",
    }
    assert reported(tmp_path, files, "LAY003") == []


def test_what_the_names_of_numbered_modules_say(tmp_path: Path) -> None:
    generated = "from grpc._utilities import first_version_is_lower\n"
    settings = "import os\n\nNAME = os.getenv('NAME')\n"
    files = {
        f"services/{service}/app/{name}": text
        for service in "ab"
        for name, text in (("__init__.py", ""), ("orders_pb2_grpc.py", generated), ("config.py", settings))
    }
    assert reported(tmp_path, files, "LAY005") == []
    assert reported(tmp_path, files, "IMP002") == []
