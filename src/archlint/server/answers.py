"""Answers the client's questions about a place in a document, once what is known is about its present text."""

import asyncio
from typing import NamedTuple

from lsprotocol.types import CodeAction, CodeActionKind, CodeActionParams, Hover, HoverParams

from archlint.model import Violation
from archlint.server import actions
from archlint.server.app import Server
from archlint.server.buffers import Buffer
from archlint.server.hovers import hover as shown
from archlint.server.project import Project
from archlint.server.session import Checked

SECONDS_TO_WAIT = 10.0
"""How long a question waits for the check of what was just written."""


class _Known(NamedTuple):
    """What is known of an open document, about the very text that the client has."""

    path: str
    buffer: Buffer
    project: Project
    checked: Checked

    def violations(self, start: int, end: int) -> list[Violation]:
        """Return the violations that touch a stretch of the text (offsets)."""
        found = () if self.path in self.checked.outdated else self.checked.outcome.report.violations
        places = ((each, each.place) for each in found)
        return [each for each, place in places if place.path == self.path and place.start <= end and start <= place.end]


async def hover(server: Server, params: HoverParams) -> Hover | None:
    """Return what is to be said of the violations at a place."""
    known = await _known(server, params.text_document.uri)
    if known is None:
        return None
    source, positions = known.buffer.source, server.positions
    offset = positions.offset(source, params.position)
    found = known.violations(offset, offset)
    if not found:
        return None
    report, rules = known.checked.outcome.report, known.checked.outcome.rules
    where = positions.range(source, found[0].place.start, found[0].place.end)
    return shown(report, [(each, rules[each.code]) for each in found], where, server.uris.of, server.hover_kind)


async def code_actions(server: Server, params: CodeActionParams) -> list[CodeAction]:
    """Return the actions for what is selected, and the one that makes all safe fixes in the document."""
    only = params.context.only
    known = await _known(server, params.text_document.uri)
    if known is None:
        return []
    source, positions = known.buffer.source, server.positions
    target = actions.Target(
        params.text_document.uri, known.buffer.version, source, positions, versioned=server.takes_versions
    )
    start, end = positions.offset(source, params.range.start), positions.offset(source, params.range.end)
    found: list[CodeAction] = []
    if actions.wants(CodeActionKind.QuickFix, only):
        found += await _quick_fixes(server, known, target, known.violations(start, end))
    if actions.wants(actions.FIX_ALL, only):
        found += await _fix_all(server, known, target)
    return found


async def _quick_fixes(
    server: Server, known: _Known, target: actions.Target, chosen: list[Violation]
) -> list[CodeAction]:
    report, rules, made = known.checked.outcome.report, known.checked.outcome.rules, server.diagnostics
    shown_as = {each: made.violation(report, each, rules[each.code]) for each in chosen}
    fixes = await server.background.run(lambda: known.project.session.fixes(known.checked, chosen))
    return [
        *(actions.fix_action(target, each, fix, shown_as[each]) for each, fix in fixes),
        *(actions.ignore_action(target, each, shown_as[each]) for each in chosen),
    ]


async def _fix_all(server: Server, known: _Known, target: actions.Target) -> list[CodeAction]:
    everything = known.violations(0, len(known.buffer.source.text))
    fixes = await server.background.run(lambda: known.project.session.fixes(known.checked, everything))
    action = actions.fix_all_action(target, [fix for _, fix in fixes])
    return [action] if action else []


async def _known(server: Server, uri: str) -> _Known | None:
    """Wait until the project of a document was checked as it is; `None` when that takes too long or cannot be."""
    path = server.uris.path(uri)
    project = server.project_of(path) if path is not None else None
    if path is None or project is None:
        return None
    try:
        await asyncio.wait_for(project.at_rest(), SECONDS_TO_WAIT)
    except TimeoutError:
        return None
    buffer, checked = server.buffers.get(path), project.result
    if buffer is None or not isinstance(checked, Checked) or not checked.text_is(path, buffer.data):
        return None
    return _Known(path, buffer, project, checked)
