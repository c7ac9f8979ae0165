"""The rule as every part of archlint reads it: what its page says, as one plain value."""

from collections.abc import Mapping

import msgspec

from archlint.model import Place, Severity, Step, Violation
from archlint.project.asides import is_migration, is_test
from archlint.project.program import Module


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a page's `match` or `unless`.

    `kind` is "call" (called), "load" (read without being called), "name" (either) or "import"; `name` the canonical
    dotted name. `arguments` are literals that a call must have, by position (`0`) or keyword, as (key, source);
    `others` says whether it may have more. `without` are (keyword, position or -1) that it must not pass. `then` is a
    method that is called on the result at once.
    """

    kind: str
    name: str
    arguments: tuple[tuple[str, str], ...] = ()
    others: bool = True
    without: tuple[tuple[str, int], ...] = ()
    then: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule, from its page.

    `name` is kebab-case and names the bad thing; `family` is the folder of the page. `severity_in_tests` is that of
    violations in test code and migrations, if it is another one. `default` is false for
    rules that run only when selected. `summary` is the page's first sentence (inline Markdown), `markdown`
    the page as it is shown to people, `url` where it is published. `match`, `unless`, `within`, `layers`,
    `except_layers` and `message` are the pattern; `match` is empty when a check judges the rule. `options` are
    what can be set for the rule, by name: the page's defaults or the user's wishes. `page` is the path of the
    page as it was read.
    """

    code: str
    name: str
    family: str
    severity: Severity
    severity_in_tests: Severity | None = None
    default: bool
    summary: str
    markdown: str
    url: str
    match: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    within: str = ""
    layers: tuple[str, ...] = ()
    except_layers: tuple[str, ...] = ()
    message: str = ""
    options: Mapping[str, bool | int | str | tuple[str, ...]] = {}
    page: str = ""

    def strings(self, option: str) -> tuple[str, ...]:
        """Return the value of an option that is a list of strings."""
        value = self.options[option]
        assert isinstance(value, tuple)
        return value

    def flag(self, option: str) -> bool:
        """Return the value of an option that is true or false."""
        return self.options[option] is True

    def violation(
        self,
        module: Module,
        span: tuple[int, int],
        *,
        message: str,
        subject: str,
        scope: str = "",
        severity: Severity | None = None,
        help_: str = "",
        trace: tuple[Step, ...] = (),
    ) -> Violation:
        """Return a violation of this rule at `span` (offsets) of a module, with the rule's severity unless told."""
        return Violation(
            code=self.code,
            severity=severity or (self.severity_in_tests if _is_aside(module) else None) or self.severity,
            message=message,
            place=Place(module.path, *span),
            module=module.name,
            scope=scope,
            subject=subject,
            help=help_,
            trace=trace,
        )


def _is_aside(module: Module) -> bool:
    return is_test(module) or is_migration(module)
