"""`archlint.testing`: each statement holds, fails with the report, or says why it means nothing."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from archlint.model import Severity
from archlint.project.layer_names import ROLES
from archlint.testing import ArchitectureError, Project, Role, assert_clean, project
from archlint.testing.analysis import analysis_of
from tests.support import FIXTURES

FILES = {
    "pyproject.toml": (
        '[tool.archlint.layers]\ndomain = ["shop.domain"]\napplication = ["shop.application"]\n'
        'infrastructure = ["shop.infrastructure"]\n'
    ),
    "src/shop/__init__.py": "",
    "src/shop/domain/__init__.py": "",
    "src/shop/domain/order.py": "import decimal\nfrom shop.domain.ports import Orders\n",
    "src/shop/domain/price.py": "from shop.money import euro\n",
    "src/shop/domain/ports.py": (
        "from typing import Protocol\n\n\nclass Orders(Protocol):\n    async def get(self, key: str) -> str: ...\n"
    ),
    "src/shop/money.py": "from shop.infrastructure.rates import euro\n",
    "src/shop/application/place.py": "import attr\nfrom shop.domain import order\n",
    "src/shop/infrastructure/rates.py": "import sqlalchemy.orm\n\n\ndef euro() -> int: ...\n",
    "src/shop/infrastructure/sql.py": (
        "from shop.domain.ports import Orders\n\n\nclass Good:\n    async def get(self, key: str) -> str: ...\n\n\n"
        "class Bad:\n    def get(self, key: str) -> str: ...\n\n\n"
        "class Empty(Orders):\n    def other(self) -> None: ...\n"
    ),
    "src/shop/cli.py": "from shop.application.place import order\nimport shop.infrastructure.sql\nimport sqlalchemy\n",
    "src/shop/billing/__init__.py": "",
    "src/shop/billing/api.py": "",
    "src/shop/billing/rows.py": "from datetime import datetime\n\nnow = datetime.utcnow()\n",
    "src/shop/search/__init__.py": "",
    "src/shop/search/query.py": "from shop.billing import api\nfrom shop.billing.rows import now\n",
    "tests/test_sql.py": (
        "import sqlalchemy\nfrom shop.domain import order\n\n\nclass Fake:\n    async def get(self): ...\n"
    ),
}


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    write(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return project("src")


Statement = Callable[[Project], None]

HOLDING: list[Statement] = [
    lambda shop: shop.layer("application", "domain").must_not_import(shop.packages("django")),
    lambda shop: shop.layer("domain").must_not_import("infrastructure", indirect=False),
    lambda shop: shop.layer("domain").must_not_import("infrastructure", import_kinds=["type-checking"]),
    lambda shop: shop.modules("shop.domain.order").must_not_import("shop.infrastructure", "sqlalchemy"),
    lambda shop: shop.layer("application").may_only_import("domain", "attrs", shop.packages("cattrs")),
    lambda shop: shop.modules("shop.domain.order").may_only_import("shop.domain.ports"),
    lambda shop: shop.modules("shop.money").may_only_be_imported_by("domain"),
    lambda shop: shop.modules("shop.cli").may_only_be_imported_by(),
    lambda shop: shop.packages("sqlalchemy").may_only_be_imported_by("infrastructure", "shop.cli"),
    lambda shop: shop.must_be_layered("shop.cli", "application", "domain"),
    lambda shop: shop.must_be_layered("shop.cli", "(shop.plugins)", "shop.billing | shop.money"),
    lambda shop: shop.must_be_layered("rows | api", containers=["shop.billing"]),
    lambda shop: shop.modules("shop.billing", "shop.domain").must_be_independent(),
    lambda shop: shop.modules("shop.billing.*").must_be_independent(),
    lambda shop: shop.modules("shop.*").must_meet_at("api", shared=["shop.*.rows", "infrastructure", "domain"]),
    lambda shop: shop.modules("shop.billing").must_be_imported_through("api", "rows.now"),
    lambda shop: shop.adapter("shop.infrastructure.sql.Good").must_fulfil("shop.domain.order.Orders"),
    lambda shop: shop.layer("application").must_obey(),
    lambda shop: shop.modules("shop.search").must_obey("TIM"),
]


@pytest.mark.parametrize("statement", HOLDING, ids=range(len(HOLDING)))
def test_what_holds(shop: Project, statement: Statement) -> None:
    statement(shop)


BROKEN: list[tuple[Statement, str, list[str]]] = [
    (
        lambda shop: shop.layer("domain").must_not_import("infrastructure", because="it outlives them"),
        "layer domain must not import infrastructure, because it outlives them",
        [
            "src/shop/domain/price.py:1:24: error: LAY001 [forbidden-import] `shop.domain.price` may not import"
            " `shop.money`, which leads to `shop.infrastructure.rates`\n",
            "  -> src/shop/money.py:1: `shop.money` imports `shop.infrastructure.rates`\n",
            "\nFound 1 violation (1 error) in 15 files.",
        ],
    ),
    (
        lambda shop: shop.layer("domain").must_not_import("sqlalchemy.orm"),
        "layer domain must not import sqlalchemy.orm",
        ["`shop.domain.price` may not import `shop.money`, which leads to `sqlalchemy.orm`"],
    ),
    (
        lambda shop: shop.layer("application").may_only_import("domain"),
        "layer application may only import domain",
        [
            "src/shop/application/place.py:1:8:",
            "`shop.application.place` may import only what the contract lists, not `attr`",
        ],
    ),
    (
        lambda shop: shop.layer("infrastructure").may_only_be_imported_by("domain"),
        "layer infrastructure may only be imported by domain",
        ["src/shop/cli.py:2:8:", "src/shop/money.py:1:39:"],
    ),
    (
        lambda shop: shop.packages("sqlalchemy").may_only_be_imported_by("infrastructure"),
        "packages sqlalchemy may only be imported by infrastructure",
        ["src/shop/cli.py:3:8: error: LAY006", "Found 1 violation"],
    ),
    (
        lambda shop: shop.packages("sqlalchemy").may_only_be_imported_by("infrastructure", "shop.cli", indirect=True),
        "packages sqlalchemy may only be imported by infrastructure, shop.cli",
        ["src/shop/money.py:1:39: error: LAY006", "Found 1 violation"],
    ),
    (
        lambda shop: shop.must_be_layered("infrastructure", "application", "domain"),
        "the layers must be infrastructure over application over domain",
        ["layer `<infrastructure>` is above `<domain>`"],
    ),
    (
        lambda shop: shop.must_be_layered("shop.cli", "application", "domain", closed=["application"]),
        "the layers must be shop.cli over application over domain",
        ["the way from `shop.cli` to `<domain>` leads through the closed layer `<application>`"],
    ),
    (
        lambda shop: shop.modules("shop.*").must_be_independent(
            shared=["shop.cli", "domain", "infrastructure", "shop.money"]
        ),
        "modules shop.* must be independent of each other",
        ["`shop.search` and `shop.billing` are independent of each other", "Found 2 violations"],
    ),
    (
        lambda shop: shop.modules("shop.billing", "shop.search").must_meet_at("api", because="each ships alone"),
        "modules shop.billing, shop.search must meet at api, because each ships alone",
        ["src/shop/search/query.py:2:31: error: LAY004 [context-coupling]", "Found 1 violation"],
    ),
    (
        lambda shop: shop.modules("shop.billing").must_be_imported_through("api"),
        "modules shop.billing must be imported through api",
        ["src/shop/search/query.py:2:31: warning: LAY005 [private-import]"],
    ),
    (
        lambda shop: shop.adapter("shop.infrastructure.sql.Good", "shop.infrastructure.sql.Bad").must_fulfil(
            "shop.domain.ports.Orders"
        ),
        "adapter shop.infrastructure.sql.Good, shop.infrastructure.sql.Bad must fulfil shop.domain.ports.Orders",
        ["src/shop/infrastructure/sql.py:9:9: error: PRT004 [port-async-mismatch]", "Found 1 violation"],
    ),
    (
        lambda shop: shop.adapter("shop.infrastructure.sql.Empty").must_fulfil("shop.domain.ports.Orders"),
        "adapter shop.infrastructure.sql.Empty must fulfil shop.domain.ports.Orders",
        ["PRT003 [missing-port-method] `Empty` lacks the method `get` of `Orders`, the port that it derives from"],
    ),
    (
        lambda shop: shop.modules("shop.billing").must_obey("naive-datetime"),
        "modules shop.billing must obey naive-datetime",
        ["src/shop/billing/rows.py:3:7: warning: TIM001"],
    ),
    (
        lambda shop: shop.must_obey("TIM"),
        "the project must obey TIM",
        ["src/shop/billing/rows.py:3:7: warning: TIM001"],
    ),
]


@pytest.mark.parametrize(("statement", "head", "parts"), BROKEN, ids=[head for _, head, _ in BROKEN])
def test_what_does_not_hold(shop: Project, statement: Statement, head: str, parts: list[str]) -> None:
    with pytest.raises(AssertionError) as caught:
        statement(shop)

    text = str(caught.value)
    assert text.startswith(f"{head}\n\nsrc/")
    for part in parts:
        assert part in text


EMPTY: list[tuple[Statement, str]] = [
    (lambda shop: shop.layer("domian").must_not_import("tests"), 'there is no layer "domian"; did you mean "domain"?'),  # type: ignore[arg-type]
    (
        lambda shop: shop.layer("presentation").must_obey("TIM"),
        "no module is in the presentation layer; name its modules under [tool.archlint.layers]",
    ),
    (
        lambda shop: shop.layer("domain").must_not_import("shop.infrastucture"),
        '"shop.infrastucture" is no role, no module of the project and no package that it imports; did you mean'
        ' "shop.infrastructure"?',
    ),
    (
        lambda shop: shop.layer("domain").must_not_import("django"),
        '"django" is no role, no module of the project and no package that it imports; a package that nobody imports is'
        ' named by project.packages("django")',
    ),
    (
        lambda shop: shop.layer("domain").must_not_import(shop.packages("sqlalchmy")),
        'layer domain must not import sqlalchmy: may-not-import "sqlalchmy" is neither a module of the project nor'
        ' imported; did you mean "sqlalchemy"?',
    ),
    (
        lambda shop: shop.modules("shop.domains").may_only_import(),
        '"shop.domains" matches no module of the project; did you mean "shop.domain"?',
    ),
    (
        lambda shop: shop.modules("src/shop").may_only_import(),
        '"src/shop" is a path, but module names are dotted: shop',
    ),
    (
        lambda shop: shop.modules("shop.cli").may_only_be_imported_by("shop.web"),
        '"shop.web" matches no module of the project',
    ),
    (
        lambda shop: shop.must_be_layered("shop.web", "shop.domain"),
        'the layers must be shop.web over shop.domain: the layer "shop.web" matches no module',
    ),
    (
        lambda shop: shop.modules("shop.domain").must_be_independent(),
        "shop.domain: it takes two modules side by side, and there is shop.domain",
    ),
    (lambda shop: shop.modules("shop.**").must_meet_at(), "shop.**: name packages part by part here, as in `shop.*`"),
    (
        lambda shop: shop.layer("domain").must_be_imported_through("api"),
        "<domain>: name packages part by part here, as in `shop.*`",
    ),
    (
        lambda shop: shop.adapter("shop.infrastructure.sql.God").must_fulfil("shop.domain.ports.Orders"),
        "shop.infrastructure.sql.God is no class of the project; write its dotted name, `package.module.Class`",
    ),
    (
        lambda shop: shop.adapter("shop.infrastructure.sql.Good").must_fulfil("shop.infrastructure.sql.Bad"),
        "shop.infrastructure.sql.Bad is no port: neither a Protocol with members nor an ABC with abstract methods",
    ),
    (
        lambda shop: shop.adapter("shop.domain.ports.Orders").must_fulfil("shop.domain.ports.Orders"),
        "shop.domain.ports.Orders is a Protocol itself; name a class that fulfils it",
    ),
    (lambda shop: shop.must_obey("XYZ"), "there is no rule XYZ; "),
    (lambda _: project("lib").must_obey(), "no such file or directory: "),
]


@pytest.mark.parametrize(("statement", "message"), EMPTY, ids=[message[:40] for _, message in EMPTY])
def test_what_means_nothing(shop: Project, statement: Statement, message: str) -> None:
    with pytest.raises(ArchitectureError) as caught:
        statement(shop)

    assert str(caught.value).startswith(message)


def test_a_fake_of_the_tests_must_fulfil_its_port_too(shop: Project, tmp_path: Path) -> None:
    whole = project(tmp_path)
    with pytest.raises(AssertionError, match="PRT005"):
        whole.adapter("tests.test_sql.Fake").must_fulfil("shop.domain.ports.Orders")


def test_a_suppressed_import_is_accepted(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    money = tmp_path / "src/shop/domain/price.py"
    money.write_text("from shop.money import euro  # archlint: ignore[LAY001] until May\n", encoding="utf-8")

    project(tmp_path / "src").layer("domain").must_not_import("infrastructure")


def test_a_file_that_cannot_be_parsed_decides_nothing(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "src/shop/broken.py": "def\n"})
    shop = project(tmp_path / "src")

    with pytest.raises(ArchitectureError, match=r"src/shop/broken\.py:1: failure: "):
        shop.layer("domain").must_not_import("tests")
    with pytest.raises(AssertionError, match=r"src/shop/broken\.py:1: failure: "):
        assert_clean(tmp_path / "src")


def test_a_mistake_in_the_configuration_is_told(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "archlint.toml": 'selekt = ["TIM"]\n', "pyproject.toml": ""})

    with pytest.raises(ArchitectureError, match='selekt: unknown key; did you mean "select"'):
        assert_clean(tmp_path / "src")


def test_clean_is_what_check_says(shop: Project, tmp_path: Path) -> None:
    assert_clean("src", select=["TIM"], fail_on="error")
    assert_clean("src", ignore=["TIM", "LAY", "PRT"])
    assert_clean("src/shop/domain", select="TIM001")
    with pytest.raises(AssertionError) as caught:
        assert_clean("src")
    assert str(caught.value).startswith("src is not clean\n\nsrc/shop/")
    assert "TIM001" in str(caught.value)
    with pytest.raises(AssertionError, match="the working directory is not clean"):
        assert_clean()
    (tmp_path / "own.toml").write_text('select = ["RDS"]\n', encoding="utf-8")
    assert_clean("src", config="own.toml")


def test_many_violations_are_cut_off(tmp_path: Path) -> None:
    body = "from datetime import datetime\n" + "datetime.utcnow()\n" * 30
    write(tmp_path, {**FILES, "src/shop/times.py": body})
    with pytest.raises(AssertionError) as caught:
        assert_clean(tmp_path / "src", select=["TIM"])
    assert "\n... and 11 more\nFound 31 violations (31 warnings)" in str(caught.value)
    assert str(caught.value).count("TIM001") == 20


def test_one_analysis_serves_all_statements(shop: Project) -> None:
    shop.layer("domain").must_not_import("tests")
    first = analysis_of(("src",))
    project("src").modules("shop.billing").must_not_import("shop.search")
    assert analysis_of(("src",)) is first


def test_roles_are_those_of_the_engine() -> None:
    assert Role.__args__ == ROLES  # type: ignore[attr-defined]
    assert [*Severity] == ["error", "warning", "note"]


TESTS = """
from archlint.testing import assert_clean, project

