"""The report as SARIF 2.1.0, as GitHub code scanning, Azure DevOps and the editors' viewers read it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from archlint import __version__
from archlint.model import Accepted, Failure, Provenance, Report, Violation
from archlint.outcome.reporters.dump import Json, dump
from archlint.outcome.reporters.fingerprint import line_hashes
from archlint.outcome.reporters.limits import SARIF_TAKEN
from archlint.outcome.reporters.paint import Paint
from archlint.outcome.reporters.sarif_places import ROOT, Places, logical
from archlint.outcome.reporters.sarif_rules import FAILURE, rule_descriptor, sentence
from archlint.outcome.reporters.visible import visible
from archlint.rulebook.model import Rule

_PROJECT = "https://github.com/archlint/archlint"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BRACKET = re.compile(r"[\[\]]")
_STEP_LIMIT = 1_000  # GitHub shows no more

Entry = tuple[Violation, str, Json]
"""A violation, its identity, and what is to be said of its state."""


def render(report: Report, rules: Mapping[str, Rule], paint: Paint) -> str:
    """Write one run: columns in UTF-16 units, no time, no machine's path unless the repository has no remote.

    `rules` are those that ran, with violations or without. At most 25,000 results are written, the gravest
    first when there are more; a notification counts the others. What is accepted comes last, with its suppression.
    """
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, rules)]})


def _run(report: Report, rules: Mapping[str, Rule]) -> Json:
    entries = _kept(report)
    codes = sorted(rules)
    places = Places(report, _paths(report, entries))
    return {
        "tool": {"driver": _driver([rules[code] for code in codes])},
        **_provenance(report.provenance),
        "automationDetails": {"id": "archlint/"},
        "columnKind": "utf16CodeUnits",
        "newlineSequences": places.newline_sequences(),
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the checked repository."}}},
        "invocations": [_invocation(report, places, len(report.violations) + len(report.accepted) - len(entries))],
        "artifacts": places.artifacts(),
        "results": list(_results(report, entries, codes, places)),
    }


def _kept(report: Report) -> list[Entry]:
    state: Json = {} if report.baselined is None else {"baselineState": "new"}
    entries = [(each, name, state) for each, name in zip(report.violations, report.identities, strict=True)]
    entries += [(each.violation, each.identity, _suppressed(each, state)) for each in report.accepted]
    if len(entries) > SARIF_TAKEN:
        entries.sort(key=lambda entry: -entry[0].severity.rank)
    return entries[:SARIF_TAKEN]


def _suppressed(accepted: Accepted, state: Json) -> Json:
    """Return the suppression of what a comment or the baseline accepts."""
    suppression: Json = {"kind": accepted.kind, "status": "accepted"}
    if accepted.reason:
        suppression["justification"] = visible(accepted.reason)
    known: Json = {"baselineState": "unchanged"} if accepted.kind == "external" else state
    return {**known, "suppressions": [suppression]}


def _paths(report: Report, entries: Sequence[Entry]) -> Iterator[str]:
    for violation, _, _ in entries:
        yield violation.place.path
        yield from (step.place.path for step in violation.trace[:_STEP_LIMIT] if step.place)
    yield from (failure.path for failure in report.failures if failure.path)


def _driver(rules: Sequence[Rule]) -> Json:
    return {
        "name": "archlint",
        "fullName": f"archlint {__version__}",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": _PROJECT,
        "rules": [rule_descriptor(rule) for rule in rules],
        "notifications": [FAILURE],
    }


def _provenance(found: Provenance | None) -> Json:
    if found is None:
        return {}
    details: Json = {"repositoryUri": found.repository, "mappedTo": {"uriBaseId": ROOT}}
    if found.revision:
        details["revisionId"] = found.revision
    if found.branch:
        details["branch"] = found.branch
    return {"versionControlProvenance": [details]}


def _invocation(report: Report, places: Places, left_out: int) -> Json:
    notifications = [_notification(failure, places) for failure in report.failures]
    if left_out:
        message = f"{left_out:,} violations are left out: a run holds at most {SARIF_TAKEN:,} results."
        notifications.append({"level": "warning", "message": {"text": message}})
    if not report.failures:
        return {"executionSuccessful": True, "toolExecutionNotifications": notifications}
    return {"executionSuccessful": False, "exitCode": 2, "toolExecutionNotifications": notifications}


def _notification(failure: Failure, places: Places) -> Json:
    notification: Json = {
        "descriptor": {"id": FAILURE["id"], "index": 0},
        "level": "error",
        "message": {"text": _plain(failure.message)},
    }
    if failure.path:
        notification["locations"] = [{"physicalLocation": places.physical_line(failure.path, failure.line)}]
    return notification


def _results(report: Report, entries: Sequence[Entry], codes: Sequence[str], places: Places) -> Iterator[Json]:
    index = {code: number for number, code in enumerate(codes)}
    hashes = _hashes(report, entries)
    for violation, identity, state in entries:
        line = report.location(violation.place).line
        result: Json = {
            "ruleId": violation.code,
            "ruleIndex": index[violation.code],
            "level": violation.severity.value,
            "message": {"text": _message(violation)},
            "locations": [
                {
                    "physicalLocation": places.physical_with_context(violation.place),
                    "logicalLocations": logical(violation.module, violation.scope),
                }
            ],
            "partialFingerprints": {
                "primaryLocationLineHash": hashes[violation.place.path][line],
                "archlint/v1": identity,
            },
        }
        yield {**result, **state, **_trace(violation, places), **_fixes(violation, places)}


def _hashes(report: Report, entries: Sequence[Entry]) -> Mapping[str, Mapping[int, str]]:
    lines: defaultdict[str, set[int]] = defaultdict(set)
    for violation, _, _ in entries:
        lines[violation.place.path].add(report.location(violation.place).line)
    return {path: line_hashes(report.texts[path].as_utf8, wanted) for path, wanted in lines.items()}


def _message(violation: Violation) -> str:
    """Return the message as a sentence, so that a narrow viewer shows it alone, then how to mend it."""
    message = sentence(_plain(violation.message))
    if not violation.help:
        return message
    first, *more = [_plain(line) for line in violation.help.rstrip("\n").split("\n")]
    advice = "\n".join((first, *more)) if more else sentence(first)
    return f"{message} Help: {advice}"


def _plain(text: str) -> str:
    """Return visible text in which no brackets make a link (SARIF 2.1.0, 3.11.6)."""
    shown = visible(text)
    return _BRACKET.sub(r"\\\g<0>", shown) if "](" in shown else shown


def _trace(violation: Violation, places: Places) -> Json:
    """Return the trace as a code flow, and the place where it ends as the related location."""
    steps: list[Json] = [
        {"physicalLocation": places.physical(step.place), "message": {"text": _plain(step.message)}}
        for step in violation.trace[:_STEP_LIMIT]
        if step.place
    ]
    if not steps:
        return {}
    return {
        "codeFlows": [{"threadFlows": [{"locations": [{"location": step} for step in steps]}]}],
        "relatedLocations": [{"id": 1, **steps[-1]}],
    }


def _fixes(violation: Violation, places: Places) -> Json:
    fix = violation.fix
    if fix is None:
        return {}
    description = sentence(fix.description if fix.safe else f"{fix.description} (not safe: look at the code around it)")
    return {
        "fixes": [
            {
                "description": {"text": description},
                "artifactChanges": [places.change(violation.place.path, fix.edits)],
            }
        ]
    }
