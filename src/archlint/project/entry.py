"""Which modules are run rather than imported, and which role that gives them."""

from pathlib import PurePosixPath

from archlint.project.layers import is_test, layers
from archlint.project.program import Module, Project

_SCRIPTS = frozenset(
    {
        *("__main__", "asgi", "conftest", "dodo", "fabfile", "gunicorn_conf", "gunicorn_config", "locustfile"),
        *("manage", "noxfile", "passenger_wsgi", "setup", "wsgi"),
    }
)
"""Names of modules that a tool or a server runs by itself."""
_FOLDERS = frozenset({"script", "scripts"})
_TOP_FOLDERS = frozenset(
    {
        *(".github", "bench", "benchmark", "benchmarks", "bin", "build", "ci", "doc", "docs", "etc", "example"),
        *("examples", "hack", "notebooks", "samples", "tools", "utils"),
    }
)
"""Folders of scripts; these only at the top of the project, where they are no packages of the program."""


def is_script(project: Project, module: Module) -> bool:
    """Tell whether a module is run by itself: `__main__.py`, `setup.py`, what lies in `scripts/`, `docs/conf.py`."""
    path = PurePosixPath(module.path)
    root = project.architecture.root
    *folders, _ = (path.relative_to(root) if root and path.is_relative_to(root) else path).parts
    name = path.stem
    if name in _SCRIPTS or name.startswith("gunicorn.") or not _FOLDERS.isdisjoint(folders):
        return True
    if name == "env" and folders and folders[-1] in ("alembic", "migrations"):
        return True
    return bool(folders) and folders[0] in _TOP_FOLDERS and folders[0] not in project.by_name


def role_of(project: Project, module: Module) -> str:
    """Return the layer role of a module, empty for none; what is run by itself wires its program: composition."""
    if is_test(module):
        return "tests"
    return "composition" if is_script(project, module) else project.query(layers).role(module.name)
