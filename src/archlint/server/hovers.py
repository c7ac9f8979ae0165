"""What is shown on hovering over a violation: what is wrong, how it comes about, and the rule's page."""

from collections.abc import Callable, Iterable, Iterator

from lsprotocol.types import Hover, MarkupContent, MarkupKind, Range

from archlint.model import Report, Step, Violation
from archlint.outcome.reporters.paths import relative
from archlint.rulebook.model import Rule


def hover(
    report: Report, violations: Iterable[tuple[Violation, Rule]], where: Range, uri_of: Callable[[str], str], kind: str
) -> Hover:
    """Return the hover for violations at one place; `kind` is the one of `MarkupKind` that the client shows."""
    marked = kind == MarkupKind.Markdown
    parts = ["".join(_sections(report, violation, rule, uri_of if marked else None)) for violation, rule in violations]
    return Hover(MarkupContent(MarkupKind(kind), "\n---\n\n".join(parts)), where)


def _sections(report: Report, violation: Violation, rule: Rule, uri_of: Callable[[str], str] | None) -> Iterator[str]:
    yield f"{violation.message}\n\n"
    if violation.help:
        yield f"{violation.help}\n\n"
    if violation.trace:
        yield "".join(f"1. {_step(report, step, uri_of)}\n" for step in violation.trace) + "\n"
    yield f"{rule.markdown.strip()}\n"


def _step(report: Report, step: Step, uri_of: Callable[[str], str] | None) -> str:
    if step.place is None:
        return step.message
    line = report.location(step.place).line
    shown = f"{relative(step.place.path, report.base)}:{line}"
    linked = f"[{shown}]({uri_of(step.place.path)}#L{line})" if uri_of else shown
    return f"{linked}: {step.message}"
