"""The user's own contracts: what they find, how they say it, what mends them, and what is wrong with them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archlint.engine import check
from archlint.facts.extract import extract
from archlint.inputs import Options, configure
from archlint.intake.rulefiles import data_tables
from archlint.intake.settings import ConfigError
from archlint.model import Failure, Severity, Violation
from archlint.project.library import Library
from archlint.project.program import Architecture, Module, Project
from archlint.rulebook.checks.layers.vacuous import empty_rules
from archlint.rulebook.judge import judge

CODES = ("LAY001", "LAY004", "LAY005", "LAY006", "LAY008")
LIBRARY = Library.parse(data_tables())


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def judged(root: Path, config: str, files: dict[str, str]) -> tuple[list[Violation], list[str]]:
    """Return what breaks the contracts, and what is vacuous about them; a module's name is its path in `root`."""
    write(root, {"archlint.toml": config, **files})
    settings, rules = configure(root, Options())
    modules = []
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        facts = extract(file.read_text(encoding="utf-8"), name, parts[-1] == "__init__")
        modules.append(Module(facts, file.as_posix()))
    architecture = Architecture(preset=settings.preset, layers=settings.layers, contracts=settings.contracts)
    project = Project(tuple(modules), LIBRARY, architecture)
    found = list(judge(project, {code: rules[code] for code in CODES}))
    assert [each for each in found if isinstance(each, Failure)] == []
    violations = [each for each in found if isinstance(each, Violation)]
    return violations, [failure.message for failure in empty_rules(project, "archlint.toml", {})]


def contract(type_: str, body: str, name: str = "C") -> str:
    return f'[[contracts]]\nname = "{name}"\ntype = "{type_}"\n{body}\n'


def subjects(violations: list[Violation]) -> list[str]:
    return [f"{each.module} -> {each.subject}" for each in violations]


SHOP = {
    "shop/__init__.py": "",
    "shop/web.py": "from shop import model, service, tools\n",
    "shop/admin.py": "import shop.web\n",
    "shop/service.py": "import shop.model\nimport shop.web\n",
    "shop/model.py": "from shop import tools\n\ndef f():\n    import shop.service\n",
    "shop/tools.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.web\n",
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            'layers = ["shop.web", "shop.service", "shop.model"]',
            ["shop.service -> shop.web", "shop.model -> shop.service", "shop.model -> shop.tools"],
        ),
        ('layers = ["shop.web", "shop.service"]\nimport-kinds = ["type-checking"]', []),
        (
            'layers = ["shop.service", "shop.model"]\nimport-kinds = ["runtime"]',
            [],
        ),
        (
            'layers = ["shop.service", "shop.model"]\nimport-kinds = ["function-local"]',
            ["shop.model -> shop.service"],
        ),
        (
            'layers = ["shop.web", "shop.service", "shop.model"]\nclosed = ["shop.service"]\n'
            'import-kinds = ["runtime"]',
            ["shop.web -> shop.model", "shop.web -> shop.tools", "shop.service -> shop.web"],
        ),
        ('layers = ["shop.admin | shop.web", "(shop.nowhere)"]', ["shop.admin -> shop.web"]),
        ('layers = ["shop.admin : shop.web", "(shop.nowhere)"]', []),
        (
            'containers = ["shop"]\nlayers = ["web", "model"]',
            ["shop.model -> shop.service", "shop.model -> shop.tools"],
        ),
        ('layers = ["shop.*", "(other)"]', []),
    ],
)
def test_layers(tmp_path: Path, body: str, expected: list[str]) -> None:
    files = SHOP if "closed" not in body else {**SHOP, "shop/tools.py": "import shop.model\n", "shop/model.py": ""}
    if "closed" in body:
        expected = [each for each in expected if each != "shop.model -> shop.tools"]
    violations, empty = judged(tmp_path, contract("layers", body), files)
    assert subjects(violations) == expected
    assert empty == []


def test_reason_and_severity_of_a_contract(tmp_path: Path) -> None:
    body = 'modules = ["shop.model"]\nbecause = "it is older"\nseverity = "note"'
    violations, _ = judged(tmp_path, contract("leaf", body, "Alone"), SHOP)
    assert subjects(violations) == ["shop.model -> shop.tools", "shop.model -> shop.service"]
    assert {each.severity for each in violations} == {Severity.NOTE}
    assert {(each.code, each.contract) for each in violations} == {("LAY001", "Alone")}
    assert violations[0].message == (
        '`shop.model` may import nothing of the project, not `shop.tools` (contract "Alone", because it is older)'
    )


