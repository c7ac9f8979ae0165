"""Which role each module plays, configured or inferred, and how sure that is."""

import pytest

from archlint.facts.extract import extract
from archlint.project.asides import is_test
from archlint.project.layers import layers
from archlint.project.library import Library
from archlint.project.program import Architecture, Module, Project
from archlint.rulebook.checks.layers.vacuous import empty_rules

LIBRARY = Library.parse({})


def project(names: str, **configured: tuple[str, ...]) -> Project:
    """Make a project of empty modules: names separated by blanks; one that ends in `.__init__` is a package."""
    modules = tuple(
        Module(
            extract("", name.removesuffix(".__init__"), is_package=name.endswith(".__init__")),
            f"/{name.replace('.', '/')}.py",
        )
        for name in names.split()
    )
    return Project(modules, LIBRARY, Architecture(layers=configured))


def roles(whole: Project) -> dict[str, str]:
    """Return the role of each module that has one, with a question mark where it is not sure."""
    known = whole.query(layers)
    found = {name: known.of(name) for name in whole.by_name}
    return {name: layer.role + ("" if layer.sure else "?") for name, layer in found.items() if layer}


CORE = "a.domain.x a.infrastructure.y"
SURE = {"a.domain.x": "domain", "a.infrastructure.y": "infrastructure"}


@pytest.mark.parametrize(
    ("names", "others"),
    [
        ("", {}),
        ("a.util", {}),
        ("a.application.z", {"a.application.z": "application"}),
        ("a.service_layer.z a.use_cases.z", {"a.service_layer.z": "application", "a.use_cases.z": "application"}),
        ("a.interactors.z a.adaptors.z", {"a.interactors.z": "application", "a.adaptors.z": "infrastructure"}),
        (
            "a.Application.z a.presentation_layer.z a.infraestrutura.z",
            {
                "a.Application.z": "application",
                "a.presentation_layer.z": "presentation",
                "a.infraestrutura.z": "infrastructure",
            },
        ),
        ("a.interface.orders.routes.x", {"a.interface.orders.routes.x": "presentation?"}),
        ("a.inbound.z a.outbound.z", {"a.inbound.z": "presentation", "a.outbound.z": "infrastructure"}),
        ("a.application", {"a.application": "application?"}),
        (
            "a.application.api.main a.application.api.orders.router a.application.api.orders.x a.application.z",
            {
                "a.application.api.main": "composition",
                "a.application.api.orders.router": "presentation?",
                "a.application.api.orders.x": "presentation?",
                "a.application.z": "application",
            },
        ),
        ("a.application.api.orders", {"a.application.api.orders": "application"}),
        (
            "a.application.api a.use_cases.add.router",
            {"a.application.api": "application"} | {"a.use_cases.add.router": "application"},
        ),
        (
            "a.application.interfaces.persistence.z a.domain.ports.adapters.__init__",
            {"a.application.interfaces.persistence.z": "application", "a.domain.ports.adapters": "domain"},
        ),
        ("a.api.z a.db a.models", {"a.api.z": "presentation?", "a.db": "infrastructure?", "a.models": "domain?"}),
        ("a.api", {}),
        ("a.tests.domain.z", {"a.tests.domain.z": "tests"}),
        ("a.domain.test_x a.domain.x_test", {"a.domain.test_x": "tests", "a.domain.x_test": "tests"}),
        ("a.conftest", {"a.conftest": "tests"}),
        ("a.ui_tests.domain.z ab_tests.z", {"a.ui_tests.domain.z": "tests"}),
        ("a.testutil a.domain.unittest_utils.z", {"a.testutil": "tests", "a.domain.unittest_utils.z": "tests"}),
        ("test.fakes test.domain.z", {"test.fakes": "tests", "test.domain.z": "tests"}),
        ("a.domain.test.z", {"a.domain.test.z": "domain"}),
        ("a.bootstrap a.main.z", {"a.bootstrap": "composition", "a.main.z": "composition"}),
        ("a.dependencies", {"a.dependencies": "composition"}),
        ("a.infrastructure.di.z", {"a.infrastructure.di.z": "composition"}),
        ("a.presentation.dependencies", {"a.presentation.dependencies": "composition"}),
        ("a.domain.container", {"a.domain.container": "domain"}),
        ("a.core.container", {"a.core.container": "composition?"}),
        ("a.domain.order.adapters.z", {"a.domain.order.adapters.z": "infrastructure?"}),
        ("a.domain.adapters", {"a.domain.adapters": "domain"}),
        ("a.infrastructure.domain.z", {"a.infrastructure.domain.z": "infrastructure"}),
        ("a.shared.domain.z", {"a.shared.domain.z": "domain"}),
        ("a.shared.domain.z a.shared.infra.z", {"a.shared.domain.z": "domain", "a.shared.infra.z": "infrastructure"}),
        ("b.domain.z", {}),
    ],
)
def test_roles_beside_a_domain_and_its_infrastructure(names: str, others: dict[str, str]) -> None:
    assert roles(project(f"{CORE} {names}")) == SURE | others


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("a.models a.api.z a.db", {}),
        ("a.domain.x a.util", {}),
        ("a.domain.x a.entities.x", {}),
        ("a.application a.domain a.persistence", {}),
        ("a.domain a.adapters.x", {"a.domain": "domain?", "a.adapters.x": "infrastructure"}),
        ("a.adapters.x a.services.x", {}),
        ("a.domain.x a.services.x", {"a.domain.x": "domain", "a.services.x": "application?"}),
        ("domain.x adapters.x main", {"domain.x": "domain", "adapters.x": "infrastructure", "main": "composition"}),
        ("domain.x adapters.__init__", {"domain.x": "domain", "adapters": "infrastructure"}),
        (
            "a.sales.domain.x a.sales.infra.x a.stock.domain.x a.stock.infra.x",
            {
                "a.sales.domain.x": "domain",
                "a.sales.infra.x": "infrastructure",
                "a.stock.domain.x": "domain",
                "a.stock.infra.x": "infrastructure",
            },
        ),
        (
            "a.core.domain.x a.core.ports.x a.adapters.x",
            {"a.core.domain.x": "domain", "a.adapters.x": "infrastructure"},
        ),
        ("a.core.domain a.adapters.x", {}),
        ("a.core.domain.x a.core.adapters.x", {"a.core.domain.x": "domain", "a.core.adapters.x": "infrastructure"}),
        ("a.parser.domain.x a.printer.infra.x", {}),
        (
            "a.domain.teams.controllers.x a.domain.teams.services.x a.persistence.x",
            {"a.persistence.x": "infrastructure"},
        ),
        (
            "a.domain.teams.services.x a.persistence.x",
            {"a.domain.teams.services.x": "domain", "a.persistence.x": "infrastructure"},
        ),
        ("tests.domain.x tests.adapters.x", {"tests.domain.x": "tests", "tests.adapters.x": "tests"}),
        ("a.usecases.x a.adapters", {}),
        ("a.usecases.x a.adapters.x", {"a.usecases.x": "application", "a.adapters.x": "infrastructure"}),
        ("a.application.x a.models.x", {}),
        ("a.application.x a.models.x a.db", {}),
        (
            "a.application.x a.models.x a.web.x",
            {"a.application.x": "application", "a.models.x": "domain?", "a.web.x": "presentation?"},
        ),
        ("a.domain.x a.adapters.x " + " ".join(f"a.m{number}" for number in range(15)), {}),
        (
            "a.infra.x a.util a.modules.sales.domain.x a.modules.sales.infra.x",
            {
                "a.infra.x": "infrastructure",
                "a.modules.sales.domain.x": "domain",
                "a.modules.sales.infra.x": "infrastructure",
            },
        ),
        (
            "a.domain.order.entities.x a.domain.order.adapters.x",
            {"a.domain.order.entities.x": "domain", "a.domain.order.adapters.x": "infrastructure"},
        ),
    ],
)
def test_what_is_inferred_at_all(names: str, expected: dict[str, str]) -> None:
    assert roles(project(names)) == expected


