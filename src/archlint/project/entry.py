"""Which modules are run rather than imported, and which role that gives them."""

from archlint.facts import model
from archlint.project.asides import is_test
from archlint.project.imports import written
from archlint.project.layer_names import COMPOSITION
from archlint.project.layers import layers
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.uses import last_word

_SCRIPTS = frozenset(
    {
        *("__main__", "asgi", "conftest", "dodo", "fabfile", "gunicorn_conf", "gunicorn_config", "locustfile"),
        *("manage", "noxfile", "passenger_wsgi", "post_gen_project", "pre_gen_project", "setup", "wsgi"),
    }
)
"""Names of modules that a tool or a server runs by itself."""
_FOLDERS = frozenset({"examples", "script", "scripts"})
_TOP_FOLDERS = frozenset(
    {
        *(".github", "bench", "benchmark", "benchmarks", "bin", "build", "ci", "doc", "docs", "etc", "example"),
        *("hack", "notebooks", "samples", "tools", "utils"),
    }
)
"""Folders of scripts; these only at the top of the project, where they are no packages of the program."""
_RUN_BY_SCRIPTS = frozenset(
    {
        *("asyncio.run", "anyio.run", "trio.run", "uvicorn.run", "typer.run", "fire.Fire", "sys.exit", "builtins.exit"),
        *("builtins.quit", "builtins.input", "flask.Flask.run", "flask.Flask().run", "aiohttp.web.run_app"),
        *("nicegui.ui.run", "twisted.internet.reactor.run"),
    }
)
_METHODS_OF_SCRIPTS = frozenset(
    {"main", "parse_args", "parse_known_args", "serve_forever", "mainloop", "run_forever", "run_until_complete"}
    | {"infinity_polling", "run_polling", "start_polling", "synth"}
)
"""What only a module calls, outside its functions, that nobody means to import."""


def is_script(project: Project, module: Module) -> bool:
    """Tell whether a module is run by itself: `__main__.py`, what lies in `scripts/`, or what acts as a script."""
    *folders, file = module.path.removeprefix(f"{project.architecture.root}/").split("/")
    name = module.words[-1]
    if name in _SCRIPTS or file == "gunicorn.conf.py" or not _FOLDERS.isdisjoint(folders):
        return True
    if name == "env" and any(each.target.partition(".")[0] == "alembic" for each in module.facts.imports):
        return True
    if not name.isidentifier() or (folders and folders[0] in _TOP_FOLDERS and folders[0] not in project.by_name):
        return True
    return project.query(_ACTS)[module.path] and module.name not in project.query(_imported)


def _acts_as_script(module: Module) -> bool:
    """Tell whether the body of a module reads the command line, runs a loop or exits."""
    facts = module.facts
    outside = model.IN_MAIN_GUARD | model.IN_TYPE_CHECKING
    return any(
        each.callee in _RUN_BY_SCRIPTS or last_word(each.callee) in _METHODS_OF_SCRIPTS
        for each in facts.calls
        if each.function < 0 and not each.flags & outside
    ) or any(each.reference == "sys.argv" and each.function < 0 and not each.flags & outside for each in facts.loads)


def _only_tells(project: Project, module: Module) -> bool:
    """Tell whether a module offers nothing, and does something or prints what its body does."""
    facts = module.facts
    if facts.functions or facts.classes or facts.is_package:
        return False
    if any(each.callee == "builtins.print" for each in facts.calls):
        package = project.by_name.get(module.name.rpartition(".")[0])
        return package is None or not any(map(str.isupper, facts.bindings))
    imported = {each.alias for each in facts.imports}
    offered = (name for name in facts.bindings if name not in imported and not name.startswith("_"))
    return bool(facts.calls) and not any(offered)


def _tells_much(project: Project, module: Module) -> bool:
    """Tell whether a module in no package prints as it goes, and offers neither classes nor what is decorated."""
    facts = module.facts
    if facts.is_package or facts.classes or project.by_name.get(module.imported_as.rpartition(".")[0]):
        return False
    told = [each for each in facts.calls if each.callee == "builtins.print" and each.function < 0]
    surely = [each for each in told if not each.flags & (model.IN_CONDITION | model.IN_TRY | model.IN_MAIN_GUARD)]
    return len(surely) > 1 and not any(each.decorators for each in facts.functions)


_ACTS = ModuleWise(
    "acts as a script",
    bool,
    lambda project, module: _acts_as_script(module) or _only_tells(project, module) or _tells_much(project, module),
)


def _imported(project: Project) -> frozenset[str]:
    """Answer the query for the names that modules import, each with and without its last part."""
    return frozenset(
        name for module in project.modules for each in module.facts.imports for name in (each.target, written(each))
    )


def role_of(project: Project, module: Module) -> str:
    """Return the layer role of a module, empty for none.

    What is run by itself wires its program, and so does what is in no layer but has the name of a composition root.
    """
    if is_test(module):
        return "tests"
    if is_script(project, module):
        return "composition"
    named = "composition" if not COMPOSITION.isdisjoint(module.words) else ""
    return project.query(layers).role(module.name) or named
