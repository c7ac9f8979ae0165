"""IMP002 and IMP004: the environment read all over the program, and packages that do things when imported."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.facts.model import Call, Candidate
from archlint.model import Violation
from archlint.project.entry import role_of
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls, last_word
from archlint.rulebook.model import Rule

_READERS = frozenset({"os.getenv", "os.getenvb", "os.environ.get", "environ.get"})
_CONFIGURATION = frozenset(
    {
        *("settings", "setting", "config", "configs", "configuration", "conf", "env", "environ", "environment"),
        *("constants", "consts", "defaults", "options"),
    }
)
"""Words in the names of modules and packages that configure a program."""
_DEFINING = frozenset(
    {
        *("addHandler", "append", "extend", "extend_path", "simplefilter", "filterwarnings", "__enter__", "__exit__"),
        *("update_wrapper", "__iter__", "lazy_import", "attach", "add", "update", "setdefault", "insert"),
        *("import_module", "import_modules"),
    }
)
"""What a package may call to say what it is: `__all__ += ...`, a handler for its logger, its name space."""
_ASSEMBLING = frozenset(
    {
        *("add_api_route", "add_api_websocket_route", "add_command", "add_namespace", "add_resource", "add_routes"),
        *("add_typer", "add_url_rule", "include_router", "mount", "register_blueprint"),
    }
)
"""What puts together a router or the like that the package itself has made."""


def is_scattered(project: Project, module: Module, _: Candidate | Call) -> bool:
    """Tell whether a module is none that configures: settings, wiring, tests and scripts may read the environment."""
    words = {word for part in module.words for word in part.strip("_").split("_")}
    return _CONFIGURATION.isdisjoint(words) and role_of(project, module) not in ("tests", "composition")


def scattered_environment(project: Project, rule: Rule) -> Iterator[Violation]:
    """IMP002: `os.getenv` and `os.environ.get` outside of settings; `os.environ[...]` is seen by a module check."""
    resolver = project.query(types)

    def reader(callee: str) -> str:
        if last_word(callee) == "get" and "environ" not in callee:
            return ""
        return next((each for each in resolver.names(callee) if each in _READERS), "")

    for module, call, name in project.query(Calls).meaning(("get", "getenv", "getenvb"), reader):
        if is_scattered(project, module, call):
            yield rule.violation(
                module,
                (call.start, call.end),
                message=f"`{name}` reads the environment here; read it where the program is configured, and pass it on",
                subject=name,
                scope=module.scope(call.function, call.owner),
            )


def init_side_effect(project: Project, rule: Rule) -> Iterator[Violation]:
    """IMP004: a call in a package's `__init__` whose result nobody keeps, which is made for what it does."""
    for module in project.modules:
        if not module.facts.is_package or role_of(project, module) in ("tests", "composition"):
            continue
        for call in module.facts.calls:
            if call.function >= 0 or call.owner >= 0 or not call.flags & model.STATEMENT:
                continue
            if call.flags & (model.IN_MAIN_GUARD | model.IN_TYPE_CHECKING) or last_word(call.callee) in _DEFINING:
                continue
            if last_word(call.callee) in _ASSEMBLING and _is_own(module, call.callee):
                continue
            what = f"`{last_word(call.callee).removesuffix('()')}`" if call.callee else "something"
            yield rule.violation(
                module,
                (call.start, call.end),
                message=f"importing `{module.name}` calls {what} for what it does, whoever imports it and why",
                subject=call.callee,
                help_="define and re-export here; call it from where the program starts",
            )


def _is_own(module: Module, callee: str) -> bool:
    """Tell whether what is called is a method of something that a call in the module's own body has made."""
    owner, _, name = callee.rpartition(".")[0].rpartition(".")
    return owner == module.name and any("()" in value for value in module.facts.bindings.get(name, ()))
