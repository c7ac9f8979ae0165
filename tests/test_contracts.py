"""LAY007: import-linter's contracts on our graph, from reading them to violations, failures and notes."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from archlint.cli import archlint
from archlint.facts.extract import extract
from archlint.intake.contracts import read_contracts
from archlint.model import Failure, SourceText, Violation
from archlint.project.imports import import_graph
from archlint.rulebook.checks.layers.contract_metadata import Findings, findings
from archlint.rulebook.checks.layers.contract_types import UnusableTypeError, contract_class
from archlint.rulebook.checks.layers.contracts import broken_contracts

SHOP = {
    "shop/__init__.py": "",
    "shop/domain/__init__.py": "",
    "shop/domain/order.py": """\
from shop import (
    config,
    util,
)

def f():
    from shop.infra.db import Session as S
""",
    "shop/domain/user.py": "import shop.util\nimport redis\n",
    "shop/infra/__init__.py": "",
    "shop/infra/db.py": "import redis.asyncio\nfrom shop.domain.order import Order\n",
    "shop/web.py": "from shop.infra import db\nfrom shop.domain import order\n",
    "shop/util.py": "from .infra.db import Session, engine\n",
    "shop/config.py": "import os\n",
    "shop/tools.py": "",
}


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def judge(root: Path) -> list[Violation | Failure | str]:
    """Read the contracts in `root` and judge them on the Python files in it."""
    contracts, failures = read_contracts(root)
    if contracts is None:
        return list(failures)
    facts, texts, paths = {}, {}, {}
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = file.read_text(encoding="utf-8")
        facts[name] = extract(text, name, parts[-1] == "__init__")
        texts[name], paths[name] = SourceText(text), file.as_posix()
    found = broken_contracts(contracts, import_graph(facts), paths, texts.__getitem__, root.as_posix())
    return [*failures, *found]


def toml(*contracts: str, session: str = 'root_package = "shop"') -> str:
    tables = [f'[[tool.importlinter.contracts]]\nname = "C{number}"\n{body}' for number, body in enumerate(contracts)]
    return "\n".join([f"[tool.importlinter]\n{session}", *tables])


def run(root: Path, *contracts: str, session: str = 'root_package = "shop"', **files: str) -> list[Any]:
    write(root, {**SHOP, **files, "pyproject.toml": toml(*contracts, session=session)})
    return judge(root)


def shown(root: Path, violations: list[Any]) -> list[str]:
    """Write violations as `file:line:column source text | message`."""
    lines = []
    for violation in violations:
        assert isinstance(violation, Violation), violation
        text = SourceText(Path(violation.place.path).read_text(encoding="utf-8"))
        location = text.location(violation.place.start, violation.place.end)
        source = text.text[violation.place.start : violation.place.end]
        path = Path(violation.place.path).relative_to(root).as_posix()
        lines.append(f"{path}:{location.line}:{location.column} {source} | {violation.message}")
    return lines


LAYERS = 'type = "layers"\nlayers = ["shop.web", "shop.infra", "shop.domain"]'
EXTERNAL = 'root_package = "shop"\ninclude_external_packages = true'


def test_layers_name_every_alias_that_starts_an_illegal_chain(tmp_path: Path) -> None:
    violations = run(tmp_path, LAYERS)
    assert shown(tmp_path, violations) == [
        "shop/domain/order.py:3:5 util | "
        '`shop.domain.order` may not import `shop.infra.db`, not even through `shop.util` (contract "C0")',
        'shop/domain/order.py:7:31 Session | `shop.domain.order` may not import `shop.infra.db` (contract "C0")',
        "shop/domain/user.py:1:8 shop.util | "
        '`shop.domain.user` may not import `shop.infra.db`, not even through `shop.util` (contract "C0")',
    ]
    indirect, direct, _ = violations
    assert (indirect.module, indirect.scope, indirect.subject) == ("shop.domain.order", "", "shop.util")
    assert (direct.module, direct.scope, direct.subject) == ("shop.domain.order", "f", "shop.infra.db")
    assert (direct.code, direct.contract, direct.trace) == ("LAY007", "C0", ())
    assert [step.message for step in indirect.trace] == [
        "`shop.domain.order` imports `shop.util`",
        "`shop.util` imports `shop.infra.db`",
    ]
    places = [step.place for step in indirect.trace]
    assert places[0] == indirect.place
    assert places[1].path.endswith("shop/util.py")


KEPT = {
    "layers": 'type = "layers"\nlayers = ["shop.web", "shop.domain"]',
    "forbidden": 'type = "forbidden"\nsource_modules = ["shop.config"]\nforbidden_modules = ["shop.infra"]',
    "independence": 'type = "independence"\nmodules = ["shop.config", "shop.tools"]',
    "protected": 'type = "protected"\nprotected_modules = ["shop.web"]\nallowed_importers = ["shop.config"]',
    "acyclic_siblings": 'type = "acyclic_siblings"\nancestors = ["shop.infra"]',
}


@pytest.mark.parametrize("contract", KEPT.values(), ids=KEPT)
def test_kept_contracts_say_nothing(tmp_path: Path, contract: str) -> None:
    assert run(tmp_path, contract) == []


BROKEN = {
    "forbidden": (
        'type = "forbidden"\nsource_modules = ["shop.web"]\nforbidden_modules = ["shop.config"]',
        ["shop/web.py:2:25 order", "not even through `shop.domain.order`"],
    ),
    "forbidden, direct": (
        'type = "forbidden"\nsource_modules = ["shop.web"]\nforbidden_modules = ["shop.infra"]\n'
        "allow_indirect_imports = true",
        ["shop/web.py:1:24 db", "`shop.web` may not import `shop.infra.db` (contract"],
    ),
    "independence": (
        'type = "independence"\nmodules = ["shop.config", "shop.util"]',
        ["shop/util.py:1:23 Session", "shop/util.py:1:32 engine", "`shop.util` may not import `shop.config`"],
    ),
    "protected": (
        'type = "protected"\nprotected_modules = ["shop.infra"]\nallowed_importers = ["shop.web", "shop.domain"]',
        ["shop/util.py:1:23 Session", "`shop.infra.db`, since `shop.infra` is protected (contract"],
    ),
    "acyclic_siblings": (
        'type = "acyclic_siblings"\nancestors = ["shop"]',
        ["shop/infra/db.py:2:", "since it closes a cycle between the children of `shop` (contract"],
    ),
}


@pytest.mark.parametrize(("contract", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_contracts_of_every_other_type(tmp_path: Path, contract: str, expected: list[str]) -> None:
    text = "\n".join(shown(tmp_path, run(tmp_path, contract)))
    assert [part for part in expected if part not in text] == [], text


def test_external_packages(tmp_path: Path) -> None:
    contract = 'type = "forbidden"\nsource_modules = ["shop.domain"]\nforbidden_modules = ["redis"]'
    lines = shown(tmp_path, run(tmp_path, contract, session=EXTERNAL))
    assert [line.split(" | ")[0] for line in lines] == [
        "shop/domain/order.py:3:5 util",
        "shop/domain/order.py:7:31 Session",
        "shop/domain/user.py:1:8 shop.util",
        "shop/domain/user.py:2:8 redis",
    ]
    assert "not even through `shop.util`" in lines[0]


def test_type_checking_imports_can_be_left_out(tmp_path: Path) -> None:
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.web\n"
    contract = 'type = "forbidden"\nsource_modules = ["shop.config"]\nforbidden_modules = ["shop.web"]'
    without = 'root_package = "shop"\nexclude_type_checking_imports = true'
    files = {"shop/config.py": typed}
    assert len(run(tmp_path, contract, **files)) == 1
    assert run(tmp_path, contract, session=without, **files) == []


def test_ignored_imports_and_guidance(tmp_path: Path) -> None:
    ignored = LAYERS + '\nignore_imports = ["shop.util -> shop.infra.db"]\nbroken_contract_guidance = "Ask Ann."'
    (violation,) = run(tmp_path, ignored)
    assert (violation.subject, violation.help) == ("shop.infra.db", "Ask Ann.")


def test_undeclared_modules_of_an_exhaustive_contract(tmp_path: Path) -> None:
    contract = (
        'type = "layers"\ncontainers = ["shop"]\n'
        'layers = ["web", "util", "infra : domain", "config", "tools"]\nexhaustive = true'
    )
    files = {"shop/more/x.py": "import shop.config", "shop/more/__init__.py": "", "shop/extra.py": ""}
    lines = shown(tmp_path, run(tmp_path, contract, **files))
    assert [line for line in lines if "exhaustive" in line] == [
        'shop/extra.py:1:1  | `shop.extra` is in no layer of the exhaustive contract "C0"',
        'shop/more/__init__.py:1:1  | `shop.more` is in no layer of the exhaustive contract "C0"',
    ]


def test_one_import_under_several_chains_is_one_violation(tmp_path: Path) -> None:
    contract = 'type = "forbidden"\nsource_modules = ["shop.util"]\nforbidden_modules = ["shop.domain", "shop.infra"]'
    lines = shown(tmp_path, run(tmp_path, contract))
    assert [line.split(" (")[0] for line in lines] == [
        "shop/util.py:1:23 Session | `shop.util` may not import `shop.infra.db`",
        "shop/util.py:1:32 engine | `shop.util` may not import `shop.infra.db`",
    ]


CUSTOM = """\
from importlinter import Contract, ContractCheck, fields

