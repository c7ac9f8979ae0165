"""JUnit XML, which every CI shows as test results: a suite for each rule."""

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET  # only written with, never parsed with

from archlint.model import Report, Severity, Violation
from archlint.outcome.reporters.concise import place
from archlint.outcome.reporters.paint import Paint
from archlint.outcome.reporters.visible import visible, visible_line
from archlint.rulebook.model import Rule


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write a suite for each rule that ran, and one for failures.

    A violation is a failed case, a note a passed one that says something; a rule that holds has one passed case. There
    are no times: the same report is the same text.
    """
    found: dict[str, list[Violation]] = {code: [] for code in rules}
    for violation in report.violations:
        found[violation.code].append(violation)
    suites = [_suite(f"{code} {rules[code].name}", _cases(report, found[code])) for code in sorted(found)]
    if report.failures:
        suites.append(_suite("failures", _errors(report)))
    root = ET.Element("testsuites", {"name": "archlint", **_totals(suites)})
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(name: str, cases: Iterable[ET.Element]) -> ET.Element:
    found = list(cases)
    suite = ET.Element("testsuite", {"name": name, **_counts(found)})
    suite.extend(found)
    return suite


def _counts(cases: list[ET.Element]) -> dict[str, str]:
    failed = sum(case.find("failure") is not None for case in cases)
    errors = sum(case.find("error") is not None for case in cases)
    return {"tests": str(len(cases)), "failures": str(failed), "errors": str(errors), "skipped": "0"}


def _totals(suites: list[ET.Element]) -> dict[str, str]:
    return {key: str(sum(int(suite.get(key, "0")) for suite in suites)) for key in ("tests", "failures", "errors")}


def _cases(report: Report, violations: list[Violation]) -> Iterable[ET.Element]:
    if not violations:
        yield ET.Element("testcase", {"name": "holds", "classname": "archlint"})
    for violation in violations:
        where = report.location(violation.place)
        head = place(report, violation.place.path, where.line, where.column)
        case = ET.Element("testcase", {"name": head.rstrip(":"), "classname": visible(violation.module)})
        if violation.severity is Severity.NOTE:
            said = ET.SubElement(case, "system-out")
        else:
            said = ET.SubElement(
                case, "failure", {"type": violation.severity.value, "message": visible(violation.message)}
            )
        said.text = "\n".join(_lines(report, violation, head))
        yield case


def _lines(report: Report, violation: Violation, head: str) -> Iterable[str]:
    yield f"{head} {violation.code} {visible(violation.message)}"
    for step in violation.trace:
        where = report.location(step.place) if step.place else None
        at = f"{place(report, step.place.path, where.line, where.column)} " if step.place and where else ""
        yield f"  -> {at}{visible(step.message)}"
    for line in violation.help.splitlines():
        yield f"  {visible_line(line)}"


def _errors(report: Report) -> Iterable[ET.Element]:
    for failure in report.failures:
        name = place(report, failure.path, failure.line or 1, 1).rstrip(":") if failure.path else "archlint"
        case = ET.Element("testcase", {"name": name, "classname": "failure"})
        ET.SubElement(case, "error", {"message": visible(failure.message)})
        yield case