shop = project("src")


def test_domain() -> None:
    shop.layer("domain").must_not_import("infrastructure", because="it outlives its database")


def test_name() -> None:
    shop.layer("domain").must_not_import("infrastucture")


def test_clean() -> None:
    assert_clean("src", select=["SQL"])
"""


@pytest.mark.parametrize("options", [["-p", "no:xdist"], ["-n", "2"]], ids=["alone", "xdist"])
def test_in_pytest(tmp_path: Path, options: list[str]) -> None:
    shutil.copytree(FIXTURES / "shop", tmp_path / "shop", ignore=shutil.ignore_patterns(".archlint_cache"))
    (tmp_path / "shop" / "test_architecture.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir=.", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}

    done = subprocess.run(
        [*command, "test_architecture.py"],
        cwd=tmp_path / "shop",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    shown = re.sub(r"^E +", "E ", done.stdout, flags=re.MULTILINE)
    assert "2 failed, 1 passed" in shown, shown
    assert "E AssertionError: layer domain must not import infrastructure, because it outlives its database\nE" in shown
    assert "\nE src/shop/domain/order.py:54:43: error: LAY001 [forbidden-import]" in shown
    assert "\nE -> src/shop/currency.py:5: `shop.currency` imports `shop.infrastructure.exchange`\n" in shown
    assert 'ArchitectureError: "infrastucture" is no role' in shown
    assert "archlint/testing" not in shown, "the frames of archlint are hidden"


def test_annotations_satisfy_a_strict_type_checker(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        TESTS + "\n\ndef test_role() -> None:\n    shop.layer('domian').must_obey()\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "-O", "json", "test_it.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    errors = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [(each["line"], each["code"]) for each in errors] == [(20, "arg-type")], done.stdout
