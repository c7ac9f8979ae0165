"""`archlint init`: what it sees in projects of several kinds, what it writes, and what it leaves alone."""

from pathlib import Path

import pytest
import tomli
from click.testing import CliRunner, Result

from archlint.cli import archlint
from archlint.outcome.starter import Start, extended, render
from archlint.project.proposal import Proposal, patterns, propose
from tests.test_why import graph


def run(*arguments: str) -> Result:
    return CliRunner().invoke(archlint, [arguments[0], "--jobs", "1", "--no-cache", *arguments[1:]])


def make(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


LAYERED = {
    "src/shop/__init__.py": "",
    "src/shop/domain/__init__.py": "",
    "src/shop/domain/order.py": "from shop.adapters import db\n",
    "src/shop/service_layer/__init__.py": "",
    "src/shop/service_layer/place.py": "import shop.domain.order\n",
    "src/shop/adapters/__init__.py": "",
    "src/shop/adapters/db.py": "import datetime\n\nNOW = datetime.datetime.now()\n",
    "tests/test_order.py": "import shop.domain.order\n",
}


def test_layers_by_name_in_two_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, LAYERED)
    pyproject = tmp_path / "pyproject.toml"
    before = b'\xef\xbb\xbf[project]\r\nname = "shop"   # \xc3\xa4\r\n[tool.x]\r\na = 1'
    pyproject.write_bytes(before)
    monkeypatch.chdir(tmp_path)

    result = run("init")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "Saw 7 modules and 2 imports between them.",
        "Layers by the names of packages, with their modules: domain (2), application (2), infrastructure (2).",
        "Wrote pyproject.toml and a baseline that accepts 2 violations; next: archlint check .",
    ]
    after = pyproject.read_bytes()
    assert after.startswith(before + b"\r\n\r\n[tool.archlint]\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    settings = tomli.loads(after.decode("utf-8-sig").replace("\r\n", "\n"))["tool"]["archlint"]
    assert settings["source-roots"] == ["src"]
    assert settings["layers"] == {
        "domain": ["shop.domain"],
        "application": ["shop.service_layer"],
        "infrastructure": ["shop.adapters"],
    }
    checked = run("check", "--baseline-mode", "strict")
    assert (checked.exit_code, checked.stdout) == (0, "")
    again = run("init")
    assert (again.exit_code, again.stdout) == (2, "")
    assert again.stderr == (
        "archlint: pyproject.toml: has [tool.archlint] already; edit it, or delete it and run `archlint init` again\n"
    )
    assert pyproject.read_bytes() == after


def test_layers_from_the_imports_of_scripts_and_a_file_that_is_no_python(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            "main.py": "import pull\nimport store\n",
            "pull.py": "import store\n",
            "store.py": "import paths\n\n\ndef f():\n    import main\n",
            "paths.py": "X = 1\n",
            "old.py": "print 1\n",
            "pyproject.toml": "broken",
        },
    )
    result = run("init", str(tmp_path))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == [
        "4 layers in the order that most imports follow; 3 of them import each other in circles:"
        " main > pull > store > paths.",
        f"Wrote archlint.toml and a baseline that accepts 1 violation; next: archlint check {tmp_path}",
    ]
    written = (tmp_path / "archlint.toml").read_text()
    settings = tomli.loads(written)
    assert settings["exclude"] == ["old.py"]
    assert "\n  \"old.py\",  # the file is no valid Python: Missing parentheses in call to 'print'. " in written
    assert "Leave it out" not in written
    assert settings["contracts"] == [{"name": "Layers", "type": "layers", "layers": ["main", "pull", "store", "paths"]}]
    assert (tmp_path / "pyproject.toml").read_text() == "broken"
    assert run("check", str(tmp_path)).exit_code == 0
    assert "is there already" in run("init", str(tmp_path)).stderr


def test_a_folder_of_the_working_directory_which_has_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, {"archlint.toml": "", "other/late.py": "x = 1\n"})
    make(tmp_path / "my service", LAYERED)
    monkeypatch.chdir(tmp_path)

    result = run("init", "my service")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Saw 7 modules ")
    assert result.stdout.endswith("; next: archlint check 'my service'\n")
    settings = tomli.loads((tmp_path / "my service" / "archlint.toml").read_text())
    assert (settings["source-roots"], settings["layers"]["domain"]) == (["src"], ["shop.domain"])
    assert run("check", "my service", "--baseline-mode", "strict").exit_code == 0


def test_without_any_layers_it_says_how_to_write_them(tmp_path: Path) -> None:
    make(tmp_path, {"app/__init__.py": "", "app/a.py": "import app.b\n", "app/b.py": ""})
    assert "`archlint rule LAY001` shows how to write them." in run("init", str(tmp_path)).stdout


def test_contracts_that_are_there_are_enough(tmp_path: Path) -> None:
    files = {f"app/{name}.py": "" for name in ("__init__", "c")}
    make(tmp_path, {**files, "app/a.py": "import app.b\n", "app/b.py": "import app.c\n"})
    (tmp_path / "pyproject.toml").write_text(
        '[tool.importlinter]\nroot_package = "app"\n'
        '[[tool.importlinter.contracts]]\nname = "x"\ntype = "layers"\nlayers = ["app.a", "app.b", "app.c"]\n'
    )
    result = run("init", str(tmp_path))
    assert "No layers but those in the contracts of import-linter, which run as they are.\n" in result.stdout
    assert f"Wrote pyproject.toml; next: archlint check {tmp_path}\n" in result.stdout
    assert not (tmp_path / "archlint-baseline.json").exists()
    assert run("check", str(tmp_path)).exit_code == 0


def test_a_folder_without_python_is_left_alone(tmp_path: Path) -> None:
    result = run("init", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no Python file" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_patterns_cover_each_module_once() -> None:
    roles = {"a": "", "a.x": "domain", "a.x.y": "domain", "a.z": "domain", "b.z": "", "b.w.v": "application"}
    assert patterns(roles, str) == {"domain": ["a.x", "a.z"], "application": ["b.w"]}


def test_a_layer_is_one_pattern_though_something_is_wired_in_it() -> None:
    wired = {f"shop.infra.{name}": "infrastructure" for name in ("db", "mail.smtp")}
    roles = {"shop.main": "composition", **wired, "shop.infra.mail.deps": "composition"}
    found = patterns(roles, lambda name: "infrastructure" if name.endswith("infra") else "")
    assert found == {"infrastructure": ["shop.infra"], "composition": ["shop.main", "shop.infra.mail.deps"]}


def test_a_proposal_follows_most_imports() -> None:
    pairs = frozenset({(0, 1), (1, 2), (2, 3), (3, 1)})
    found = propose(graph(pairs), [f"m{number}" for number in range(5)])
    assert found == Proposal("", (("m0",), ("m1",), ("m2",), ("m3",)), 3)
    assert propose(graph(frozenset({(0, 1)})), ["m0", "m1"]) is None


def test_the_text_is_toml_whatever_the_names() -> None:
    start = Start(["a b"], {'x"y.py': "no Python"}, {"domain": [f"very.long.name{n}" for n in range(20)]}, None)
    settings = tomli.loads(render(start, "tool.archlint"))["tool"]["archlint"]
    assert settings["exclude"] == ['x"y.py']
    assert len(settings["layers"]["domain"]) == 20
    assert extended(b"[tool.archlint]\n", render(start, "tool.archlint")) is None
    assert extended(b"", "a = 1\n") == b"a = 1\n"