def test_configured_roles_replace_the_inferred_ones() -> None:
    whole = project("a.domain.x a.adapters.x bank.core.x bank.storage", domain=("bank.core",))

    assert roles(whole) == {"bank.core.x": "domain"}
    assert not whole.query(layers).inferred


def test_the_longest_pattern_decides() -> None:
    whole = project("a.x a.b.x a.b.c.x", domain=("a",), infrastructure=("a.b",), application=("a.*.c",))

    assert roles(whole) == {"a.x": "domain", "a.b.x": "infrastructure", "a.b.c.x": "application"}


def test_tests_stay_tests_unless_configured_otherwise() -> None:
    names = "a.core.x tests.test_x a.core.tests.y"

    assert roles(project(names, domain=("a.core.x",))) == {
        "a.core.x": "domain",
        "tests.test_x": "tests",
        "a.core.tests.y": "tests",
    }
    assert roles(project(names, domain=("a.core",)))["a.core.tests.y"] == "tests"
    assert roles(project(names, domain=("a.core", "a.core.tests")))["a.core.tests.y"] == "domain"
    assert roles(project(names, domain=("a.core",), tests=("tests",)))["a.core.tests.y"] == "domain"


def test_a_pattern_without_modules_is_named_with_the_nearest_package() -> None:
    whole = project("shop.domain.x shop.adapters.y", domain=("shop.domain",), infrastructure=("shop.adapter",))

    assert [failure.message for failure in empty_rules(whole, "", {})] == [
        'the infrastructure layer "shop.adapter" matches no module; did you mean "shop.adapters"?'
    ]
    assert [failure.message for failure in empty_rules(project("shop.x", presentation=("web",)), "", {})] == [
        'the presentation layer "web" matches no module; name modules of the project'
    ]


def test_members_are_sorted_by_role() -> None:
    assert project(f"a.domain.a {CORE}").query(layers).members() == {
        "domain": ["a.domain.a", "a.domain.x"],
        "infrastructure": ["a.infrastructure.y"],
    }


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("shop.test.helper", "import pytest\n", True),
        ("shop.testing.client", "from unittest import TestCase\n", True),
        ("shop.test.client", "import httpx\n", False),
        ("shop.tests_orders", "", True),
        ("shop_test.features.database", "", True),
        ("ab_test.model", "", False),
        ("shop.populate_test_data", "", True),
        ("shop.orders", "import pytest\n", False),
    ],
)
def test_what_is_test_code(name: str, source: str, expected: bool) -> None:
    module = Module(extract(source, name, is_package=False), f"/{name.replace('.', '/')}.py")
    assert is_test(module) is expected