class NoStar(Contract):
    name_part = fields.StringField()

    def check(self, graph, verbose):
        return ContractCheck(kept=not any(self.name_part in module for module in graph.modules))

    def render_broken_contract(self, check):
        raise AssertionError("never rendered")

class Crash(NoStar):
    def check(self, graph, verbose):
        raise RuntimeError("no luck")

class Nothing:
    pass
"""


def custom(name: str, kind: str) -> str:
    return f'root_package = "shop"\ncontract_types = ["{name}: {kind}"]'


def test_custom_types_of_installed_packages_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "site", {"house_contracts/__init__.py": "", "house_contracts/types.py": CUSTOM})
    monkeypatch.syspath_prepend(tmp_path / "site")
    root = tmp_path / "project"
    session = custom("nostar", "house_contracts.types.NoStar")
    results = run(root, 'type = "nostar"\nname_part = "util"', 'type = "nostar"\nname_part = "other"', session=session)
    assert shown(root, results) == ['pyproject.toml:5:9 C0 | contract "C0" is broken']
    session = custom("crash", "house_contracts.types.Crash")
    assert messages(run(root, 'type = "crash"\nname_part = "x"', session=session)) == ['contract "C0": no luck']
    session = custom("nothing", "house_contracts.types.Nothing")
    (failure,) = messages(run(root, 'type = "nothing"', session=session))
    assert "is not a subclass of `importlinter.Contract`" in failure
    session = custom("gone", "house_contracts.types.Gone")
    (failure,) = messages(run(root, 'type = "gone"', session=session))
    assert "cannot be imported: AttributeError" in failure


def test_custom_types_from_the_checked_code_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    files = {"local_contracts/__init__.py": 'raise AssertionError("the checked code was run")'}
    session = custom("local", "local_contracts.Local")
    note, *rest = run(tmp_path, 'type = "local"', LAYERS, session=session, **files)
    assert isinstance(note, str)
    assert note.startswith('contract "C0" was not checked: `local_contracts.Local` lies in the checked code')
    assert {violation.contract for violation in rest} == {"C1"}


def test_packages_installed_inside_the_checked_folder_run() -> None:
    types = {"theirs": "click.Group", "mine": "importlinter.Contract"}
    assert contract_class("mine", types, sys.prefix).__name__ == "Contract"
    with pytest.raises(UnusableTypeError, match="is not a subclass of"):
        contract_class("theirs", types, sys.prefix)


def messages(results: list[Any]) -> list[str]:
    assert all(isinstance(result, Failure) for result in results), results
    return [result.message for result in results]


FORBIDDEN = 'type = "forbidden"\nsource_modules = ["shop.web"]\n'
MISTAKES = {
    'type = "layer"\nlayers = ["shop"]': ["unknown contract type `layer`; did you mean `layers`?"],
    'type = "house"': ["unknown contract type `house`"],
    'layers = ["shop"]': ["a contract has no type"],
    'type = "layers"\nlayer = ["shop"]': [
        "option `layer`: Unrecognized option. Did you mean 'layers'?",
        "option `layers`: This is a required field",
    ],
    'type = "layers"\nlayers = ["shop.wob", "shop.infra", "shop.gone"]': [
        "module `shop.gone` does not exist",
        "module `shop.wob` does not exist; did you mean `shop.web`?",
    ],
    'type = "layers"\ncontainers = ["shop.*"]\nlayers = ["x"]': [
        "module `shop.config.x` does not exist; did you mean `shop.config`?",
        "module `shop.domain.x` does not exist; did you mean `shop.domain`?",
        "module `shop.infra.x` does not exist; did you mean `shop.infra`?",
        "module `shop.tools.x` does not exist; did you mean `shop.tools`?",
        "module `shop.util.x` does not exist; did you mean `shop.util`?",
        "module `shop.web.x` does not exist; did you mean `shop.web`?",
    ],
    'type = "independence"\nmodules = ["shop.zoo", "shop.unit"]': [
        "module `shop.unit` does not exist; did you mean `shop.util`?",
        "module `shop.zoo` does not exist; did you mean `shop.tools`?",
    ],
    'type = "protected"\nprotected_modules = ["shop.web"]\nallowed_importers = ["shop.confg"]': [
        "module `shop.confg` does not exist; did you mean `shop.config`?"
    ],
    'type = "acyclic_siblings"\nancestors = ["shop.*.nowhere"]': [
        "The expression 'shop.*.nowhere' did not match any modules"
    ],
    FORBIDDEN + 'forbidden_modules = ["redis"]': [
        "The top level configuration must have include_external_packages=True when there are external forbidden modules"
    ],
    LAYERS + '\nignore_imports = ["b -> c", "a -> b"]': [
        "No matches for ignored import a -> b",
        "No matches for ignored import b -> c",
    ],
    LAYERS + '\nignore_imports = ["a"]': [
        'option `ignore_imports`: Must be in the form "package.importer -> package.imported"'
    ],
    LAYERS + "\nexhaustive = 1": ["its options cannot be read: AttributeError: 'int' object has no attribute 'lower'"],
}


@pytest.mark.parametrize(("contract", "expected"), MISTAKES.items())
def test_mistakes_are_failures_and_the_other_contracts_run(tmp_path: Path, contract: str, expected: list[str]) -> None:
    results = run(tmp_path, contract, LAYERS)
    failures = [result for result in results if isinstance(result, Failure)]
    assert [failure.message for failure in failures] == [f'contract "C0": {sentence}' for sentence in expected]
    assert {(Path(failure.path).name, failure.line) for failure in failures} == {("pyproject.toml", 4)}
    assert {result.contract for result in results if isinstance(result, Violation)} == {"C1"}


def test_external_submodules_cannot_be_forbidden(tmp_path: Path) -> None:
    contract = FORBIDDEN + 'forbidden_modules = ["redis.client", "redis.asyncio"]'
    assert messages(run(tmp_path, contract, session=EXTERNAL)) == [
        'contract "C0": `redis.asyncio` lies inside an external package; name `redis`',
        'contract "C0": `redis.client` lies inside an external package; name `redis`',
    ]


def test_unmatched_ignores_can_be_notes(tmp_path: Path) -> None:
    contract = KEPT["layers"] + '\nignore_imports = ["b -> c", "a -> b"]\nunmatched_ignore_imports_alerting = "warn"'
    assert run(tmp_path, contract) == [
        'contract "C0": No matches for ignored import a -> b.',
        'contract "C0": No matches for ignored import b -> c.',
    ]


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        ('root_package = "src"', ["root package `src` is not in the checked code; did you mean `shop`?"]),
        (
            'root_packages = ["shop.infra"]',
            ["root package `shop.infra` lies inside the package `shop`; name `shop` instead"],
        ),
        (
            'root_packages = ["lone", "shap"]',
            [
                "root package `lone` is a module, not a package; name a package",
                "root package `shap` is not in the checked code; did you mean `shop`?",
            ],
        ),
        (
            'root_packages = "shop"',
            ["import-linter's `root_packages` must be a list, each item on a line of its own"],
        ),
        ('root_packag = "shop"', ["import-linter has no `root_package` here; name the package to check"]),
    ],
)
def test_wrong_roots(tmp_path: Path, session: str, expected: list[str]) -> None:
    assert messages(run(tmp_path, KEPT["layers"], session=session, **{"lone.py": ""})) == expected


def test_option_mistakes_are_found_under_a_wrong_root_too(tmp_path: Path) -> None:
    assert messages(run(tmp_path, 'type = "layers"', LAYERS, session='root_package = "src"')) == [
        "root package `src` is not in the checked code; did you mean `shop`?",
        'contract "C0": option `layers`: This is a required field',
    ]


def test_a_root_without_edges_is_vacuous(tmp_path: Path) -> None:
    files = {"src/__init__.py": "", "src/a.py": "import b\n", "src/b.py": "import a\n"}
    (failure,) = messages(
        run(
            tmp_path,
            'type = "independence"\nmodules = ["src.a", "src.b"]',
            session='root_package = "src"',
            **files,
        )
    )
    assert failure == "none of the imports in `src` is one between its modules; name the real root package"


def test_folders_that_import_linter_passes_over_are_named(tmp_path: Path) -> None:
    files = {"shop/more/deep/x.py": "import shop.web", "shop/more/y.py": "", "shop/templates/z.py": "import os"}
    failure, *rest = run(tmp_path, LAYERS, **files)
    assert failure.message == (
        "import-linter does not see 1 module of `shop.more` that import others or are imported: the folder has no"
        " `__init__.py`; add one"
    )
    assert len(rest) == 3


def test_unknown_session_options_do_not_stop_the_contracts(tmp_path: Path) -> None:
    failure, *rest = run(tmp_path, LAYERS, session='root_package = "shop"\ninclud_external_packages = true')
    assert failure.message == (
        "import-linter knows no option `includ_external_packages`; did you mean `include_external_packages`?"
    )
    assert len(rest) == 3


def test_no_contracts(tmp_path: Path) -> None:
    (failure,) = messages(run(tmp_path))
    assert failure.startswith("there are no contracts; write `[[tool.importlinter.contracts]]`")


INI = """\
[importlinter]
root_package = shop