def test_contracts_and_their_reasons_are_part_of_the_help_of_their_rule(tmp_path: Path) -> None:
    body = 'modules = ["shop.model"]\nbecause = "it is older"'
    write(tmp_path, {"archlint.toml": contract("leaf", body, "Alone"), **SHOP})
    rules = check([tmp_path], Options(jobs=1, cache=False)).rules
    assert rules["LAY001"].markdown.endswith("## Contracts of this project\n\n- **Alone** (leaf): it is older\n")
    assert "Contracts of this project" not in rules["LAY004"].markdown


def test_an_allow_list_names_modules_packages_and_groups(tmp_path: Path) -> None:
    files = {**SHOP, "shop/model.py": "import attr, json, yaml, sklearn.svm\nfrom shop import tools, web\n"}
    listed = 'modules = ["shop.model"]\nmay-import = ["shop.tools", "attrs", "scikit-learn"]'
    violations, empty = judged(tmp_path, contract("only", listed), files)
    assert subjects(violations) == ["shop.model -> yaml", "shop.model -> shop.web"]
    assert empty == []
    everything = 'modules = ["shop.model"]\nmay-import = ["<third-party>", "shop.*"]'
    assert judged(tmp_path, contract("only", everything), files) == ([], [])


LEAKY = {
    "shop/__init__.py": "",
    "shop/model/a.py": "from shop.helpers import one\n",
    "shop/model/b.py": "from shop.helpers import one, two\n",
    "shop/model/c.py": "from shop.helpers import two\nfrom shop.db import session\n",
    "shop/helpers/one.py": "from shop.helpers import rates\n",
    "shop/helpers/two.py": "from shop.helpers import rates\n",
    "shop/helpers/rates.py": "from shop.db import session\n",
    "shop/db.py": "session = None\n",
}


def test_the_few_imports_to_remove_are_named_once_and_mend_the_contract(tmp_path: Path) -> None:
    config = contract("layers", 'layers = ["shop.db", "shop.model"]')
    violations, _ = judged(tmp_path, config, LEAKY)
    assert len(violations) == 5
    assert [bool(each.help) for each in violations] == [True, False, False, False, False]
    assert violations[0].help.split("\n") == [
        "without 2 imports the contract would hold, which 5 imports break now:",
        "`shop.helpers.rates` imports `shop.db`",
        "`shop.model.c` imports `shop.db`",
    ]
    mended = {**LEAKY, "shop/helpers/rates.py": "", "shop/model/c.py": "from shop.helpers import two\n"}
    assert judged(tmp_path, config, mended) == ([], [])


def test_roles_are_mended_by_few_imports_too(tmp_path: Path) -> None:
    config = '[layers]\ndomain = ["shop.model"]\ninfrastructure = ["shop.db"]\n'
    violations, _ = judged(tmp_path, config, LEAKY)
    assert len(violations) == 5
    assert violations[0].help.split("\n")[1:] == [
        "without 2 imports the domain layer would hold, which 5 imports break now:",
        "`shop.helpers.rates` imports `shop.db`",
        "`shop.model.c` imports `shop.db`",
    ]
    mended = {**LEAKY, "shop/helpers/rates.py": "", "shop/model/c.py": "from shop.helpers import two\n"}
    assert judged(tmp_path, config, mended) == ([], [])


DDD = {
    "shop/domain/x.py": "",
    "shop/application/x.py": "import shop.infrastructure.x\n",
    "shop/infrastructure/x.py": "import shop.domain.x\nimport shop.presentation.x\n",
    "shop/presentation/x.py": "import shop.infrastructure.x\n",
}


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("hexagonal", ["shop.application.x", "shop.presentation.x", "shop.infrastructure.x"]),
        ("layered", ["shop.infrastructure.x"]),
    ],
)
def test_presets_of_layers(tmp_path: Path, preset: str, expected: list[str]) -> None:
    violations, empty = judged(tmp_path, f'preset = "{preset}"\n', DDD)
    assert [(each.module, each.severity) for each in violations] == [(name, Severity.ERROR) for name in expected]
    assert empty == []


def test_the_preset_for_django_apps(tmp_path: Path) -> None:
    config = "from django.apps import AppConfig\n\nclass Config(AppConfig): ...\n"
    files = {
        "polls/__init__.py": "",
        "polls/apps.py": config,
        "polls/models.py": "from polls.forms import F\nfrom accounts.models import User\n",
        "polls/forms.py": "from accounts.forms import G\n\ndef f():\n    from polls import urls\n",
        "polls/urls.py": "from polls import views\n",
        "polls/views.py": "from polls.models import P\n",
        "accounts/__init__.py": "",
        "accounts/apps.py": config,
        "accounts/models.py": "",
        "accounts/forms.py": "",
        "site/urls.py": "from polls import urls\nfrom accounts import forms\n",
    }
    violations, empty = judged(tmp_path, 'preset = "django-apps"\n', files)
    assert [(each.code, f"{each.module} -> {each.subject}") for each in violations] == [
        ("LAY001", "polls.models -> polls.forms.F"),
        ("LAY004", "polls.forms -> accounts.forms.G"),
    ]
    assert empty == []


