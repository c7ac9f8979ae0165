"""What is kept between runs: it makes them faster, never different, whatever has become of the files."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from archlint import engine
from archlint.engine import Options, check
from archlint.inputs import read_inputs
from archlint.intake import cache, limits, workers
from archlint.intake import kept as kept_module
from archlint.intake.cache import Entry, Store
from archlint.intake.changes import Changes
from archlint.intake.plugins import Plugin
from archlint.intake.version import _imported_by
from archlint.model import Baseline, Failure, Report, Severity
from tests.support import ROOT

TEXTS = {
    "archlint.toml": "",
    "a.py": "import time\n\nasync def f():\n    time.sleep(1)\n",
    "b.py": "from datetime import datetime\n\nNOW = datetime.now()\n",
    "broken.py": "x = 1\ny = (\n",
    "bytes.py": "# coding: nonsense\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for path, text in TEXTS.items():
        (root / path).write_text(text)
    return root


@pytest.fixture
def no_parser(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes parsing impossible from then on."""

    def forbid() -> None:
        monkeypatch.setattr(workers, "_kept", [])
        monkeypatch.setattr(sys, "executable", "/nowhere")

    return forbid


def run(root: Path, cache_dir: Path | None = None) -> Report:
    return check([root], Options(jobs=1, cache=True, cache_dir=cache_dir)).report


def said(report: Report) -> object:
    return report.violations, report.failures, report.notes, report.files


def kept(root: Path, kind: str = "facts") -> Path:
    (file,) = (root / ".archlint_cache").glob(f"{kind}-*")
    return file


def forget_report(root: Path) -> None:
    for file in (root / ".archlint_cache").glob("report-*"):
        file.unlink()


def test_nothing_is_parsed_twice(project: Path, no_parser: Callable[[], None]) -> None:
    plain = check([project], Options(jobs=1)).report
    assert not (project / ".archlint_cache").exists()
    cold = run(project)
    forget_report(project)
    no_parser()
    warm = run(project)

    assert len(plain.violations) == 2
    assert len(plain.failures) == 2
    assert said(plain) == said(cold) == said(warm)


def test_the_third_party_table_is_read_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = run(project)
    forget_report(project)

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(engine, "read_tables", never)
    assert said(run(project)) == said(cold)
    forget_report(project)
    kept(project, "library").write_bytes(b"\x80")
    with pytest.raises(AssertionError):
        run(project)


