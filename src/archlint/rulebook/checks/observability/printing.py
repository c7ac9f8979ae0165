"""The rule about `print` where a logger belongs."""

from collections.abc import Iterator

from archlint.facts import model
from archlint.model import Violation
from archlint.project.asides import is_test
from archlint.project.entry import is_script
from archlint.project.program import Module, Project
from archlint.project.uses import Calls
from archlint.rulebook.model import Rule

_COMMANDS = frozenset({"cli", "cmd", "command", "commands", "console", "management", "migrations"})
_MIGRATIONS = frozenset({"alembic", "revisions", "versions"})
_COMMAND_LIBRARIES = frozenset({"argparse", "click", "cyclopts", "docopt", "fire", "optparse", "plac", "rich", "typer"})


def print_in_service(project: Project, rule: Rule) -> Iterator[Violation]:
    """OBS001: `print` to standard output in a module that is no command, script or test."""
    quiet: dict[str, bool] = {}
    for module, call, _ in project.query(Calls).of_apis({"builtins.print"}):
        if any(name in ("file", "**") for name, _ in call.arguments) or call.flags & model.IN_MAIN_GUARD:
            continue
        if quiet.setdefault(module.path, _is_command(project, module)):
            continue
        yield rule.violation(
            module,
            (call.start, call.end),
            message="nobody can filter a `print` in a service, turn it off or tell its request; use a logger",
            subject="print",
            scope=module.scope(call.function, call.owner),
        )


def _is_command(project: Project, module: Module) -> bool:
    """Tell whether standard output is where a module's text belongs."""
    if is_test(module) or is_script(project, module) or not (_COMMANDS | _MIGRATIONS).isdisjoint(module.words):
        return True
    facts = module.facts
    if any(each.target.partition(".")[0] in _COMMAND_LIBRARIES for each in facts.imports):
        return True
    return any(each.flags & model.IN_MAIN_GUARD for each in facts.calls)