EMPTY = {
    contract("layers", 'layers = ["shop.wob", "shop.model", "(shop.gone)"]'): [
        'contract "C": the layer "shop.wob" matches no module; did you mean "shop.web"?'
    ],
    contract("layers", 'containers = ["shap"]\nlayers = ["web", "model"]'): [
        'contract "C": the container "shap" is no package; did you mean "shop"?'
    ],
    contract("only", 'modules = ["shop.modle"]\nmay-import = ["shop.tool", "yamll"]'): [
        'contract "C": "shop.modle" matches no module; did you mean "shop.model"?',
        'contract "C": may-import "shop.tool" is neither a module of the project nor a package it imports;'
        ' did you mean "shop.tools"?',
        'contract "C": may-import "yamll" is neither a module of the project nor a package it imports;'
        ' did you mean "yaml"?',
    ],
    contract("forbidden", 'modules = ["shop.model"]\nmay-not-import = ["shop.wob", "yml", "django", "<domain>"]'): [
        'contract "C": "shop.wob" matches no module; did you mean "shop.web"?',
        'contract "C": may-not-import "yml" is neither a module of the project nor imported; did you mean "yaml"?',
        'contract "C": "<domain>" matches no module',
    ],
    contract("protected", 'modules = ["shop.modle"]\nimporters = ["shop.wob"]'): [
        'contract "C": "shop.modle" matches no module; did you mean "shop.model"?',
        'contract "C": "shop.wob" matches no module; did you mean "shop.web"?',
    ],
    contract("leaf", 'modules = ["<domain>"]'): ['contract "C": "<domain>" matches no module'],
    contract("contexts", 'contexts = ["shap.(*)"]\ninterface = ["api"]'): [
        'contract "C": "shap.(*)" tells no two packages apart; did you mean "shop"?'
    ],
    contract("contexts", 'contexts = ["shop", "other"]\ninterface = ["wep"]\nshared = ["shop.tol"]'): [
        'contract "C": "shop.tol" matches no module; did you mean "shop.tools"?',
        'contract "C": interface "wep" is in none of the contexts; did you mean "web"?',
    ],
    contract("interface", 'packages = ["shop"]\ninterface = ["web", "modle", "model.f"]'): [
        'contract "C": interface "modle" is in none of the packages; did you mean "model"?'
    ],
    contract("technology", 'packages = ["yml", "sqlalchemy"]\nallowed-in = ["shop.wep"]'): [
        'contract "C": "shop.wep" matches no module; did you mean "shop.web"?',
        'contract "C": nothing imports "yml"; did you mean "yaml"?',
    ],
    contract("technology", 'packages = ["yaml"]\nallowed-in = ["composition", "presentation"]')
    + '[layers]\npresentation = ["shop.web"]\n': [
        'contract "C": "composition" matches no module; name modules of the project',
        'contract "C": "presentation" matches no module; did you mean "<presentation>"?',
    ],
    '[layers]\ndomain = ["shop.modell"]\ninfrastructure = ["shop.web"]\n': [
        'the domain layer "shop.modell" matches no module; did you mean "shop.model"?'
    ],
    'preset = "hexagonal"\n': ['preset "hexagonal" finds no layers; name them under [tool.archlint.layers]'],
    'preset = "django-apps"\n': [
        'preset "django-apps" finds no Django app; an app has an `AppConfig` in its `apps.py`'
    ],
    'preset = "contexts"\n': [
        'preset "contexts" finds no two packages side by side with a domain or application layer each;'
        " write a contract of type contexts"
    ],
}


@pytest.mark.parametrize(("config", "expected"), EMPTY.items())
def test_what_matches_nothing_is_named_with_what_was_meant(tmp_path: Path, config: str, expected: list[str]) -> None:
    files = {**SHOP, "other/__init__.py": "import yaml\n"}
    assert judged(tmp_path, config, files)[1] == expected


def test_a_wrong_source_root_is_seen_by_what_is_imported(tmp_path: Path) -> None:
    files = {"model/a.py": "import shop.web.b\n", "web/b.py": "import shop.model.a\n"}
    config = '[layers]\ndomain = ["model"]\npresentation = ["web"]\n'
    assert judged(tmp_path, config, files)[1] == [
        "no module imports another of the project; `shop.model.a` is imported, which seems to be `model.a`;"
        " are the source-roots right?"
    ]


