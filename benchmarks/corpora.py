"""The code that is measured on, and the tools that archlint is measured against; both come from the package index."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple


class Corpus(NamedTuple):
    """A package: what to download, the folder it unpacks to, and two packages of it for a contract of import-linter."""

    requirement: str
    package: str
    lower: str
    upper: str


CORPORA = {
    "celery": Corpus("celery==5.7.0", "celery", "celery.utils", "celery.bin"),
    "django": Corpus("Django==5.2.19", "django", "django.utils", "django.contrib"),
    "sqlalchemy": Corpus("SQLAlchemy==2.1.9", "sqlalchemy", "sqlalchemy.util", "sqlalchemy.ext"),
    "homeassistant": Corpus(
        "homeassistant==2024.3.3", "homeassistant", "homeassistant.util", "homeassistant.components"
    ),
}
PEERS = ("fixit", "flake8", "flake8-async", "bandit", "ruff", "import-linter")


def fetch(corpus: Corpus, work: Path) -> Path:
    """Return the folder with a corpus's package, downloaded without running any of it."""
    folder = work / "corpora" / corpus.package
    if not (folder / corpus.package).is_dir():
        wheels = work / "wheels" / corpus.package
        _pip(
            sys.executable, "download", "--no-deps", "--only-binary", ":all:", "--dest", str(wheels), corpus.requirement
        )
        (wheel,) = wheels.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        contract = f"[importlinter]\nroot_package = {corpus.package}\n[importlinter:contract:1]\nname = lower\n"
        contract += f"type = forbidden\nsource_modules = {corpus.lower}\nforbidden_modules = {corpus.upper}\n"
        (work / f"{corpus.package}.importlinter").write_text(contract)
    return folder


def peers(work: Path) -> Path:
    """Return the folder with the commands of the other tools, installed in an environment of their own."""
    home = work / "peers"
    if not (home / "done").exists():
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        _pip(str(home / "bin/python"), "install", *PEERS)
        (home / "done").touch()
    return home / "bin"


def sampler(work: Path) -> Path:
    """Return the command of py-spy, installed in the environment of the other tools."""
    command = peers(work) / "py-spy"
    if not command.exists():
        _pip(str(command.parent / "python"), "install", "py-spy")
    return command


def environment(work: Path) -> dict[str, str]:
    """Return the environment of what is measured: its bytecode is kept, as that of any installed package."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**own, "PYTHONPYCACHEPREFIX": str(work / "bytecode")}


def copies(corpus: Corpus, work: Path, count: int) -> Path:
    """Return a folder with a corpus's package that many times, under different names."""
    folder = work / "growth" / f"{corpus.package}{count}"
    for number in range(count):
        target = folder / f"{corpus.package}_{number}"
        if not target.exists():
            shutil.copytree(fetch(corpus, work) / corpus.package, target)
    return folder


def _pip(python: str, *arguments: str) -> None:
    subprocess.run([python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True)