[importlinter:contract:1]
name = The layers
type = layers
layers =
    shop.web
    shop.infra
    shop.domain
"""


@pytest.mark.parametrize("name", ["setup.cfg", ".importlinter"])
def test_ini_files_come_before_pyproject(tmp_path: Path, name: str) -> None:
    write(tmp_path, {**SHOP, name: INI, "pyproject.toml": toml(LAYERS)})
    assert {violation.contract for violation in judge(tmp_path) if isinstance(violation, Violation)} == {"The layers"}
    contracts, _ = read_contracts(tmp_path)
    assert contracts is not None
    place = contracts.place(contracts.contracts[0])
    assert INI[place.start : place.end] == "The layers"


@pytest.mark.parametrize(
    ("name", "text", "message", "line"),
    [
        (
            "pyproject.toml",
            "[tool.importlinter]\nroot_package = \n",
            "import-linter's configuration cannot be read: Invalid value",
            0,
        ),
        (
            "pyproject.toml",
            "[tool]\nimportlinter = 3\n",
            "import-linter's configuration cannot be read: 'int'",
            0,
        ),
        (
            "setup.cfg",
            "[importlinter]\nroot_package\n",
            "import-linter's configuration cannot be read: `root_package` is neither a [section] nor an `option",
            2,
        ),
        (
            ".importlinter",
            "[importlinter]\na = 1\na = 2\n",
            "import-linter's configuration cannot be read: option 'a' in section 'importlinter' already exists",
            3,
        ),
        (".importlinter", "[importlinter]\na = 1\n", "import-linter has no `root_package` here", 0),
    ],
)
def test_unreadable_configuration(tmp_path: Path, name: str, text: str, message: str, line: int) -> None:
    write(tmp_path, {name: text})
    contracts, (failure,) = read_contracts(tmp_path)
    assert contracts is None
    assert failure.path == (tmp_path / name).as_posix()
    assert failure.message.startswith(message)
    assert failure.line == line


def test_without_contracts_import_linter_is_not_imported(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.ruff]\n", "setup.cfg": "[metadata]\nname = x\n"})
    script = (
        "import sys; from pathlib import Path; from archlint.intake.contracts import read_contracts\n"
        "import archlint.rulebook.checks.layers.contracts\n"
        f"assert read_contracts(Path({str(tmp_path)!r})) == (None, ())\n"
        "print({'importlinter', 'grimp', 'rich'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=_environment()
    )
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"something": "else"},
        {"invalid_chains": [{"chains": 3}]},
        {"invalid_chains": [{"chains": [[]]}]},
        {"invalid_dependencies": [{"routes": [{"chain": [{"importer": "a"}]}]}]},
        {"illegal_imports": [object()]},
        {"cycle_breakers_by_package": {"a": [("b",)]}},
    ],
)
def test_metadata_of_another_shape_tells_nothing(metadata: dict[str, object]) -> None:
    assert findings(metadata) == Findings()


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent / "src"), **more}


CLICK = {
    "layers": 'type = "layers"\nlayers = ["click.testing", "click.core", "click.utils", "click.globals"]',
    "layers kept": 'type = "layers"\nlayers = ["click.testing", "click.globals"]',
    "exhaustive": 'type = "layers"\ncontainers = ["click"]\nlayers = ["core", "globals"]\nexhaustive = true',
    "forbidden": 'type = "forbidden"\nsource_modules = ["click.utils"]\nforbidden_modules = ["click.core"]',
    "forbidden kept": 'type = "forbidden"\nsource_modules = ["click._compat"]\n'
    'forbidden_modules = ["click.core"]\n'
    "allow_indirect_imports = true",
    "forbidden external": 'type = "forbidden"\nsource_modules = ["click"]\n'
    'forbidden_modules = ["inspect"]\nas_packages = true',
    "independence": 'type = "independence"\nmodules = ["click.types", "click.termui"]',
    "independence kept": 'type = "independence"\nmodules = ["click._compat", "click._textwrap"]',
    "protected": 'type = "protected"\nprotected_modules = ["click.core"]\nallowed_importers = ["click.testing"]',
    "protected kept": 'type = "protected"\nprotected_modules = ["click.testing"]\nallowed_importers = ["click.core"]',
    "acyclic": 'type = "acyclic_siblings"\nancestors = ["click"]',
}


@pytest.mark.parametrize("exclude", ["false", "true"])
def test_same_verdicts_as_import_linter(tmp_path: Path, exclude: str) -> None:
    session = f'root_package = "click"\ninclude_external_packages = true\nexclude_type_checking_imports = {exclude}'
    package = Path(click.__file__).parent
    write(tmp_path, {f"click/{file.name}": file.read_text(encoding="utf-8") for file in package.glob("*.py")})
    write(tmp_path, {"pyproject.toml": toml(*CLICK.values(), session=session)})
    script = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(PYTHONIOENCODING="utf-8"),
        encoding="utf-8",
    )
    theirs = dict(re.findall(r"^(C\d+) (KEPT|BROKEN)", done.stdout, re.MULTILINE))
    results = judge(tmp_path)
    assert messages([result for result in results if not isinstance(result, Violation)]) == []
    broken = {result.contract for result in results if isinstance(result, Violation)}
    assert {f"C{number}": "BROKEN" if f"C{number}" in broken else "KEPT" for number in range(len(CLICK))} == theirs
    assert {"KEPT", "BROKEN"} == set(theirs.values())


def test_results_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    contracts = [*(contract for contract, _ in BROKEN.values()), *MISTAKES, LAYERS]
    write(tmp_path, {**SHOP, "pyproject.toml": toml(*contracts)})
    script = (
        "from pathlib import Path; from tests.test_contracts import judge\n"
        f"for found in judge(Path({str(tmp_path)!r})): print(found)"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=Path(__file__).resolve().parent.parent,
            capture_output=True,
            check=True,
            env=_environment(PYTHONHASHSEED=seed),
        ).stdout
        for seed in "0123"
    }
    assert len(outputs) == 1
    assert outputs.pop().count(b"\n") > 30


def test_contracts_of_a_part_are_about_its_packages(tmp_path: Path) -> None:
    files = {name.replace("shop/", "back/shop/"): text for name, text in SHOP.items()}
    contracts = toml('type = "forbidden"\nsource_modules = ["shop.model"]\nforbidden_modules = ["shop.web"]')
    write(tmp_path, {**files, "back/pyproject.toml": contracts, "back/shop/model.py": "import shop.web\n"})
    write(tmp_path, {"front/setup.cfg": "[importlinter]\nroot_package = shop\n", "front/show.py": ""})
    run = [str(tmp_path), "--no-cache", "--jobs", "1", "--select", "LAY007", "--output-format", "concise"]

    result = CliRunner().invoke(archlint, ["check", *run])

    assert result.stdout.count("LAY007") == 1
    assert "back/shop/model.py:1:8: LAY007" in result.stdout
    assert "front are checked in a run of that folder alone" in result.stderr
    alone = CliRunner().invoke(archlint, ["check", str(tmp_path / "front"), *run[1:]])
    assert "root package `shop` is not in the checked code" in alone.stdout
