"""What the check of an installed package may use: a function `(project, rule)` that yields violations.

`project.modules` are the modules with their facts (`archlint.facts.model` describes them), `project.query(Calls)` finds
calls by the last name of what is called, `project.query(types)` says what a reference stands for, and
`project.query(layers)` which role a module has. `rule.violation(module, (start, end), message=..., subject=...)` makes
a violation of the rule's severity. A check changes nothing, reads no files and prints nothing.
"""

from archlint.facts.model import Call, Class, Function, Import, Load
from archlint.facts.module import ModuleFacts
from archlint.model import Severity, Violation
from archlint.project.layers import layers
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls
from archlint.rulebook.model import Rule

__all__ = [
    "Call",
    "Calls",
    "Class",
    "Function",
    "Import",
    "Load",
    "Module",
    "ModuleFacts",
    "Project",
    "Rule",
    "Severity",
    "Violation",
    "layers",
    "types",
]