MISTAKES = {
    'type = "layer"\nlayers = ["a", "b"]': ['contracts[1].type: "layer" is unknown; did you mean "layers"?'],
    'layers = ["a", "b"]': ["contracts[1].type: is missing; a contract needs it"],
    'type = "layers"\nlayer = ["a"]': [
        "contracts[1].layers: is missing; a contract needs it",
        'contracts[1].layer: unknown option; did you mean "layers"?',
    ],
    'type = "layers"\nlayers = ["a"]': [
        "contracts[1].layers: has one layer, which forbids nothing; name those above and below it"
    ],
    'type = "layers"\nlayers = ["a", "a | b"]': ['contracts[1].layers: "a" is named twice; a module has one layer'],
    'type = "layers"\nlayers = ["a", "b"]\nclosed = ["c"]\nexhaustive = 1': [
        'contracts[1].closed: "c" is none of the layers',
        "contracts[1].exhaustive: must be true or false, not a number",
    ],
    'type = "leaf"\nmodules = ["<domian>", "a/b.py"]': [
        'contracts[1].modules: "<domian>" is no layer role; did you mean "<domain>"?',
        'contracts[1].modules: "a/b.py" is a path, but module names are dotted: a.b',
    ],
    'type = "leaf"\nmodules = ["a"]\nimport-kinds = ["runtme"]\nseverity = "fatal"': [
        'contracts[1].import-kinds: "runtme" is unknown; did you mean "runtime"?',
        'contracts[1].severity: "fatal" is unknown; choose one of error, warning, note',
    ],
    'type = "forbidden"\nmodules = ["a"]\nmay-not-import = ["<domian>", "a b"]\nindirect = "no"': [
        'contracts[1].may-not-import: "<domian>" is no layer role; did you mean "<domain>"?',
        'contracts[1].may-not-import: "a b" is no module name: "a b" is no Python name',
        "contracts[1].indirect: must be true or false, not a string",
    ],
    'type = "protected"\nmodules = ["a"]': ["contracts[1].importers: is missing; a contract needs it"],
    'type = "contexts"\ncontexts = ["shop.*"]': [
        'contracts[1].contexts: "shop.*" must have one `(*)`, which stands for the part of the name that tells'
        " contexts apart"
    ],
    'type = "technology"\npackages = ["<thirdparty>"]': [
        "contracts[1]: needs allowed-in or forbidden-in",
        'contracts[1].packages: "<thirdparty>" is no group of packages; did you mean "<third-party>"?',
    ],
}


@pytest.mark.parametrize(("body", "expected"), MISTAKES.items())
def test_mistakes_in_contracts_are_all_told(tmp_path: Path, body: str, expected: list[str]) -> None:
    second = contract("leaf", 'modules = "a"', "D")
    write(tmp_path, {"archlint.toml": f'[[contracts]]\nname = "C"\n{body}\n{second}'})
    with pytest.raises(ConfigError) as caught:
        configure(tmp_path, Options())
    told = [message.rpartition("archlint.toml:")[2].partition(": ")[2] for message in caught.value.messages]
    assert sorted(told) == sorted(
        [*expected, 'contracts[2].modules: must be a list of strings, not a string; write ["a"]']
    )


def test_contracts_have_names_of_their_own(tmp_path: Path) -> None:
    leaf = contract("leaf", 'modules = ["a"]')
    write(tmp_path, {"archlint.toml": leaf + leaf})
    with pytest.raises(ConfigError, match=r'archlint\.toml:6: contracts\[2\]\.name: "C" is the name of another'):
        configure(tmp_path, Options())


def test_results_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    config = contract("layers", 'layers = ["shop.db", "shop.helpers.* | shop.model"]')
    config += contract("contexts", 'contexts = ["shop.(*)"]', "D")
    write(tmp_path, {"archlint.toml": config, **LEAKY, "shop/helpers/loop.py": "from shop.model import a\n"})
    script = (
        "from pathlib import Path\nfrom archlint.inputs import Options\nfrom archlint.engine import check\n"
        f"for each in check([Path({str(tmp_path)!r})], Options(jobs=1, cache=False)).report.violations: print(each)"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in "012"
    }
    assert len(outputs) == 1
    assert outputs.pop().count(b"\n") > 8


@pytest.mark.parametrize(("folder", "expected"), [("src", ["LAY004"]), ("service", [])])
def test_a_library_in_a_folder_of_its_own_is_no_context_beside_the_service(
    tmp_path: Path, folder: str, expected: list[str]
) -> None:
    files = {
        "src/blocks/domain/entity.py": "class Entity: ...\n",
        f"{folder}/app/domain/order.py": "from blocks.domain.entity import Entity\n",
        f"{folder}/app/main.py": "from app.domain import order\n",
    }
    write(tmp_path, files)

    report = check([tmp_path], Options(isolated=True, select=("LAY004",), jobs=1)).report

    assert [each.code for each in report.violations] == expected
