"""The checks that no pattern can express."""

from collections.abc import Iterator

from archlint.api import Project, Rule, Violation


def long_signature(project: Project, rule: Rule) -> Iterator[Violation]:
    for module in project.modules:
        for function in module.facts.functions:
            if len(function.parameters) > 8:
                yield rule.violation(
                    module,
                    (function.start, function.end),
                    message=f"`{function.name}` takes {len(function.parameters)} parameters; give some of them a class",
                    subject=function.qualname,
                    scope=function.qualname,
                )