def test_nothing_is_judged_twice(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = run(project)

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(engine, "parse", never)
    monkeypatch.setattr(engine, "assess", never)
    warm = run(project)
    assert said(warm) == said(cold)
    assert warm.identities == cold.identities
    assert {path: text.text for path, text in warm.texts.items()} == {
        path: text.text for path, text in cold.texts.items()
    }


def test_the_directory_says_what_it_is(project: Path) -> None:
    run(project)
    folder = project / ".archlint_cache"
    assert (folder / ".gitignore").read_text().endswith("\n*\n")
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert sorted(file.name.partition("-")[0] for file in folder.iterdir()) == [
        *(".gitignore", "CACHEDIR.TAG", "facts", "inferred", "judged", "library", "parser", "report"),
    ]


def test_what_changes_is_parsed_again(project: Path) -> None:
    run(project)
    (project / "b.py").write_text(TEXTS["a.py"])
    (project / "broken.py").write_text("")
    (project / "a.py").rename(project / "c.py")
    report = run(project)
    assert [(Path(each.place.path).name, each.code) for each in report.violations] == [
        ("b.py", "ASY001"),
        ("c.py", "ASY001"),
    ]
    assert [Path(each.path).name for each in report.failures] == ["bytes.py"]


def test_what_is_stale_is_dropped(project: Path) -> None:
    (project / "big.py").write_text("".join(f"def f{number}(): ...\n" for number in range(500)))
    run(project)
    size = kept(project).stat().st_size
    (project / "big.py").unlink()
    run(project)
    assert kept(project).stat().st_size < size / 5


def test_a_crash_of_the_parser_is_not_remembered(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "slow.py").write_text("x = a" + ".b" * 20_000 + "\n")
    monkeypatch.setattr(limits, "SECONDS_PER_FILE", 0.5)
    monkeypatch.setattr(limits, "SECONDS_PER_MEGABYTE", 0.0)
    assert any("takes longer" in each.message for each in run(project).failures)
    monkeypatch.setattr(limits, "SECONDS_PER_FILE", 1.5)
    assert any("takes longer than 2 seconds" in each.message for each in run(project).failures)


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def _flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _garbage(file: Path) -> None:
    file.write_bytes(os.urandom(500))


def _directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _dangling(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere")


def _forged(*entries: object) -> Callable[[Path], None]:
    """Return what gives a file another content with a checksum that is right."""

    def forge(file: Path) -> None:
        key = file.read_bytes()[16:48]
        Store(file.parent).write(file.name.partition("-")[0], key, msgspec.msgpack.encode(entries))

    return forge


@pytest.mark.parametrize("kind", ["facts", "report"])
@pytest.mark.parametrize(
    "harm",
    [_emptied, _cut, _flipped, _garbage, _directory, _pipe, _dangling, _forged(), _forged(1), _forged((1, 2, 3, 4))],
)
def test_a_harmed_file_harms_nothing(project: Path, harm: Callable[[Path], None], kind: str) -> None:
    cold = run(project)
    harm(kept(project, kind))
    if kind == "facts":
        forget_report(project)
    warm = run(project)
    assert (warm.violations, warm.failures) == (cold.violations, cold.failures)


@pytest.mark.parametrize("message", [b"", b"\xc1", b"\x94\xc4\x01\x00\x00\xa0\xc3", b"\x91" * 5000])
def test_an_answer_that_is_none_is_asked_for_again(
    project: Path, message: bytes, no_parser: Callable[[], None]
) -> None:
    cold = run(project)
    file = kept(project)
    data = file.read_bytes()
    entries = msgspec.msgpack.decode(data[80:], type=list[Entry])
    forged = [msgspec.structs.replace(entry, message=memoryview(message)) for entry in entries]
    Store(file.parent).write("facts", data[16:48], msgspec.msgpack.encode(forged))
    forget_report(project)
    assert said(run(project)) == said(cold)
    no_parser()
    forget_report(project)
    assert said(run(project)) == said(cold)


def test_what_little_has_come_since_stands_aside(
    project: Path, no_parser: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_MOST_SINCE", 2.0)
    cold = run(project)
    whole = kept(project).read_bytes()
    (project / "a.py").write_text(TEXTS["b.py"])
    changed = run(project)
    assert kept(project).read_bytes() == whole
    (project / "a.py").write_text(TEXTS["a.py"])
    no_parser()
    for each in (cold, changed):
        forget_report(project)
        assert said(run(project)) == said(each)
        (project / "a.py").write_text(TEXTS["b.py"])


def test_another_version_of_archlint_knows_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(project)
    before = kept(project)
    monkeypatch.setattr(kept_module, "whole_version", lambda: b"other files")
    monkeypatch.setattr(engine, "parser_version", lambda: b"another")
    forget_report(project)
    run(project)
    assert len([*before.parent.glob("facts-*")]) == 2
    for number in range(20):
        monkeypatch.setattr(kept_module, "whole_version", lambda number=number: b"%d" % number)
        monkeypatch.setattr(engine, "parser_version", lambda number=number: b"%d" % number)
        forget_report(project)
        run(project)
    assert len([*before.parent.glob("facts-*")]) == 8


def test_the_version_covers_all_that_the_parsing_process_loads() -> None:
    code = (
        "import sys, archlint.worker, archlint.answering;"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('archlint')))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {*loaded} <= _imported_by("archlint.worker").keys()


def test_a_cache_that_cannot_be_written_is_a_note(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    report = run(project, tmp_path / "file" / "cache")
    assert len(report.violations) == 2
    assert [note for note in report.notes if "kept" in note] == [
        f"nothing is kept for the next run (Not a directory: {tmp_path.as_posix()}/file/cache);"
        " give another --cache-dir, or --no-cache"
    ]


def test_a_full_disk_is_a_note_and_leaves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    report = run(project)
    assert len(report.violations) == 2
    assert any("No space left on device" in note for note in report.notes)
    assert {file.name for file in (project / ".archlint_cache").iterdir()} == {".gitignore", "CACHEDIR.TAG"}


def test_what_killed_processes_left_is_deleted(project: Path) -> None:
    run(project)
    folder = project / ".archlint_cache"
    old, new = folder / "facts-1-1.tmp", folder / "facts-2-2.tmp"
    old.write_text("half")
    new.write_text("half")
    os.utime(old, (1, 1))
    (project / "a.py").write_text("x = 1\n")
    run(project)
    assert not old.exists()
    assert new.exists()


def test_a_link_in_the_checkout_is_not_followed(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project / ".archlint_cache").symlink_to(elsewhere)
    run(project)
    assert not [*elsewhere.iterdir()]


def test_a_directory_that_is_in_use_gets_no_ignore_file(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in use"
    folder.mkdir()
    (folder / "precious").write_text("")
    run(project, folder)
    assert not (folder / ".gitignore").exists()
    assert [*folder.glob("facts-*")]


def test_two_processes_at_once(project: Path, no_parser: Callable[[], None]) -> None:
    command = [sys.executable, "-m", "archlint", "check", str(project), "--jobs", "1", "--output-format", "json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(2)]
    first, second = (process.communicate()[0] for process in both)
    assert first == second
    no_parser()
    assert len(run(project).violations) == 2


SHOP = {
    "archlint.toml": '[layers]\ndomain = ["shop.domain"]\ninfrastructure = ["shop.db"]\n',
    "setup.cfg": "",
    "pages/own/ABC001-bad-thing.md": "",
    "shop/__init__.py": "",
    "shop/domain.py": "import time\nfrom shop.db import save\n\nasync def f():\n    time.sleep(1)\n    save()\n",
    "shop/db.py": "from datetime import datetime\n\ndef save(): return datetime.now()\n",
}
PAGE = """# ABC001 bad-thing

It is bad.

```toml
severity = "note"
match = ["datetime.datetime.now(...)"]
message = "do not"
```

## Bad

```python
import datetime  # expect: ABC001
```

## Good

```python
pass
```
"""
CONTRACT = """[importlinter]
root_package = shop

[importlinter:contract:1]
name = pure
type = forbidden
source_modules = shop.domain
forbidden_modules = shop.db
"""
ENTRY = (
    '{"version": 1, "violations": [{"code": "TIM001", "module": "shop.db", "scope": "save", '
    '"subject": "datetime.datetime.now", "count": 1}]}'
)
CHANGES: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {}),
    ({}, {"select": ("TIM",)}),
    ({}, {"select": ("ALL",)}),
    ({}, {"ignore": ("ASY001",)}),
    ({}, {"extend_select": ("ALL",)}),
    ({}, {"isolated": True}),
    ({}, {"fixes": True}),
    ({}, {"unsaved": {"shop/db.py": b"def save(): ...\n"}}),
    ({"shop/db.py": "def save(): ...\n"}, {}),
    ({"shop/new.py": "import shop.db\n"}, {}),
    ({"shop/db.py": SHOP["shop/db.py"] + "# a comment\n"}, {}),
    ({"archlint.toml": ""}, {}),
    ({"archlint.toml": '[layers]\ninfrastructure = ["shop.db"]\ndomain = ["shop.domain"]\n'}, {}),
    ({"archlint.toml": SHOP["archlint.toml"] + '[rule.TIM001]\nseverity = "note"\n'}, {}),
    ({"archlint.toml": 'exclude = ["shop/db.py"]\n'}, {}),
    ({"archlint.toml": '[per-file-ignores]\n"shop/db.py" = ["TIM"]\n'}, {}),
    ({"archlint.toml": 'rule-pages = ["pages"]\n', "pages/own/ABC001-bad-thing.md": PAGE}, {}),
    (
        {"archlint.toml": 'rule-pages = ["pages"]\n', "pages/own/ABC001-bad-thing.md": PAGE.replace("now", "today")},
        {},
    ),
    ({"setup.cfg": CONTRACT}, {}),
    ({"setup.cfg": CONTRACT.replace("pure", "clean")}, {}),
    ({"setup.cfg": "[importlinter]\n"}, {}),
    ({".git/HEAD": f"{'0' * 40}\n"}, {}),
    ({".gitignore": "db.py\n"}, {}),
    ({"archlint-baseline.json": '{"version": 1, "violations": []}'}, {}),
    ({"archlint-baseline.json": ENTRY}, {}),
    ({"archlint-baseline.json": ENTRY}, {"baseline_mode": "off"}),
    ({"archlint-baseline.json": ENTRY.replace('"count": 1', '"count": 3')}, {"baseline_mode": "strict"}),
]


def test_whatever_changes_changes_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repository"
    kept_in = tmp_path / "kept"

    def write(changed: dict[str, str]) -> None:
        if root.exists():
            shutil.rmtree(root)
        for path, text in {**SHOP, **changed}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)

    def report(options: dict[str, Any], cache: bool, path: Path) -> Report:
        given = {**options}
        if "unsaved" in given:
            given["unsaved"] = {f"{root}/{name}": text for name, text in given["unsaved"].items()}
        done = check([path], Options(jobs=1, cache=cache, cache_dir=kept_in if cache else None, **given))
        return msgspec.structs.replace(done.report, texts={path: text.text for path, text in done.report.texts.items()})

    monkeypatch.setattr(cache, "_KEPT_FILES", 10 * len(CHANGES))
    right: dict[tuple[int, Path], Report] = {}
    for again in range(2):
        for number, (changed, options) in enumerate(CHANGES):
            write(changed)
            for path in (root, root / "shop/domain.py"):
                case = number, path
                right[case] = right[case] if again else report(options, False, path)
                assert report(options, True, path) == right[case], (changed, options, path)
    monkeypatch.chdir(root)
    assert report({}, True, root) == report({}, False, root)


def test_every_input_counts() -> None:
    inputs = read_inputs([ROOT / "fixtures/shop"], Options(cache=True))
    changed = {
        "options": Options(cache=True, changed_since="HEAD"),
        "config": msgspec.structs.replace(inputs.config, fail_on=Severity.NOTE),
        "rules": {code: rule for code, rule in inputs.rules.items() if code != "TIM001"},
        "chosen": {code: rule for code, rule in inputs.chosen.items() if code != "TIM001"},
        "tables": {**inputs.tables, "new.toml": ""},
        "sources": msgspec.structs.replace(inputs.sources, selected=frozenset()),
        "data": {**inputs.data, next(iter(inputs.data)): b""},
        "contracts": {"setup.cfg": b""},
        "changes": Changes({}),
        "baseline": Baseline("", "", (), ()),
    }
    assert {*changed, "unread", "plugins"} == {*type(inputs).__struct_fields__}
    keys = [
        msgspec.structs.replace(inputs, **{name: value}).reports(Store(None)).key  # type: ignore[union-attr]
        for name, value in changed.items()
    ]
    assert len({*keys, inputs.reports(Store(None)).key}) == len(keys) + 1  # type: ignore[union-attr]
    assert msgspec.structs.replace(inputs, unread=(Failure("", 0, ""),)).reports(Store(None)) is None
    plugin = Plugin("ABC001", "package:check", "package 1")  # whose code nobody watches
    assert msgspec.structs.replace(inputs, plugins=(plugin,)).reports(Store(None)) is None


def test_hash_seeds_and_jobs_share_a_report(project: Path) -> None:
    for seed in ("1", "2", "3"):
        subprocess.run(
            [sys.executable, "-m", "archlint", "check", str(project), "--jobs", seed],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
        )
    assert kept(project, "report").is_file()
